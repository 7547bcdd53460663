"""Houses to build: a generator of any number of them, and the paper's ten."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

Rows = list[str]
Layers = list[Rows]

_SIDES = {"easy": (4, 6), "medium": (7, 9), "hard": (10, 12)}
_WALLS = ("white_concrete", "oak_planks", "sandstone", "bricks", "light_gray_concrete", "birch_planks")
_CORNERS = ("obsidian", "oak_log", "quartz_pillar", "deepslate")
_FLOORS = ("white_concrete", "stone", "spruce_planks", "cobblestone")
_SLOPES = ("stone_stairs", "brick_stairs", "dark_oak_stairs")
_FILLINGS = ("stone_bricks", "cobblestone", "dark_oak_planks", "red_concrete")
_HUT_SIDES = (3, 4)
_HUT_DECKS = ("stone", "sandstone", "oak_planks")
_HUT_WALLS = ("bricks", "glass", "oak_log")


def generate(rng: Random, difficulty: str) -> dict[str, Any]:
    """Fields of a random house with a door, windows and one of eight roofs; of an open hut if it is to be tiny.

    Width and depth are 3-4 (tiny), 4-6 (easy), 7-9 (medium) or 10-12 cells (hard); walls are 2 to 4 high, a hut's one. Chance
    picks sizes, roof, materials, the side and place of the door and the spacing of the windows. Spiders are left to each episode.
    """
    if difficulty == "tiny":
        return _hut(rng)
    width, depth, wall = rng.randint(*_SIDES[difficulty]), rng.randint(*_SIDES[difficulty]), rng.randint(2, 4)
    roof = rng.choice(list(ROOFS))
    layers = [["F" * width] * depth]
    layers += _walls(width, depth, wall, rng)
    layers += ROOFS[roof](width, depth)
    walls, corners = rng.choice(_WALLS), rng.choice(_CORNERS)
    floor = rng.choice([block for block in _FLOORS if block != walls])
    slope, filling = rng.choice(_SLOPES), rng.choice([block for block in _FILLINGS if block not in (walls, floor)])
    legend = {"F": floor, "W": walls, "O": corners, "G": "glass", "D": "oak_door", "S": slope, "B": filling, "A": "air"}
    used = {mark for rows in layers for row in rows for mark in row}
    return {"inventory": {mark: block for mark, block in legend.items() if mark in used}, "layers": layers}


def _hut(rng: Random) -> dict[str, Any]:
    """A floor, two walls that face each other, and a roof like the floor: four boxes of two blocks.

    By its limits no builder may place both the floor and the roof, nor both walls; either has a share that is whole boxes.
    """
    width, depth = rng.randint(*_HUT_SIDES), rng.randint(*_HUT_SIDES)
    deck = ["F" * width] * depth
    walls = ["W" + "A" * (width - 2) + "W"] * depth
    if rng.random() < 0.5:
        walls = ["W" * width, *["A" * width] * (depth - 2), "W" * width]
    legend = {"F": rng.choice(_HUT_DECKS), "W": rng.choice(_HUT_WALLS), "A": "air"}
    return {"inventory": legend, "layers": [deck, walls, deck]}


def _walls(width: int, depth: int, height: int, rng: Random) -> Layers:
    """A ring of walls with corner posts; a door of two cells' height, and windows between it and the corners."""
    layers = [_ring(width, depth) for _ in range(height)]
    faces = [
        [(x, 0) for x in range(1, width - 1)],
        [(x, depth - 1) for x in range(1, width - 1)],
        [(0, z) for z in range(1, depth - 1)],
        [(width - 1, z) for z in range(1, depth - 1)],
    ]
    front = rng.randrange(len(faces))
    door = rng.choice(faces[front])
    gap, level = rng.randint(2, 3), 1 if height > 2 else 0
    for number, face in enumerate(faces):
        for place, cell in enumerate(face):
            near_door = number == front and abs(cell[0] - door[0]) + abs(cell[1] - door[1]) < 2
            if place % gap == gap - 2 and not near_door:
                _put(layers[level], cell, "G")
    _put(layers[0], door, "D")
    _put(layers[1], door, "A")
    return layers


def _ring(width: int, depth: int) -> Rows:
    end = "O" + "W" * (width - 2) + "O"
    return [end] + ["W" + "A" * (width - 2) + "W"] * (depth - 2) + [end]


def _put(rows: Rows, cell: tuple[int, int], mark: str) -> None:
    x, z = cell
    rows[z] = rows[z][:x] + mark + rows[z][x + 1 :]


# -- roofs: layers above the walls, as wide and deep as the house ------------------------------------------------------


def _flat(width: int, depth: int) -> Layers:
    return [["B" * width] * depth]


def _parapet(width: int, depth: int) -> Layers:
    """Flat, with battlements around the edge."""
    teeth = ["".join("B" if (x + z) % 2 == 0 and _edge(x, z, width, depth) else "A" for x in range(width)) for z in range(depth)]
    return [["B" * width] * depth, teeth]


