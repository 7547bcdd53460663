"""What ``table.yaml`` holds: which rows, tasks and seeds, and how each plays."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from collm_agents.grid.rows import ROWS, TASKS, TableRow
from collm_agents.presets import PRESETS, env_preset
from collm_agents.resolve import BUILT, env_keys, full_name, make, merged
from collm_agents.settings import SECTIONS, load_yaml
from collm_agents.voices import kind_of
from collm_envs.core.checks import one_of, whole
from collm_envs.core.registration import version_module

_MOST_SEED = 10**6


@dataclass(frozen=True, kw_only=True)
class Play:
    """How a row plays a task: the values at the top of the file, under ``by_task`` and under ``by_row``; the last word counts.

    Attributes:
        model: a folder, a name on the hub or ``toy``; of rows that are not trained also ``openai:URL#MODEL`` or
            ``module:factory``.
        split: what is played in the end.
        episodes: how many, with every seed the same instances; None for each instance once.
        max_tokens: longest answer of an agent; one model that answers for all has as many for each. None for 512, or with toys
            for as long as they were taught.
        temperature: of all rows' answers in the end.
        rounds: of discussions.
        concurrency: prompts that a model which is not trained answers at once; None for the usual.
        env: options of the task, in training and in the end.
        train: settings of ``collm train``: ``preset`` and the sections ``learner``, ``model``, ``run`` and ``env`` (options in
            training alone, its split above all). What a preset says of the task holds for rows that are not trained, too.
    """

    model: str = "Qwen/Qwen3-1.7B"
    split: str = "test"
    episodes: int | None = None
    max_tokens: int | None = None
    temperature: float = 0.7
    rounds: int = 2
    concurrency: int | None = None
    env: dict[str, Any] = field(default_factory=dict)
    train: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, least in (("episodes", 1), ("max_tokens", 1), ("rounds", 2), ("concurrency", 1)):
            if getattr(self, name) is not None:
                whole(name, getattr(self, name), least, 10**7)
        if not 0 <= self.temperature < float("inf"):
            raise ValueError(f"temperature must be 0 or more, got {self.temperature}")
        if not self.model:
            raise ValueError("a table needs a model: a folder, a name on the hub or toy")
        for key in self.train:
            one_of("key of train", key, ("preset", *SECTIONS))
        if self.train.get("preset"):
            one_of("preset", self.train["preset"], PRESETS)


PLAY = tuple(item.name for item in fields(Play))
OWN = ("tasks", "rows", "seeds", "threads")
PLACES = ("by_task", "by_row")


@dataclass(frozen=True, kw_only=True)
class GridConfig:
    """A table.

    Attributes:
        tasks, rows: names, in the order of the table.
        seeds: one training run each, and of rows that are not trained one evaluation.
        threads: of torch in each process, on the processor; None leaves torch's own choice.
        usual: values of :class:`Play` for all cells.
        by_task, by_row: values of :class:`Play` for some.
    """

    tasks: tuple[str, ...] = TASKS
    rows: tuple[str, ...] = tuple(ROWS)
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    threads: int | None = None
    usual: Mapping[str, Any] = field(default_factory=dict)
    by_task: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    by_row: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for task in (*self.tasks, *self.by_task):
            one_of("task of the table", task, TASKS)
        for row in (*self.rows, *self.by_row):
            one_of("row", row, ROWS)
        for seed in self.seeds:
            whole("seed", seed, 0, _MOST_SEED)
        for name in ("tasks", "rows", "seeds"):
            values = getattr(self, name)
            if not values or len(set(values)) < len(values):
                raise ValueError(f"{name} must be one or more, each once, got {', '.join(map(str, values)) or 'none'}")
        if self.threads is not None:
            whole("threads", self.threads, 1, 4096)
        for task in self.tasks:
            for row in self.rows:
                self.play(task, row)
        try:
            json.dumps(self.to_json(), allow_nan=False)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"settings of a table are text, numbers, true, false, and lists and mappings of these: {error}"
            ) from error

    def play(self, task: str, row: str) -> Play:
        """How a row plays a task; raises ValueError for values that do not fit."""
        play: Play = make(Play, "the table", _deep(self.usual, self.by_task.get(task, {}), self.by_row.get(row, {})))
        if ROWS[row].method and kind_of(play.model) not in ("", "hf"):
            raise ValueError(f"the row {row} is trained, which {play.model} cannot be: give it a model of its own under by_row")
        for key in play.env:
            # The split has a key of its own.
            one_of(f"key of env for {task}", key, [each for each in env_keys(task) if each != "split"])
        if play.model == "table":
            raise ValueError("the model table plays relay alone; choose a folder, a name on the hub or toy")
        return play

    def to_json(self) -> dict[str, Any]:
        """All values, as they stand in a file."""
        own = {name: list(value) if isinstance(value := getattr(self, name), tuple) else value for name in OWN}
        return {**own, **self.usual, "by_task": dict(self.by_task), "by_row": dict(self.by_row)}


def _deep(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """Values over values; mappings are merged, and in ``train`` the sections."""
    found: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            if key == "env":
                found[key] = {**found.get(key, {}), **_mapping(key, value)}
            elif key == "train":
                before, now = found.get(key, {}), _mapping(key, value)
                sections = merged(
                    *({name: _mapping(name, each[name]) for name in SECTIONS if name in each} for each in (before, now))
                )
                found[key] = {**before, **now, **sections}
            else:
                found[key] = value
    return found


def _mapping(name: str, value: Any) -> dict[str, Any]:
    """Keys and values; a heading with nothing under it has none."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{name} must hold keys and values, got {value!r}")
    return value


