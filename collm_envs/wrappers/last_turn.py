"""Only the last turn pays: a long task made sparse, for learners that must find out which turn it was.

env = LastTurnPays(strbuild_v0.parallel_env(max_cycles=8, persistent_world=True))
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from pettingzoo.utils.wrappers import BaseParallelWrapper

from collm_envs.core.env import CollabEnv, Step


class LastTurnPays(BaseParallelWrapper[str, str, str]):
    """A task whose reward is 0 in every turn but the last, which pays what it would have paid anyway.

    Observations and infos are the task's own: whatever its feedback tells of a turn, it tells still. A turn whose score was lost is
    not a number, as ever.

    Args:
        env: the task.
    """

    env: CollabEnv

    def __init__(self, env: CollabEnv) -> None:
        super().__init__(env)

    def step(self, actions: Mapping[str, str]) -> Step:
        """Play one turn; arguments and errors are those of :meth:`CollabEnv.step`."""
        self.step_async(actions)
        return self.step_wait()

    def step_async(self, actions: Mapping[str, str]) -> None:
        """Begin a step, which :meth:`step_wait` ends."""
        self.env.step_async(actions)

    def step_wait(self) -> Step:
        """End the step that ``step_async`` began; returns what :meth:`step` does."""
        observations, rewards, terminations, truncations, infos = self.env.step_wait()
        if self.env.agents:
            rewards = {agent: 0.0 if math.isfinite(reward) else reward for agent, reward in rewards.items()}
        return observations, rewards, terminations, truncations, infos

    def fork(self) -> LastTurnPays:
        """An environment of its own in this one's state."""
        return LastTurnPays(self.env.fork())
