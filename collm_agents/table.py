"""From results to rows, and from rows to a table for the terminal or for a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from collm_agents.evaluate import EpisodeResult
from collm_agents.statistics import Interval, interval

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One team on one task, over its episodes.

    Attributes:
        task, env, split, team: of all the episodes.
        episodes: how many.
        reward: mean raw reward of the last turn with its 95 % interval.
        best: mean raw reward of the best turn.
        solved: share of episodes solved.
        turns: mean number of turns.
        metrics: means of the task's metrics after the last turn, the main one first.
        steps_per_second: turns over the time spent in the environment alone, teams not counted.
    """

    task: str
    env: str
    split: str
    team: str
    episodes: int
    reward: Interval
    best: float
    solved: float
    turns: float
    metrics: Mapping[str, float]
    steps_per_second: float


def summarise(results: Iterable[EpisodeResult]) -> list[Row]:
    """One row for each task, split and team, in order of appearance."""
    groups: dict[tuple[str, str, str, str], list[EpisodeResult]] = {}
    for result in results:
        groups.setdefault((result.task, result.env, result.split, result.team), []).append(result)
    return [_row(*key, group) for key, group in groups.items()]


def _row(task: str, env: str, split: str, team: str, group: Sequence[EpisodeResult]) -> Row:
    return Row(
        task=task,
        env=env,
        split=split,
        team=team,
        episodes=len(group),
        reward=interval([result.last_reward for result in group]),
        best=fmean(result.best_reward for result in group),
        solved=fmean(result.solved for result in group),
        turns=fmean(result.turns for result in group),
        metrics={name: fmean(result.metrics[name] for result in group) for name in group[0].metrics},
        steps_per_second=sum(result.turns for result in group) / max(1e-9, sum(result.env_seconds for result in group)),
    )


def _number(value: float) -> str:
    return f"{value:.3f}"


def _bounds(of: Interval) -> str:
    return f"[{of.low:.3f}, {of.high:.3f}]"


def _by_task(rows: Iterable[Row]) -> list[list[Row]]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.env, row.split), []).append(row)
    return list(groups.values())


# -- for a terminal -----------------------------------------------------------------------------------------------------


def terminal_table(rows: Sequence[Row], width: int) -> Table:
    """A rich table with a section for each task, and as many of its metrics as ``width`` columns hold."""
    from rich.console import Console

    wide, groups = Console(width=10_000), _by_task(rows)
    most = max((len(group[0].metrics) for group in groups), default=0)
    candidates = (_with_metrics(groups, shown) for shown in range(most, 0, -1))
    return next((table for table in candidates if wide.measure(table).maximum <= width), _with_metrics(groups, 0))


def _with_metrics(groups: Sequence[Sequence[Row]], shown: int) -> Table:
    from rich.text import Text

    from collm_agents.console import make_table

    numbers = ["reward", "95 % interval", "best", *([""] * shown), "steps/s", "n"]
    table = make_table("task, team", *numbers, numbers=numbers)
    table.columns[0].no_wrap = True
    for group in groups:
        names = list(group[0].metrics)[:shown]
        blanks = [""] * (shown - len(names))
        table.add_row(Text(group[0].env, style="bold"), "", "", "", *(Text(name, style="italic") for name in names))
        for row in group:
            means = [_number(row.metrics[name]) for name in names]
            cells = [_number(row.reward.mean), _bounds(row.reward), _number(row.best), *means, *blanks]
            table.add_row(f"  {row.team}", *cells, f"{row.steps_per_second:,.0f}", str(row.episodes))
        table.add_section()
    return table


# -- for a file ---------------------------------------------------------------------------------------------------------


def markdown(rows: Sequence[Row]) -> str:
    """A Markdown table for each task with all its metrics, its columns aligned so that it reads well as plain text."""
    return "\n\n".join(_section(group) for group in _by_task(rows)) + "\n"


def _section(group: Sequence[Row]) -> str:
    names = list(group[0].metrics)
    lines = [["team", "reward", "95 % interval", "best", *names, "solved", "turns", "steps/s", "n"]]
    for row in group:
        metrics = [_number(row.metrics[name]) for name in names]
        lines.append(
            [row.team, _number(row.reward.mean), _bounds(row.reward), _number(row.best), *metrics, f"{row.solved:.0%}"]
            + [f"{row.turns:.2f}", f"{row.steps_per_second:,.0f}", str(row.episodes)]
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    ruler = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    aligned = [[line[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(line[1:], widths[1:]))] for line in lines]
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in [aligned[0], ruler, *aligned[1:]])
    return f"## {group[0].env}, split {group[0].split}\n\n{table}"
