"""The reward of StrBuild.

    reward = 2 * coverage - 1.5 * extra_ratio - adjacent_same_ratio - 0.25 * missing_palettes        in [-2.5 - 0.25 agents, 2]

Source: arXiv:2601.21972, StrBuild, with the constants of the code released with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from collm_envs.core.task import Score, penalty
from collm_envs.minecraft.building import Built
from collm_envs.minecraft.commands import Commands, Reader, shares
from collm_envs.minecraft.mural import Mural
from collm_envs.minecraft.world import AIR, build, occupied

COVERAGE_WEIGHT = 2.0
EXTRA_WEIGHT = 1.5
ADJACENT_WEIGHT = 1.0
MISSING_WEIGHT = 0.25

Texture = Literal["class", "colour"]
PALETTES = (("oak_planks", "stone", AIR), ("white_concrete", "obsidian", AIR))

_CLASSES = (
    ("wood", re.compile(r".*_(planks|wood)")),
    ("stone", re.compile(r"(.*_)?stone|cobblestone|(.*_)?stone_bricks")),
    ("concrete", re.compile(r".*_concrete")),
)
# The longest first where one ends in another: light_blue is not blue.
_DYES = (
    *("light_blue", "light_gray", "white", "orange", "magenta", "yellow", "lime", "pink"),
    *("gray", "cyan", "purple", "blue", "brown", "green", "red", "black"),
)


def score(
    mural: Mural,
    joint_action: Sequence[str],
    *,
    palettes: Sequence[Sequence[str]] = PALETTES,
    max_commands: int = 300,
    allow_fill: bool = True,
    texture: Texture = "class",
    start: Mapping[str, int] | None = None,
) -> Score:
    """Build a mural from one completion per agent and score it. Pure; total over all strings.

    Agents are applied in order, a later one over an earlier one.

    Args:
        mural: what is to be drawn.
        joint_action: one completion per agent.
        palettes: block ids of each agent; ``air`` is always allowed and never missed.
        max_commands: accepted commands of the team, split by :func:`~collm_envs.minecraft.commands.shares`.
        allow_fill: whether ``/fill`` is a command.
        texture: which blocks look the same: of one material (``class``) or of one dye colour (``colour``).
        start: the world to begin with (None: empty).

    Returns:
        Terms ``coverage``, ``extra``, ``adjacent``, ``palettes``; metrics ``coverage``, ``extra_ratio``,
        ``adjacent_same_ratio``, ``iou`` in [0, 1] and ``missing_palettes`` in 0..agents.
    """
    read = read_team(mural, joint_action, palettes, max_commands, allow_fill)
    world = build([command for part in read for command in part.accepted], start)
    return judge(mural, Built(read, world), palettes, texture)


def read_team(
    mural: Mural, joint_action: Sequence[str], palettes: Sequence[Sequence[str]], max_commands: int, allow_fill: bool
) -> list[Commands]:
    """What one completion per agent comes to as commands; arguments as for :func:`score`."""
    verbs = ("setblock", "fill") if allow_fill else ("setblock",)
    limits = shares(max_commands, len(joint_action))
    return [
        Reader(mural.box, tuple(palette), verbs).read(text, limit) for text, palette, limit in zip(joint_action, palettes, limits)
    ]


def judge(mural: Mural, built: Built, palettes: Sequence[Sequence[str]], texture: Texture) -> Score:
    """Score what stands, whoever built it; arguments and result as for :func:`score`."""
    world = built.world
    target, placed = mural.target, occupied(world)
    covered = (placed & target).bit_count()
    extra = (placed & ~target).bit_count()
    coverage = covered / mural.target_cells
    extra_ratio = extra / mural.background_cells
    pairs = mural.box.neighbours(placed)
    same = sum(mural.box.neighbours(mask) for mask in _by_texture(world, texture))
    adjacent = same / pairs if pairs else 0.0
    missing = sum(any(block != AIR and block not in world for block in palette) for palette in palettes)

    return Score(
        terms={
            "coverage": COVERAGE_WEIGHT * coverage,
            "extra": penalty(EXTRA_WEIGHT, extra_ratio),
            "adjacent": penalty(ADJACENT_WEIGHT, adjacent),
            "palettes": penalty(MISSING_WEIGHT, missing),
        },
        metrics={
            "coverage": coverage,
            "extra_ratio": extra_ratio,
            "adjacent_same_ratio": adjacent,
            "missing_palettes": missing,
            "iou": covered / (mural.target_cells + extra),
        },
        own=tuple({"accepted": len(part.accepted), "rejected": len(part.rejected)} for part in built.commands),
        evidence=built,
    )


def _by_texture(world: Mapping[str, int], texture: Texture) -> Iterable[int]:
    groups: dict[str, int] = {}
    for block, mask in world.items():
        key = texture_of(block, texture)
        groups[key] = groups.get(key, 0) | mask
    return groups.values()


@lru_cache(maxsize=4096)
def texture_of(block: str, texture: Texture = "class") -> str:
    """What a block looks like: its material, or its dye colour; a block of neither kind looks like itself."""
    if texture == "colour":
        return next((dye for dye in _DYES if block.startswith(dye + "_")), block)
    return next((name for name, pattern in _CLASSES if pattern.fullmatch(block)), block)
