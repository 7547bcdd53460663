"""Hub splits: the real loader on a data set of our own, in a folder; and what is said where the hub cannot be reached."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from collm_envs import strbuild_v0, tldr_v0

pytest.importorskip("datasets", reason="hub splits need the extra data: pip install 'collm-envs[data]'")

# Of each task the module, the fields of row NUMBER as JSON, and the field of the instance that shows which row it is.
ROWS = {
    "tldr": ("writing.tldr", '{"prompt": "POST NUMBER about bees", "label": "x"}', "text"),
    "arxiv": ("writing.arxiv", '{"abstract_text": "We study bee number NUMBER.", "article": "x"}', "text"),
    "coophe": (
        "coding.coophe",
        '{"task_id": "bees/NUMBER", "entry_point": "bees", "prompt": "def bees(x):\\n    return NUMBER\\n", '
        '"test": "def check(candidate):\\n    assert candidate(1) == NUMBER\\n"}',
        "task_id",
    ),
}


def run(code, home):
    """The loader writes a cache and has settings of its own, so that it gets a process and a home of its own."""
    environment = {**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("task", ROWS)
def test_a_data_set_loads_with_the_papers_fields(task, tmp_path):
    module, row, shown = ROWS[task]
    rows = tmp_path / "set"
    rows.mkdir()
    for split, count in (("train", 5), ("test", 2)):
        (rows / f"{split}.jsonl").write_text("\n".join(row.replace("NUMBER", str(number)) for number in range(count)))
    code = f"""
import dataclasses
from collm_envs.{module} import TASKS
tasks = dataclasses.replace(TASKS, hub=dataclasses.replace(TASKS.hub, repo={str(rows)!r}))
train = tasks["hub:train"]
print(len(train), len(tasks["hub:test"]), len(tasks["hub:train[:2]"]), train[3].{shown})
"""
    done = run(code, tmp_path / "home")
    assert done.returncode == 0, done.stderr
    counts, said = done.stdout.split("\n")[0][:5], done.stdout.split("\n")[0][6:]
    assert counts == "5 2 2"
    assert said in [row.replace("NUMBER", "3") for row in ("POST NUMBER about bees", "We study bee number NUMBER.", "bees/NUMBER")]


def test_an_unreachable_hub_is_one_clear_error(tmp_path):
    code = "from collm_envs import tldr_v0; tldr_v0.parallel_env(split='hub:train').reset()"
    done = run(code, tmp_path)
    assert done.returncode == 1
    assert "RuntimeError: cannot load split 'train' of 'trl-lib/tldr' from the hub: " in done.stderr.splitlines()[-1]


def test_names_of_hub_splits_are_checked_at_once():
    assert tldr_v0.parallel_env(split="hub:train[:1000]").split == "hub:train[:1000]"
    for module, split in ((tldr_v0, "hub:"), (tldr_v0, "hub:SPLIT/x"), (strbuild_v0, "hub:train")):
        with pytest.raises(ValueError, match="unknown split"):
            module.parallel_env(split=split)


def test_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(ImportError, match=r"pip install 'collm-envs\[data\]'"):
        tldr_v0.parallel_env(split="hub:validation").reset()
