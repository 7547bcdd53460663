"""What the folders of runs hold. Transcripts stay on the disk until a page shows them: a run may have any number of episodes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite, sqrt
from os import SEEK_END
from pathlib import Path
from typing import Any

from collm_agents import runs
from collm_agents.checkpoint import EVALUATIONS, METRICS, read_lines
from collm_agents.records import RUN
from collm_agents.settings import load_yaml

RECORDED = "episodes"
"""As in :mod:`collm_agents.recorded`, which takes torch."""
EPISODES = ("results.jsonl", "episodes.jsonl")
"""What the episodes of a run are called, in this and in earlier versions."""
MOST_TURNS = 100
"""Turns of which reward terms are averaged."""

_NEEDED = (
    "task", "env", "team", "split", "index", "seed", "turns", "last_reward", "best_reward", "solved", "metrics", "instance",
    "transcript",
)  # fmt: skip
_KEY = ("env", "split", "team", "protocol", "config")
_LONG = ("instance", "transcript", "exchanges", "versions")

Record = dict[str, Any]
Key = tuple[str, ...]


@dataclass(frozen=True)
class TrainingRun:
    """A folder of ``collm train``.

    Attributes:
        folder: where it lies.
        name: what the page calls it, different for each run.
        about: the content of ``run.json``.
        config: that of ``config.yaml``.
        metrics, evaluations: the lines of ``metrics.jsonl`` and ``eval.jsonl``, as far as they are whole.
        recorded: the episodes kept of the first and of the last evaluation; of one alone, or of none, where there are no more.
        cut: whether a file ends in the middle of a line.
    """

    folder: Path
    name: str
    about: Record
    config: Record
    metrics: list[Record]
    evaluations: list[Record]
    recorded: tuple[PlayedRun, ...] = ()
    cut: bool = False

    @property
    def env(self) -> str:
        """The task with its version."""
        return str(self.about.get("env") or self.config.get("task"))

    @property
    def seed(self) -> Any:
        """What all chance of the run followed from."""
        return section(self.config, "learner").get("seed")

    @property
    def wanted(self) -> int | None:
        """How many iterations were asked for; None where the settings do not say."""
        return _count(section(self.config, "learner"), "iterations")


@dataclass(slots=True)
class Running:
    """The mean of numbers that come one by one, and how sure it is."""

    count: int = 0
    mean: float = 0.0
    _squares: float = 0.0

    def add(self, value: float) -> None:
        """Another number. Welford's update: no digits are lost where all numbers are nearly equal."""
        self.count += 1
        off = value - self.mean
        self.mean += off / self.count
        self._squares += off * (value - self.mean)

    @property
    def error(self) -> float:
        """The standard error of the mean; 0 for a single number."""
        return sqrt(self._squares / (self.count - 1) / self.count) if self.count > 1 else 0.0


@dataclass(frozen=True)
class Played:
    """An episode without its transcript: where the line is, and all of it but the long parts."""

    record: Record
    start: int
    size: int


@dataclass(frozen=True)
class Group:
    """The episodes of one team on one split.

    Attributes:
        run: whose they are.
        key: task with version, split, team, protocol, hash of the settings; the last two are "" in runs of earlier versions.
        episodes: in the order of the file.
        terms: by name, the reward terms of turns 1, 2, ... over all episodes; ``reward`` is their sum.
    """

    run: PlayedRun
    key: Key
    episodes: list[Played] = field(default_factory=list)
    terms: dict[str, list[Running]] = field(default_factory=dict)

    @property
    def asked(self) -> Record:
        """What ``run.json`` says was asked for; empty where it does not say."""
        return next(iter(self._matches), {})

    @property
    def _matches(self) -> list[Record]:
        told = self.run.matches
        return [match for match in told if all(match.get(name, own) == own for name, own in zip(_KEY, self.key))]

    @property
    def wanted(self) -> int | None:
        """How many episodes were asked for; None where ``run.json`` does not say."""
        return _episodes(self._matches)

    @property
    def options(self) -> Record:
        """Options of the task that were asked for."""
        return dict(self.asked.get("options") or {})


@dataclass(frozen=True)
class PlayedRun:
    """A folder of ``collm eval --out`` (or ``collm demo``), or of an evaluation in training.

    Attributes:
        folder, name, about: as in :class:`TrainingRun`, whose name its evaluations have.
        file: with the episodes.
        groups: its teams.
        cut: whether the file ends in the middle of a line.
    """

    folder: Path
    name: str
    about: Record
    file: Path
    groups: list[Group]
    cut: bool = False

    @property
    def matches(self) -> list[Record]:
        """What ``run.json`` says was asked for, team by team."""
        told = self.about.get("matches")
        return [match for match in told if isinstance(match, dict)] if isinstance(told, list) else []

    @property
    def wanted(self) -> int | None:
        """How many episodes were asked for, also of teams that played none; None where ``run.json`` does not say."""
        return _episodes(self.matches)

    @property
    def played(self) -> int:
        """How many episodes there are."""
        return sum(len(group.episodes) for group in self.groups)

    def load(self, played: Played) -> Record:
        """The whole record of an episode."""
        with self.file.open("rb") as lines:
            lines.seek(played.start)
            record: Record = json.loads(lines.read(played.size))
        return record


Run = TrainingRun | PlayedRun


def _episodes(matches: Sequence[Record]) -> int | None:
    told = [count for match in matches if (count := _count(match, "episodes")) is not None]
    return sum(told) if told and len(told) == len(matches) else None


def _count(content: Record, name: str) -> int | None:
    value = content.get(name)
    return value if isinstance(value, int) else None


