"""The prompts of Relay. Edit them here; nothing else depends on their wording. They are short: tiny models train on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from collm_envs.diagnostic.secret import COLOURS, SYMBOLS

FEEDBACK_MODES = {"gauge": "the counts of right answers that the option gauge names, and nothing else"}

Gauge = Literal["partner", "own", "both", "first", "none"]
_PARTNER, _OWN = "your partner's {partner}", "yours {own}"
GAUGES: dict[Gauge, tuple[str, str]] = {
    "partner": (_PARTNER, _PARTNER),
    "own": (_OWN, _OWN),
    "both": (f"{_OWN}, {_PARTNER}",) * 2,
    "first": (f"{_OWN}, {_PARTNER}", ""),
    "none": ("", ""),
}
"""What each agent is told in each mode."""

REQUEST = "Press again."


def opening(agent: int, symbols: int) -> str:
    """Task and role of an agent."""
    choices = ", ".join(SYMBOLS[:symbols])
    return (
        f"You are relay_{agent}. Each turn you see a colour and press one of {choices}. "
        "Which one is right depends on you, the turn and the colour.\n"
        "Answer with one line: press SYMBOL"
    )


def situation(colour: int, gauge: Gauge, right: Sequence[int], agent: int) -> str:
    """What an agent sees in a turn: its colour and the gauge."""
    counts = GAUGES[gauge][agent].format(own=right[agent], partner=right[1 - agent])
    return f"Your colour: {COLOURS[colour]}." + (f" Right answers so far: {counts}." if counts else "")


def press(symbol: str) -> str:
    """An answer."""
    return f"press {symbol}"
