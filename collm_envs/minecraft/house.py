"""An instance of HouseBuild: a blueprint in layers, with spiders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from collm_envs.core.checks import fields_of, text_of, whole
from collm_envs.core.taskset import Instance
from collm_envs.minecraft.building import check_block
from collm_envs.minecraft.world import AIR, Box, Cell

LONGEST_SIDE = 32
MOST_FILLS = 1200
MOST_SPIDERS = 16
MOST_DAMAGE = 1000
PLAYER_HP = 5


class Fill(NamedTuple):
    """A box of one block, corners included, the first one the smaller in every coordinate."""

    a: Cell
    b: Cell
    block: str

    @property
    def volume(self) -> int:
        """Number of cells."""
        return (self.b[0] - self.a[0] + 1) * (self.b[1] - self.a[1] + 1) * (self.b[2] - self.a[2] + 1)

    @property
    def text(self) -> str:
        """As a command."""
        return f"/fill {self.corners} {self.block}"

    @property
    def corners(self) -> str:
        """The six coordinates."""
        return " ".join(map(str, (*self.a, *self.b)))

    def part(self, volume: int) -> Fill | None:
        """The largest box within this one, from its first corner, of at most ``volume`` cells; None if that is none."""
        width, height, depth = (high - low + 1 for low, high in zip(self.a, self.b))
        sizes = [
            (x, y, min(depth, volume // (x * y))) for y in range(1, height + 1) for x in range(1, width + 1) if x * y <= volume
        ]
        if not sizes:
            return None
        x, y, z = max(sizes, key=lambda size: size[0] * size[1] * size[2])
        return Fill(self.a, (self.a[0] + x - 1, self.a[1] + y - 1, self.a[2] + z - 1), self.block)

    def halves(self) -> list[Fill]:
        """Two parts of (nearly) equal volume, cut across the longest side."""
        axis = max(range(3), key=lambda i: self.b[i] - self.a[i])
        middle = (self.a[axis] + self.b[axis]) // 2
        low, high = list(self.b), list(self.a)
        low[axis], high[axis] = middle, middle + 1
        return [Fill(self.a, (low[0], low[1], low[2]), self.block), Fill((high[0], high[1], high[2]), self.b, self.block)]


@dataclass(frozen=True)
class House(Instance):
    """A house to build.

    Attributes:
        inventory: (character, block id) pairs: the legend of ``layers``.
        layers: rows of characters, layers from the bottom; row index = z, character index = x.
        spider_attacks: damage of each spider per turn; None until it is drawn.
        player_hp: the team's health at the start.
    """

    inventory: tuple[tuple[str, str], ...]
    layers: tuple[tuple[str, ...], ...]
    spider_attacks: tuple[int, ...] | None = None
    player_hp: int = PLAYER_HP

    @cached_property
    def box(self) -> Box:
        """The size of the world."""
        return Box(len(self.layers[0][0]), len(self.layers), len(self.layers[0]))

    @cached_property
    def target(self) -> dict[str, int]:
        """The mask of every block but air."""
        return _masks(self.inventory, self.layers)

    @cached_property
    def solid(self) -> int:
        """The mask of all cells that are not air."""
        return sum(self.target.values())

    @cached_property
    def counts(self) -> dict[str, int]:
        """Cells of every block of the legend, air apart; 0 for one that the house does not use."""
        return {block: self.target.get(block, 0).bit_count() for block in self.palette if block != AIR}

    @property
    def palette(self) -> tuple[str, ...]:
        """The block ids of the legend."""
        return tuple(dict.fromkeys(block for _, block in self.inventory))

    @property
    def attacks(self) -> tuple[int, ...]:
        """Damage of each spider per turn; none if there are no spiders."""
        return self.spider_attacks or ()

    @cached_property
    def fills(self) -> tuple[Fill, ...]:
        """The blueprint as boxes one layer high: runs of a row, joined with equal runs of the rows behind."""
        return _fills(self.inventory, self.layers)

    def fields(self) -> dict[str, Any]:
        attacks = {} if self.spider_attacks is None else {"spider_attacks": list(self.spider_attacks)}
        layers = [list(rows) for rows in self.layers]
        return {"inventory": dict(self.inventory), "layers": layers, **attacks, "player_hp": self.player_hp}

    @property
    def content(self) -> str:
        legend = dict(self.inventory)
        return ";".join("/".join(" ".join(legend[mark] for mark in row) for row in rows) for rows in self.layers)


# Blueprints outlive instances: every episode has one of its own, with its own spiders.
_Inventory = tuple[tuple[str, str], ...]
_Layers = tuple[tuple[str, ...], ...]


@lru_cache(maxsize=1024)
def _masks(inventory: _Inventory, layers: _Layers) -> dict[str, int]:
    legend, masks = dict(inventory), dict.fromkeys((block for _, block in inventory), 0)
    place = 1
    for rows in layers:
        for row in rows:
            for mark in row:
                masks[legend[mark]] |= place
                place <<= 1
    masks.pop(AIR, None)
    return {block: mask for block, mask in masks.items() if mask}


@lru_cache(maxsize=1024)
def _fills(inventory: _Inventory, layers: _Layers) -> tuple[Fill, ...]:
    legend = dict(inventory)
    found: list[Fill] = []
    for y, rows in enumerate(layers):
        growing: dict[tuple[int, int, str], Fill] = {}
        for z, row in enumerate(rows):
            still: dict[tuple[int, int, str], Fill] = {}
            for x1, x2, block in _runs([legend[mark] for mark in row]):
                start = growing.pop((x1, x2, block), None)
                still[x1, x2, block] = Fill(start.a if start else (x1, y, z), (x2, y, z), block)
            found += growing.values()
            growing = still
        found += growing.values()
    return tuple(sorted(found, key=lambda fill: (fill.a[1], fill.a[2], fill.a[0])))


def _runs(row: Sequence[str]) -> list[tuple[int, int, str]]:
    """Runs of one block as (first, last, block), without air."""
    runs, start = [], 0
    for x in range(1, len(row) + 1):
        if x == len(row) or row[x] != row[start]:
            if row[start] != AIR:
                runs.append((start, x - 1, row[start]))
            start = x
    return runs


def parse(given: Any) -> House:
    """A house from its fields.

    Args:
        given: ``inventory`` {character: block id}, ``layers`` [[row, ...], ...], and optionally ``spider_attacks``
            (up to 16 numbers in 0..1000; drawn per episode if left out) and ``player_hp`` (1..1000, default 5).

    Raises:
        ValueError, TypeError: for rows of unequal length, characters that are not in the inventory, sides over 32,
            a blueprint of over 1,200 boxes, or one with no block but air.
    """
    data = fields_of("a HouseBuild task", given, ["inventory", "layers"], ["spider_attacks", "player_hp"])
    inventory, layers = _inventory(data["inventory"]), _layers(data["layers"])
    legend = dict(inventory)
    for y, rows in enumerate(layers):
        for z, row in enumerate(rows):
            if len(rows) != len(layers[0]) or len(row) != len(layers[0][0]):
                size = f"{len(layers[0])} rows of {len(layers[0][0])} characters"
                raise ValueError(f"layer {y} row {z} does not fit: like the first, every layer needs {size}")
            for mark in row:
                if mark not in legend:
                    raise ValueError(f"layer {y} row {z} has {mark!r}, which is not in the inventory: {', '.join(legend)}")
    attacks = data.get("spider_attacks")
    attacks = None if attacks is None else check_attacks(attacks)
    house = House(inventory, layers, attacks, whole("player_hp", data.get("player_hp", PLAYER_HP), 1, MOST_DAMAGE))
    if not house.solid:
        raise ValueError("the blueprint has no block but air")
    if len(house.fills) > MOST_FILLS:
        raise ValueError(f"the blueprint takes {len(house.fills)} boxes; at most {MOST_FILLS} fit a prompt")
    return house


def check_attacks(attacks: Any) -> tuple[int, ...]:
    """The spiders' damage as a tuple; raises unless at most 16 whole numbers in 0..1000."""
    if isinstance(attacks, str) or not isinstance(attacks, Sequence) or len(attacks) > MOST_SPIDERS:
        raise TypeError(f"spider_attacks must be a list of at most {MOST_SPIDERS} whole numbers, got {attacks!r}")
    return tuple(whole("a spider attack", attack, 0, MOST_DAMAGE) for attack in attacks)


