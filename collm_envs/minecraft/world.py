"""Worlds of blocks as sets of cells, each set one Python int.

Bit ``x + width * (z + depth * y)`` of a mask stands for cell (x, y, z): x runs right, y up, z towards the back, all from 0. A
world is a dict from block id to mask; air is what no mask holds. Filling a box, comparing with a blueprint and
counting neighbours are then a few integer operations whatever the size, several times faster than
numpy arrays at the sizes of these tasks (hundreds of cells).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

AIR = "air"
World = dict[str, int]
Cell = tuple[int, int, int]


class Box(NamedTuple):
    """The size of a world in cells."""

    width: int
    height: int
    depth: int

    @property
    def volume(self) -> int:
        """Number of cells."""
        return self.width * self.height * self.depth

    @property
    def full(self) -> int:
        """The mask of all cells."""
        return (1 << self.volume) - 1

    def bit(self, x: int, y: int, z: int) -> int:
        """The mask of one cell."""
        return 1 << (x + self.width * (z + self.depth * y))

    def holds(self, x: int, y: int, z: int) -> bool:
        """Whether the cell is inside."""
        return 0 <= x < self.width and 0 <= y < self.height and 0 <= z < self.depth

    def fill(self, a: Cell, b: Cell) -> int:
        """The mask of the box between two corners, both included, in any order."""
        (x1, x2), (y1, y2), (z1, z2) = (sorted(pair) for pair in zip(a, b))
        row = (1 << (x2 - x1 + 1)) - 1
        plane = row * _comb(z2 - z1 + 1, self.width)
        return (plane * _comb(y2 - y1 + 1, self.width * self.depth)) << (x1 + self.width * (z1 + self.depth * y1))

    def cells(self, mask: int) -> Iterator[Cell]:
        """The cells of a mask as (x, y, z), by ascending y, then z, then x."""
        # Searching the digits is linear; taking bits off a large int one by one is not.
        digits = bin(mask)[:1:-1]
        place = digits.find("1")
        while place >= 0:
            level, x = divmod(place, self.width)
            y, z = divmod(level, self.depth)
            yield x, y, z
            place = digits.find("1", place + 1)

    def neighbours(self, mask: int) -> int:
        """Number of pairs of cells of ``mask`` that touch in x or in y."""
        across = mask & (mask >> 1) & _inner(self)
        return across.bit_count() + (mask & (mask >> (self.width * self.depth))).bit_count()


@lru_cache(maxsize=1024)
def _comb(count: int, stride: int) -> int:
    """``count`` ones, ``stride`` bits apart."""
    return ((1 << (count * stride)) - 1) // ((1 << stride) - 1)


@lru_cache(maxsize=1024)
def _inner(box: Box) -> int:
    """All cells but those of the last column: the left cells of pairs along x."""
    return box.full & ~box.fill((box.width - 1, 0, 0), (box.width - 1, box.height - 1, box.depth - 1))


def build(placed: Sequence[tuple[Any, ...]], start: Mapping[str, int] | None = None) -> World:
    """The world after placing things in order, a later one over an earlier one, on ``start`` or on nothing.

    Args:
        placed: tuples that begin with a block id and a mask.
        start: the world to begin with.
    """
    # Walking backwards, a cell belongs to the first block met: no earlier mask has to be cut.
    world: World = {}
    done = 0
    for one in reversed([*start.items(), *placed] if start else placed):
        new = one[1] & ~done
        if new:
            block = one[0]
            world[block] = world.get(block, 0) | new
            done |= new
    world.pop(AIR, None)
    return world


def solid(palette: Sequence[str]) -> tuple[str, ...]:
    """The blocks of a palette that are not air."""
    return tuple(block for block in palette if block != AIR)


def spell(cell: Cell) -> str:
    """A cell as commands and prompts write it."""
    return " ".join(map(str, cell))


def occupied(world: Mapping[str, int]) -> int:
    """The mask of all cells that are not air."""
    mask = 0
    for cells in world.values():
        mask |= cells
    return mask


def blocks(box: Box, world: Mapping[str, int]) -> dict[Cell, str]:
    """The world as a dict from cell to block, in the order of :meth:`Box.cells`."""
    found = {cell: block for block, mask in world.items() for cell in box.cells(mask)}
    return dict(sorted(found.items(), key=lambda item: (item[0][1], item[0][2], item[0][0])))
