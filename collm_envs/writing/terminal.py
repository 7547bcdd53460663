"""The writing tasks in a terminal: the texts, and where their ratios lie in the bands that pay."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

from collm_envs.core.prompting import printable
from collm_envs.core.task import Score
from collm_envs.writing.lexicon import CONNECTIVES
from collm_envs.writing.reward import LENGTH, MAXIMUM, STRUCTURE, VOCABULARY, Band, Constants

_WIDTH = 100
_SCALE = 30
_GREEN, _YELLOW, _RED, _BOLD, _END = "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[1m", "\x1b[0m"


def source(heading: str, text: str, colour: bool) -> str:
    """The text to write about."""
    return f"{_bold(heading, colour)}\n{_wrapped(text)}"


def pair(roles: Sequence[str], texts: Sequence[str], score: Score, constants: Constants, colour: bool) -> str:
    """Both texts, then a line per gate."""
    parts = [
        f"{_bold(f'writer_{number}: {role}', colour)} ({len(text.split())} words, {len(text)} characters)\n{_wrapped(text)}"
        for number, (role, text) in enumerate(zip(roles, texts))
    ]
    return "\n\n".join([*parts, _gates(score, constants, colour)])


def _gates(score: Score, constants: Constants, colour: bool) -> str:
    metrics, terms = score.metrics, score.terms
    low, high = constants.words
    length, vocabulary = float(metrics["length_ratio"]), float(metrics["vocabulary_ratio"])
    rows = [
        ("words", f"{low} to {high} in both texts", terms["structure"], STRUCTURE),
        ("length ratio", f"{length:5.2f}  {_scale(length, constants.length)}", terms["length"], LENGTH),
        ("vocabulary", f"{vocabulary:5.2f}  {_scale(vocabulary, constants.vocabulary)}", terms["vocabulary"], VOCABULARY),
        (
            "style",
            f"{metrics['transition_categories']} of {len(CONNECTIVES)} kinds of connectives, "
            f"{metrics['jaccard']:.0%} shared words (wanted {constants.overlap:.0%})",
            terms["style"],
            MAXIMUM - STRUCTURE - LENGTH - VOCABULARY,
        ),
    ]
    lines = [f"{name:<13}{shown:<62}{_worth(value, most, colour)}" for name, shown, value, most in rows]
    return "\n".join([*lines, _bold(f"{'reward':<75}{score.total:6.3f}", colour)])


def _scale(ratio: float, band: Band) -> str:
    """The band as a line: ``.`` outside, ``-`` partly paid, ``=`` fully paid, ``|`` the ratio."""
    top = band.high if math.isfinite(band.high) else 2.0 * band.best_low
    end = 1.15 * top

    def mark(at: float) -> str:
        worth = band.worth(at)
        return "." if worth is None else "=" if worth == 1.0 else "-"

    cells = [mark((place + 0.5) / _SCALE * end) for place in range(_SCALE)]
    cells[min(_SCALE - 1, int(ratio / end * _SCALE))] = "|"
    wanted = f"{band.best_low:g}+" if math.isinf(band.high) else f"{band.best_low:g}-{band.best_high:g}"
    return f"{''.join(cells)}  wanted {wanted}"


def _worth(value: float, most: float, colour: bool) -> str:
    text = f"{value:6.3f} of {most:.2f}"
    if not colour:
        return text
    return f"{_GREEN if value >= most - 1e-9 else _YELLOW if value > 0 else _RED}{text}{_END}"


def _wrapped(text: str) -> str:
    paragraphs = printable(text).split("\n")
    return "\n".join(textwrap.fill(part, _WIDTH, initial_indent="  ", subsequent_indent="  ") for part in paragraphs)


def _bold(text: str, colour: bool) -> str:
    return f"{_BOLD}{text}{_END}" if colour else text
