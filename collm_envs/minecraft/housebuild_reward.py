"""The rewards of HouseBuild.

    match:     reward = match - 0.1 * min(1, D / HP) * [no kill]                                          in [-0.1, 1]
    coverage:  reward = 2 * coverage - 1.5 * redundancy - 0.2 * min(1, D / HP) * [no kill]                at most 2

D is the spiders' damage per turn, HP the team's health at the start. Source: ``match`` is the code released with
arXiv:2601.21972, ``coverage`` its appendix as replicated. On a server D is measured: how far the team's health fell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Literal, NamedTuple

from collm_envs.core.task import Number, Score, penalty
from collm_envs.minecraft import spiders
from collm_envs.minecraft.building import Built
from collm_envs.minecraft.commands import Commands, Reader, shares
from collm_envs.minecraft.house import House, limits_of
from collm_envs.minecraft.world import build, occupied

MATCH_SPIDER_WEIGHT = 0.1
COVERAGE_WEIGHT = 2.0
REDUNDANCY_WEIGHT = 1.5
COVERAGE_SPIDER_WEIGHT = 0.2


Reward = Literal["match", "coverage"]


class Toll(NamedTuple):
    """What the spiders of a turn took, and from whom.

    Attributes:
        killed: whether someone killed them.
        threat: the damage as a share of full health, in [0, 1].
        damage: what was lost, in units of the house's ``player_hp``.
        hp: the team's health after the turn, in the same units.
        more: metrics that only a server has.
        health: of each builder after the turn, in [0, 20]; empty in process, where the team has one health.
    """

    killed: bool
    threat: float
    damage: Number
    hp: Number
    more: Mapping[str, Number] = {}
    health: tuple[float, ...] = ()


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
    read = read_team(house, joint_action, palettes, max_commands, limited_resource)
    world = build([command for part in read for command in part.accepted], start)
    return judge(house, Built(read, world), reward, toll_of(house, read, hp, constant_health))


def read_team(
    house: House,
    joint_action: Sequence[str],
    palettes: Sequence[Sequence[str]] | None,
    max_commands: int,
    limited_resource: bool,
) -> list[Commands]:
    """What one completion per agent comes to as commands; arguments as for :func:`score`."""
    agents = len(joint_action)
    palettes = [house.palette] * agents if palettes is None else palettes
    limits = limits_of(house, palettes) if limited_resource else None
    return [
        Reader(house.box, tuple(palette), ("fill", "kill")).read(text, limit, limits)
        for text, palette, limit in zip(joint_action, palettes, shares(max_commands, agents))
    ]


def toll_of(house: House, read: Sequence[Commands], hp: int | None, constant_health: bool) -> Toll:
    """What the spiders take by the rules of the task; arguments as for :func:`score`."""
    killed = any(part.killed for part in read)
    health = house.player_hp if hp is None else hp
    return Toll(
        killed,
        threat=0.0 if killed else spiders.threat(house.attacks, house.player_hp),
        damage=0 if killed else sum(house.attacks),
        hp=health if constant_health else spiders.health_after(health, house.attacks, killed),
    )


def toll_measured(
    house: House,
    read: Sequence[Commands],
    before: Sequence[float] | None,
    after: Sequence[float],
    constant_health: bool,
    seed: int,
) -> Toll:
    """What the spiders of a server took, by the builders' health.

    Args:
        before, after: health of each builder before and after the turn, in [0, 20]; ``before`` None: all full.
        seed: what the spiders' chance was seeded with.
    """
    had = team_health(house, before) if before else float(house.player_hp)
    left = team_health(house, after)
    damage = max(0.0, had - left)
    return Toll(
        any(part.killed for part in read),
        threat=min(1.0, damage / house.player_hp),
        damage=damage,
        hp=had if constant_health else left,
        more={"drawn_damage": sum(house.attacks), "spider_seed": seed},
        health=tuple(after),
    )


def team_health(house: House, health: Sequence[float]) -> float:
    """The builders' mean health in units in which full health is the house's ``player_hp``."""
    return house.player_hp * fmean(health) / spiders.FULL_HEALTH


def judge(house: House, built: Built, reward: Reward, toll: Toll) -> Score:
    """Score what stands and what the spiders took, whoever built and whatever bit; arguments and result as for :func:`score`."""
    world = built.world
    solid, placed = house.solid, occupied(world)
    right = sum((world.get(block, 0) & mask).bit_count() for block, mask in house.target.items())
    target, extra = solid.bit_count(), (placed & ~solid).bit_count()
    match = (right + house.box.volume - (placed | solid).bit_count()) / house.box.volume
    coverage, redundancy = right / target, extra / target

    if reward == "match":
        terms = {"match": match, "spiders": penalty(MATCH_SPIDER_WEIGHT, toll.threat)}
    else:
        terms = {
            "coverage": COVERAGE_WEIGHT * coverage,
            "redundancy": penalty(REDUNDANCY_WEIGHT, redundancy),
            "spiders": penalty(COVERAGE_SPIDER_WEIGHT, toll.threat),
        }
    return Score(
        terms=terms,
        metrics={
            "match": match,
            "coverage": coverage,
            "redundancy": redundancy,
            "iou": (placed & solid).bit_count() / (placed | solid).bit_count(),
            "hp": toll.hp,
            "damage": toll.damage,
            "killed": toll.killed,
            **toll.more,
        },
        own=_own(built, toll.health),
        evidence=built,
    )


def _own(built: Built, health: Sequence[float]) -> tuple[dict[str, Number], ...]:
    own: tuple[dict[str, Number], ...] = tuple(
        {"accepted": len(part.accepted), "rejected": len(part.rejected)} for part in built.commands
    )
    return tuple({**mine, "health": left} for mine, left in zip(own, health)) if health else own
