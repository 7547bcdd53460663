"""An instance of Relay: the colours that the agents will see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from collm_envs.core.checks import fields_of, whole
from collm_envs.core.taskset import Instance

AGENTS = 2
LENGTH = 64
LEVELS = 60
"""An entry is in 0..59, which every number of colours from 2 to 6 divides, so that all colours are equally likely."""


@dataclass(frozen=True)
class Deal(Instance):
    """What each agent is dealt, in order of turns; after the last entry it begins anew.

    Attributes:
        entries: for each agent 1 to 64 numbers in 0..59, a colour each by their remainder.
    """

    entries: tuple[tuple[int, ...], ...]

    def colour(self, agent: int, turn: int, colours: int) -> int:
        """Which of so many colours, 0 and up, an agent sees in a turn, 1 and up."""
        mine = self.entries[agent]
        return mine[(turn - 1) % len(mine)] % colours

    def fields(self) -> dict[str, Any]:
        return {"colours": [list(mine) for mine in self.entries]}

    @property
    def content(self) -> str:
        return "\n".join(" ".join(map(str, mine)) for mine in self.entries)


def parse(given: Any) -> Deal:
    """A deal from ``{"colours": [[int, ...], [int, ...]]}``.

    Raises:
        ValueError, TypeError: unless there are two lists of 1 to 64 whole numbers in 0..59.
    """
    dealt = fields_of("a Relay task", given, ["colours"])["colours"]
    if not _is_list(dealt) or len(dealt) != AGENTS:
        raise ValueError(f"colours must be {AGENTS} lists of numbers, one for each agent")
    return Deal(tuple(_entries(agent, mine) for agent, mine in enumerate(dealt)))


def _entries(agent: int, given: Any) -> tuple[int, ...]:
    if not _is_list(given) or not 1 <= len(given) <= LENGTH:
        raise ValueError(f"colours of relay_{agent} must be a list of 1 to {LENGTH} numbers")
    return tuple(whole(f"colours of relay_{agent}", entry, 0, LEVELS - 1) for entry in given)


def _is_list(given: Any) -> bool:
    return isinstance(given, Sequence) and not isinstance(given, (str, bytes))


def generate(rng: Random, difficulty: str) -> dict[str, Any]:
    """Fields of a random deal of 64 turns. Every difficulty is the same: how hard the game is, its options say."""
    return {"colours": [[rng.randrange(LEVELS) for _ in range(LENGTH)] for _ in range(AGENTS)]}
