"""Relay in a terminal: the colours to come, and what was pressed."""

from __future__ import annotations

from collections.abc import Sequence

from collm_envs.core.task import Score
from collm_envs.diagnostic.deal import Deal
from collm_envs.diagnostic.reward import Played
from collm_envs.diagnostic.secret import COLOURS

_SHADES = {"red": 31, "green": 32, "blue": 34, "yellow": 33, "white": 37, "black": 90}
_GREEN, _RED, _BOLD = 32, 31, 1
_COLUMN = max(map(len, COLOURS)) + 2


def colours(deal: Deal, agents: Sequence[str], number: int, turns: int, colour: bool) -> str:
    """The colours of the first turns, a row for each agent."""
    lines = ["turn".ljust(10) + "".join(str(turn).ljust(_COLUMN) for turn in range(1, turns + 1))]
    for agent, name in enumerate(agents):
        shown = [_shade(COLOURS[deal.colour(agent, turn, number)], colour) for turn in range(1, turns + 1)]
        lines.append(name.ljust(10) + "".join(shown))
    return "\n".join(line.rstrip() for line in lines)


def played(agents: Sequence[str], score: Score, colour: bool) -> str:
    """A turn: a row for each agent, then the team's count."""
    turn: Played = score.evidence
    lines = [_code(f"turn {turn.after.played} of {turn.after.horizon}", _BOLD, colour)]
    for name, seen, pressed, wanted, right in zip(agents, turn.seen, turn.pressed, turn.wanted, turn.after.right):
        mark = _code("right", _GREEN, colour) if pressed == wanted else _code(f"wrong, {wanted} was right", _RED, colour)
        said = f"pressed {pressed}" if pressed else "no answer"
        lines.append(f"{name.ljust(10)}{_shade(COLOURS[seen], colour)}{said:<11}{mark} ({right} of {turn.after.played} so far)")
    metrics = score.metrics
    lines.append(_code(f"right {metrics['right']} of {metrics['answers']}, reward {score.total:.4f}", _BOLD, colour))
    return "\n".join(lines)


def _shade(name: str, colour: bool) -> str:
    return _code(name, _SHADES[name], colour) + " " * (_COLUMN - len(name))


def _code(text: str, code: int, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
