"""What a task is: instances, prompts, and one pure score.

A task object is frozen: its fields are the options a user may set. Everything that changes during an episode lives in
:class:`collm_envs.core.env.CollabEnv`; everything random is drawn once, in :meth:`Task.prepare`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import nan
from random import Random
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from collm_envs.core.checks import flag, one_of
from collm_envs.core.taskset import Instance, Taskset

Number = float | int | bool


class BackendLost(RuntimeError):
    """What a score is worked out with (a sandbox, a game server) failed. It says nothing about the agents' answers."""


@dataclass(slots=True)
class Score:
    """What a joint action earned.

    Attributes:
        terms: reward terms by name, in the order they are summed.
        metrics: task metrics that are the same for every agent.
        own: metrics of each agent alone, in agent order; empty if there are none.
        evidence: what the terms were counted on (the built world, say), for pictures and feedback.
        total: the reward: the sum of the terms, left to right.
    """

    terms: dict[str, float]
    metrics: dict[str, Number]
    own: tuple[dict[str, Number], ...] = ()
    evidence: Any = None
    total: float = field(init=False)

    def __post_init__(self) -> None:
        self.total = sum(self.terms.values(), 0.0)

    @classmethod
    def unknown(cls, metrics: Mapping[str, Number]) -> Score:
        """The score of a turn that could not be scored: no terms, and a total that is not a number."""
        score = cls({}, dict(metrics))
        score.total = nan
        return score


def penalty(weight: float, amount: float) -> float:
    """A reward term that takes away; plain 0.0, never -0.0, where there is nothing to take."""
    return 0.0 - weight * amount


I = TypeVar("I", bound=Instance)  # noqa: E741  (the field's letter for an instance type)
Policy = Callable[[Any, Any, int, Random, int], str]
"""A scripted agent: ``policy(task, instance, agent index, rng, turn) -> completion``. Turns count from 1. It may look at the
whole instance."""


def silent(task: Task[Any], instance: Any, agent: int, rng: Random, turn: int = 1) -> str:
    """The agent that says nothing."""
    return ""


@dataclass(frozen=True, kw_only=True)
class Task(ABC, Generic[I]):
    """A cooperative text task for ``len(agents)`` agents who act at once and share one reward.

    Fields (options every task has):
        feedback: what agents are told about the previous turn, one of ``feedback_modes``.
        answer_last: put the agent's own previous answer at the end of a prompt, as the reference does.

    Class attributes:
        name: short lower-case name (``strbuild``).
        version: bumped by any change of a score.
        title: name in CamelCase, as registered with Gymnasium.
        summary: one line for listings.
        horizon: default number of turns.
        split: default split.
        headline: the ``infos`` keys that tables show first, after the reward: the paper's columns.
        own_metrics: those ``infos`` keys whose values are each agent's own.
        blank: the task's ``infos`` keys with their values before the first turn.
        pictures: whether the task draws itself (``render_mode="rgb_array"``).
        feedback_modes: the values of ``feedback``, with a line on each.
        policies: scripted agents by name; ``silent``, ``random``, ``greedy`` and ``oracle`` are always there.
    """

    feedback: str = "score"
    answer_last: bool = False

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    version: ClassVar[int] = 0
    horizon: ClassVar[int] = 1
    split: ClassVar[str] = "train"
    headline: ClassVar[tuple[str, ...]]
    pictures: ClassVar[bool] = False
    own_metrics: ClassVar[tuple[str, ...]] = ()
    blank: ClassVar[Mapping[str, Number]]
    feedback_modes: ClassVar[Mapping[str, str]]
    policies: ClassVar[Mapping[str, Policy]]

    def __post_init__(self) -> None:
        one_of("feedback", self.feedback, self.feedback_modes)
        for item in fields(self):
            if isinstance(item.default, bool):
                flag(item.name, getattr(self, item.name))

    # -- who plays, and for what ------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def agents(self) -> tuple[str, ...]:
        """Agent names, in the order in which their parts are applied."""

    @property
    @abstractmethod
    def roles(self) -> tuple[str, ...]:
        """What each agent is there for, a few words each."""

    @property
    @abstractmethod
    def reward_range(self) -> tuple[float, float]:
        """Least and largest raw reward of a turn; the oracle reaches the largest."""

    @property
    @abstractmethod
    def solved_above(self) -> float:
        """An episode ends as solved when a turn's raw reward is strictly above this."""

    # -- instances --------------------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def tasks(self) -> Taskset[I]:
        """The instances, by split and index."""

    def prepare(self, instance: I, rng: np.random.Generator) -> I:
        """Resolve whatever chance decides in ``instance``; the only random step of an episode."""
        return instance

    def check_backend(self) -> None:
        """Raise :class:`BackendLost` if what scores are worked out with cannot be had. Called by every reset."""

    def in_process(self) -> Task[I]:
        """This task where nothing outside of this process is built on: the same rules, without a server."""
        return self

    def close(self) -> None:
        """Release what only this task uses of its backend. Called by ``env.close()``; a later turn may open it again."""

    # -- a turn -----------------------------------------------------------------------------------------------------

    def begin(self, instance: I, horizon: int) -> Any:
        """What is carried from turn to turn, before the first of ``horizon`` turns (None if nothing is)."""
        return None

    @abstractmethod
    def score(self, instance: I, joint_action: Sequence[str], carry: Any = None) -> Score:
        """Score a joint action, one completion per agent in agent order. Pure and total."""

    def submit(self, instance: I, joint_action: Sequence[str], carry: Any = None) -> Callable[[], Score]:
        """Begin to score a joint action; the returned function waits for the score, or raises :class:`BackendLost`.

        A task whose score takes a backend's time starts the work here, so that many environments wait together.
        """
        return lambda: self.score(instance, joint_action, carry)

    def carry(self, carry: Any, score: Score) -> Any:
        """What is carried to the next turn."""
        return carry

    def lost(self, carry: Any) -> bool:
        """Whether the team can no longer go on (its health is gone, say)."""
        return False

    def start_infos(self, instance: I) -> Mapping[str, Number]:
        """The task's ``infos`` before the first turn."""
        return self.blank

    def notes(self, score: Score) -> dict[str, Any]:
        """JSON-ready text about a turn for the transcript: by agent index under each key, or a mapping that is the team's."""
        return {}

    # -- prompts ----------------------------------------------------------------------------------------------------

    @property
    def request(self) -> str:
        """What a later turn asks for."""
        return "Give your whole answer again, improved."

    @abstractmethod
    def opening(self, instance: I, agent: int) -> str:
        """The part of an agent's prompts that stays the same all episode: task and role."""

    def situation(self, instance: I, agent: int, turn: int, carry: Any) -> str:
        """What an agent sees in this turn alone, the first included; "" where the opening and the review say it all."""
        return ""

    @abstractmethod
    def reviews(self, instance: I, joint_action: Sequence[str], score: Score) -> Sequence[str]:
        """What each agent is told about the previous turn, in the mode ``feedback``."""

    # -- pictures ---------------------------------------------------------------------------------------------------

    @abstractmethod
    def ansi(self, instance: I, joint_action: Sequence[str] | None, score: Score | None, colour: bool = True) -> str:
        """The turn as text for a terminal; ``None`` before the first turn."""

    def check_pictures(self) -> None:
        """Raise ImportError, naming the extra to install, if pictures cannot be drawn here."""

    def picture(self, instance: I, score: Score | None) -> NDArray[np.uint8]:
        """The turn as an RGB array of shape (height, width, 3), where ``pictures`` is true."""
        raise ValueError(f"{self.name} has no rgb_array picture; render modes: human, ansi")
