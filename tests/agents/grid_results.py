"""Cells of a table as if they had been played, with results made by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from collm_agents.grid.cells import Cell, cells_of
from collm_agents.grid.config import GridConfig, grid_of
from collm_agents.grid.rows import MAIN
from collm_agents.grid.summary import Figure, GridTable, Line, summarise
from collm_agents.results import EpisodeResult

METRICS = {
    "tldr": {"score": 50.0},
    "arxiv": {"score": 50.0},
    "coophe": {"pass_rate": 0.5},
    "strbuild": {"adjacent_same_ratio": 0.25, "iou": 0.5},
    "housebuild": {"iou": 0.5, "hp": 4.5},
}


def episode(task: str, index: int, seed: int, metrics: Mapping[str, float], **changes: Any) -> EpisodeResult:
    given: dict[str, Any] = {
        "task": task,
        "env": f"{task}_v0",
        "team": "hand",
        "protocol": "parallel",
        "config": "0",
        "split": "test",
        "index": index,
        "seed": seed,
        "turns": 1,
        "rewards": [0.5],
        "last_reward": 0.5,
        "best_reward": 0.5,
        "episode_return": 0.5,
        "discounted_return": 0.5,
        "solved": False,
        "metrics": {**METRICS[task], **metrics},
        "characters": {},
        "tokens": {"a_0": 30, "a_1": 10},
        "prompt_tokens": {"a_0": 100, "a_1": 150},
        "completions": {"a_0": 2, "a_1": 2},
        "cut": {"a_0": 1, "a_1": 0},
        "seconds": {"a_0": 1.5, "a_1": 0.5},
        "turn_seconds": [1.5],
        "team_seconds": 1.5,
        "env_seconds": 0.0,
        "versions": {"python": "3"},
        "instance": {"much": "text"},
        "transcript": [{"much": "text"}],
        "exchanges": [[{"much": "text"}]],
    }
    return EpisodeResult(**{**given, **changes})


def put(cell: Cell, results: Sequence[EpisodeResult], options: Mapping[str, Any] | None = None) -> None:
    """A cell as if it had been played."""
    cell.results.mkdir(parents=True)
    run = {"command": "eval", "complete": True, "matches": [{"options": dict(options or {})}]}
    (cell.results / "run.json").write_text(json.dumps(run))
    (cell.results / "results.jsonl").write_text("".join(result.to_json() + "\n" for result in results))


def made(home: Path, values: Mapping[str, Sequence[Sequence[float]]], task: str = "tldr", **changes: Any) -> GridTable:
    """A table of one task: by row, of each seed the main metric of each instance; None is for a cell that is not there."""
    return summarise(*asked(home, values, task, **changes))


def asked(home: Path, values: Mapping[str, Any], task: str = "tldr", **changes: Any) -> tuple[GridConfig, list[Cell]]:
    seeds = max(map(len, values.values()))
    config = grid_of({"tasks": [task], "rows": [*values], "seeds": [*range(seeds)], "model": "toy"})
    cells, main_name = cells_of(config, home), MAIN[task].name
    factor = 1.0 if task in ("tldr", "arxiv") else 0.01
    for cell in cells:
        for own in values[cell.row][cell.seed : cell.seed + 1]:
            if own is not None:
                put(cell, [episode(task, i, i, {main_name: factor * value}, **changes) for i, value in enumerate(own)])
    return config, cells


def figure_of(line: Line, name: str) -> Figure:
    return next(each for each in line.figures if each.column.name == name)


def lines_of(table: GridTable) -> dict[str, Line]:
    [section] = table.sections
    return {line.row.name: line for line in section.lines}
