"""Episodes of a training run's evaluations, kept with all that was said.

    runs/x/episodes/00000040/results.jsonl    the first few of the evaluation after 40 iterations
                             run.json         what they are of

Each of these folders is one such as ``collm eval --out`` leaves: ``collm report`` shows it, ``collm replay`` plays it again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collm_agents.checkpoint import write
from collm_agents.collect import task_env
from collm_agents.installed import versions
from collm_agents.records import RESULTS, RUN
from collm_agents.results import EpisodeResult, about_match, config_of, outcome, packages
from collm_agents.rollouts import Node, trajectories
from collm_envs.core.env import CollabEnv
from collm_envs.wrappers.single_agent import SoloEnv

if TYPE_CHECKING:
    from collm_agents.learners.base import Learner

FOLDER = "episodes"


@dataclass(frozen=True)
class Stage:
    """A team as it is at some point of its training; has what is recorded of a :class:`~collm_agents.policies.Team`.

    Attributes:
        iteration: how many were done.
        alone: whether one agent answers for the whole team.
        settings: what else its answers follow from.
    """

    iteration: int
    alone: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What tables call it."""
        words = f"after {self.iteration} iteration{'s' * (self.iteration != 1)}"
        return words if self.iteration else "before training"

    @property
    def protocol(self) -> str:
        """How it answers."""
        return "single" if self.alone else "parallel"


def stage_of(learner: Learner) -> Stage:
    """A learner's team as it is now."""
    settings = {**asdict(learner.config.sampling), "stop_above": learner.config.stop_above}
    return Stage(learner.iteration, isinstance(learner.collector.env, SoloEnv), settings)


def record(stage: Stage, root: Node, env: CollabEnv, seed: int) -> EpisodeResult:
    """An episode as a result.

    There are no times in it: all episodes of an evaluation are answered in one batch.

    Args:
        stage: who played.
        root: the episode, of one trajectory.
        env: in which it was played, as it is after the last turn.
        seed: of its reset.
    """
    [way] = trajectories([root])
    said: dict[str, list[Any]] = {}
    for step in way:
        for agent in step.branch.picks:
            said.setdefault(agent, []).append(step.response(agent))
    assert env.source, "it has been played"
    return EpisodeResult(
        task=env.task.name,
        env=env.metadata["name"],
        team=stage.name,
        protocol=stage.protocol,
        config=config_of(env, stage),
        split=env.source.split,
        index=env.source.index,
        seed=seed,
        **outcome(env),
        characters={agent: sum(len(turn.actions[n]) for turn in env.turns) for n, agent in enumerate(env.possible_agents)},
        tokens={speaker: sum(len(each.ids) for each in own) for speaker, own in said.items()},
        prompt_tokens={speaker: sum(len(each.prompt_ids) for each in own) for speaker, own in said.items()},
        completions={speaker: len(own) for speaker, own in said.items()},
        cut={speaker: sum(not each.ended for each in own) for speaker, own in said.items()},
        seconds={},
        turn_seconds=[],
        team_seconds=0.0,
        env_seconds=0.0,
        versions=dict(packages()),
        instance=env.instance.fields(),
        transcript=env.transcript,
        exchanges=[[] for _ in way],
    )


def keep(home: Path, learner: Learner, results: Sequence[EpisodeResult]) -> None:
    """Write an evaluation's episodes down; what is there of an earlier try is replaced.

    Args:
        home: the run's folder.
        learner: whose team played.
        results: one or more.
    """
    stage, env, first = stage_of(learner), task_env(learner.collector.env), results[0]
    assert env, "only episodes of a task are recorded"
    match = about_match(env, stage, first.split, len(results))
    about = {"command": "train", "iteration": stage.iteration, "matches": [match], "versions": versions(), "complete": True}
    place = home / FOLDER / f"{stage.iteration:08d}"
    place.mkdir(parents=True, exist_ok=True)
    write(place / RESULTS, "".join(result.to_json() + "\n" for result in results))
    # Last: with it the folder is a run.
    write(place / RUN, json.dumps(about, indent=2) + "\n")


def cut(home: Path, last: int) -> None:
    """Remove the episodes of evaluations after more than ``last`` iterations, from which a run does not go on."""
    if (home / FOLDER).is_dir():
        for place in (home / FOLDER).iterdir():
            if place.name.isdecimal() and int(place.name) > last:
                shutil.rmtree(place)
