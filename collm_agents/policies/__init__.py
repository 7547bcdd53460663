"""Who plays: the :class:`Team` protocol, and teams by the name that ``--team`` takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from collm_envs.core.env import CollabEnv
from collm_envs.core.task import Task


class Team(Protocol):
    """All agents of a task, or some of them.

    Attributes:
        name: what tables and result files call the team.
        seconds: how long each agent took for its last answer, by agent; agents that think at the same time may each
            have the whole time.
    """

    @property
    def name(self) -> str: ...

    @property
    def seconds(self) -> Mapping[str, float]: ...

    def reset(self, env: CollabEnv, seed: int) -> None:
        """A new episode, just reset, begins. Whatever the team draws by chance follows from ``seed`` and the agent's name."""

    def act(self, env: CollabEnv, observations: Mapping[str, str]) -> dict[str, str]:
        """One completion for each agent in ``observations``, which may be fewer than the task has."""


def make_team(name: str, task: Task[Any]) -> Team:
    """The team of a name, fit for ``task``.

    Raises:
        ValueError: for an unknown name; the message names the choices.
    """
    from collm_agents.policies.scripted import ScriptedTeam

    team = ScriptedTeam(name)
    team.policy(task)
    return team
