"""Tables and figures of all runs of :mod:`study` and :mod:`improve` that are there: ``summary.md``, ``<study>.png``.

    python benchmarks/learning/report.py

Curves are of the sampled team in training, its mean return over the newest 640 joint rewards. Intervals are 95 % t-intervals of the
mean over seeds.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from study import RESULTS, STUDIES, WINDOW

from collm_agents.grid.rows import TASKS
from collm_agents.methods import METHODS
from collm_agents.report.curves import t_quantile

matplotlib.use("Agg")
import matplotlib.pyplot as plt

HERE = Path(__file__).parent
LEVEL = {"relay-long": 0.8, "relay-long-trees": 0.8, "relay-short": 0.8, "strbuild-long": 0.8}
TABLES = sorted((HERE.parent / "table").glob("**/table.json"))
STARTS = {"grpo": "raw", "ac": "raw", "magrpo": "parallel", "collm-dc": "parallel", "collm-cc": "parallel"}
"""Rows of the table that are trained, and what they were before."""
FRESH = 100
"""Seeds from here on chose nothing."""
AXES = {"total_joint_rewards": "joint rewards", "total_responses": "sampled responses", "cpu_seconds": "CPU seconds, one core"}
# Okabe and Ito's colours, which all people can tell apart, with a line style each for print without colour.
STYLES = [
    ("#0072B2", "-"), ("#56B4E9", "--"), ("#D55E00", "-"), ("#E69F00", "--"), ("#000000", "-"), ("#009E73", "-."), ("#CC79A7", ":"),
]  # fmt: skip


class Run(NamedTuple):
    """One file: its header and its columns."""

    learner: str
    rate: float
    seed: int
    columns: dict[str, np.ndarray]

    def smooth(self) -> np.ndarray:
        """Mean return over the newest ``WINDOW`` joint rewards, at each iteration."""
        rewards, total = self.columns["return"], self.columns["total_joint_rewards"]
        starts = np.searchsorted(total, total - WINDOW, side="right")
        return np.array([rewards[start : now + 1].mean() for now, start in enumerate(starts)])

    def area(self) -> float:
        """Mean return over the run, by joint rewards."""
        return float(np.average(self.columns["return"], weights=self.columns["joint_rewards"]))

    def reached(self, level: float, axis: str) -> float:
        """What had been spent when the smoothed return reached a level; infinite if it never did."""
        # Files hold four digits: a run that ended at a level is there.
        above = np.flatnonzero((self.smooth() >= level - 1e-4) & (self.columns["total_joint_rewards"] >= WINDOW))
        return float(self.columns[axis][above[0]]) if len(above) else float("inf")


def load(study: str) -> list[Run]:
    """All finished runs of a study."""
    runs = []
    for file in sorted((RESULTS / study).glob("*.jsonl")):
        header, *rows = (json.loads(line) for line in file.read_text(encoding="ascii").splitlines())
        columns = {key: np.array([row[key] for row in rows]) for key in (*AXES, "return", "joint_rewards")}
        runs.append(Run(header["learner"], header["rate"], header["seed"], columns))
    return runs


def interval(values: list[float]) -> str:
    """A mean with its 95 % interval."""
    many = len(values)
    if many < 2:
        return f"{values[0]:.3f}"
    return f"{np.mean(values):.3f} ± {t_quantile(many - 1) * np.std(values, ddof=1) / many**0.5:.3f}"


def spent(values: list[float]) -> str:
    """The median of what it took, and how many of the seeds got there."""
    got = sum(np.isfinite(values))
    middle = float(np.median(values))
    return f"{middle:,.0f} ({got}/{len(values)})" if np.isfinite(middle) else f"not reached ({got}/{len(values)})"


def table(study: str, runs: list[Run]) -> list[str]:
    """A row for each learner, rate and kind of seeds."""
    level = LEVEL.get(study)
    groups: dict[tuple[str, float, bool], list[Run]] = defaultdict(list)
    for run in runs:
        groups[run.learner, run.rate, run.seed >= FRESH].append(run)
    order = {name: place for place, name in enumerate(STUDIES[study].learners)}
    head = ["learner", "rate", "seeds", "n", "mean return of the run", "of its last tenth"]
    head += [f"joint rewards to {level}", f"CPU s to {level}"] if level else []
    head.append("CPU s in all")
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for (learner, rate, fresh), each in sorted(groups.items(), key=lambda item: (item[0][2], order[item[0][0]], item[0][1])):
        tails = [float(run.columns["return"][-max(1, len(run.columns["return"]) // 10) :].mean()) for run in each]
        row = [
            learner,
            f"{rate:g}",
            "fresh" if fresh else "tuning",
            str(len(each)),
            interval([r.area() for r in each]),
            interval(tails),
        ]
        if level:
            row += [spent([run.reached(level, axis) for run in each]) for axis in ("total_joint_rewards", "cpu_seconds")]
        row.append(f"{np.mean([run.columns['cpu_seconds'][-1] for run in each]):.0f}")
        lines.append("| " + " | ".join(row) + " |")
    return lines


def figure(study: str, runs: list[Run]) -> bool:
    """Curves of each learner at its chosen rate on fresh seeds, against all that can be spent."""
    chosen = [run for run in runs if run.seed >= FRESH and run.rate == STUDIES[study].best.get(run.learner)]
    if not chosen:
        return False
    means: list[np.ndarray] = []
    shown, axes = plt.subplots(1, len(AXES), figsize=(15, 4.4), sharey=True)
    for (axis, words), panel in zip(AXES.items(), axes):
        for learner, (colour, style) in zip(STUDIES[study].best, STYLES):
            each = [run for run in chosen if run.learner == learner]
            if not each:
                continue
            grid = np.linspace(0, min(run.columns[axis][-1] for run in each), 200)
            curves = np.array([np.interp(grid, run.columns[axis], run.smooth()) for run in each])
            mean, many = curves.mean(0), len(each)
            means.append(mean)
            panel.plot(grid, mean, color=colour, linestyle=style, label=f"{learner} (n = {many})")
            if many > 1:
                half = t_quantile(many - 1) * curves.std(0, ddof=1) / many**0.5
                panel.fill_between(grid, mean - half, mean + half, color=colour, alpha=0.15, linewidth=0)
        panel.set_xlabel(words)
        panel.grid(alpha=0.3)
    # Of few seeds an interval may be wider than all there is to see.
    low, high = min(mean.min() for mean in means), max(mean.max() for mean in means)
    axes[0].set_ylim(low - 0.15 * (high - low), high + 0.15 * (high - low))
    axes[0].set_ylabel("return per episode, sampled team")
    axes[0].legend(fontsize=8)
    shown.suptitle(f"{study}: mean over fresh seeds, 95 % interval")
    shown.tight_layout()
    shown.savefig(HERE / f"{study}.png", dpi=110)
    plt.close(shown)
    return True


def improvements() -> list[str]:
    """Evaluations before and after training, and what lies between, by seed: a row for each task and method.

    Those of :mod:`improve`; where it has none those of the tables, where each seed's untrained team played the same instances.
    """
    groups: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for file in sorted((RESULTS / "improve").glob("*.jsonl")):
        header = json.loads(file.read_text(encoding="ascii").partition("\n")[0])
        before, after = (header["evaluations"][place]["last_reward"] for place in (0, -1))
        groups[header["task"], header["learner"]].append((before, after))
    own = set(groups)
    for file in TABLES:
        for task, held in json.loads(file.read_text(encoding="utf-8"))["tasks"].items():
            means = {row: each["figures"]["reward"]["by_seed"] for row, each in held["rows"].items()}
            for row, start in STARTS.items():
                if (task, row) in own:
                    continue
                groups[task, row] += zip(means[start], means[row], strict=True)
    lines = [
        "## improve",
        "",
        "| task | method | seeds | before | after | difference |",
        "|---|---|---|---|---|---|",
    ]
    order = list(METHODS)
    for (task, method), each in sorted(groups.items(), key=lambda item: (TASKS.index(item[0][0]), order.index(item[0][1]))):
        columns = ([first for first, _ in each], [last for _, last in each], [last - first for first, last in each])
        lines.append("| " + " | ".join([task, method, str(len(each)), *map(interval, columns)]) + " |")
    return [*lines, ""]


def main() -> None:
    lines: list[str] = []
    for study in STUDIES:
        runs: Any = load(study)
        if not runs:
            continue
        lines += [f"## {study}", "", *table(study, runs), ""]
        if figure(study, runs):
            lines += [f"![{study}]({study}.png)", ""]
    lines += improvements()
    (HERE / "summary.md").write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
