"""From the episodes of all cells to what a table says: means with intervals, and how much rows differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from collm_agents.grid.cells import Cell
from collm_agents.grid.config import GridConfig
from collm_agents.grid.paper import figure
from collm_agents.grid.rows import MAIN, OURS, ROWS, Column, TableRow, columns_of
from collm_agents.records import RUN, iter_results
from collm_agents.results import EpisodeResult
from collm_agents.statistics import Interval, crossed_difference, crossed_interval

REFERENCE = "collm-cc"
"""The row that the others are compared with."""


@dataclass(frozen=True)
class Figure:
    """One number of the table.

    Attributes:
        column: what it is of.
        interval: its mean over seeds and instances and the bounds of both.
        by_seed: the mean of each seed.
        paper: the paper's figure; None where it has none.
        best: whether no row of the task has a better mean; a row that is alone is not compared.
    """

    column: Column
    interval: Interval
    by_seed: tuple[float, ...]
    paper: float | None
    best: bool = False


@dataclass(frozen=True)
class Line:
    """A row on one task.

    Attributes:
        row: which.
        seeds: that were played.
        instances: on how many instances.
        episodes: of all seeds.
        cut: share of completions that the length limit ended.
        figures: by column, in the order of the table.
        behind: how much better the reference is in the task's main column, on the same instances; None for the reference itself,
            and where it is missing or played others, or with other options of the task.
    """

    row: TableRow
    seeds: tuple[int, ...]
    instances: int
    episodes: int
    cut: float
    figures: tuple[Figure, ...]
    behind: Interval | None


@dataclass(frozen=True)
class Section:
    """A task of the table.

    Attributes:
        task: its name.
        split: what was played.
        columns: in order; those up to ``wide`` are the paper's.
        wide: how many of the columns the paper has.
        lines: the rows that are there.
        apart: names of rows that played other instances than the reference, or with other options.
        missing: names of rows that are asked for and not there, or not with all seeds.
    """

    task: str
    split: str
    columns: tuple[Column, ...]
    wide: int
    lines: tuple[Line, ...]
    apart: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class GridTable:
    """All tasks.

    Attributes:
        sections: in the order of the table.
        reference: the label of the row that others are compared with.
        versions: of the packages that the results may depend on; of several, all.
    """

    sections: tuple[Section, ...]
    reference: str
    versions: Mapping[str, str]


@dataclass(frozen=True)
class _Played:
    """A cell that is done.

    Attributes:
        seed: of the cell.
        game: what was played: options of the task, and instances; rows compare where it is the same.
        results: of all episodes.
    """

    seed: int
    game: str
    results: Sequence[EpisodeResult]


Values = list[list[float]]
"""R x N: of each seed the means of all instances."""


def summarise(config: GridConfig, cells: Sequence[Cell]) -> GridTable:
    """The table of all cells that are done.

    Raises:
        ValueError: for rows of a task that played different instances with different seeds, or results that cannot be read.
    """
    versions: dict[str, set[str]] = {}
    sections = []
    for task in config.tasks:
        played: dict[str, list[_Played]] = {}
        for cell in cells:
            if cell.task == task and cell.done:
                results = _light(cell, versions)
                played.setdefault(cell.row, []).append(_Played(cell.seed, _game(cell, results), results))
        sections.append(_section(config, task, {row: played[row] for row in config.rows if row in played}))
    kept = {name: " / ".join(sorted(each)) for name, each in sorted(versions.items())}
    return GridTable(tuple(sections), ROWS[REFERENCE].label, kept)


def _light(cell: Cell, versions: dict[str, set[str]]) -> list[EpisodeResult]:
    """A cell's episodes without their transcripts, which would fill the memory."""
    results = []
    for result in iter_results(cell.results):
        for name, version in result.versions.items():
            versions.setdefault(name, set()).add(version)
        results.append(result.brief())
    return results


def _game(cell: Cell, results: Sequence[EpisodeResult]) -> str:
    run = json.loads((cell.results / RUN).read_text(encoding="ascii"))
    instances = sorted({(result.split, result.index) for result in results})
    return json.dumps([[match["options"] for match in run["matches"]], instances], sort_keys=True)


def _section(config: GridConfig, task: str, played: Mapping[str, list[_Played]]) -> Section:
    for row, seeds in played.items():
        if len({each.game for each in seeds}) > 1:
            raise ValueError(f"the seeds of {row} played different instances of {task}, or with different options")
    columns = columns_of(task)
    values = {row: {column.name: _values(column, seeds) for column in columns} for row, seeds in played.items()}
    best = {
        column.name: (max if column.high else min)(fmean(map(fmean, values[row][column.name])) for row in values)
        for column in columns
        if len(values) > 1
    }
    main = MAIN[task].name
    lines: list[Line] = []
    apart: list[str] = []
    for row, seeds in played.items():
        figures = []
        for column in columns:
            own = values[row][column.name]
            means = tuple(map(fmean, own))
            figures.append(
                Figure(column, crossed_interval(own), means, figure(task, row, column.name), fmean(means) == best.get(column.name))
            )
        behind = None
        if row != REFERENCE and REFERENCE in values:
            if seeds[0].game == played[REFERENCE][0].game:
                behind = crossed_difference(values[REFERENCE][main], values[row][main])
            else:
                apart.append(row)
        episodes = [result for each in seeds for result in each.results]
        completions = sum(sum(result.completions.values()) for result in episodes)
        cut = sum(sum(result.cut.values()) for result in episodes) / max(1, completions)
        which = tuple(each.seed for each in seeds)
        lines.append(Line(ROWS[row], which, len(values[row][main][0]), len(episodes), cut, tuple(figures), behind))
    whole = {line.row.name for line in lines if line.seeds == config.seeds}
    splits = dict.fromkeys(config.play(task, row).split for row in config.rows)
    return Section(
        task,
        ", ".join(splits),
        columns,
        len(columns) - len(OURS),
        tuple(lines),
        tuple(apart),
        tuple(row for row in config.rows if row not in whole),
    )


def _values(column: Column, seeds: Sequence[_Played]) -> Values:
    found: list[dict[int, list[float]]] = []
    for each in seeds:
        by_instance: dict[int, list[float]] = {}
        for result in each.results:
            by_instance.setdefault(result.index, []).append(column.of(result))
        found.append(by_instance)
    return [[fmean(each[index]) for index in sorted(each)] for each in found]


def to_json(table: GridTable, config: GridConfig) -> dict[str, Any]:
    """All figures, JSON-ready, with the settings they follow from."""
    return {
        "config": config.to_json(),
        "versions": dict(table.versions),
        "reference": table.reference,
        "tasks": {
            section.task: {
                "split": section.split,
                "missing": list(section.missing),
                "apart": list(section.apart),
                "rows": {line.row.name: _line_json(line) for line in section.lines},
            }
            for section in table.sections
        },
    }


def _line_json(line: Line) -> dict[str, Any]:
    return {
        "seeds": list(line.seeds),
        "instances": line.instances,
        "episodes": line.episodes,
        "cut": line.cut,
        "figures": {
            figure.column.name: {
                "label": figure.column.label,
                "mean": figure.interval.mean,
                "low": figure.interval.low,
                "high": figure.interval.high,
                "by_seed": list(figure.by_seed),
                "best": figure.best,
                "paper": figure.paper,
            }
            for figure in line.figures
        },
        "behind_reference": line.behind._asdict() if line.behind else None,
    }
