"""Plots: where on a server an environment builds, and its cells, bots and commands in the server's coordinates.

Plot ``k`` begins at ``(1024 k, 64, 0)``. Builders stand in front of it, where z is negative, on a floor of stone that reaches
under the box and around the bots, so that spiders have a place to walk.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from collm_envs.minecraft.commands import Command
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.world import AIR, Box, Cell, World, occupied

LARGEST = Box(96, 48, 48)
"""The largest box that fits a plot: all of it is within sight (3 chunks) of every bot in front."""
MOST_PLOTS = 1000
SPACING = 1024
GROUND = 64
MARGIN, BORDER = 6, 2
"""Cells of floor on every side of the bots, for spiders to walk on, and of the box."""
FLOOR = "stone"
FILL_LIMIT = 32_768
"""Cells that one ``/fill`` of a server may reach over."""
AIRS = frozenset({AIR, "cave_air", "void_air"})
"""What is read back as nothing."""

_DISTANCE = 4
_ROOM = 4.0
_WIDEST_ROW = 24.0
_KILL = "kill"

Corners = tuple[Cell, Cell]
Change = tuple[str, Cell, Cell]
"""A block id and the two corners of what is to become it."""


@dataclass(frozen=True)
class Plot:
    """One environment's place on a server.

    Attributes:
        number: which, in [0, 999].
        builders: how many bots build, 1 or more.
    """

    number: int
    builders: int

    @property
    def names(self) -> tuple[str, ...]:
        """The builders' bots, and behind them the witness of a builder who is alone."""
        names = [f"collm_{self.number}_{builder}" for builder in range(self.builders)]
        return tuple(names + [f"collm_{self.number}_w"] * (self.builders == 1))

    @property
    def tag(self) -> str:
        """What the plot's spiders are marked with."""
        return f"collm_{self.number}"

    @property
    def corner(self) -> Cell:
        """Where cell (0, 0, 0) lies."""
        return SPACING * self.number, GROUND, 0

    def place(self, cell: Sequence[int]) -> Cell:
        """Where a cell of the box lies."""
        x, y, z = self.corner
        return x + cell[0], y + cell[1], z + cell[2]

    def stand(self, box: Box, bot: int) -> tuple[float, float, float]:
        """Where a bot stands, in the order of :attr:`names`: in a row before the middle of the box."""
        last = len(self.names) - 1
        room = min(_ROOM, _WIDEST_ROW / last)
        x, y, z = self.corner
        # On the middle of a cell: a bot on an edge would stand on two.
        return x + box.width // 2 + round((bot - last / 2) * room) + 0.5, y, z - _DISTANCE + 0.5

    def den(self, box: Box, spider: int) -> tuple[float, float, float]:
        """Where a spider comes from: behind the builders in turn, two or three blocks away, and nearest to its own."""
        x, y, z = self.stand(box, spider % self.builders)
        circle = spider // self.builders
        return x + (0, -1, 1)[circle % 3], y, z - 2 - (circle // 3) % 2

    def floor(self, box: Box) -> Corners:
        """The corners of the floor that goes with a box."""
        stands = [int(self.stand(box, bot)[0]) for bot in range(len(self.names))]
        x, y, z = self.corner
        near = min(x - BORDER, min(stands) - MARGIN), y - 1, z - _DISTANCE - MARGIN
        far = max(x + box.width - 1 + BORDER, max(stands) + MARGIN), y - 1, z + box.depth - 1 + BORDER
        return near, far

    # -- commands, spelled from checked parts only ------------------------------------------------------------------

    def fill(self, block: str, a: Cell, b: Cell) -> Iterator[str]:
        """The commands that fill the cells between two corners of the box with a block of the server."""
        for low, high in pieces(a, b):
            yield _spell(block, self.place(low), self.place(high))

    def command(self, command: Command, blocks: Mapping[str, str]) -> Iterator[str]:
        """What a builder's accepted command is on the server; ``blocks`` maps its block to the server's."""
        if command.verb == _KILL:
            yield self.kill
        else:
            low, high = zip(*map(sorted, zip(command.numbers[:3], command.numbers[-3:])))
            yield from self.fill(blocks.get(command.block, command.block), low, high)

    @property
    def kill(self) -> str:
        """The command that removes the plot's spiders."""
        return f"/kill @e[type=minecraft:spider,tag={self.tag}]"

    def lay(self, box: Box) -> Iterator[str]:
        """The commands that lay the floor."""
        near, far = self.floor(box)
        for low, high in pieces(near, far):
            yield _spell(FLOOR, low, high)

    def goto(self, box: Box, bot: int) -> str:
        """The command that puts a bot where it stands."""
        x, y, z = self.stand(box, bot)
        return f"/tp {self.names[bot]} {x} {y} {z}"

    def summon(self, box: Box, spider: int, damage: int) -> str:
        """The command for a spider that takes ``damage`` of a bot's 20 health with each bite."""
        x, y, z = self.den(box, spider)
        attributes = f'[{{Name:"generic.attack_damage",Base:{damage}}}]'
        return f'/summon minecraft:spider {x} {y} {z} {{Tags:["{self.tag}"],PersistenceRequired:1b,Attributes:{attributes}}}'


def check_fits(box: Box) -> None:
    """Raise ValueError unless a box fits a plot."""
    if any(side > most for side, most in zip(box, LARGEST)):
        sizes = [f"{one.width} x {one.height} x {one.depth}" for one in (box, LARGEST)]
        raise ValueError(
            f"a world of {sizes[0]} cells does not fit a server's plot; the largest is {sizes[1]} (width, height, depth)"
        )


def pieces(a: Cell, b: Cell) -> Iterator[Corners]:
    """A box, given by its least and its largest corner, in parts that one ``/fill`` can take."""
    sides = [high - low + 1 for low, high in zip(a, b)]
    if sides[0] * sides[1] * sides[2] <= FILL_LIMIT:
        yield a, b
        return
    axis = max(range(3), key=lambda i: sides[i])
    middle = (a[axis] + b[axis]) // 2
    yield from pieces(a, _moved(b, axis, middle))
    yield from pieces(_moved(a, axis, middle + 1), b)


def _moved(corner: Cell, axis: int, value: int) -> Cell:
    x, y, z = (value if i == axis else number for i, number in enumerate(corner))
    return x, y, z


def _spell(block: str, a: Cell, b: Cell) -> str:
    if a == b:
        return f"/setblock {a[0]} {a[1]} {a[2]} {block}"
    return f"/fill {a[0]} {a[1]} {a[2]} {b[0]} {b[1]} {b[2]} {block}"


# -- from one world to another ------------------------------------------------------------------------------------------


def boxes(box: Box, mask: int) -> Iterator[Corners]:
    """Boxes that together hold the cells of a mask: from the first free cell as far in x, then z, then y as it goes."""
    while mask:
        level, x = divmod((mask & -mask).bit_length() - 1, box.width)
        y, z = divmod(level, box.depth)
        low, far = (x, y, z), [x, y, z]
        taken = box.bit(x, y, z)
        for axis, end in ((0, box.width), (2, box.depth), (1, box.height)):
            while far[axis] + 1 < end:
                far[axis] += 1
                more = box.fill(low, (far[0], far[1], far[2]))
                if more & ~mask:
                    far[axis] -= 1
                    break
                taken = more
        mask &= ~taken
        yield low, (far[0], far[1], far[2])


def changes(box: Box, standing: World, wanted: World) -> list[Change]:
    """What makes one world of another: cell by cell, or from the ground if that takes fewer fills."""
    if standing == wanted:
        return []
    gone = occupied(standing) & ~occupied(wanted)
    steps = [(AIR, *corners) for corners in boxes(box, gone)]
    for block, mask in wanted.items():
        steps += [(block, *corners) for corners in boxes(box, mask & ~standing.get(block, 0))]
    if len(steps) <= 1:
        return steps
    again = [(AIR, (0, 0, 0), (box.width - 1, box.height - 1, box.depth - 1))]
    for block, mask in wanted.items():
        again += [(block, *corners) for corners in boxes(box, mask)]
    return min(steps, again, key=len)


def decode(box: Box, read: Mapping[str, Any], names: Mapping[str, str]) -> World:
    """The world that a bridge read.

    Args:
        box: the size that was read.
        read: ``palette``, server block ids, and ``cells``, their places in it, in base64.
        names: what a server's block is called in the world, where it is not called the same.

    Raises:
        ServerError: if it is not as many cells.
    """
    cells = np.frombuffer(base64.b64decode(read["cells"]), "<u2")
    if len(cells) != box.volume:
        raise ServerError(f"{len(cells)} cells were read, of {box.volume}", "bridge")
    world: World = {}
    for place, block in enumerate(read["palette"]):
        if block not in AIRS:
            digits = np.packbits(cells == place, bitorder="little").tobytes()
            if mask := int.from_bytes(digits, "little"):
                name = names.get(block, block)
                world[name] = world.get(name, 0) | mask
    return world
