"""The table of results: a row for each team, with the interval of its mean reward drawn."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from collm_agents.report.data import Group
from collm_agents.report.text import html
from collm_agents.statistics import Interval, interval

_WIDTH, _HEIGHT, _EDGE = 150, 16, 5


def tables(groups: Sequence[Group]) -> str:
    """A table for each task and split; "" without groups."""
    if not groups:
        return ""
    by_task: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        by_task.setdefault((group.key[0], group.key[1]), []).append(group)
    parts = "".join(_table(env, split, each) for (env, split), each in by_task.items())
    about = (
        '<p class="soft">Reward: mean raw reward of an episode\'s last turn, with its 95 % bootstrap interval over instances and '
        "their episodes; best: of an episode's best turn. n counts episodes. "
        "Metrics are means after the last turn; tokens, seconds of answering and characters are means of an episode.</p>"
    )
    return f'<section id="results"><h2>Results</h2>{about}{parts}</section>'


def _table(env: str, split: str, groups: Sequence[Group]) -> str:
    rewards = [interval([float(episode.record["last_reward"]) for episode in group.episodes]) for group in groups]
    low, high = min(reward.low for reward in rewards), max(reward.high for reward in rewards)
    metrics = list(dict.fromkeys(name for group in groups for name in group.episodes[0].record["metrics"]))
    spent = [name for name in _SPENT if any(_has(group, name) for group in groups)]
    protocols = any(group.key[3] for group in groups)
    heads = [("run", ""), ("team", ""), *[("protocol", "")] * protocols, ("n", "n"), ("reward", "n"), ("95 % interval", "n")]
    heads += [(f"{low:.3g} to {high:.3g}", "")] * (len(groups) > 1)
    heads += [(name, "n") for name in ("best", "solved", "turns", *(_SPENT[name] for name in spent), *metrics)]
    rows = []
    for group, reward in zip(groups, rewards):
        records = [episode.record for episode in group.episodes]
        cells = [f'<td class="name">{html(text)}</td>' for text in (group.run.name, *group.key[2 : 4 if protocols else 3])]
        numbers = [f"{len(records):,}", f"{reward.mean:.3f}", f"[{reward.low:.3f}, {reward.high:.3f}]"]
        cells += [f'<td class="n">{number}</td>' for number in numbers]
        cells += [f"<td>{_drawn(reward, low, high)}</td>"] * (len(groups) > 1)
        means = [_mean([record["best_reward"] for record in records])]
        means += [f"{fmean(bool(record['solved']) for record in records):.0%}", f"{fmean(r['turns'] for r in records):.2f}"]
        means += [_mean([_total(record.get(name)) for record in records]) for name in spent]
        means += [_mean([record["metrics"].get(name) for record in records]) for name in metrics]
        cells += [f'<td class="n">{number}</td>' for number in means]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    head = "".join(f'<th class="{kind}">{html(name)}</th>' for name, kind in heads)
    return f'<h3>{html(env)}, split {html(split)}</h3><div class="scroll"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


# What an episode cost, where a run has it, and the heading of its mean.
_SPENT = {"tokens": "tokens", "prompt_tokens": "tokens read", "team_seconds": "seconds", "characters": "characters"}


def _has(group: Group, name: str) -> bool:
    return any(_total(episode.record.get(name)) is not None for episode in group.episodes)


def _total(value: Any) -> float | None:
    """The sum over agents, or over turns."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
    return float(sum(parts)) if all(isinstance(part, (int, float)) for part in parts) else None


def _mean(values: Sequence[Any]) -> str:
    there = [float(value) for value in values if value is not None]
    if not there:
        return ""
    mean = fmean(there)
    return f"{mean:,.0f}" if abs(mean) >= 100 else f"{mean:.3f}"


def _drawn(reward: Interval, low: float, high: float) -> str:
    def x(value: float) -> float:
        return _EDGE + (value - low) / ((high - low) or 1.0) * (_WIDTH - 2 * _EDGE)

    a, b, middle = x(reward.low), x(reward.high), _HEIGHT / 2
    line = f'<line class="line c0" x1="{a:.1f}" x2="{b:.1f}" y1="{middle}" y2="{middle}"/>'
    dot = f'<circle class="dot c0" cx="{x(reward.mean):.1f}" cy="{middle}" r="3.5"/>'
    rail = f'<line class="grid" x1="{_EDGE}" x2="{_WIDTH - _EDGE}" y1="{middle}" y2="{middle}"/>'
    return f'<svg width="{_WIDTH}" height="{_HEIGHT}" aria-hidden="true">{rail}{line}{dot}</svg>'
