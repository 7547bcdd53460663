"""A team of its own for each agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collm_agents.policies import Team, Usage
from collm_envs.core.env import CollabEnv


class MixedTeam:
    """Every agent is played by another team, which sees that agent's prompt alone; all answer at once.

    Args:
        members: who plays each agent. A team that plays several is asked for each by itself.
    """

    protocol = "parallel"

    def __init__(self, members: Mapping[str, Team]) -> None:
        self._members = dict(members)
        self.name = ",".join(f"{agent}={team.name}" for agent, team in self._members.items())
        self.seconds: dict[str, float] = {}
        self.usage: dict[str, Usage] = {}
        self.turn_seconds = 0.0
        self.exchanges: list[dict[str, Any]] = []

    @property
    def settings(self) -> dict[str, Any]:
        """Those of all members, by agent."""
        return {agent: dict(getattr(team, "settings", {})) for agent, team in self._members.items()}

    def reset(self, env: CollabEnv, seed: int) -> None:
        """Raises ValueError if the environment has an agent whom nobody plays."""
        missing = [agent for agent in env.possible_agents if agent not in self._members]
        if missing:
            raise ValueError(f"nobody plays {missing[0]}; the team is {self.name}")
        for team in {id(team): team for team in self._members.values()}.values():
            team.reset(env, seed)

    def act(self, env: CollabEnv, observations: Mapping[str, str]) -> dict[str, str]:
        self.seconds, self.usage, self.turn_seconds, self.exchanges = {}, {}, 0.0, []
        answers: dict[str, str] = {}
        for agent, prompt in observations.items():
            team = self._members[agent]
            answers.update(team.act(env, {agent: prompt}))
            self.seconds[agent] = sum(team.seconds.values())
            self.usage[agent] = sum(team.usage.values(), Usage())
            self.turn_seconds = max(self.turn_seconds, team.turn_seconds)
            self.exchanges += getattr(team, "exchanges", [])
        return answers

    def close(self) -> None:
        """Close all members that can be closed."""
        for team in {id(team): team for team in self._members.values()}.values():
            getattr(team, "close", lambda: None)()
