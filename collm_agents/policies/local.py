"""Teams of models: those that a training run left behind, or any other :class:`~collm_agents.models.base.TeamModel`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

from collm_agents import checkpoint, runs
from collm_agents.models.base import Prompt, Sampling, TeamModel
from collm_agents.policies import Usage
from collm_agents.teams import quiet, trained_team
from collm_envs.core.env import CollabEnv
from collm_envs.core.task import Task
from collm_envs.wrappers.single_agent import SingleAgentEnv, SoloEnv, split

_TRIES = 3


class ModelTeam:
    """A team that answers by its models. Same seed, same answers.

    Agents are asked and timed one after the other, as if each had a machine of its own; the team takes as long as the slowest.

    Args:
        model: the policies; a model whose only agent is called ``team`` answers for everybody.
        sampling: how answers are drawn.
        name: what tables call the team.
    """

    def __init__(self, model: TeamModel, sampling: Sampling, name: str = "model") -> None:
        self.model = model
        self.sampling = sampling
        self.name = name
        self.seconds: dict[str, float] = {}
        self.usage: dict[str, Usage] = {}
        self._seed = 0

    @property
    def solo(self) -> bool:
        """Whether one agent answers for the whole team."""
        return tuple(self.model.agents) == (SoloEnv.AGENT,)

    @property
    def protocol(self) -> str:
        """How the team answers."""
        return "single" if self.solo else "parallel"

    @property
    def settings(self) -> dict[str, Any]:
        """How answers are drawn."""
        return asdict(self.sampling)

    @property
    def turn_seconds(self) -> float:
        """Of the slowest: all answer at once."""
        return max(self.seconds.values(), default=0.0)

    def reset(self, env: CollabEnv, seed: int) -> None:
        """Raises ValueError if the environment has an agent that the model has not."""
        missing = [agent for agent in env.possible_agents if agent not in self.model.agents]
        if missing and not self.solo:
            raise ValueError(f"the team {self.name} has no agent {missing[0]}; it has: {', '.join(self.model.agents)}")
        self._seed = seed

    def act(self, env: CollabEnv, observations: Mapping[str, str]) -> dict[str, str]:
        turn = len(env.turns) + 1
        numbers = {agent: number for number, agent in enumerate(self.model.agents)}
        asked = {SoloEnv.AGENT: SingleAgentEnv(env).prompt(observations)} if self.solo else observations
        texts: dict[str, str] = {}
        self.seconds, self.usage = {}, {}
        for agent, text in asked.items():
            start = perf_counter()
            [[said]] = self.model.sample([Prompt(agent, text, (turn, numbers[agent]))], 1, self.sampling, self._seed)
            self.seconds[agent] = perf_counter() - start
            self.usage[agent] = Usage(len(said.ids), len(said.prompt_ids), 1, int(not said.ended))
            texts[agent] = said.text
        answers = split(texts[SoloEnv.AGENT], env.possible_agents) if self.solo else texts
        return {agent: answers[agent] for agent in observations}


def run_of(folder: Path) -> Path:
    """The folder of the run that a checkpoint is of, or the folder itself."""
    return folder.parent.parent if folder.parent.name == checkpoint.FOLDER else folder


def load_run(folder: Path, task: Task[Any], temperature: float | None = None) -> ModelTeam:
    """The team of a training run, from its newest checkpoint; the run may still be going on.

    Args:
        folder: of the run, or one of its checkpoints.
        task: what it is to play.
        temperature: None for that of training; 0 takes the likeliest token always.

    Raises:
        ValueError: if there is no such run, it is of another task or of other agents, or nothing has been saved yet.
    """
    home = run_of(folder)
    settings = runs.read_settings(home)
    if settings.task != task.name:
        raise ValueError(f"{folder} was trained on {settings.task}, not on {task.name}")
    trained = settings.team_env().possible_agents
    if list(task.agents) != trained:
        raise ValueError(f"{folder} was trained with the agents {', '.join(trained)}, not with {', '.join(task.agents)}")
    sampling = Sampling(
        temperature=temperature or settings.learner.temperature,
        max_new_tokens=settings.learner.max_new_tokens,
        greedy=temperature == 0,
    )
    for left in reversed(range(_TRIES)):
        saved = folder if folder != home else checkpoint.newest(home) or home
        if saved == home and not (home / checkpoint.AGENTS).is_dir():
            raise ValueError(f"{folder} has saved no agents yet")
        try:
            with quiet(settings.model):
                return ModelTeam(trained_team(settings, home, saved), sampling, str(folder))
        except (OSError, ValueError):
            # A run that goes on removes old checkpoints; the next try finds a newer one.
            if not left or saved.exists():
                raise
    raise AssertionError
