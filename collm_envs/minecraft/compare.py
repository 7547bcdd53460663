"""What all pictures of a building share: which cells are right or not, and the colour of a block."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from collm_envs.minecraft.world import Box, occupied

ANY = "*"
"""The key of a goal under which every block is right."""

RGB = tuple[int, int, int]
"""A colour as red, green and blue in 0..255."""


class Comparison(NamedTuple):
    """Four masks that do not overlap; what they leave out is air and ought to be."""

    right: int
    missing: int
    wrong: int
    extra: int

    @property
    def counts(self) -> str:
        """Number of cells of each kind, in words."""
        right, missing, wrong, extra = (mask.bit_count() for mask in self)
        return f"right {right} of {right + missing + wrong}, missing {missing}, wrong {wrong}, extra {extra}"


def compare(box: Box, goal: Mapping[str, int], world: Mapping[str, int]) -> Comparison:
    """The cells of ``box`` that hold what they should, lack a block, hold another block, or should be air.

    Args:
        box: the size of both worlds; what lies outside does not count.
        goal: target mask of every block; under ``"*"`` any block is right.
        world: built mask of every block.
    """
    wanted, built = occupied(goal) & box.full, occupied(world) & box.full
    right = built & goal.get(ANY, 0)
    for block, mask in world.items():
        right |= mask & goal.get(block, 0)
    right &= box.full
    return Comparison(right, wanted & ~built, wanted & built & ~right, built & ~wanted)


def colour(block: str) -> RGB:
    """The colour of a block: its own, else that of a dye or a wood it is named after, else one drawn from its id."""
    name = block.rpartition(":")[2]
    if name in _BLOCKS:
        return _BLOCKS[name]
    words = [word for word in _WORDS if name.startswith(word)] + [word for word in _WORDS if word in name]
    if words:
        light = next((light for form, light in _FORMS.items() if name.endswith(form)), 1.0)
        red, green, blue = (min(255, round(part * light)) for part in _WORDS[words[0]])
        return red, green, blue
    # Not hash(), which differs from run to run. Kept off the dark end, where edges and marks would not show.
    red, green, blue = hashlib.sha256(name.encode()).digest()[:3]
    return (70 + red * 150 // 255, 70 + green * 150 // 255, 70 + blue * 150 // 255)


_BLOCKS: dict[str, RGB] = {
    ANY: (216, 208, 190),
    "planks": (184, 146, 88),
    "stone": (134, 136, 140),
    "stone_bricks": (124, 128, 122),
    "stone_stairs": (160, 160, 166),
    "white_concrete": (236, 238, 240),
    "grass_block": (104, 156, 72),
    "bookshelf": (150, 112, 66),
    "tinted_glass": (74, 64, 84),
}

# Lighter or darker than its word says, so that the logs and planks of a tree, say, can be told apart.
_FORMS = {"log": 0.68, "wood": 0.75, "stairs": 1.14, "slab": 1.08, "wool": 0.92, "terracotta": 0.8, "powder": 1.08, "door": 0.88}

# By the first word that fits: the longer of two words that begin alike comes first.
_WORDS: dict[str, RGB] = {
    "light_blue": (96, 172, 222),
    "light_gray": (170, 170, 164),
    "white": (232, 235, 237),
    "orange": (226, 116, 28),
    "magenta": (176, 64, 166),
    "yellow": (242, 190, 40),
    "lime": (116, 184, 36),
    "pink": (232, 144, 172),
    "gray": (84, 88, 92),
    "cyan": (32, 138, 148),
    "purple": (118, 48, 166),
    "blue": (56, 68, 164),
    "brown": (112, 72, 42),
    "green": (84, 110, 40),
    "red_sand": (190, 102, 34),
    "red": (162, 46, 42),
    "blackstone": (56, 50, 58),
    "black": (40, 42, 48),
    "dark_oak": (82, 56, 30),
    "oak": (184, 146, 88),
    "spruce": (124, 92, 54),
    "birch": (206, 188, 132),
    "jungle": (172, 122, 88),
    "acacia": (178, 98, 56),
    "mangrove": (122, 58, 52),
    "cherry": (230, 180, 174),
    "bamboo": (200, 178, 84),
    "crimson": (128, 60, 92),
    "warped": (48, 124, 118),
    "crying_obsidian": (74, 28, 130),
    "obsidian": (40, 30, 62),
    "glass": (176, 214, 226),
    "quartz": (238, 232, 224),
    "sandstone": (220, 206, 158),
    "sand": (222, 208, 164),
    "dirt": (134, 96, 68),
    "leaves": (72, 124, 48),
    "log": (112, 86, 52),
    "netherrack": (112, 46, 46),
    "nether_brick": (58, 30, 36),
    "prismarine": (100, 160, 150),
    "deepslate": (84, 84, 90),
    "andesite": (138, 140, 138),
    "diorite": (196, 196, 198),
    "granite": (154, 108, 88),
    "cobblestone": (118, 118, 118),
    "stone": (134, 136, 140),
    "brick": (152, 90, 74),
    "gold": (248, 212, 66),
    "iron": (218, 218, 216),
    "diamond": (104, 222, 214),
    "emerald": (48, 190, 98),
    "lapis": (40, 76, 150),
    "copper": (192, 108, 82),
    "coal": (38, 38, 42),
    "hay": (196, 164, 38),
    "clay": (160, 166, 178),
    "terracotta": (152, 94, 68),
    "snow": (246, 250, 252),
    "ice": (150, 184, 240),
    "water": (62, 104, 214),
    "lava": (232, 104, 24),
}
