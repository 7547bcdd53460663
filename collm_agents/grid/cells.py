"""A cell: one row on one task with one seed; a folder with what it was asked, the run that trained it and the evaluation."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import signature
from pathlib import Path
from typing import Any

from collm_agents.arguments import literal
from collm_agents.checkpoint import FOLDER, METRICS, write
from collm_agents.evaluate import episode_count
from collm_agents.grid.config import GridConfig, Play, game_of, limit_of, sections_of
from collm_agents.grid.rows import ROWS, TableRow
from collm_agents.models.toy import RECIPES
from collm_agents.policies.choice import TOY, Choice, check_team
from collm_agents.records import RESULTS, RUN, is_run_of
from collm_agents.resolve import resolve
from collm_agents.settings import dump_yaml
from collm_agents.voices import kind_of
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import version_module

ASKED, TRAINED, PLAYED, SETTINGS, LOG = "cell.json", "run", "eval", "train.yaml", "log.txt"
"""The files and folders of a cell."""

SEEDS_APART = 1_000_000
"""Seeds of the episodes of one seed and the next: every row meets the same chance, and no two seeds share an episode's."""


@dataclass(frozen=True)
class Cell:
    """One row on one task with one seed.

    Attributes:
        task, row, seed: which.
        play: how it plays.
        home: the folder of the whole table.
    """

    task: str
    row: str
    seed: int
    play: Play
    home: Path

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.task}, {self.row}, seed {self.seed}"

    @property
    def folder(self) -> Path:
        """Where all of it lies."""
        return self.home / self.task / self.row / f"seed-{self.seed}"

    @property
    def results(self) -> Path:
        """The folder of its evaluation."""
        return self.folder / PLAYED

    @property
    def about(self) -> TableRow:
        """Its row."""
        return ROWS[self.row]

    @cached_property
    def _limit(self) -> int | None:
        return limit_of(self.play, self.about, len(self._env.possible_agents))

    @property
    def _env(self) -> CollabEnv:
        """What is played in the end."""
        env: CollabEnv = version_module(self.task).parallel_env(**game_of(self.play, self.task))
        return env

    @property
    def _told(self) -> dict[str, Any]:
        """The options that the evaluation must be told of: it takes those of training, or those that toys are made for."""
        want, play = game_of(self.play, self.task), self.play
        if self.about.method:
            have = {**want, **(play.train.get("env") or {})}
        else:
            have = dict(RECIPES[self.task].options) if play.model == TOY else {}
        usual = {name: each.default for name, each in signature(version_module(self.task).parallel_env).parameters.items()}
        keys = [key for key in {**want, **have} if key != "split"]
        return {key: value for key in keys if (value := want.get(key, usual[key])) != have.get(key, usual[key])}

    # -- what is asked ----------------------------------------------------------------------------------------------------

    @property
    def settings(self) -> dict[str, Any]:
        """What ``train.yaml`` holds; nothing for a row that is not trained."""
        return sections_of(self.play, self.about, self._limit) if self.about.method else {}

    def train_words(self, folder: Path) -> list[str]:
        """The command that trains it: after ``collm``, with a cell's files in ``folder``."""
        model = self.play.model.removeprefix("hf:")
        words = ["train", self.task, "--method", self.about.method, "--model", model, "--seed", str(self.seed)]
        return [*words, "--config", str(folder / SETTINGS), "--out", str(folder / TRAINED)]

    def eval_words(self, folder: Path) -> list[str]:
        """The command that plays it."""
        play = self.play
        team = str(folder / TRAINED) if self.about.method else _voice(play.model)
        words = ["eval", self.task, "--team", team, "--split", play.split, "--seed", str(self.seed * SEEDS_APART)]
        words += ["--temperature", str(play.temperature)] if kind_of(team) != "factory" else []
        if play.episodes is not None:
            words += ["--episodes", str(play.episodes)]
        if not self.about.method:
            words += ["--protocol", self.about.protocol]
            if kind_of(team) != "factory":
                words += ["--max-tokens", str(self._limit)] if self._limit is not None else []
                words += ["--concurrency", str(play.concurrency)] if play.concurrency is not None else []
            words += ["--rounds", str(play.rounds)] if self.about.protocol == "discussion" else []
        for key, value in self._told.items():
            words += ["--set", f"{key}={_spelt(value)}"]
        return [*words, "--out", str(folder / PLAYED), "--resume"]

    @property
    def asked(self) -> dict[str, Any]:
        """What ``cell.json`` holds: the commands as if typed in the cell's folder, and the settings they read."""
        here = Path()
        trained = {"train": _typed(self.train_words(here)), SETTINGS: self.settings} if self.about.method else {}
        return {"task": self.task, "row": self.row, "seed": self.seed, **trained, "eval": _typed(self.eval_words(here))}

    # -- what is there ----------------------------------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        """Whether it was played to the end."""
        return _complete(self.results, "eval")

    @property
    def _learnt(self) -> bool:
        return not self.about.method or _complete(self.folder / TRAINED, "train")

    @property
    def _begun(self) -> bool:
        """Whether anything came about: a training run, or an episode."""
        return is_run_of(self.folder / TRAINED, "train") or self._lines(self.results / RESULTS) > 0

    @cached_property
    def _read(self) -> dict[Path, tuple[int, int]]:
        """Of files that grow, how many bytes were looked at and how many lines were in them."""
        return {}

    def check(self) -> None:
        """Raise FileExistsError if its folder has what was asked for otherwise: two answers in one table would be no comparison.
        ValueError if that cannot be read. Where a mistake in the settings let nothing come about, they may be mended."""
        file = self.folder / ASKED
        if not file.exists():
            return
        try:
            before = json.loads(file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{file} cannot be read: {error}") from error
        now = json.loads(json.dumps(self.asked))
        if before != now and self._begun:
            different = "; ".join(sorted(_differing("", before, now)))
            raise FileExistsError(f"{self.folder} was made with other settings, choose another --out or remove it; {different}")

    def rehearse(self) -> None:
        """Raise ValueError, ImportError or OSError for what could not be played or trained, before any model is loaded."""
        play, about = self.play, self.about
        if about.method:
            model = {"name": play.model.removeprefix("hf:")}
            given = {**self.settings, "task": self.task, "method": about.method}
            resolve({**given, "model": {**given.get("model", {}), **model}})
        else:
            check_team(Choice(_voice(play.model), about.protocol), self._env)
        episode_count(self._env, play.split, play.episodes)

    def begin(self) -> None:
        """Write down what is asked. A training run that was killed before it had so much as a ``run.json`` is cleared away."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.about.method:
            run = self.folder / TRAINED
            if run.is_dir() and not is_run_of(run, "train") and not (run / FOLDER).exists():
                shutil.rmtree(run)
            write(self.folder / SETTINGS, dump_yaml(self.settings))
        write(self.folder / ASKED, json.dumps(self.asked, indent=2) + "\n")

    def left(self) -> Iterator[list[str]]:
        """The commands that are still to be run, one after the other; what was begun is gone on with."""
        run = self.folder / TRAINED
        if not self._learnt:
            yield ["train", "--resume", str(run)] if is_run_of(run, "train") else self.train_words(self.folder)
        if not self.done:
            yield self.eval_words(self.folder)

    def progress(self) -> str:
        """How far it is, in a few words."""
        if not self._learnt:
            return f"iteration {self._lines(self.folder / TRAINED / METRICS)}"
        return f"episode {self._lines(self.results / RESULTS)}"

    def _lines(self, file: Path) -> int:
        """How many lines a file has by now. Only what is new is read: with all that was said, it may have become a large one."""
        try:
            with file.open("rb") as content:
                start, lines = self._read.get(file, (0, 0))
                if start > content.seek(0, 2):
                    start = lines = 0
                content.seek(start)
                while block := content.read(1 << 20):
                    start, lines = start + len(block), lines + block.count(b"\n")
        except OSError:
            return 0
        self._read[file] = start, lines
        return lines


def cells_of(config: GridConfig, home: Path) -> list[Cell]:
    """All cells, those of different tasks in turn: what they share, a toy say, is made by the first, and seldom by two at once."""
    return [
        Cell(task, row, seed, config.play(task, row), home) for seed in config.seeds for row in config.rows for task in config.tasks
    ]


def _typed(words: Sequence[str]) -> str:
    return shlex.join(["collm", *words])


def _voice(model: str) -> str:
    """A model as ``--team`` takes it."""
    return model if model == TOY or kind_of(model) else f"hf:{model}"


def _spelt(value: Any) -> str:
    """A value as ``--set`` reads it."""
    text = str(value)
    return text if literal(text) == value else repr(value)


def _complete(folder: Path, command: str) -> bool:
    """Whether a folder holds a run of a command that came to its end; of one that is just being written, no."""
    try:
        run = json.loads((folder / RUN).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    return isinstance(run, dict) and run.get("command") == command and run.get("complete") is True


def _differing(place: str, one: Any, other: Any) -> Iterator[str]:
    """The places in which two nested values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from _differing(f"{place}.{key}" if place else key, one.get(key), other.get(key))
    elif one != other:
        yield f"{place}: {one}; now: {other}"
