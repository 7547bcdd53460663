"""Line charts as SVG. Colours come from the page's style sheet, so that they follow light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

from collm_agents.report.curves import Curve, Floats
from collm_agents.report.text import visible

COLOURS = 7
"""Okabe and Ito's, which all people can tell apart; the style sheet has them as ``c0`` to ``c6``."""
DASHES = ("", "7 3", "2 3", "9 3 2 3")

_WIDTH, _HEIGHT = 460, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 22, 30, 46
_MARGIN = 0.15
"""Above and beneath the means, as a share of their range."""


def style_of(place: int) -> tuple[str, str]:
    """The colour's class and the dashes of the curve at a place: neighbours differ in both, the first 28 in at least one."""
    return f"c{place % COLOURS}", DASHES[(place % COLOURS + place // COLOURS) % len(DASHES)]


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from ``low`` to ``high`` or a little beyond, at most ``most`` and at least two."""
    spread = high - low
    if spread <= 0:
        spread = abs(high) or 1.0
        low, high = low - spread / 2, high + spread / 2
    power = 10.0 ** floor(log10(spread))
    for step in (power * factor for factor in (0.1, 0.2, 0.5, 1, 2, 5, 10)):
        first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
        if last - first < most:
            return [number * step for number in range(first, last + 1)]
    raise AssertionError("a step of ten times the spread has two ticks")


def whole_ticks(low: float, high: float, most: int = 8) -> list[float]:
    """Whole numbers from ``low`` to ``high`` or a little beyond, at least two."""
    step = ceil((high - low + 1) / most)
    many = max(1, ceil((high - low) / step))
    return [low + number * step for number in range(many + 1)]


def number(value: float) -> str:
    """A number on an axis."""
    for size, mark in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if mark == 'k' else size):.4g}{mark}"
    return "0" if abs(value) < 1e-12 else f"{value:.4g}"


def line_chart(
    curves: Sequence[Curve],
    x_axis: str,
    y_axis: str,
    title: str,
    markers: bool = False,
    places: Sequence[int] | None = None,
    whole: bool = False,
) -> str:
    """Curves with their intervals, as far as these do not leave the plot, as one SVG element.

    Args:
        curves: one or more.
        x_axis, y_axis: what the axes show, and in which unit.
        title: for those who cannot see it.
        markers: draw the points, too: there is nothing between them.
        whole: the x axis counts something, from 1 on; there is nothing between whole numbers.
        places: which style each curve has, for :func:`style_of`; None for 0, 1, 2, ...
    """
    styles = [style_of(place) for place in (range(len(curves)) if places is None else places)]
    left, right = _range([curve.x for curve in curves])
    across = whole_ticks(left, right) if whole else ticks(left, right)
    bottom, top = _frame(curves)
    # The finest steps with at most seven of them: of these at least two ends lie inside.
    up = [value for value in ticks(bottom, top, 8) if bottom <= value <= top]

    def x(value: float) -> float:
        return _LEFT + (value - across[0]) / (across[-1] - across[0]) * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - (value - bottom) / (top - bottom) * (_HEIGHT - _TOP - _BOTTOM)

    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts = [f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(visible(title))}">']
    for value in up:
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>')
        parts.append(f'<text class="tick end" x="{_LEFT - 6}" y="{y(value) + 4:.1f}">{number(value)}</text>')
    for value in across:
        parts.append(f'<line class="grid" x1="{x(value):.1f}" x2="{x(value):.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>')
        parts.append(f'<text class="tick middle" x="{x(value):.1f}" y="{_HEIGHT - _BOTTOM + 17}">{number(value)}</text>')
    parts.append(f'<text class="axis middle" x="{middle}" y="{_HEIGHT - 8}">{escape(visible(x_axis))}</text>')
    # Above the axis, not along it: there it has room at any width.
    parts.append(f'<text class="axis" x="2" y="14">{escape(visible(y_axis))}</text>')
    bands = []
    for (colour, _), curve in zip(styles, curves):
        there = [f"{x(a):.1f},{y(b):.1f}" for a, b in zip(curve.x, curve.high)]
        back = [f"{x(a):.1f},{y(b):.1f}" for a, b in zip(curve.x[::-1], curve.low[::-1])]
        if len(there) > 1 and (curve.high > curve.low).any():
            bands.append(f'<polygon class="band {colour}" points="{" ".join(there + back)}"/>')
        elif curve.high[0] > curve.low[0]:
            ends = f'x1="{x(curve.x[0]):.1f}" x2="{x(curve.x[0]):.1f}" y1="{y(curve.low[0]):.1f}" y2="{y(curve.high[0]):.1f}"'
            bands.append(f'<line class="line {colour}" {ends}/>')
    parts += [_clipped(bands)] * bool(bands)
    for (colour, dashes), curve in zip(styles, curves):
        points = [(x(a), y(b)) for a, b in zip(curve.x, curve.mean)]
        if len(points) > 1:
            dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
            parts.append(f'<polyline class="line {colour}"{dashed} points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in points)}"/>')
        if markers or len(points) == 1:
            parts += [f'<circle class="dot {colour}" cx="{a:.1f}" cy="{b:.1f}" r="3"/>' for a, b in points]
    return "".join([*parts, "</svg>"])


def sample(place: int) -> str:
    """A bit of a curve's line, for a legend."""
    colour, dashes = style_of(place)
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    line = f'<line class="line {colour}"{dashed} x1="0" x2="34" y1="6" y2="6"/>'
    return f'<svg class="sample" viewBox="0 0 34 12" aria-hidden="true">{line}</svg>'


def _frame(curves: Sequence[Curve]) -> tuple[float, float]:
    """Where the y axis begins and ends: about the means, for intervals of two or three runs are so wide that nothing else would
    be seen. Where means show no change, about the intervals."""
    low, high = _range([curve.mean for curve in curves])
    if all(len(curve.x) == 1 for curve in curves) or _is_flat(low, high):
        low, high = _range([line for curve in curves for line in (curve.low, curve.high)])
    margin = (abs(high) or 1.0) / 2 if _is_flat(low, high) else _MARGIN * (high - low)
    return low - margin, high + margin


def _is_flat(low: float, high: float) -> bool:
    return high - low <= 1e-9 * max(abs(low), abs(high))


def _clipped(parts: Sequence[str]) -> str:
    """Parts of a drawing that end where the plot does: an element of this kind shows nothing beyond its box, and needs no id."""
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    box = f'x="{_LEFT}" y="{_TOP}" width="{wide}" height="{high}" viewBox="{_LEFT} {_TOP} {wide} {high}"'
    return f'<svg class="plot" {box}>{"".join(parts)}</svg>'


def _range(lines: Sequence[Floats]) -> tuple[float, float]:
    return min(float(line.min()) for line in lines), max(float(line.max()) for line in lines)
