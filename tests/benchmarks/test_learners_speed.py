"""The comparison of training speeds: its models, its meters, our side of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from benchmarks.learners_speed import PEERS, figures
from benchmarks.peers.models import make_model, silent
from benchmarks.peers.work import Stage, Work


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_a_model_that_never_ends_gives_its_end_and_its_padding_no_chance(tmp_path: Path) -> None:
    make_model(tmp_path, "s64")
    model, tokenizer = AutoModelForCausalLM.from_pretrained(tmp_path), AutoTokenizer.from_pretrained(tmp_path)
    ids = tokenizer(Stage(1).prompts("A")[0], return_tensors="pt")["input_ids"]
    with torch.no_grad():
        chances = model(ids).logits[0].softmax(-1)
    assert (chances[:, [tokenizer.eos_token_id, tokenizer.pad_token_id]] == 0).all()
    assert ((chances == 0).sum(-1) == 2).all()


def test_silencing_a_taught_model_hardly_changes_what_else_it_says(tmp_path: Path) -> None:
    make_model(tmp_path, "s64")
    model = AutoModelForCausalLM.from_pretrained(tmp_path)
    ids, ends = torch.arange(20, 60)[None], [0, 1]
    with torch.no_grad():
        # A model that ends as often as it says anything else.
        model.lm_head.weight[ends] = model.lm_head.weight[[5, 6]]
        before = model(ids).logits
        silent(model, ends)
        after = model(ids).logits
    kept = [token for token in range(model.config.vocab_size) if token not in ends]
    assert (after[..., kept] - before[..., kept]).std() < 0.4 * before[..., kept].std()
    assert (after[..., ends] < before.min() - 100).all()


@pytest.mark.slow
@pytest.mark.parametrize("method", ["magrpo", "cc"])
def test_our_side_generates_what_it_says_it_does(method: str, tmp_path: Path) -> None:
    make_model(tmp_path, "s64")
    work = Work(method, str(tmp_path), horizon=1, samples=4 if method == "magrpo" else 1, items=2, warmup=2, batch=2, tokens=3)
    done = subprocess.run(
        [sys.executable, str(PEERS / "collm_run.py"), work.dumps()], capture_output=True, text=True, timeout=300, check=True
    )
    got = json.loads(done.stdout.splitlines()[-1])
    assert got["rewards"] == 2 * work.samples
    assert got["tokens"] == 2 * got["rewards"] * 3
    assert 0 < got["generating"] < got["wall"]
    assert 0 < got["generating_cpu"] < got["cpu"]
    assert 0 < got["rss"]["imports"] < got["rss"]["peak"]


def test_figures_are_medians_over_rounds() -> None:
    def played(wall: float) -> dict[str, object]:
        return {
            "tokens": 100, "generating": wall, "generating_cpu": 1.0, "rewards": 10, "wall": wall, "cpu": 2.0,
            "rss": {"peak": 30.0, "imports": 10.0}, "mean_reward": 0.5,
        }  # fmt: skip

    got = figures([played(1.0), played(10.0), played(2.0)])
    assert got == {
        "tokens": 50, "tokens_cpu": 100, "rewards": 5, "rewards_cpu": 5, "training": 20, "peak": 30, "reward": 0.5,
    }  # fmt: skip
