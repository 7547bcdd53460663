"""Relay: two agents, each with a colour, press the symbols of a secret code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from collm_envs.core.checks import one_of, whole
from collm_envs.core.task import Number, Policy, Score, Task
from collm_envs.core.taskset import Taskset
from collm_envs.diagnostic import deal, policies, prompts, reward
from collm_envs.diagnostic.deal import AGENTS, Deal
from collm_envs.diagnostic.prompts import Gauge
from collm_envs.diagnostic.reward import Played, Progress, Reward
from collm_envs.diagnostic.secret import COLOURS, LARGEST_CODE, SYMBOLS, Code

TASKS: Taskset[Deal] = Taskset("relay", deal.parse, deal.generate)

PERFECT = 1.0 - 1e-7
"""Above this only an episode without a mistake is: one mistake in the longest episode, a million turns, costs 5e-7."""


@dataclass(frozen=True, kw_only=True)
class Relay(Task[Deal]):
    """The task with its options; see :mod:`collm_envs.relay_v0` for the rules.

    Fields:
        colours: how many colours there are, 2 to 6.
        symbols: how many symbols there are, 2 to 8.
        code: which secret code is played, 0 to 2^31 - 1; the same for all instances, so that it can be learnt.
        shared_code: one mapping from colour to symbol for all turns, not one for each.
        reward: paid at the end (``sparse``) or in each turn (``dense``).
        gauge: whose count of right answers an agent is told.
    """

    name: ClassVar[str] = "relay"
    title: ClassVar[str] = "Relay"
    summary: ClassVar[str] = "learn a secret code together; every value is known exactly"
    horizon: ClassVar[int] = 8
    headline: ClassVar[tuple[str, ...]] = ("accuracy", "right")
    own_metrics: ClassVar[tuple[str, ...]] = ("own_right", "valid")
    blank: ClassVar[Mapping[str, Number]] = {"accuracy": 0.0, "right": 0, "answers": 0, "own_right": 0, "valid": False}
    feedback_modes: ClassVar[Mapping[str, str]] = prompts.FEEDBACK_MODES
    policies: ClassVar[Mapping[str, Policy]] = policies.RELAY

    feedback: str = "gauge"
    colours: int = 2
    symbols: int = 4
    code: int = 0
    shared_code: bool = False
    reward: Reward = "sparse"
    gauge: Gauge = "partner"

    def __post_init__(self) -> None:
        super().__post_init__()
        whole("colours", self.colours, 2, len(COLOURS))
        whole("symbols", self.symbols, 2, len(SYMBOLS))
        whole("code", self.code, 0, LARGEST_CODE)
        one_of("reward", self.reward, ("sparse", "dense"))
        one_of("gauge", self.gauge, prompts.GAUGES)

    @cached_property
    def secret(self) -> Code:
        """The code, of which agents are told nothing."""
        return Code(int(self.code), int(self.colours), int(self.symbols), self.shared_code)

    @property
    def agents(self) -> tuple[str, ...]:
        return tuple(f"relay_{agent}" for agent in range(AGENTS))

    @property
    def roles(self) -> tuple[str, ...]:
        return ("presses symbols",) * AGENTS

    @property
    def reward_range(self) -> tuple[float, float]:
        # With dense rewards the largest is reached where an episode has one turn; of T turns none pays more than 1 / T.
        return (0.0, 1.0)

    @property
    def solved_above(self) -> float:
        return PERFECT

    @property
    def tasks(self) -> Taskset[Deal]:
        return TASKS

    def begin(self, instance: Deal, horizon: int) -> Progress:
        return Progress(horizon)

    def score(self, instance: Deal, joint_action: Sequence[str], carry: Progress | None = None) -> Score:
        before = self.begin(instance, self.horizon) if carry is None else carry
        return reward.score(instance, joint_action, self.secret, before, self.reward)

    def carry(self, carry: Progress, score: Score) -> Progress:
        played: Played = score.evidence
        return played.after

    def notes(self, score: Score) -> dict[str, Any]:
        played: Played = score.evidence
        return {"seen": [COLOURS[colour] for colour in played.seen], "pressed": played.pressed, "wanted": played.wanted}

    @property
    def request(self) -> str:
        return prompts.REQUEST

    def opening(self, instance: Deal, agent: int) -> str:
        return prompts.opening(agent, self.symbols)

    def situation(self, instance: Deal, agent: int, turn: int, carry: Progress) -> str:
        return prompts.situation(instance.colour(agent, turn, self.colours), self.gauge, carry.right, agent)

    def reviews(self, instance: Deal, joint_action: Sequence[str], score: Score) -> Sequence[str]:
        # The gauge is part of the situation: an agent that remembers nothing reads it in every turn, the first included.
        return ("",) * len(joint_action)

    def ansi(self, instance: Deal, joint_action: Sequence[str] | None, score: Score | None, colour: bool = True) -> str:
        from collm_envs.diagnostic import terminal

        if score is None:
            return terminal.colours(instance, self.agents, self.colours, self.horizon, colour)
        return terminal.played(self.agents, score, colour)


PAPER: dict[str, Any] = {}
"""The paper has no such task; its setting is the default one."""