def read_grid(path: Path) -> GridConfig:
    """The table that a YAML file asks for.

    Raises:
        ValueError: if it is not YAML, or has a key or a value that does not fit; the message names the choices.
        OSError: if it cannot be read.
    """
    content = load_yaml(str(path), path.read_text(encoding="utf-8", errors="replace"))
    return grid_of(content, str(path))


def grid_of(content: Any, where: str = "the table") -> GridConfig:
    """A table from keys and values; errors as :func:`read_grid`."""
    content = _mapping(where, content)
    for key in content:
        one_of(f"key of {where}", key, (*OWN, *PLAY, *PLACES))
    own: dict[str, Any] = {name: content[name] for name in OWN if content.get(name) is not None}
    for name in ("tasks", "rows", "seeds"):
        if name in own:
            if not isinstance(own[name], (list, tuple)):
                raise ValueError(f"{name} must be a list, got {own[name]!r}")
            own[name] = tuple(own[name])
    usual = _values(where, {name: content[name] for name in PLAY if name in content})
    places: dict[str, Any] = {
        name: {key: _values(key, each) for key, each in _mapping(name, content.get(name)).items()} for name in PLACES
    }
    return GridConfig(**own, usual=usual, **places)


def _values(where: str, values: Any) -> dict[str, Any]:
    """Values of :class:`Play`; folders of models by their full names, for a table may be gone on with from elsewhere."""
    found = dict(_mapping(where, values))
    for key in found:
        one_of(f"key of {where}", key, PLAY)
    if isinstance(found.get("model"), str):
        found["model"] = full_name(found["model"])
    return found


def limit_of(play: Play, row: TableRow, agents: int) -> int | None:
    """The longest answer of a row, for training and evaluation alike; None for that which toys were taught."""
    if play.model in BUILT and play.max_tokens is None:
        return None
    return (play.max_tokens or 512) * (agents if row.alone else 1)


def game_of(play: Play, task: str) -> dict[str, Any]:
    """The options of the task with which a row is played in the end, as far as they are not the task's own."""
    preset = play.train.get("preset") or (play.model if play.model in BUILT else "default")
    options = {**env_preset(preset, task, version_module(task).PAPER), **play.env}
    return {key: value for key, value in options.items() if key != "split"}


def sections_of(play: Play, row: TableRow, limit: int | None) -> dict[str, Any]:
    """What ``collm train --config`` reads for a row."""
    given = {name: dict(play.train.get(name) or {}) for name in SECTIONS}
    given["env"] = {**play.env, **given["env"]}
    if limit is not None:
        given["learner"].setdefault("max_new_tokens", limit)
    named = {"preset": play.train["preset"]} if play.train.get("preset") else {}
    return {**named, **{name: values for name, values in given.items() if values}}


QUICK: Mapping[str, Any] = {
    "seeds": [0, 1, 2],
    "threads": 1,
    "model": "toy",
    "split": "generated:tiny",
    "episodes": 32,
    "temperature": 1.0,
    "train": {"run": {"eval_every": 1000, "eval_episodes": 8, "save_every": 1000}},
    "by_task": {
        "tldr": {"train": {"learner": {"iterations": 30}}},
        "arxiv": {"train": {"learner": {"iterations": 20}}},
        "coophe": {"train": {"learner": {"iterations": 25}}},
        "strbuild": {"train": {"learner": {"iterations": 40}}},
        "housebuild": {"train": {"learner": {"iterations": 30}}},
    },
}
"""``collm table --quick``: toys, which need neither weights nor an accelerator."""


def with_changes(config: GridConfig, **own: Sequence[Any] | None) -> GridConfig:
    """A table with other tasks, rows or seeds, where they are given."""
    changes: dict[str, Any] = {name: tuple(values) for name, values in own.items() if values}
    return replace(config, **changes)
