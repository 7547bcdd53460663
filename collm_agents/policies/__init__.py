"""Who plays: the :class:`Team` protocol, and teams by the name that ``--team`` takes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
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


def make_team(name: str, task: Task[Any], temperature: float | None = None) -> Team:
    """The team of a name, fit for ``task``.

    Args:
        name: of a scripted team, or the folder of a training run.
        task: what it is to play.
        temperature: of a trained team's answers, 0 for the likeliest always; None for that of its training.

    Raises:
        ValueError: for an unknown name, a run that does not fit the task, or a scripted team with a temperature; the message
            names the choices.
    """
    from collm_agents.policies.scripted import ScriptedTeam

    if name not in task.policies and is_folder(name):
        from collm_agents.policies.local import load_run

        return load_run(Path(name), task, temperature)
    if name not in task.policies:
        raise ValueError(f"unknown team {name!r}; choose from: {', '.join(task.policies)}, or the folder of a run of collm train")
    if temperature is not None:
        raise ValueError(f"the team {name} is a script and has no temperature; a trained one has")
    return ScriptedTeam(name)


def is_folder(name: str) -> bool:
    """Whether a team's name is a folder."""
    return bool(name) and Path(name).is_dir()


def trained_options(name: str, task: str) -> dict[str, Any]:
    """The options of ``task`` that the run in a folder trained with, but for the split; none if it trained on another task."""
    from collm_agents.policies.local import run_of
    from collm_agents.runs import read_settings

    settings = read_settings(run_of(Path(name)))
    return {key: value for key, value in settings.env.items() if key != "split"} if settings.task == task else {}
