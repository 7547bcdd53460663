"""What a critic reads: the joint history of all agents (CoLLM-CC) or one agent's own (CoLLM-DC), by the same rules.

A history is a segment per turn: what was answered in the turn before, then what is observed now, tagged as in ``env.state()``. The
segments of all agents in mode ``full``, one after the other, *are* ``env.state()``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from collm_envs.core.checks import one_of, whole
from collm_envs.core.prompting import tagged

Mode = Literal["current", "last_k", "full"]


@dataclass(frozen=True)
class HistoryBuilder:
    """How much of the past a critic's value depends on.

    Attributes:
        mode: ``current``: the observations of the turn alone, as in the reference; ``last_k``: of the last ``last`` turns, with
            the answers before each; ``full``: everything.
        last: turns that ``last_k`` reads, 1 and up.

    Raises:
        ValueError: for an unknown mode, or ``last`` below 1.
    """

    mode: Mode = "full"
    last: int = 4

    def __post_init__(self) -> None:
        one_of("history", self.mode, get_args(Mode))
        whole("last", self.last, 1, 1_000_000)

    @property
    def window(self) -> int | None:
        """How many of the newest segments a value may depend on; None for all."""
        return {"current": 1, "last_k": self.last, "full": None}[self.mode]

    def segment(
        self,
        turn: int,
        agents: Sequence[str],
        observations: Mapping[str, str],
        answers: Mapping[str, str] | None = None,
    ) -> str:
        """One turn's segment.

        Args:
            turn: 1 and up.
            agents: whose texts it holds; those that have left are passed over.
            observations: what each agent sees in this turn.
            answers: what each agent answered in the turn before; None in the first.
        """
        told = {} if self.mode == "current" or answers is None else answers
        before = [tagged(turn - 1, agent, "action", told[agent]) for agent in agents if agent in told]
        now = [tagged(turn, agent, "observation", observations[agent]) for agent in agents if agent in observations]
        return "\n".join(before + now)
