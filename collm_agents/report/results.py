"""The tables of results: a row for each team, with the interval of its mean reward drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from statistics import fmean
from typing import NamedTuple

from collm_agents.report.data import Group, Record
from collm_agents.report.text import html
from collm_agents.statistics import Interval, interval

_WIDTH, _HEIGHT, _EDGE = 150, 16, 5
# With as many columns paper wants smaller letters, and then shorter words.
_SIZES = ((17, "many most"), (15, "many"))


def tables(groups: Sequence[Group]) -> str:
    """Two tables for each task and split, of scores and of what they cost; "" without groups."""
    if not groups:
        return ""
    by_task: dict[tuple[str, str], list[Group]] = {}
    for group in groups:
        by_task.setdefault((group.key[0], group.key[1]), []).append(group)
    parts = "".join(_task(env, split, each) for (env, split), each in by_task.items())
    about = (
        '<p class="soft">Reward: mean raw reward of an episode\'s last turn, with its 95 % bootstrap interval over instances and '
        "their episodes; best: of an episode's best turn. n counts episodes, and of which number where a run is not whole. "
        "Metrics are means after the last turn; tokens, seconds of answering and characters are means of an episode.</p>"
    )
    return f'<section id="results"><h2>Results</h2>{about}{parts}</section>'


def _task(env: str, split: str, groups: Sequence[Group]) -> str:
    names, count = _names(groups), Column("n", [_episodes(group) for group in groups])
    title = f"{html(env)}, split {html(split)}"
    scores, costs = (_table([*names, count, *columns]) for columns in (_scores(groups), _costs(groups)))
    return f"<h3>{title}</h3>{scores}<h3>{title}: what it cost</h3>{costs}"


class Column(NamedTuple):
    """A column of a table: its heading, its cells as HTML, and their class."""

    head: str
    cells: Sequence[str]
    kind: str = "n"


def _table(columns: Sequence[Column]) -> str:
    # Metrics have long names: a heading may go on in another line after each part of one.
    heads = "".join(f'<th class="{column.kind}">{html(column.head).replace("_", "_<wbr>")}</th>' for column in columns)
    cells = [[f'<td class="{column.kind}">{cell}</td>' for cell in column.cells] for column in columns]
    rows = "".join(f"<tr>{''.join(row)}</tr>" for row in zip(*cells))
    size = next((name for least, name in _SIZES if len(columns) >= least), "")
    return f'<div class="scroll"><table class="{size}"><tr>{heads}</tr>{rows}</table></div>'


def _names(groups: Sequence[Group]) -> list[Column]:
    columns = [("run", [group.run.name for group in groups]), ("team", [group.key[2] for group in groups])]
    if any(group.key[3] for group in groups):
        columns.append(("protocol", [group.key[3] for group in groups]))
    return [Column(head, [html(text) for text in texts], "name") for head, texts in columns]


def _episodes(group: Group) -> str:
    """How many there are, and of how many where that is another number."""
    done, wanted = len(group.episodes), group.wanted
    return f"{done:,}" if wanted is None or wanted == done else f"<strong>{done:,} of {wanted:,}</strong>"


def _scores(groups: Sequence[Group]) -> list[Column]:
    """What matters first stands first: a screen is less wide than the table."""
    rewards = [_reward(group) for group in groups]
    columns = [
        Column("reward", digits([reward.mean for reward in rewards])),
        Column("95 % interval", [f"[{reward.low:.3f}, {reward.high:.3f}]" for reward in rewards]),
    ]
    if len(groups) > 1:
        low, high = min(reward.low for reward in rewards), max(reward.high for reward in rewards)
        columns.append(Column(f"reward, {low:.3g} to {high:.3g}", [_drawn(reward, low, high) for reward in rewards], "drawn"))
    metrics = dict.fromkeys(name for group in groups for name in group.episodes[0].record["metrics"])
    columns += [Column(name, _means(groups, partial(_metric, name))) for name in metrics]
    columns.append(Column("best", _means(groups, lambda record: record["best_reward"])))
    solved = [fmean(bool(episode.record["solved"]) for episode in group.episodes) for group in groups]
    return [*columns, Column("solved", [f"{share:.0%}" for share in solved])]


def _reward(group: Group) -> Interval:
    records = [episode.record for episode in group.episodes]
    return interval([float(record["last_reward"]) for record in records], instances=[record["index"] for record in records])


def _costs(groups: Sequence[Group]) -> list[Column]:
    found = [Column("turns", _means(groups, lambda record: record["turns"]))]
    for name, head in _SPENT.items():
        cells = _means(groups, partial(_total, name))
        found += [Column(head, cells)] * any(cells)
    return found


# What an episode cost, where a run has it, and the heading of its mean.
_SPENT = {"tokens": "tokens", "prompt_tokens": "tokens read", "team_seconds": "seconds", "characters": "characters"}


def _metric(name: str, record: Record) -> float | None:
    value: float | None = record["metrics"].get(name)
    return value


def _total(name: str, record: Record) -> float | None:
    """The sum over agents, or over turns."""
    value = record.get(name)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
    return float(sum(parts)) if all(isinstance(part, (int, float)) for part in parts) else None


def _means(groups: Sequence[Group], measure: Callable[[Record], float | None]) -> list[str]:
    """A measure of episodes, as its mean in each group; "" where none has it."""
    told = [[float(value) for episode in group.episodes if (value := measure(episode.record)) is not None] for group in groups]
    return digits([fmean(values) if values else None for values in told])


def digits(values: Sequence[float | None]) -> list[str]:
    """Numbers of one column, all with as many decimals as give the largest one four digits, but at most three."""
    most = max((abs(value) for value in values if value is not None), default=0.0)
    decimals = sum(round(most, 3) < limit for limit in (10, 100, 1000))
    return ["" if value is None else f"{value:,.{decimals}f}" for value in values]


def _drawn(reward: Interval, low: float, high: float) -> str:
    def x(value: float) -> float:
        return _EDGE + (value - low) / ((high - low) or 1.0) * (_WIDTH - 2 * _EDGE)

    a, b, middle = x(reward.low), x(reward.high), _HEIGHT / 2
    line = f'<line class="line c0" x1="{a:.1f}" x2="{b:.1f}" y1="{middle}" y2="{middle}"/>'
    dot = f'<circle class="dot c0" cx="{x(reward.mean):.1f}" cy="{middle}" r="3.5"/>'
    rail = f'<line class="grid" x1="{_EDGE}" x2="{_WIDTH - _EDGE}" y1="{middle}" y2="{middle}"/>'
    size = f'width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    return f'<svg {size} aria-hidden="true">{rail}{line}{dot}</svg>'
