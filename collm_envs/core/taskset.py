"""Instances by split and index: shipped files, the paper's own items, a generator without end, data sets on a hub.

``taskset["test"][3]`` is an instance. A generated item is a pure function of its index and difficulty.
"""

from __future__ import annotations

import hashlib
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from random import Random
from typing import Any, Generic, TypeVar

from collm_envs.core.checks import whole


@dataclass(frozen=True)
class Instance(ABC):
    """One problem of a task. Subclasses are frozen dataclasses."""

    @abstractmethod
    def fields(self) -> dict[str, Any]:
        """The JSON-ready fields that ``options={"task": ...}`` takes to get this very instance."""

    @property
    @abstractmethod
    def content(self) -> str:
        """What makes two instances the same problem; splits are disjoint by this."""


I = TypeVar("I", bound=Instance)  # noqa: E741  (the field's letter for an instance type)
Fields = dict[str, Any]

SHIPPED = ("train", "val", "test")
DIFFICULTIES = ("easy", "medium", "hard")
"""What the shipped files and the split ``generated`` are made of, in turn."""
ALL_DIFFICULTIES = ("tiny", *DIFFICULTIES)
"""Every difficulty that a generator knows. ``tiny`` is for models of toy size and stands in ``generated:tiny`` alone."""
GENERATED_LENGTH = 2**31
_MOST_REDRAWS = 1000


@dataclass(frozen=True)
class Hub:
    """A data set on the Hugging Face hub, or a directory with the same files.

    Attributes:
        repo: hub name or local path.
        convert: a row of it as the task's fields.
    """

    repo: str
    convert: Callable[[Mapping[str, Any]], Fields]


class Lazy(Sequence[I], Generic[I]):
    """A sequence whose items are made when they are asked for."""

    def __init__(self, name: str, length: int, make: Callable[[int], I]) -> None:
        self._name, self._length, self._make = name, length, make

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: Any) -> Any:
        try:
            number = whole(f"index of split {self._name}", index, -self._length, self._length - 1)
        except ValueError as error:
            raise IndexError(*error.args) from None
        return self._make(number % self._length)


def data_file(task: str, split: str) -> bytes:
    """A shipped data file, one JSON object of fields per line."""
    return files("collm_envs.data").joinpath(task).joinpath(f"{split}.jsonl").read_bytes()


def checksums() -> dict[str, str]:
    """SHA-256 of every shipped file, by ``task/split.jsonl``."""
    lines = files("collm_envs.data").joinpath("SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def check_data(task: str) -> list[str]:
    """What is wrong with the shipped files of a task: one line per file that is missing or altered."""
    recorded, wrong = checksums(), []
    for split in SHIPPED:
        name = f"{task}/{split}.jsonl"
        try:
            digest = hashlib.sha256(data_file(task, split)).hexdigest()
        except FileNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        if recorded.get(name) != digest:
            wrong.append(f"{name} has SHA-256 {digest}, recorded {recorded.get(name, 'nowhere')}")
    return wrong


def _shipped(task: str, split: str) -> tuple[Fields, ...]:
    return tuple(json.loads(line) for line in data_file(task, split).splitlines())


@lru_cache(maxsize=16)
def _from_hub(repo: str, split: str) -> Any:
    try:
        from datasets import load_dataset
    except ImportError as error:
        raise ImportError("hub splits need the package datasets: pip install 'collm-envs[data]'") from error
    try:
        return load_dataset(repo, split=split)
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise RuntimeError(f"cannot load split {split!r} of {repo!r} from the hub: {reason}") from error


@dataclass(frozen=True)
class Taskset(Generic[I]):
    """All splits of one task.

    Attributes:
        name: the task's name.
        parse: fields (from a file, a generator or a caller) as an instance; raises ValueError or TypeError if malformed.
        generate: fields from a private generator and a difficulty.
        fixed: further splits given as lists of fields (the paper's own items).
        hub: where ``hub:SPLIT`` comes from, if the paper's data are on a hub.
    """

    name: str
    parse: Callable[[Any], I]
    generate: Callable[[Random, str], Fields]
    fixed: Mapping[str, tuple[Fields, ...]] = field(default_factory=dict)
    hub: Hub | None = None

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits, a pattern for the hub's last."""
        generated = ("generated", *(f"generated:{level}" for level in ALL_DIFFICULTIES))
        return (*SHIPPED, *self.fixed, *generated, *(("hub:SPLIT",) if self.hub else ()))

    def check(self, split: Any) -> str:
        """Return ``split`` if there is one of that name; raise ValueError naming the choices otherwise."""
        known = isinstance(split, str) and split in self.splits and split != "hub:SPLIT"
        on_hub = self.hub is not None and isinstance(split, str) and re.fullmatch(r"hub:\w+(\[[\w:%]*\])?", split) is not None
        if not known and not on_hub:
            raise ValueError(f"unknown split {split!r} of {self.name}; choose from: {', '.join(self.splits)}")
        return str(split)

    def __getitem__(self, split: str) -> Sequence[I]:
        """The instances of a split, made when asked for. ``hub:`` splits are loaded here."""
        self.check(split)
        if split.startswith("generated"):
            return Lazy(split, GENERATED_LENGTH, lambda index: self.generated(index, split.partition(":")[2]))
        if split.startswith("hub:") and self.hub is not None:
            rows, convert = _from_hub(self.hub.repo, split.removeprefix("hub:")), self.hub.convert
            return Lazy(split, len(rows), lambda index: self.parse(convert(rows[index])))
        instances = _parsed(self, split)
        return Lazy(split, len(instances), instances.__getitem__)

    def generated(self, index: int, difficulty: str = "") -> I:
        """Item ``index`` of the endless split; without a difficulty, easy, medium and hard take turns by index.

        An item whose content is in a held-out split (val, test, the paper's test) is drawn anew, so that training on
        generated items never sees a test problem.
        """
        level = difficulty or DIFFICULTIES[index % len(DIFFICULTIES)]
        for redraw in range(_MOST_REDRAWS):
            instance = self.parse(self.generate(Random(f"{self.name}/{level}/{index}/{redraw}"), level))
            if instance.content not in self._held_out():
                return instance
        raise RuntimeError(f"the generator of {self.name} gave {_MOST_REDRAWS} held-out items in a row at {level}")

    def _held_out(self) -> frozenset[str]:
        splits = [split for split in (*SHIPPED, *self.fixed) if split.endswith(("val", "test"))]
        return _contents(self, tuple(splits))

    def __hash__(self) -> int:
        return hash(self.name)


@lru_cache(maxsize=64)
def _parsed(taskset: Taskset[I], split: str) -> tuple[I, ...]:
    """The instances of a split that is not endless; they are immutable, and keep what was worked out of them."""
    return tuple(taskset.parse(row) for row in taskset.fixed.get(split) or _shipped(taskset.name, split))


@lru_cache(maxsize=32)
def _contents(taskset: Taskset[Any], splits: tuple[str, ...]) -> frozenset[str]:
    return frozenset(instance.content for split in splits for instance in taskset[split])
