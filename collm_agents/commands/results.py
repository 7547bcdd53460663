"""What teams came to, as tables on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from collm_agents.commands.console import make_table
from collm_agents.table import Row, bounds, by_task, count, decimals, seconds

_NAME = 24
"""Columns that the name of a team gets, less on narrow terminals; longer ones, an endpoint's say, are folded."""
_NARROW = 80


def terminal_table(rows: Sequence[Row], width: int) -> Table:
    """A rich table with a section for each task, and as many of its metrics as ``width`` columns hold."""
    wide, groups = Console(width=10_000), by_task(rows)
    most = max((len(group[0].metrics) for group in groups), default=0)
    name = _NAME if width >= _NARROW else _NAME // 2
    candidates = (_with_metrics(groups, shown, name) for shown in range(most, 0, -1))
    return next((table for table in candidates if wide.measure(table).maximum <= width), _with_metrics(groups, 0, name))


def _with_metrics(groups: Sequence[Sequence[Row]], shown: int, name: int) -> Table:
    numbers = ["reward", "95 % interval", "best", *([""] * shown), "env steps/s", "n"]
    table = make_table("task, team", *numbers, numbers=numbers)
    table.columns[0].overflow, table.columns[0].max_width = "fold", name
    for group in groups:
        names = list(group[0].metrics)[:shown]
        blanks = [""] * (shown - len(names))
        table.add_row(Text(group[0].env, style="bold"), "", "", "", *(Text(name, style="italic") for name in names))
        for row in group:
            means = [decimals(row.metrics[name]) for name in names]
            cells = [decimals(row.reward.mean), bounds(row.reward), decimals(row.best), *means, *blanks]
            table.add_row(Text(f"  {row.team}"), *cells, f"{row.steps_per_second:,.0f}", str(row.episodes))
        table.add_section()
    return table


def cost_table(rows: Sequence[Row]) -> Table:
    """A rich table of what an episode takes: turns, time and tokens, means over episodes."""
    numbers = ["turns", "seconds", "tokens/agent", "tokens in all", "prompt tokens", "n"]
    table = make_table("per episode", *numbers, numbers=numbers)
    for column in table.columns[1:]:
        column.no_wrap, column.overflow = False, "fold"  # Headings are longer than numbers, and may stand in two lines.
    for row in rows:
        cells = [f"{row.turns:.2f}", seconds(row.seconds), *map(count, (row.speaker_tokens, row.tokens, row.prompt_tokens))]
        table.add_row(Text(row.protocol), *cells, str(row.episodes))
    return table
