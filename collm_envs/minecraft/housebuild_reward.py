"""The rewards of HouseBuild.

    match:     reward = match - 0.1 * min(1, D / HP) * [no kill]                                          in [-0.1, 1]
    coverage:  reward = 2 * coverage - 1.5 * redundancy - 0.2 * min(1, D / HP) * [no kill]                at most 2

D is the spiders' damage per turn, HP the team's health at the start. Source: ``match`` is the code released with
arXiv:2601.21972, ``coverage`` its appendix as replicated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from collm_envs.core.task import Score, penalty
from collm_envs.minecraft import spiders
from collm_envs.minecraft.building import Built
from collm_envs.minecraft.commands import Reader, shares
from collm_envs.minecraft.house import House, limits_of
from collm_envs.minecraft.world import build, occupied

MATCH_SPIDER_WEIGHT = 0.1
COVERAGE_WEIGHT = 2.0
REDUNDANCY_WEIGHT = 1.5
COVERAGE_SPIDER_WEIGHT = 0.2

Reward = Literal["match", "coverage"]


def score(
    house: House,
    joint_action: Sequence[str],
    *,
    palettes: Sequence[Sequence[str]] | None = None,
    max_commands: int = 300,
    limited_resource: bool = True,
    reward: Reward = "match",
    hp: int | None = None,
    constant_health: bool = False,
    start: Mapping[str, int] | None = None,
) -> Score:
    """Build a house from one completion per agent and score it. Pure; total over all strings.

    Agents are applied in order, a later one over an earlier one. One accepted ``/kill`` by anyone keeps the spiders off.

    Args:
        house: the blueprint, with the spiders' attacks.
        joint_action: one completion per agent.
        palettes: block ids of each agent (None: the legend's for all); ``air`` is always allowed.
        max_commands: accepted commands of the team, split by :func:`~collm_envs.minecraft.commands.shares`.
        limited_resource: whether :func:`~collm_envs.minecraft.house.limit_of` holds for each agent and block.
        reward: ``match`` or ``coverage``, as above.
        hp: the team's health before the turn (None: full).
        constant_health: damage is dealt but health does not fall, as in the released code.
        start: the world to begin with (None: empty).

    Returns:
        Terms ``match``, ``spiders`` or ``coverage``, ``redundancy``, ``spiders``; metrics ``match`` (share of all cells,
        air too, with the right block), ``coverage`` (right blocks / target blocks), ``redundancy`` (blocks where
        there should be air / target blocks), ``iou`` (of occupied cells, whatever the block), ``hp``, ``damage``,
        ``killed``.
    """
    agents = len(joint_action)
    palettes = [house.palette] * agents if palettes is None else palettes
    limits = limits_of(house, palettes) if limited_resource else None
    read = [
        Reader(house.box, tuple(palette), ("fill", "kill")).read(text, limit, limits)
        for text, palette, limit in zip(joint_action, palettes, shares(max_commands, agents))
    ]
    world = build([command for part in read for command in part.accepted], start)

    solid, placed = house.solid, occupied(world)
    right = sum((world.get(block, 0) & mask).bit_count() for block, mask in house.target.items())
    target, extra = solid.bit_count(), (placed & ~solid).bit_count()
    match = (right + house.box.volume - (placed | solid).bit_count()) / house.box.volume
    coverage, redundancy = right / target, extra / target
    killed = any(part.killed for part in read)
    threat = 0.0 if killed else spiders.threat(house.attacks, house.player_hp)
    health = house.player_hp if hp is None else hp

    if reward == "match":
        terms = {"match": match, "spiders": penalty(MATCH_SPIDER_WEIGHT, threat)}
    else:
        terms = {
            "coverage": COVERAGE_WEIGHT * coverage,
            "redundancy": penalty(REDUNDANCY_WEIGHT, redundancy),
            "spiders": penalty(COVERAGE_SPIDER_WEIGHT, threat),
        }
    return Score(
        terms=terms,
        metrics={
            "match": match,
            "coverage": coverage,
            "redundancy": redundancy,
            "iou": (placed & solid).bit_count() / (placed | solid).bit_count(),
            "hp": health if constant_health else spiders.health_after(health, house.attacks, killed),
            "damage": 0 if killed else sum(house.attacks),
            "killed": killed,
        },
        own=tuple({"accepted": len(part.accepted), "rejected": len(part.rejected)} for part in read),
        evidence=Built(read, world),
    )
