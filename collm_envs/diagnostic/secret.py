"""The secret code of Relay: which symbol is right for an agent, in a turn, at a colour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random

COLOURS = ("red", "green", "blue", "yellow", "white", "black")
SYMBOLS = "ABCDEFGH"
LARGEST_CODE = 2**31 - 1


@dataclass(frozen=True)
class Code:
    """One code of many, drawn from a seed; the same in every process and for every instance.

    In each turn the colours of an agent have symbols of their own as far as there are enough of them, so that who does not
    look at the colour is right in one of ``colours`` cases at best.

    Attributes:
        seed: 0 to 2^31 - 1.
        colours: 2 to 6.
        symbols: 2 to 8.
        shared: whether all turns have the mapping of turn 1.
    """

    seed: int
    colours: int
    symbols: int
    shared: bool = False

    def right(self, agent: int, turn: int, colour: int) -> int:
        """The number of the right symbol, 0 and up, in a turn, 1 and up."""
        return _order(self.seed, agent, 1 if self.shared else turn, self.symbols)[colour % self.symbols]


@lru_cache(maxsize=4096)
def _order(seed: int, agent: int, turn: int, symbols: int) -> tuple[int, ...]:
    """The symbols of the first, second, ... colour."""
    rng = Random(f"relay/{seed}/{agent}/{turn}")
    # Of Python's generator, random() alone is promised to stay what it is; a code must not change with the interpreter.
    keys = [rng.random() for _ in range(symbols)]
    return tuple(sorted(range(symbols), key=keys.__getitem__))
