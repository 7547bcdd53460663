"""Learning curves in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_LABEL = 7


def curve(values: Sequence[float], width: int = 60, height: int = 8, axis: str = "iteration") -> str:
    """Bars of values, in order, over an axis that begins at the least of them.

    Args:
        values: one or more; neighbours share a column, as their mean, where there are more than columns.
        width, height: of the bars in characters.
        axis: what the columns count.
    """
    columns = min(width, len(values))
    edges = [number * len(values) // columns for number in range(columns + 1)]
    means = [sum(values[start:end]) / (end - start) for start, end in pairwise(edges)]
    low, high = min(means), max(means)
    spread = (high - low) or 1.0
    # The least bar is an eighth high, so that there is something to be seen of it.
    levels = [1 + round((mean - low) / spread * (8 * height - 1)) for mean in means]
    lines = []
    for row in reversed(range(height)):
        label = f"{high:.2f}" if row == height - 1 else f"{low:.2f}" if row == 0 else ""
        bars = "".join(_EIGHTHS[min(8, max(0, level - 8 * row))] for level in levels)
        lines.append(f"{label:>{_LABEL}} │{bars}")
    lines.append(" " * _LABEL + " └" + "─" * columns)
    lines.append(" " * (_LABEL + 2) + f"{axis} 1 to {len(values)}")
    return "\n".join(lines)
