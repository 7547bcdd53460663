"""Who plays: the :class:`Team` protocol, and teams by the name that ``--team`` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from collm_envs.core.env import CollabEnv
from collm_envs.core.task import Task


@dataclass(frozen=True)
class Usage:
    """What answers cost.

    Attributes:
        tokens: generated.
        prompt_tokens: read.
        completions: how many answers were generated; of a script none.
        cut: how many of these the length limit ended.
    """

    tokens: int = 0
    prompt_tokens: int = 0
    completions: int = 0
    cut: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.tokens + other.tokens,
            self.prompt_tokens + other.prompt_tokens,
            self.completions + other.completions,
            self.cut + other.cut,
        )


class Team(Protocol):
    """All agents of a task, or some of them.

    Who speaks is an agent, or ``team`` where one model answers for everybody. A team may have more attributes, JSON-ready:
    ``protocol``, how it answers (``parallel`` where it has none; see :mod:`collm_agents.protocols`); ``settings``, a mapping of
    what else its answers follow from; ``exchanges``, a list of all that its models were asked and said for the last answer. One
    with a method ``close`` is closed by those who opened it by name.

    Attributes:
        name: what tables and result files call the team.
        seconds: of the last joint answer, how long each speaker took.
        usage: of the last joint answer, what each speaker generated and read.
        turn_seconds: how long the team took for its last joint answer: where all answer at once the slowest, where one waits
            for another the sum.
    """

    @property
    def name(self) -> str: ...

    @property
    def seconds(self) -> Mapping[str, float]: ...

    @property
    def usage(self) -> Mapping[str, Usage]: ...

    @property
    def turn_seconds(self) -> float: ...

    def reset(self, env: CollabEnv, seed: int) -> None:
        """A new episode, just reset, begins. Whatever the team draws by chance follows from ``seed`` and the agent's name."""

    def act(self, env: CollabEnv, observations: Mapping[str, str]) -> dict[str, str]:
        """One completion for each agent in ``observations``, which may be fewer than the task has."""


def make_team(name: str, task: Task[Any], temperature: float | None = None) -> Team:
    """The scripted or trained team of a name, fit for ``task``; for models of any kind see :func:`.choice.open_team`.

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
