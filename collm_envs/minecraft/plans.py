"""Plans that a perfect team follows: who places which block where. Oracles play them, ``fixes`` feedback explains them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from collm_envs.minecraft.house import Fill, House, limits_of
from collm_envs.minecraft.mural import Mural
from collm_envs.minecraft.strbuild_reward import Texture, texture_of
from collm_envs.minecraft.world import Cell, solid

Palettes = tuple[tuple[str, ...], ...]
Brush = tuple[int, str]
"""A builder's index and one of its blocks."""


@lru_cache(maxsize=256)
def paint(mural: Mural, palettes: Palettes, texture: Texture = "class") -> Mapping[Cell, Brush]:
    """A plan for a mural: no two touching cells of one texture, and every block of every palette in use.

    That is worth the full reward wherever the blocks have at least two textures and the word enough cells.
    """
    sides = _sides(palettes, texture)
    plan: dict[Cell, Brush] = {}
    used = [0, 0]
    for part in _parts(mural):
        # Cells that touch differ in parity; each connected part may start with either side, so take the one that is behind.
        even = sum((x + y) % 2 == 0 for x, y, _ in part)
        behind = used[0] > used[1] if 2 * even == len(part) else (used[0] > used[1]) == (2 * even > len(part))
        for x, y, z in part:
            side = (x + y + behind) % 2
            plan[x, y, z] = sides[side][used[side] % len(sides[side])]
            used[side] += 1
    return plan


def _sides(palettes: Palettes, texture: Texture) -> tuple[list[Brush], list[Brush]]:
    """All brushes in two lists that share no texture (as far as there are two), a builder's own together if possible."""
    side_of: dict[str, int] = {}
    brushes = [(agent, block) for agent, palette in enumerate(palettes) for block in solid(palette)]
    for agent, block in brushes:
        side_of.setdefault(texture_of(block, texture), agent % 2)
    textures = list(side_of)
    if len(textures) > 1 and len(set(side_of.values())) == 1:
        side_of = {name: place % 2 for place, name in enumerate(textures)}
    sides: tuple[list[Brush], list[Brush]] = ([], [])
    for agent, block in brushes:
        sides[side_of[texture_of(block, texture)]].append((agent, block))
    for side in sides:
        # A block placed once is there for all who have it: new blocks first, so that a short word still shows them all.
        firsts = {brush[1]: brush for brush in reversed(side)}
        side.sort(key=lambda brush: brush != firsts[brush[1]])
    return (sides[0] or sides[1], sides[1] or sides[0])


def _parts(mural: Mural) -> list[list[Cell]]:
    """The connected parts of the target, largest first, cells in reading order."""
    left = dict.fromkeys(mural.box.cells(mural.target))
    parts = []
    while left:
        part, edge = [], [next(iter(left))]
        del left[edge[0]]
        while edge:
            x, y, z = edge.pop()
            part.append((x, y, z))
            for near in ((x + 1, y, z), (x - 1, y, z), (x, y + 1, z), (x, y - 1, z)):
                if near in left:
                    del left[near]
                    edge.append(near)
        parts.append(sorted(part))
    return sorted(parts, key=len, reverse=True)


@lru_cache(maxsize=256)
def divide(house: House, palettes: Palettes, limited: bool) -> Sequence[Sequence[Fill]]:
    """A plan for a house: each builder's part of the blueprint, of equal volumes as far as blocks and limits go.

    Args:
        house: what is to be built.
        palettes: block ids of each builder.
        limited: keep within :func:`~collm_envs.minecraft.house.limits_of`.
    """
    limits = limits_of(house, palettes) if limited else {}
    parts: list[list[Fill]] = [[] for _ in palettes]
    left = [dict(limits) for _ in palettes]
    work = [0] * len(palettes)
    queue = sorted(house.fills, key=lambda fill: fill.volume, reverse=True)
    while queue:
        fill = queue.pop(0)
        able = [agent for agent, palette in enumerate(palettes) if fill.block in palette]
        fits = [agent for agent in able if left[agent].get(fill.block, fill.volume) >= fill.volume]
        if fits:
            agent = min(fits, key=lambda one: work[one])
            parts[agent].append(fill)
            work[agent] += fill.volume
            if fill.block in left[agent]:
                left[agent][fill.block] -= fill.volume
        elif able and fill.volume > 1:
            # Limits add up to at least the whole, so that halving long enough always ends.
            queue[:0] = fill.halves()
    return parts
