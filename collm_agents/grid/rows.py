"""The rows and columns of Table 1 of arXiv:2601.21972."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import fmean

from collm_agents.methods import METHODS
from collm_agents.results import EpisodeResult


@dataclass(frozen=True)
class TableRow:
    """Who plays.

    Attributes:
        name: in settings and folders.
        label: in tables.
        method: of ``collm train``; "" for a row that is not trained.
        protocol: how it answers; of a trained row it follows from the method.
    """

    name: str
    label: str
    method: str = ""
    protocol: str = "parallel"

    @property
    def alone(self) -> bool:
        """Whether one model answers for the whole team."""
        return self.protocol == "single"


ROWS: Mapping[str, TableRow] = {
    row.name: row
    for row in (
        TableRow("raw", "Raw model", protocol="single"),
        TableRow("grpo", "GRPO", "grpo", "single"),
        TableRow("ac", "AC", "ac", "single"),
        TableRow("parallel", "Parallel"),
        TableRow("pipeline", "Pipeline", protocol="pipeline"),
        TableRow("discussion", "Discussion", protocol="discussion"),
        TableRow("magrpo", "MAGRPO", "magrpo"),
        TableRow("collm-dc", "CoLLM-DC", "collm-dc"),
        TableRow("collm-cc", "CoLLM-CC", "collm-cc"),
    )
}
"""By name, in the paper's order."""

assert all(row.method in METHODS for row in ROWS.values() if row.method)


@dataclass(frozen=True)
class Column:
    """A figure of a row.

    Attributes:
        name: in files.
        label: in tables, with its unit.
        of: its value for an episode.
        high: whether more is better.
        digits: shown after the point.
        short: where there is little room, with its unit, too.
    """

    name: str
    label: str
    of: Callable[[EpisodeResult], float]
    high: bool
    digits: int
    short: str


def _metric(name: str, label: str, short: str, factor: float = 1.0, high: bool = True, digits: int = 1) -> Column:
    return Column(name, label, lambda result: factor * result.metrics[name], high, digits, short)


TIME = Column("seconds", "time (s/episode)", lambda result: result.team_seconds, False, 2, "Time (s)")
COST = Column("speaker_tokens", "cost (tokens/agent)", lambda result: _per_speaker(result.tokens), False, 0, "Cost (tokens)")
COST_OF_ALL = Column(
    "tokens", "cost (tokens in all)", lambda result: float(sum(result.tokens.values())), False, 0, "Cost of all (tokens)"
)
READ = Column(
    "prompt_tokens", "prompt tokens in all", lambda result: float(sum(result.prompt_tokens.values())), False, 0, "Prompts (tokens)"
)
REWARD = Column("reward", "reward of the last turn", lambda result: result.last_reward, True, 3, "Reward")


def _per_speaker(counts: Mapping[str, int]) -> float:
    return fmean(counts.values()) if counts else 0.0


_SCORES: Mapping[str, tuple[Column, ...]] = {
    "tldr": (_metric("score", "score (% of 3)", "Score (%)"),),
    "arxiv": (_metric("score", "score (% of 3)", "Score (%)"),),
    "coophe": (_metric("pass_rate", "pass rate (% of tests)", "Pass (%)", 100.0),),
    "strbuild": (
        _metric("adjacent_same_ratio", "adjacent blocks alike (%)", "Adj (%)", 100.0, high=False),
        _metric("iou", "IoU (%)", "IoU (%)", 100.0),
    ),
    "housebuild": (
        _metric("iou", "IoU (%)", "IoU (%)", 100.0),
        _metric("hp", "mean health (of 5)", "Health (of 5)", digits=2),
    ),
}

MAIN: Mapping[str, Column] = {
    task: next(column for column in scores if column.name in ("score", "pass_rate", "iou")) for task, scores in _SCORES.items()
}
"""By task, what rows are compared by."""


OURS = (COST_OF_ALL, READ, REWARD)
"""Columns that the paper's table has not."""


def columns_of(task: str) -> tuple[Column, ...]:
    """The columns of a task: time and cost, then its scores, and behind them what the paper's table has not."""
    return (TIME, COST, *_SCORES[task], *OURS)


TASKS = tuple(_SCORES)
"""The tasks of the table, in the paper's order."""
