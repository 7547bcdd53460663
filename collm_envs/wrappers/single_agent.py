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
from pettingzoo import ParallelEnv

from collm_envs.core.checks import one_of
from collm_envs.core.env import CollabEnv, Step
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
        return self.prompt(observations), self._info(infos, {})

    def step(self, action: str) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """Play one turn with a completion that holds all parts."""
        parts = split(action, self.team.possible_agents)
        return self.outcome(self.team.step(parts), parts)

    def outcome(self, step: Step, parts: Mapping[str, str]) -> tuple[str, float, bool, bool, dict[str, Any]]:
        """What a step of the team, in which the members answered ``parts``, is to the one who answers for all."""
        observations, rewards, terminations, truncations, infos = step
        first = self.team.possible_agents[0]
        return self.prompt(observations), rewards[first], terminations[first], truncations[first], self._info(infos, parts)

    def render(self) -> NDArray[np.uint8] | str | None:
        """As :meth:`collm_envs.core.env.CollabEnv.render`."""
        return self.team.render()

    def close(self) -> None:
        """Close the team's environment."""
        self.team.close()

    def prompt(self, observations: Mapping[str, str]) -> str:
        """The one prompt that stands for all members' in this state of the team.

        Args:
            observations: by member, one at least, as the team's ``reset`` or ``step`` returned them last.

        Returns:
            What is to be answered, with every member's prompt under its heading; after the end of an episode, when there is
            nothing to answer, the first member's observation.
        """
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


class SoloEnv(ParallelEnv[str, str, str]):
    """The same view as a parallel environment of one agent, ``team``: what learners and policies for teams take.

    Spaces, prompts and infos are :class:`SingleAgentEnv`'s; ``fork``, ``step_async`` and ``step_wait`` are the team's.

    Args:
        team: the environment to play.
    """

    AGENT = "team"

    def __init__(self, team: CollabEnv) -> None:
        self.alone = SingleAgentEnv(team)
        self.metadata = team.metadata
        self.render_mode = team.render_mode
        self.possible_agents = [self.AGENT]
        self._parts: dict[str, str] = {}

    @property
    def agents(self) -> list[str]:  # type: ignore[override]  # PettingZoo has an attribute
        """``["team"]`` while an episode is running."""
        return self.possible_agents[:] if self.alone.team.agents else []

    @property
    def max_cycles(self) -> int:
        """Number of turns; may be assigned as :attr:`collm_envs.core.env.CollabEnv.max_cycles`."""
        return self.alone.team.max_cycles

    @max_cycles.setter
    def max_cycles(self, turns: int) -> None:
        self.alone.team.max_cycles = turns

    def observation_space(self, agent: str) -> Text:
        """The space of prompts."""
        return self._of(self.alone.observation_space, agent)

    def action_space(self, agent: str) -> Text:
        """The space of completions."""
        return self._of(self.alone.action_space, agent)

    def _of(self, space: gymnasium.Space[str], agent: str) -> Text:
        one_of("agent", agent, self.possible_agents)
        assert isinstance(space, Text)
        return space

    def reset(self, seed: int | None = None, options: Mapping[str, Any] | None = None) -> tuple[dict[str, str], Any]:
        """Start an episode; arguments as in :meth:`collm_envs.core.env.CollabEnv.reset`."""
        prompt, info = self.alone.reset(seed=seed, options=dict(options or {}))
        return {self.AGENT: prompt}, {self.AGENT: info}

    def step(self, actions: Mapping[str, str]) -> Any:
        """Play one turn; returns observations, rewards, terminations, truncations and infos, each by agent."""
        self.step_async(actions)
        return self.step_wait()

    def step_async(self, actions: Mapping[str, str]) -> None:
        """Begin a step, which :meth:`step_wait` ends."""
        if set(actions) != {self.AGENT}:
            raise ValueError(f"actions must be one for {self.AGENT!r}, got {sorted(actions)}")
        self._parts = split(actions[self.AGENT], self.alone.team.possible_agents)
        self.alone.team.step_async(self._parts)

    def step_wait(self) -> Any:
        """End the step that ``step_async`` began; returns what :meth:`step` does."""
        results = self.alone.outcome(self.alone.team.step_wait(), self._parts)
        return tuple({self.AGENT: result} for result in results)

    def step_cancel(self) -> None:
        """Forget a step that ``step_async`` began."""
        self.alone.team.step_cancel()

    def fork(self) -> SoloEnv:
        """An environment of its own in this one's state."""
        return SoloEnv(self.alone.team.fork())

    def state(self) -> str:  # type: ignore[override]  # PettingZoo annotates arrays; its spaces allow any type
        """The team's joint history."""
        return self.alone.team.state()

    def render(self) -> Any:
        """As :meth:`collm_envs.core.env.CollabEnv.render`."""
        return self.alone.render()

    def close(self) -> None:
        """Close the team's environment."""
        self.alone.close()


def make(task: str, **kwargs: Any) -> SingleAgentEnv:
    """The single-agent view of a task by name, for ``gymnasium.make``; further arguments as for its ``parallel_env``."""
    from collm_envs.core.registration import version_module

    return SingleAgentEnv(version_module(task).parallel_env(**kwargs))
