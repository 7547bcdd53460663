"""Teams of a task's scripted agents: silent, random, greedy, oracle."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from time import perf_counter
from typing import Any

from collm_agents.policies import Usage
from collm_envs.core.checks import one_of
from collm_envs.core.env import CollabEnv
from collm_envs.core.task import Policy, Task

SCRIPTED = ("silent", "random", "greedy", "oracle")
"""The scripted agents that every task has; a task may have more."""


class ScriptedTeam:
    """One of a task's scripted policies, played by every agent. Same seed, same answers."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seconds: dict[str, float] = {}
        self.usage: dict[str, Usage] = {}
        self._rngs: dict[str, Random] = {}

    @property
    def turn_seconds(self) -> float:
        """Of the slowest: all answer at once."""
        return max(self.seconds.values(), default=0.0)

    def policy(self, task: Task[Any]) -> Policy:
        """The task's policy of this team's name; raises ValueError naming the choices if there is none."""
        return task.policies[one_of("team", self.name, task.policies)]

    def reset(self, env: CollabEnv, seed: int) -> None:
        self.policy(env.task)
        # A text as seed is hashed by the generator itself: the same in every process.
        self._rngs = {agent: Random(f"{seed}/{agent}") for agent in env.possible_agents}

    def act(self, env: CollabEnv, observations: Mapping[str, str]) -> dict[str, str]:
        policy, numbers = self.policy(env.task), {agent: number for number, agent in enumerate(env.possible_agents)}
        actions: dict[str, str] = {}
        self.seconds, self.usage = {}, dict.fromkeys(observations, Usage())
        for agent in observations:
            start = perf_counter()
            actions[agent] = policy(env.task, env.instance, numbers[agent], self._rngs[agent], len(env.turns) + 1)
            self.seconds[agent] = perf_counter() - start
        return actions
