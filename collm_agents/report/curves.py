"""From the metrics of runs to curves: runs that differ only in their seed are one curve, with a 95 % interval of its mean."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collm_agents.report.data import Group, TrainingRun

Floats = NDArray[np.float64]

AXES = {"total_joint_rewards": "joint rewards", "total_responses": "sampled responses"}
"""What learning may be charged by, and what an axis of it is called."""

# Keys of the section run, and others that change nothing about what is learnt.
_NEUTRAL = {"run": ("save_every", "eval_every", "eval_recorded", "threads", "tensorboard", "wandb"), "learner": ("seed",)}
TERM = "term."
"""Stands before the names of reward terms among metrics."""
TOTAL = "reward"
"""What the sum of the terms is called."""

# A key of its own among metrics, which no metric has.
_SUM = "sum of terms"
_WINDOW = 20
_POINTS = 2400
# Two-sided 95 % quantiles of Student's t, by degrees of freedom from 1.
_T = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
_NORMAL = 1.959964


@dataclass(frozen=True, eq=False)
class Curve:
    """A mean along an axis.

    Attributes:
        label: whose it is.
        count: what ``n`` counts.
        x, mean, low, high: arrays of one length; bounds are those of the 95 % interval, equal to the mean where n is 1.
    """

    label: str
    count: int
    x: Floats
    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Family:
    """Runs that differ only in their seed.

    Attributes:
        label: method and, where that does not tell families apart, the settings that do.
        runs: one for each seed.
        remarks: what was left out, and why.
    """

    label: str
    runs: tuple[TrainingRun, ...]
    remarks: tuple[str, ...] = ()


def t_quantile(freedom: int) -> float:
    """The two-sided 95 % quantile of Student's t (beyond the table by Abramowitz and Stegun, 26.7.5; to its third order)."""
    if freedom <= len(_T):
        return _T[freedom - 1]
    z = _NORMAL
    parts = (z, (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96, (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384)
    return sum(part / float(freedom) ** power for power, part in enumerate(parts))


def families(runs: Sequence[TrainingRun]) -> list[Family]:
    """The runs of one task by everything but their seed, in order of appearance."""
    by_settings: dict[str, list[TrainingRun]] = {}
    for run in runs:
        by_settings.setdefault(json.dumps(_settings(run), sort_keys=True, default=str), []).append(run)
    flat = [flatten(_settings(each[0])) for each in by_settings.values()]
    methods = [str(each[0].config.get("method")) for each in by_settings.values()]
    found = []
    for own, method, each in zip(flat, methods, by_settings.values()):
        rivals = [other for other, name in zip(flat, methods) if name == method]
        keys = [key for key in own if any(other.get(key) != own[key] for other in rivals)]
        told = [f"{key.partition('.')[2] or key}={own[key]}" for key in keys[:3]] + ["..."] * (len(keys) > 3)
        found.append(_family(", ".join([method, *told]), each))
    return found


def _settings(run: TrainingRun) -> dict[str, Any]:
    settings = {}
    for name, value in run.config.items():
        dropped = _NEUTRAL.get(name, ())
        settings[name] = {k: v for k, v in value.items() if k not in dropped} if isinstance(value, dict) else value
    return settings


def _family(label: str, runs: Sequence[TrainingRun]) -> Family:
    kept: dict[Any, TrainingRun] = {}
    remarks = []
    for run in runs:
        if not run.metrics:
            remarks.append(f"{run.name} has no iteration yet")
        elif run.seed in kept:
            remarks.append(f"{run.name} has the seed of {kept[run.seed].name} and is left out")
        else:
            kept[run.seed] = run
    short, long = (pick([len(run.metrics) for run in kept.values()] or [0]) for pick in (min, max))
    if short < long:
        remarks.append(f"curves of {label} end with its shortest run, after {short} of {long} iterations")
    return Family(label, tuple(kept.values()), tuple(remarks))


def flatten(content: Mapping[str, Any]) -> dict[str, Any]:
    """Sections of settings as one mapping: ``learner.gamma``."""
    flat: dict[str, Any] = {}
    for name, value in content.items():
        flat.update({f"{name}.{key}": each for key, each in value.items()} if isinstance(value, dict) else {name: value})
    return flat


# -- curves ---------------------------------------------------------------------------------------------------------------


def window(run: TrainingRun) -> int:
    """How many iterations a point of a training curve is the mean of."""
    return max(1, len(run.metrics) // _WINDOW)


def training_curves(found: Sequence[Family], measure: str, axis: str) -> list[Curve]:
    """A measure of the sampled team in training, as a trailing mean over :func:`window` iterations of each run."""
    points = max(20, min(160, _POINTS // max(1, len(found))))
    curves = []
    for family in found:
        told = [line for line in (_trail(run, measure, axis) for run in family.runs) if line]
        if not told:
            continue
        low, high = max(line[0][0] for line in told), min(line[0][-1] for line in told)
        longest = max(len(line[0]) for line in told)
        grid = np.linspace(low, high, min(points, longest)) if high > low else np.array([low])
        curves.append(_curve(family.label, grid, np.array([np.interp(grid, *line) for line in told])))
    return curves


def _trail(run: TrainingRun, measure: str, axis: str) -> tuple[Floats, Floats] | None:
    """An axis and a measure, iteration by iteration; where the measure is not there (a critic that warms up) there is no point."""
    rows = [row for row in run.metrics if _is_number(row.get(measure)) and _is_number(row.get(axis))]
    if not rows:
        return None
    values, width = np.array([float(row[measure]) for row in rows]), window(run)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(0, ends - width)
    return np.array([float(row[axis]) for row in rows]), (sums[ends] - sums[starts]) / (ends - starts)


def evaluation_curves(found: Sequence[Family], measure: str, axis: str) -> list[Curve]:
    """A measure of evaluations, at the iterations that every run of a family was evaluated after."""
    curves = []
    for family in found:
        told = [line for line in (_tried(run, measure, axis) for run in family.runs) if line]
        shared = sorted(set.intersection(*(set(line) for line in told))) if told else []
        if shared:
            # At one iteration, runs of one family have played as much but for episodes that ended early.
            grid = np.array([np.mean([line[iteration][0] for line in told]) for iteration in shared])
            values = np.array([[line[iteration][1] for iteration in shared] for line in told])
            curves.append(_curve(family.label, grid, values))
    return curves


def _tried(run: TrainingRun, measure: str, axis: str) -> dict[int, tuple[float, float]]:
    spent = {0: 0.0, **{row["iteration"]: float(row[axis]) for row in run.metrics if _is_number(row.get(axis))}}
    rows = [row for row in run.evaluations if row["iteration"] in spent and _is_number(row.get(measure))]
    return {row["iteration"]: (spent[row["iteration"]], float(row[measure])) for row in rows}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and isfinite(value)


def _curve(label: str, x: Floats, values: Floats) -> Curve:
    """``values``: (runs, points)."""
    mean, many = values.mean(0), len(values)
    half = t_quantile(many - 1) * values.std(0, ddof=1) / sqrt(many) if many > 1 else np.zeros_like(mean)
    return Curve(label, many, x, mean, mean - half, mean + half)


def learnt_terms(family: Family, axis: str, tried: bool = False) -> list[Curve]:
    """The mean reward terms of a turn as they change with training, each as a curve of its name; of several the sum comes last.

    Args:
        family: whose.
        axis: one of :data:`AXES`.
        tried: those of evaluations, instead of the sampled team's in training.
    """
    rows = [row for run in family.runs for row in (run.evaluations if tried else run.metrics)]
    names = dict.fromkeys(key for row in rows for key in row if key.startswith(TERM))
    summed = replace(family, runs=tuple(_with_sum(run) for run in family.runs))
    found = []
    for name in (*names, *[_SUM] * (len(names) > 1)):
        label = TOTAL if name == _SUM else name.removeprefix(TERM)
        curves = (evaluation_curves if tried else training_curves)([summed], name, axis)
        found += [replace(curve, label=label) for curve in curves]
    return found


def _with_sum(run: TrainingRun) -> TrainingRun:
    told = [
        [{**row, _SUM: sum(terms)} if (terms := [row[key] for key in row if key.startswith(TERM)]) else row for row in rows]
        for rows in (run.metrics, run.evaluations)
    ]
    return replace(run, metrics=told[0], evaluations=told[1])


def term_curves(group: Group) -> list[Curve]:
    """The mean reward terms of each turn; the sum comes last. Later turns have fewer episodes, and ``count`` is the first one's."""
    names = sorted(group.terms, key=lambda name: name == TOTAL)
    return [_term(name, group) for name in names if any(turn.count for turn in group.terms[name])]


def _term(name: str, group: Group) -> Curve:
    told = [(number, turn) for number, turn in enumerate(group.terms[name], 1) if turn.count]
    mean = np.array([turn.mean for _, turn in told])
    half = np.array([t_quantile(turn.count - 1) * turn.error if turn.count > 1 else 0.0 for _, turn in told])
    return Curve(name, told[0][1].count, np.array([float(number) for number, _ in told]), mean, mean - half, mean + half)


def measures(runs: Sequence[TrainingRun], wanted: Sequence[str]) -> list[str]:
    """Those of the wanted measures that some run has."""
    there = {name for run in runs for row in run.metrics for name in row}
    return [name for name in wanted if name in there]
