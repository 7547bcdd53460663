"""What the writing tasks share: two writers, one source text, one gated score."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from collm_envs.core.checks import one_of
from collm_envs.core.task import Number, Policy, Score, Task
from collm_envs.writing import policies, prompts, reward
from collm_envs.writing.reward import Constants, Matching
from collm_envs.writing.source import Source


@dataclass(frozen=True, kw_only=True)
class WritingTask(Task[Source]):
    """A task for two writers.

    Fields:
        matching: how connectives are found: by words in a row (``word``) or by letters (``substring``).
        show_targets: say in the prompts which numbers the gates ask for.
    """

    horizon: ClassVar[int] = 1
    headline: ClassVar[tuple[str, ...]] = ("score", "length_ratio")
    blank: ClassVar[Mapping[str, Number]] = {
        "structure": 0.0,
        "length": 0.0,
        "vocabulary": 0.0,
        "style": 0.0,
        "length_ratio": 0.0,
        "vocabulary_ratio": 0.0,
        "transition_categories": 0,
        "jaccard": 0.0,
        "score": 0.0,
    }
    feedback_modes: ClassVar[Mapping[str, str]] = prompts.FEEDBACK_MODES
    policies: ClassVar[Mapping[str, Policy]] = policies.WRITING
    heading: ClassVar[str]
    requests: ClassVar[tuple[str, str]]
    hints: ClassVar[tuple[tuple[str, ...], tuple[str, ...]]]

    matching: Matching = "word"
    show_targets: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of("matching", self.matching, ("word", "substring"))

    @property
    @abstractmethod
    def constants(self) -> Constants:
        """The constants of the reward."""

    @property
    def agents(self) -> tuple[str, ...]:
        return ("writer_0", "writer_1")

    @property
    def reward_range(self) -> tuple[float, float]:
        return (0.0, reward.MAXIMUM)

    @property
    def solved_above(self) -> float:
        return 2.8

    def score(self, instance: Source, joint_action: Sequence[str], carry: Any = None) -> Score:
        return reward.score(instance, joint_action, self.constants, self.matching)

    def opening(self, instance: Source, agent: int) -> str:
        points = self.hints[agent] + (prompts.targets(self.constants, agent) if self.show_targets else ())
        return prompts.opening(self.requests[agent], self.heading, instance.text, points)

    def reviews(self, instance: Source, joint_action: Sequence[str], score: Score) -> Sequence[str]:
        return (prompts.review(score, self.constants) if self.feedback == "score" else "",) * len(joint_action)

    def ansi(self, instance: Source, joint_action: Sequence[str] | None, score: Score | None, colour: bool = True) -> str:
        from collm_envs.writing import terminal

        if joint_action is None or score is None:
            return terminal.source(self.heading, instance.text, colour)
        return terminal.pair(self.roles, joint_action, score, self.constants, colour)
