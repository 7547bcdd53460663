"""HouseBuild: a house from a blueprint, with scarce blocks and spiders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

from collm_envs.core.checks import one_of
from collm_envs.core.task import Number, Policy, Score
from collm_envs.core.taskset import Taskset
from collm_envs.minecraft import house, housebuild_prompts, houses, policies, spiders
from collm_envs.minecraft.building import BuildTask, check_palettes
from collm_envs.minecraft.house import PLAYER_HP, House
from collm_envs.minecraft.housebuild_reward import (
    COVERAGE_SPIDER_WEIGHT,
    COVERAGE_WEIGHT,
    MATCH_SPIDER_WEIGHT,
    REDUNDANCY_WEIGHT,
    Reward,
    score,
)
from collm_envs.minecraft.world import Box, World

TASKS: Taskset[House] = Taskset(
    "housebuild",
    house.parse,
    houses.generate,
    fixed={"paper_train": houses.PAPER_HOUSES[:8], "paper_test": houses.PAPER_HOUSES[8:]},
)


class Carry(NamedTuple):
    """What lasts from turn to turn."""

    hp: int
    world: World | None


@dataclass(frozen=True, kw_only=True)
class HouseBuild(BuildTask[House]):
    """The task with its options; see :mod:`collm_envs.housebuild_v0` for the rules.

    Fields (besides those of :class:`~collm_envs.minecraft.building.BuildTask`):
        palettes: block ids of each builder (None: the legend's blocks for all).
        limited_resource: whether each builder has a limit for each block.
        reward: ``match`` (released code) or ``coverage`` (the paper's appendix as replicated).
        spider_attacks: damage of each spider per turn, for every episode (None: drawn per episode).
        constant_health: damage is dealt but health does not fall.
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

    def __post_init__(self) -> None:
        super().__post_init__()
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
        if self.spider_attacks is not None:
            return replace(instance, spider_attacks=tuple(self.spider_attacks))
        return instance if instance.spider_attacks is not None else replace(instance, spider_attacks=spiders.draw(rng))

    def box(self, instance: House) -> Box:
        return instance.box

    def goal(self, instance: House) -> Mapping[str, int]:
        return instance.target

    def begin(self, instance: House, horizon: int) -> Carry:
        return Carry(instance.player_hp, None)

    def score(self, instance: House, joint_action: Sequence[str], carry: Carry | None = None) -> Score:
        return score(
            instance,
            joint_action,
            palettes=self.team_palettes(instance),
            max_commands=self.max_commands,
            limited_resource=self.limited_resource,
            reward=self.reward,
            hp=carry.hp if carry else None,
            constant_health=self.constant_health,
            start=carry.world if carry else None,
        )

    def carry(self, carry: Carry, score: Score) -> Carry:
        return Carry(int(score.metrics["hp"]), score.evidence.world if self.persistent_world else None)

    def lost(self, carry: Carry) -> bool:
        return carry.hp <= 0

    def start_infos(self, instance: House) -> Mapping[str, Number]:
        return {**self.blank, "hp": instance.player_hp}

    def opening(self, instance: House, agent: int) -> str:
        return housebuild_prompts.opening(self, instance, agent)

    def status(self, instance: House, score: Score) -> str:
        return housebuild_prompts.health(score) if instance.attacks and (self.report or not self.constant_health) else ""

    def advices(self, instance: House, score: Score) -> Sequence[str]:
        return housebuild_prompts.advices(self, instance, score)


PAPER: dict[str, Any] = {
    "split": "paper_train",
    "max_commands": 600,
    "spider_attacks": (2, 2, 2),
    "constant_health": True,
    "report": False,
    "answer_last": True,
    "feedback": "score",
}
