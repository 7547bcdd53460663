"""HouseBuild: a house from a blueprint, with scarce blocks and spiders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from collm_envs.core.checks import one_of
from collm_envs.core.task import Number, Policy, Score
from collm_envs.core.taskset import Taskset
from collm_envs.minecraft import house, housebuild_prompts, houses, policies, spiders
from collm_envs.minecraft.backend import LONGEST_CHASE, seconds
from collm_envs.minecraft.building import BuildTask, Built, check_palettes
from collm_envs.minecraft.commands import Commands
from collm_envs.minecraft.house import PLAYER_HP, House
from collm_envs.minecraft.housebuild_reward import (
    COVERAGE_SPIDER_WEIGHT,
    COVERAGE_WEIGHT,
    MATCH_SPIDER_WEIGHT,
    REDUNDANCY_WEIGHT,
    Reward,
    judge,
    read_team,
    score,
    toll_measured,
)
from collm_envs.minecraft.world import Box, World

if TYPE_CHECKING:
    from collm_envs.minecraft.server import Turn

TASKS: Taskset[House] = Taskset(
    "housebuild",
    house.parse,
    houses.generate,
    fixed={"paper_train": houses.PAPER_HOUSES[:8], "paper_test": houses.PAPER_HOUSES[8:]},
)


class Carry(NamedTuple):
    """What lasts from turn to turn.

    Attributes:
        hp: the team's health.
        world: what stands; None where it does not last.
        health: of each builder of a server, in [0, 20]; None while it is full, and always in process.
    """

    hp: Number
    world: World | None
    health: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Siege(House):
    """A house on a server, where the spiders' chance is the server's and has a seed of its own."""

    spider_seed: int = 0


@dataclass(frozen=True, kw_only=True)
class HouseBuild(BuildTask[House]):
    """The task with its options; see :mod:`collm_envs.housebuild_v0` for the rules.

    Fields (besides those of :class:`~collm_envs.minecraft.building.BuildTask`):
        palettes: block ids of each builder (None: the legend's blocks for all).
        limited_resource: whether each builder has a limit for each block.
        reward: ``match`` (released code) or ``coverage`` (the paper's appendix as replicated).
        spider_attacks: damage of each spider per turn, for every episode (None: drawn per episode).
        constant_health: damage is dealt but health does not fall.
        spider_seconds: on a server, how long spiders that nobody killed chase the builders each turn.
    """

    name: ClassVar[str] = "housebuild"
    title: ClassVar[str] = "HouseBuild"
    summary: ClassVar[str] = "build a house from a blueprint while spiders attack"
    horizon: ClassVar[int] = 4
    headline: ClassVar[tuple[str, ...]] = ("iou", "hp")
    blank: ClassVar[Mapping[str, Number]] = {
        "match": 0.0,
        "coverage": 0.0,
        "redundancy": 0.0,
        "iou": 0.0,
        "hp": PLAYER_HP,
        "damage": 0,
        "killed": False,
        "accepted": 0,
        "rejected": 0,
    }
    feedback_modes: ClassVar[Mapping[str, str]] = housebuild_prompts.FEEDBACK_MODES
    policies: ClassVar[Mapping[str, Policy]] = policies.HOUSEBUILD

    feedback: str = "score"
    palettes: Sequence[Sequence[str]] | None = None
    limited_resource: bool = True
    reward: Reward = "match"
    spider_attacks: Sequence[int] | None = None
    constant_health: bool = False
    spider_seconds: float = 2.0

    def __post_init__(self) -> None:
        super().__post_init__()
        seconds("spider_seconds", self.spider_seconds, LONGEST_CHASE)
        if self.on_server:
            # Of this task alone, for in process the team has one health.
            object.__setattr__(self, "own_metrics", (*self.own_metrics, "health"))
        one_of("reward", self.reward, ("match", "coverage"))
        if self.feedback == "budget" and not self.limited_resource:
            raise ValueError("feedback 'budget' needs limited_resource=True")
        if self.palettes is not None:
            self._own_palettes  # noqa: B018  (raises for malformed palettes)
        if self.spider_attacks is not None:
            house.check_attacks(self.spider_attacks)

    def team_palettes(self, instance: House) -> tuple[tuple[str, ...], ...]:
        """Block ids of each builder."""
        return (instance.palette,) * self.num_agents if self.palettes is None else self._own_palettes

    @cached_property
    def _own_palettes(self) -> tuple[tuple[str, ...], ...]:
        return check_palettes(self.palettes, self.num_agents)

    @property
    def roles(self) -> tuple[str, ...]:
        return ("places some of the blocks; anyone may kill the spiders",) * self.num_agents

    @property
    def solved_above(self) -> float:
        return 0.9 if self.reward == "match" else 1.9

    @property
    def reward_range(self) -> tuple[float, float]:
        if self.reward == "match":
            return (-MATCH_SPIDER_WEIGHT, 1.0)
        # Redundancy is counted against the target's cells, of which a blueprint has at least one.
        return (-REDUNDANCY_WEIGHT * (house.LONGEST_SIDE**3 - 1) - COVERAGE_SPIDER_WEIGHT, COVERAGE_WEIGHT)

    @property
    def tasks(self) -> Taskset[House]:
        return TASKS

    def prepare(self, instance: House, rng: np.random.Generator) -> House:
        """The house with its attacks, drawn from ``rng`` unless they are fixed; on a server also the seed of the spiders' chance.

        That seed comes from a copy of the generator, so that an episode's other draws are those of the same episode in process.
        """
        seed = int(np.random.SeedSequence(int(deepcopy(rng).integers(2**63))).generate_state(1)[0]) if self.on_server else None
        armed = self._armed(instance, rng)
        if seed is None:
            return armed
        return Siege(armed.inventory, armed.layers, armed.spider_attacks, armed.player_hp, seed)

    def _armed(self, instance: House, rng: np.random.Generator) -> House:
        if self.spider_attacks is not None:
            return replace(instance, spider_attacks=tuple(self.spider_attacks))
        return instance if instance.spider_attacks is not None else replace(instance, spider_attacks=spiders.draw(rng))

    def box(self, instance: House) -> Box:
        return instance.box

    def goal(self, instance: House) -> Mapping[str, int]:
        return instance.target

    def begin(self, instance: House, horizon: int) -> Carry:
        super().begin(instance, horizon)
        return Carry(float(instance.player_hp) if self.on_server else instance.player_hp, None)

    def score(self, instance: House, joint_action: Sequence[str], carry: Carry | None = None) -> Score:
        if self.on_server:
            return self.submit(instance, joint_action, carry)()
        return score(
            instance,
            joint_action,
            palettes=self.team_palettes(instance),
            max_commands=self.max_commands,
            limited_resource=self.limited_resource,
            reward=self.reward,
            hp=int(carry.hp) if carry else None,
            constant_health=self.constant_health,
            start=carry.world if carry else None,
        )

    def carry(self, carry: Carry, score: Score) -> Carry:
        world = score.evidence.world if self.persistent_world else None
        if score.evidence.outcome is None:
            return Carry(int(score.metrics["hp"]), world)
        return Carry(float(score.metrics["hp"]), world, None if self.constant_health else score.evidence.outcome.health)

    def lost(self, carry: Carry) -> bool:
        return carry.hp <= 0 or (carry.health is not None and min(carry.health) <= 0)

    def start_infos(self, instance: House) -> Mapping[str, Number]:
        if isinstance(instance, Siege):
            drawn = {"drawn_damage": sum(instance.attacks), "spider_seed": instance.spider_seed, "health": spiders.FULL_HEALTH}
            return {**self.blank, "hp": float(instance.player_hp), "damage": 0.0, **drawn}
        return {**self.blank, "hp": instance.player_hp}

    # -- on a server ------------------------------------------------------------------------------------------------

    @property
    def site_options(self) -> dict[str, Any]:
        return {**super().site_options, "spider_seconds": self.spider_seconds}

    def blocks(self, instance: House) -> Sequence[Sequence[str]]:
        return self.team_palettes(instance)

    def read(self, instance: House, joint_action: Sequence[str]) -> list[Commands]:
        return read_team(instance, joint_action, self.team_palettes(instance), self.max_commands, self.limited_resource)

    def turn(self, instance: House, read: Sequence[Commands], carry: Carry | None) -> Turn:
        from collm_envs.minecraft.server import Turn

        return Turn(
            instance.box,
            (carry.world if carry else None) or {},
            tuple(tuple(part.accepted) for part in read),
            attacks=instance.attacks,
            health=carry.health if carry else None,
            seed=_seed(instance),
        )

    def judge(self, instance: House, built: Built, carry: Carry | None) -> Score:
        assert built.outcome is not None
        before = carry.health if carry else None
        after, seed = built.outcome.health, _seed(instance)
        toll = toll_measured(instance, built.commands, before, after, self.constant_health, seed)
        return judge(instance, built, self.reward, toll)

    # -- prompts ----------------------------------------------------------------------------------------------------

    def opening(self, instance: House, agent: int) -> str:
        return housebuild_prompts.opening(self, instance, agent)

    def status(self, instance: House, score: Score) -> str:
        return housebuild_prompts.health(score) if instance.attacks and (self.report or not self.constant_health) else ""

    def advices(self, instance: House, score: Score) -> Sequence[str]:
        return housebuild_prompts.advices(self, instance, score)


def _seed(house: House) -> int:
    return house.spider_seed if isinstance(house, Siege) else 0


PAPER: dict[str, Any] = {
    "split": "paper_train",
    "max_commands": 600,
    "spider_attacks": (2, 2, 2),
    "constant_health": True,
    "report": False,
    "answer_last": True,
    "feedback": "score",
}