def _gable(width: int, depth: int) -> Layers:
    """Two slopes meeting in a ridge along x."""
    return [[_gable_row(z, i, depth) * width for z in range(depth)] for i in range((depth + 1) // 2)]


def _gable_row(z: int, i: int, depth: int) -> str:
    if z in (i, depth - 1 - i):
        return "S"
    return "B" if i < z < depth - 1 - i else "A"


def _cross_gable(width: int, depth: int) -> Layers:
    """Two slopes meeting in a ridge along z."""
    return _turned(_gable(depth, width))


def _hip(width: int, depth: int) -> Layers:
    """Four slopes."""
    layers = []
    for i in range((min(width, depth) + 1) // 2):
        layers.append(["".join(_hip_mark(x, z, i, width, depth) for x in range(width)) for z in range(depth)])
    return layers


def _hip_mark(x: int, z: int, i: int, width: int, depth: int) -> str:
    if not (i <= x < width - i and i <= z < depth - i):
        return "A"
    return "S" if _edge(x - i, z - i, width - 2 * i, depth - 2 * i) else "B"


def _shed(width: int, depth: int) -> Layers:
    """One slope, rising to the back in at most four steps."""
    steps = min(4, depth)
    rises = [z * steps // depth for z in range(depth)]
    return [["A" * width if rise < i else ("S" if rise == i else "B") * width for rise in rises] for i in range(steps)]


def _steep(width: int, depth: int) -> Layers:
    """A narrow ridge two cells high on a flat deck."""
    middle = depth // 2
    ridge = [{0: "B", 1: "S"}.get(abs(z - middle), "A") * width for z in range(depth)]
    top = [("B" if z == middle else "A") * width for z in range(depth)]
    return [["B" * width] * depth, ridge, top]


def _tower(width: int, depth: int) -> Layers:
    """Flat, with a small turret at one corner."""
    side = max(2, min(width, depth) // 3)
    turret = ["B" * side + "A" * (width - side) if z < side else "A" * width for z in range(depth)]
    cap = ["S" * side + "A" * (width - side) if z < side else "A" * width for z in range(depth)]
    return [["B" * width] * depth, turret, cap]


def _edge(x: int, z: int, width: int, depth: int) -> bool:
    return x in (0, width - 1) or z in (0, depth - 1)


def _turned(layers: Layers) -> Layers:
    """The same layers with x and z exchanged."""
    return [["".join(row[z] for row in rows) for z in range(len(rows[0]))] for rows in layers]


ROOFS: dict[str, Callable[[int, int], Layers]] = {
    "flat": _flat,
    "parapet": _parapet,
    "gable": _gable,
    "cross_gable": _cross_gable,
    "hip": _hip,
    "shed": _shed,
    "steep": _steep,
    "tower": _tower,
}


# -- the paper's houses ------------------------------------------------------------------------------------------------

_PAPER_LEGEND = {
    "C": "white_concrete",
    "O": "obsidian",
    "S": "stone_stairs",
    "B": "stone_bricks",
    "D": "planks",
    "A": "air",
}


def _paper_house(y5: Rows, y6: Rows) -> dict[str, Any]:
    """A house of 6 x 7 x 7 cells: floor, three layers of wall with the door in front, eaves, and a roof of two layers."""
    yard, front, side = "AAAAAA", "OCCCCO", "CAAAAC"
    layers = [[yard, *["CCCCCC"] * 5, yard]]
    layers += [[yard, door, side, side, side, front, yard] for door in ("OCDDCO", "OCAACO", front)]
    layers += [["SSSSSS", *["BBBBBB"] * 5, "SSSSSS"], y5, y6]
    return {"inventory": dict(_PAPER_LEGEND), "layers": layers}


def _rows(**by_depth: str) -> Rows:
    """Seven rows of air, but for ``z1="..."`` and so on."""
    return [by_depth.get(f"z{z}", "AAAAAA") for z in range(7)]


_S, _B = "SSSSSS", "BBBBBB"
_RIDGE = _rows(z2=_S, z3=_B, z4=_S)
_A = _paper_house(_rows(z1=_S, z2=_B, z3=_B, z4=_B, z5=_S), _RIDGE)
_FLAT = _paper_house([_B] * 7, [_B] * 7)
_STEEP = _paper_house(_RIDGE, _rows(z3=_B))
_X_SLOPE = _paper_house(["SSBBSS"] * 7, ["ASBBSA"] * 7)
_HIP = _paper_house(
    _rows(z1="ASSSSA", z2="ASBBSA", z3="ASBBSA", z4="ASBBSA", z5="ASSSSA"), _rows(z2="AASSAA", z3="AABBAA", z4="AASSAA")
)

PAPER_HOUSES = (_A, _FLAT, _FLAT, _FLAT, _STEEP, _STEEP, _X_SLOPE, _X_SLOPE, _HIP, _HIP)
"""The paper's ten houses in its order (only five differ): the first eight to train on, the last two to test on."""
