"""One agent for the whole team: a Gymnasium view in which one completion holds every member's part.

The paper's single-model rows play so. A part begins after a line with the member's name between ``===`` marks:

    === builder_0 ===
    /setblock 0 0 0 stone
    === builder_1 ===
    /setblock 1 0 0 obsidian
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from collm_envs.core.env import CollabEnv
from collm_envs.core.spaces import MAX_ACTION, MAX_OBSERVATION, Text
from collm_envs.core.task import Number


def heading(agent: str) -> str:
    """The line before an agent's part."""
    return f"=== {agent} ==="


def join(parts: Mapping[str, str]) -> str:
    """All parts as one completion."""
    return "\n".join(f"{heading(agent)}\n{part}" for agent, part in parts.items())


def split(completion: str, agents: Sequence[str]) -> dict[str, str]:
    """Each agent's part of a completion; total over all strings.

    What stands before the first heading belongs to nobody, an agent without a heading gets ``""``, one with several gets
    them all. A completion without any heading is the first agent's. Marks around a name may be ``=``, ``#``, ``*`` or a
    closing colon.
    """
    names = "|".join(map(re.escape, agents))
    pieces = re.split(rf"^[ \t]*[=#*]+[=#* \t]*({names})[=#*: \t]*\r?$\n?", completion, flags=re.MULTILINE)
    parts = dict.fromkeys(agents, "")
    if len(pieces) == 1:
        parts[agents[0]] = completion
        return parts
    for agent, part in zip(pieces[1::2], pieces[2::2]):
        parts[agent] = "\n".join(filter(None, (parts[agent], part.strip("\r\n"))))
    return parts


class SingleAgentEnv(gymnasium.Env[str, str]):
    """A team environment for one agent.

    The observation (``str``, at most 65,536 characters per member) holds every member's prompt, the action every member's
    completion; :func:`split` says how it is taken apart. Reward, termination and seeding are the team's. ``info``
    holds the team's numbers under their names, each member's own as ``builder_0.accepted``, and as ``parts`` how many
    members' parts were not empty.

    Args:
        team: the environment to play.
    """

    def __init__(self, team: CollabEnv) -> None:
        self.team = team
        self.metadata = team.metadata
        self.render_mode = team.render_mode
        members = len(team.possible_agents)
        self.observation_space = Text(MAX_OBSERVATION * (members + 1))
        self.action_space = Text(MAX_ACTION * (members + 1))

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
        """Start an episode; arguments as in :meth:`collm_envs.core.env.CollabEnv.reset`."""
        super().reset(seed=seed)
        observations, infos = self.team.reset(seed=seed, options=options)
        return self._prompt(observations), self._info(infos, {})

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Play one turn with a completion that holds all parts."""
        agents = self.team.possible_agents
        parts = split(action, agents)
        observations, rewards, terminations, truncations, infos = self.team.step(parts)
        first = agents[0]
        return self._prompt(observations), rewards[first], terminations[first], truncations[first], self._info(infos, parts)

    def render(self) -> NDArray[np.uint8] | str | None:
        """As :meth:`collm_envs.core.env.CollabEnv.render`."""
        return self.team.render()

    def close(self) -> None:
        """Close the team's environment."""
        self.team.close()

    def _prompt(self, observations: Mapping[str, str]) -> str:
        if not self.team.agents:
            return next(iter(observations.values()))
        agents = ", ".join(observations)
        return (
            f"You answer for all {len(observations)} members of a team: {agents}. Their prompts follow. Answer all of them: "
            f"before each member's part write a line with its name, like this: {heading(next(iter(observations)))}\n\n"
            f"{join(observations)}"
        )

    def _info(self, infos: Mapping[str, Mapping[str, Number]], parts: Mapping[str, str]) -> dict[str, Any]:
        own = self.team.task.own_metrics
        shared = {key: value for key, value in next(iter(infos.values())).items() if key not in own}
        filled = sum(bool(part.strip()) for part in parts.values())
        return {**shared, "parts": filled, **{f"{agent}.{key}": info[key] for agent, info in infos.items() for key in own}}


def make(task: str, **kwargs: Any) -> SingleAgentEnv:
    """The single-agent view of a task by name, for ``gymnasium.make``; further arguments as for its ``parallel_env``."""
    from collm_envs.core.registration import version_module

    return SingleAgentEnv(version_module(task).parallel_env(**kwargs))