def _inventory(given: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, Mapping) or not given:
        raise TypeError("inventory must be a mapping from one character to a block id")
    for mark in given:
        if len(text_of("a character of the inventory", mark, 1)) != 1:
            raise ValueError("a character of the inventory is empty")
    return tuple((mark, check_block(block)) for mark, block in given.items())


def _layers(given: Any) -> tuple[tuple[str, ...], ...]:
    if isinstance(given, str) or not isinstance(given, Sequence) or not 0 < len(given) <= LONGEST_SIDE:
        raise TypeError(f"layers must be a list of 1 to {LONGEST_SIDE} layers, each a list of rows")
    for rows in given:
        if isinstance(rows, str) or not isinstance(rows, Sequence) or not 0 < len(rows) <= LONGEST_SIDE:
            raise TypeError(f"a layer must be a list of 1 to {LONGEST_SIDE} rows")
        for row in rows:
            if not text_of("a row", row, LONGEST_SIDE):
                raise ValueError("a row is empty")
    return tuple(tuple(rows) for rows in given)


def limit_of(count: int, builders: int) -> int:
    """How many cells of a block one builder may fill when the house has ``count`` of them: about 3/4 for two builders.

    ceil(count / builders) + floor(count / (2 builders)), so that all who have the block can do it together.
    """
    return -(-count // builders) + count // (2 * builders)


def limits_of(house: House, palettes: Sequence[Sequence[str]]) -> dict[str, int]:
    """:func:`limit_of` for every block of a house, shared by the builders in whose palettes it is."""
    holders = {block: sum(block in palette for palette in palettes) for block in house.counts}
    return {block: limit_of(count, max(1, holders[block])) for block, count in house.counts.items()}
