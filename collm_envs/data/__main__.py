"""Write the shipped splits: ``python -m collm_envs.data [TASK ...]``.

Items come from the tasks' own generators, in turn easy, medium and hard, without repeating a content; those of CoopHE were
written by hand. The files are frozen with the version of a task: write them anew only together with a new version.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import Any

from collm_envs.coding import problems
from collm_envs.core.checks import one_of
from collm_envs.core.registration import TASKS, version_module
from collm_envs.core.taskset import DIFFICULTIES, SHIPPED, Fields, Instance, Taskset

SIZES = {
    "tldr": {"train": 96, "val": 24, "test": 48},
    "arxiv": {"train": 96, "val": 24, "test": 48},
    "strbuild": {"train": 96, "val": 24, "test": 48},
    "housebuild": {"train": 48, "val": 12, "test": 24},
    "relay": {"train": 256, "val": 64, "test": 128},
}
WRITTEN: dict[str, Callable[[str], Sequence[Fields]]] = {"coophe": problems.read}
"""The fields of the items by split, for tasks whose shipped items were written by hand: all of them are shipped."""


def write(task: str, folder: Path) -> None:
    """Write the three splits of a task into ``folder/task``."""
    tasks: Taskset[Any] = version_module(task).parallel_env().task.tasks
    (folder / task).mkdir(exist_ok=True)
    seen = {tasks.parse(row).content for rows in tasks.fixed.values() for row in rows}
    for split in SHIPPED:
        if task in WRITTEN:
            instances = [tasks.parse(row) for row in WRITTEN[task](split)]
        else:
            instances = list(islice(_generated(task, split, tasks, seen), SIZES[task][split]))
        lines = [json.dumps(instance.fields(), ensure_ascii=True) for instance in instances]
        (folder / task / f"{split}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _generated(task: str, split: str, tasks: Taskset[Any], seen: set[str]) -> Iterator[Instance]:
    """Generated items without end, none with a content in ``seen``, to which theirs are added."""
    for draw in count():
        fields = tasks.generate(Random(f"{task}/{split}/{draw}"), DIFFICULTIES[draw % len(DIFFICULTIES)])
        instance = tasks.parse(fields)
        if instance.content not in seen:
            seen.add(instance.content)
            yield instance


def write_checksums(folder: Path) -> None:
    """Record the SHA-256 of every data file."""
    found = sorted(folder.glob("*/*.jsonl"))
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}" for path in found]
    (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    here = Path(__file__).parent
    for name in sys.argv[1:] or TASKS:
        write(one_of("task", name, TASKS), here)
    write_checksums(here)
