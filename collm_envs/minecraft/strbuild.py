"""StrBuild: draw a word as a mural, each builder with blocks of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from collm_envs.core.checks import one_of
from collm_envs.core.task import Number, Policy, Score
from collm_envs.core.taskset import Taskset
from collm_envs.minecraft import mural, policies, strbuild_prompts
from collm_envs.minecraft.building import BuildTask, Built, check_palettes
from collm_envs.minecraft.commands import Commands
from collm_envs.minecraft.compare import ANY
from collm_envs.minecraft.mural import PAPER_WORDS, Mural
from collm_envs.minecraft.strbuild_reward import (
    ADJACENT_WEIGHT,
    COVERAGE_WEIGHT,
    EXTRA_WEIGHT,
    MISSING_WEIGHT,
    PALETTES,
    Texture,
    judge,
    read_team,
    score,
)
from collm_envs.minecraft.world import Box, World, solid

if TYPE_CHECKING:
    from collm_envs.minecraft.server import Turn

_PAPER_ITEMS = tuple({"text": word, "spacing": 2} for word in PAPER_WORDS)

TASKS: Taskset[Mural] = Taskset(
    "strbuild",
    mural.parse,
    mural.generate,
    fixed={"paper_train": _PAPER_ITEMS[:8], "paper_test": _PAPER_ITEMS[8:]},
)


@dataclass(frozen=True, kw_only=True)
class StrBuild(BuildTask[Mural]):
    """The task with its options; see :mod:`collm_envs.strbuild_v0` for the rules.

    Fields (besides those of :class:`~collm_envs.minecraft.building.BuildTask`):
        palettes: block ids of each builder (None: the paper's two palettes in turn).
        show_target: show the grid in the prompt; without it the first turn is a guess from the box alone.
        allow_fill: accept ``/fill`` besides ``/setblock``.
        texture: which blocks look the same: of one material (``class``) or of one dye (``colour``).
    """

    name: ClassVar[str] = "strbuild"
    title: ClassVar[str] = "StrBuild"
    summary: ClassVar[str] = "draw a word in blocks, each builder with its own palette"
    horizon: ClassVar[int] = 4
    headline: ClassVar[tuple[str, ...]] = ("iou", "adjacent_same_ratio")
    blank: ClassVar[Mapping[str, Number]] = {
        "coverage": 0.0,
        "extra_ratio": 0.0,
        "adjacent_same_ratio": 0.0,
        "missing_palettes": 0,
        "iou": 0.0,
        "accepted": 0,
        "rejected": 0,
    }
    feedback_modes: ClassVar[Mapping[str, str]] = strbuild_prompts.FEEDBACK_MODES
    policies: ClassVar[Mapping[str, Policy]] = policies.STRBUILD

    feedback: str = "positions"
    palettes: Sequence[Sequence[str]] | None = None
    show_target: bool = True
    allow_fill: bool = True
    texture: Texture = "class"

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of("texture", self.texture, ("class", "colour"))
        self.team_palettes  # noqa: B018  (raises for malformed palettes)

    @cached_property
    def team_palettes(self) -> tuple[tuple[str, ...], ...]:
        """Block ids of each builder."""
        if self.palettes is None:
            return tuple(PALETTES[builder % len(PALETTES)] for builder in range(self.num_agents))
        return check_palettes(self.palettes, self.num_agents)

    @cached_property
    def own_blocks(self) -> tuple[str, ...]:
        """Each builder's blocks in words, air apart."""
        return tuple(", ".join(solid(palette)) for palette in self.team_palettes)

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(f"builds with {blocks}" for blocks in self.own_blocks)

    @property
    def solved_above(self) -> float:
        return 1.9

    @property
    def reward_range(self) -> tuple[float, float]:
        return (-EXTRA_WEIGHT - ADJACENT_WEIGHT - MISSING_WEIGHT * self.num_agents, COVERAGE_WEIGHT)

    @property
    def tasks(self) -> Taskset[Mural]:
        return TASKS

    def box(self, instance: Mural) -> Box:
        return instance.box

    def goal(self, instance: Mural) -> Mapping[str, int]:
        return {ANY: instance.target}

    def score(self, instance: Mural, joint_action: Sequence[str], carry: World | None = None) -> Score:
        if self.on_server:
            return self.submit(instance, joint_action, carry)()
        return score(
            instance,
            joint_action,
            palettes=self.team_palettes,
            max_commands=self.max_commands,
            allow_fill=self.allow_fill,
            texture=self.texture,
            start=carry,
        )

    def blocks(self, instance: Mural) -> Sequence[Sequence[str]]:
        return self.team_palettes

    def read(self, instance: Mural, joint_action: Sequence[str]) -> list[Commands]:
        return read_team(instance, joint_action, self.team_palettes, self.max_commands, self.allow_fill)

    def turn(self, instance: Mural, read: Sequence[Commands], carry: World | None) -> Turn:
        from collm_envs.minecraft.server import Turn

        return Turn(instance.box, carry or {}, tuple(tuple(part.accepted) for part in read))

    def judge(self, instance: Mural, built: Built, carry: World | None) -> Score:
        return judge(instance, built, self.team_palettes, self.texture)

    def carry(self, carry: Any, score: Score) -> World | None:
        return score.evidence.world if self.persistent_world else None

    def opening(self, instance: Mural, agent: int) -> str:
        return strbuild_prompts.opening(self, instance, agent)

    def advices(self, instance: Mural, score: Score) -> Sequence[str]:
        return strbuild_prompts.advices(self, instance, score)


PAPER: dict[str, Any] = {
    "split": "paper_train",
    "show_target": False,
    "allow_fill": False,
    "report": False,
    "answer_last": True,
    "feedback": "positions",
}