def section(config: Record, name: str) -> Record:
    """A section of a run's settings, empty if it has none of that name."""
    found = config.get(name)
    return found if isinstance(found, dict) else {}


def read_runs(folders: Sequence[Path]) -> list[Run]:
    """All runs, each folder once; of a folder that is none itself, all runs beneath it: those of a table, say.

    Raises:
        ValueError: if a folder holds no run, or a file of it cannot be understood; the message names it.
        OSError: if a file cannot be read.
    """
    found = [place for folder in folders for place in _beneath(folder)]
    unique = list({folder.resolve(): folder for folder in found}.values())
    return [read_run(folder, name) for folder, name in zip(unique, names_of(unique))]


def _beneath(folder: Path) -> list[Path]:
    """A folder that holds a run, or else those in it that do; itself if there are none, for the complaint."""
    if (folder / RUN).is_file() or not folder.is_dir():
        return [folder]
    there = sorted(place.parent for place in folder.rglob(RUN))
    # What lies in a run is a part of it.
    return [place for place in there if not any(other in place.parents for other in there)] or [folder]


def names_of(folders: Sequence[Path]) -> list[str]:
    """The shortest ends of paths that tell the folders apart."""
    parts = [folder.resolve().parts for folder in folders]
    names = ["/".join(own[-1:]) for own in parts]
    for length in range(2, max(map(len, parts), default=0) + 1):
        names = ["/".join(own[-length:]) if names.count(name) > 1 else name for own, name in zip(parts, names)]
    return names


def read_run(folder: Path, name: str) -> Run:
    """One run; raises as :func:`read_runs`."""
    if runs.is_training(folder):
        about, config = _about(folder), load_yaml(str(folder / runs.CONFIG), (folder / runs.CONFIG).read_text(encoding="utf-8"))
        if not isinstance(config, dict):
            raise ValueError(f"{folder / runs.CONFIG} must hold keys and values")
        files = (folder / METRICS, folder / EVALUATIONS)
        metrics, evaluations = map(_told, files)
        recorded, cut = _recorded(folder, name), any(map(_is_cut, files))
        return TrainingRun(folder, name, about, config, metrics, evaluations, recorded, cut)
    return _read_played(folder, name)


def _recorded(folder: Path, name: str) -> tuple[PlayedRun, ...]:
    home = folder / RECORDED
    there = sorted(home.iterdir()) if home.is_dir() else []
    # The evaluation that is being written has no run.json yet.
    kept = [place for place in there if place.name.isdecimal() and (place / RUN).is_file()]
    return tuple(_read_played(place, name) for place in (kept[:1] + kept[1:][-1:]))


def _read_played(folder: Path, name: str) -> PlayedRun:
    found = next((folder / file for file in EPISODES if (folder / file).is_file()), None)
    if found is None or not (folder / RUN).is_file():
        wanted = f"{runs.CONFIG} and {RUN} of collm train, or {RUN} and {EPISODES[0]} of collm eval --out"
        raise ValueError(f"{folder} holds no run: it must have {wanted}")
    run = PlayedRun(folder, name, _about(folder), found, [], _is_cut(found))
    run.groups.extend(_groups(run))
    return run


def _about(folder: Path) -> Record:
    try:
        about = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{folder / RUN} is no JSON: {error}") from error
    if not isinstance(about, dict):
        raise ValueError(f"{folder / RUN} must hold keys and values")
    return about


def _told(path: Path) -> list[Record]:
    try:
        lines = read_lines(path)
    except ValueError as error:
        raise ValueError(f"{path} has a line that is no JSON: {error}") from error
    if not all(isinstance(line, dict) and "iteration" in line for line in lines):
        raise ValueError(f"{path} has a line without an iteration")
    return lines


def _groups(run: PlayedRun) -> list[Group]:
    groups: dict[Key, Group] = {}
    for number, (start, line) in enumerate(_lines(run.file), 1):
        try:
            record = json.loads(line, parse_constant=_refuse)
        except ValueError as error:
            raise ValueError(f"{run.file}, line {number}, is no JSON: {error}") from error
        missing = [key for key in _NEEDED if not isinstance(record, dict) or key not in record or record[key] == []]
        if missing:
            raise ValueError(f"{run.file}, line {number}, is no episode: it has no {missing[0]}")
        key = tuple(str(record.get(part, "")) for part in _KEY)
        group = groups.setdefault(key, Group(run, key, terms=defaultdict(list)))
        _add_terms(group.terms, record["transcript"])
        short = {name: value for name, value in record.items() if name not in _LONG}
        group.episodes.append(Played(short, start, len(line)))
    return list(groups.values())


def _refuse(name: str) -> float:
    """Python reads numbers that are none; browsers do not."""
    raise ValueError(f"it holds {name}")


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Whole lines and where they begin; of a run that is still going on the last one may not be whole yet."""
    start = 0
    with path.open("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):
                yield start, line
            start += len(line)


def _is_cut(path: Path) -> bool:
    """Whether a file ends in the middle of a line."""
    if not path.is_file() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, SEEK_END)
        return file.read() != b"\n"


def _add_terms(terms: dict[str, list[Running]], transcript: Sequence[Record]) -> None:
    for place, turn in enumerate(transcript[:MOST_TURNS]):
        if turn.get("reward") is None:
            continue
        for name, value in {"reward": turn["reward"], **(turn.get("terms") or {})}.items():
            if isinstance(value, (int, float)) and isfinite(value):
                own = terms[name]
                own.extend(Running() for _ in range(place + 1 - len(own)))
                own[place].add(float(value))
