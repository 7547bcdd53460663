"""Scripted builders, as yardsticks: what chance, a good but lonely builder and a perfect team earn."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING

from collm_envs.core.task import Policy, silent
from collm_envs.minecraft.house import House
from collm_envs.minecraft.mural import Mural
from collm_envs.minecraft.plans import divide, paint
from collm_envs.minecraft.world import AIR, Box, solid

if TYPE_CHECKING:
    from collm_envs.minecraft.housebuild import HouseBuild
    from collm_envs.minecraft.strbuild import StrBuild

_RANDOM_LINES = 6


def strbuild_random(task: StrBuild, mural: Mural, agent: int, rng: Random, turn: int = 1) -> str:
    """Well-formed commands at random cells of the box."""
    box, mine = mural.box, solid(task.team_palettes[agent])
    cells = [(rng.randrange(box.width), rng.randrange(box.height)) for _ in range(_RANDOM_LINES)]
    return "\n".join(f"/setblock {x} {y} 0 {rng.choice(mine)}" for x, y in cells)


def strbuild_greedy(task: StrBuild, mural: Mural, agent: int, rng: Random, turn: int = 1) -> str:
    """The whole word with its own first block, as if there were no partner."""
    first = solid(task.team_palettes[agent])[0]
    return "\n".join(f"/setblock {x} {y} {z} {first}" for x, y, z in mural.box.cells(mural.target))


def strbuild_oracle(task: StrBuild, mural: Mural, agent: int, rng: Random, turn: int = 1) -> str:
    """Its part of the team's plan; where the world persists, the first builder clears it."""
    plan = paint(mural, task.team_palettes, task.texture)
    lines = [f"/setblock {x} {y} {z} {block}" for (x, y, z), (owner, block) in plan.items() if owner == agent]
    return "\n".join(_clearing(mural.box, agent == 0 and task.persistent_world and task.allow_fill) + lines)


def housebuild_random(task: HouseBuild, house: House, agent: int, rng: Random, turn: int = 1) -> str:
    """Well-formed single-cell fills at random cells of the box; a kill as often as not."""
    box, mine = house.box, solid(task.team_palettes(house)[agent])
    lines = ["/kill"] if rng.random() < 0.5 else []
    for _ in range(_RANDOM_LINES):
        at = f"{rng.randrange(box.width)} {rng.randrange(box.height)} {rng.randrange(box.depth)}"
        lines.append(f"/fill {at} {at} {rng.choice(mine)}")
    return "\n".join(lines)


def housebuild_greedy(task: HouseBuild, house: House, agent: int, rng: Random, turn: int = 1) -> str:
    """The blueprint from the first box to the last, as far as its own limits go, and the kill: no word with the partner."""
    return "\n".join(["/kill", *(fill.text for fill in house.fills)])


def housebuild_oracle(task: HouseBuild, house: House, agent: int, rng: Random, turn: int = 1) -> str:
    """Its part of a fair division of the blueprint; the first builder kills the spiders, and clears a world that persists."""
    mine = divide(house, task.team_palettes(house), task.limited_resource)[agent]
    first = ["/kill", *_clearing(house.box, task.persistent_world)] if agent == 0 else []
    return "\n".join(first + [fill.text for fill in mine])


def _clearing(box: Box, wanted: bool) -> list[str]:
    return [f"/fill 0 0 0 {box.width - 1} {box.height - 1} {box.depth - 1} {AIR}"] if wanted else []


STRBUILD: Mapping[str, Policy] = {
    "silent": silent,
    "random": strbuild_random,
    "greedy": strbuild_greedy,
    "oracle": strbuild_oracle,
}
HOUSEBUILD: Mapping[str, Policy] = {
    "silent": silent,
    "random": housebuild_random,
    "greedy": housebuild_greedy,
    "oracle": housebuild_oracle,
}
