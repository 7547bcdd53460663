"""Block ids: from those of a task to those of a server, and back.

Tasks may use names of before Minecraft 1.13, ``planks`` say, for the paper's houses do. A server that does not know such a name
gets the plainest block of its successors; one that it knows is left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from collm_envs.minecraft.server.plots import AIRS
from collm_envs.minecraft.world import AIR

SUCCESSORS = {
    "planks": "oak_planks",
    "log": "oak_log",
    "log2": "acacia_log",
    "leaves": "oak_leaves",
    "leaves2": "acacia_leaves",
    "sapling": "oak_sapling",
    "fence": "oak_fence",
    "fence_gate": "oak_fence_gate",
    "trapdoor": "oak_trapdoor",
    "wooden_door": "oak_door",
    "wooden_slab": "oak_slab",
    "wooden_button": "oak_button",
    "wooden_pressure_plate": "oak_pressure_plate",
    "wool": "white_wool",
    "carpet": "white_carpet",
    "concrete": "white_concrete",
    "concrete_powder": "white_concrete_powder",
    "stained_glass": "white_stained_glass",
    "stained_glass_pane": "white_stained_glass_pane",
    "hardened_clay": "terracotta",
    "stained_hardened_clay": "white_terracotta",
    "silver_glazed_terracotta": "light_gray_glazed_terracotta",
    "brick_block": "bricks",
    "stonebrick": "stone_bricks",
    "nether_brick": "nether_bricks",
    "red_nether_brick": "red_nether_bricks",
    "end_bricks": "end_stone_bricks",
    "quartz_ore": "nether_quartz_ore",
    "grass_path": "dirt_path",
    "snow_layer": "snow",
    "slime": "slime_block",
    "magma": "magma_block",
    "melon_block": "melon",
    "lit_pumpkin": "jack_o_lantern",
    "noteblock": "note_block",
    "mob_spawner": "spawner",
    "golden_rail": "powered_rail",
    "web": "cobweb",
    "deadbush": "dead_bush",
    "waterlily": "lily_pad",
    "yellow_flower": "dandelion",
    "red_flower": "poppy",
    "reeds": "sugar_cane",
}
"""What names of before 1.13 are now, for those with one plain successor."""


def translate(wanted: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """The server's id of every block of a task that goes by another name there.

    Args:
        wanted: block ids of a task.
        known: those of the server.

    Raises:
        ValueError: for blocks that the server has under no name, and for two that would be one there, so that what is
            read back could not be told apart.
    """
    mapped: dict[str, str] = {}
    owner: dict[str, str] = {}
    missing = []
    if airs := sorted(AIRS.intersection(wanted) - {AIR}):
        raise ValueError(f"{', '.join(airs)} cannot be built with: a server's bots do not tell it from {AIR}")
    for block in sorted(set(wanted) - {AIR}):
        there = block if block in known else SUCCESSORS.get(block, "")
        if there not in known:
            missing.append(block)
            continue
        if there in owner:
            raise ValueError(f"{owner[there]!r} and {block!r} are both {there!r} on the server; use one of them")
        owner[there] = block
        if there != block:
            mapped[block] = there
    if missing:
        raise ValueError(f"the server has no block {', '.join(_with_hint(block, known) for block in missing)}")
    return mapped


def _with_hint(block: str, known: Collection[str]) -> str:
    near = get_close_matches(block, known, n=2)
    return f"{block!r}" + (f" (did you mean {' or '.join(near)}?)" if near else "")
