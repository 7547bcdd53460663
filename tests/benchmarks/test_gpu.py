"""The script for a GPU, on a processor."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from benchmarks.gpu import main, make_tokenizer

# peft asks transformers by a name that is going out of use.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.slow
def test_the_script_measures_every_part_of_a_tiny_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = main(["--tiny", "--out", str(tmp_path / "gpu.json")])
    counts = {result["part"]: result["tokens"] for result in results}
    assert counts.pop("critic") == counts.pop("critic again") > 500, "histories hold the prompts"
    assert counts == {
        "generate 1": 6, "generate 2": 12, "collect": 24, "actors": 24, "collect again": 24, "actors again": 24,
    }  # fmt: skip
    told = json.loads((tmp_path / "gpu.json").read_text())
    assert told["results"] == json.loads(json.dumps(results))
    assert told["work"]["model"]["num_hidden_layers"] == 2
    assert told["bandwidth"] > 1e8
    for result in results:
        assert math.isfinite(result["tokens_per_second"])
        assert result["allocated"] is None, "memory is the GPU's"
        if "floor" in result:
            assert 0 < result["floor"] < result["seconds"]
            assert result["prompt_tokens"] > 100
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[2:]] == [result["part"] for result in results]


def test_without_a_gpu_the_script_says_so_at_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit):
        main([])
    assert "there is no GPU here; --tiny runs on the processor" in capsys.readouterr().err


def test_every_token_of_its_tokenizer_is_text_that_is_read_as_that_token_again() -> None:
    """Else critics would read more, or less, than was generated."""
    tokenizer = make_tokenizer(5000)
    assert len(tokenizer) == 5000
    for token in range(1000, 5000):
        text = tokenizer.decode([token])
        assert tokenizer(text, add_special_tokens=False)["input_ids"] == [token]
