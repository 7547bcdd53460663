"""Commands that show tasks and play them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from tyro.conf import FlagCreatePairsOff, Positional, arg

from collm_agents.arguments import UsageError, make_env, user_input
from collm_agents.commands.words.fields import (
    Count,
    Index,
    MaybeCount,
    Overwrite,
    Paper,
    Resume,
    Settings,
    Split,
    TaskName,
    TeamName,
    Temperature,
)
from collm_agents.policies.choice import Choice, usual_options
from collm_agents.policies.scripted import SCRIPTED
from collm_agents.protocols import PROTOCOLS

if TYPE_CHECKING:
    from collm_agents.records import Earlier


@dataclass(frozen=True)
class List:
    """Name the tasks."""

    def __call__(self) -> int:
        from collm_agents.commands.show import list_tasks

        return list_tasks()


@dataclass(frozen=True)
class Show:
    """Print a task's manual page, and of one instance every agent's prompt and the picture."""

    task: TaskName = ""
    split: Split = None
    index: Index = 0
    seed: Count = 0
    """Seed of the episode."""
    png: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """Draw the instance as a PNG picture, too."""
    paper: Paper = False
    set: Settings = ()

    def __call__(self) -> int:
        from collm_agents.commands.show import show

        return show(make_env(self.task, self.set, self.paper), self.split, self.index, self.seed, self.png)


@dataclass(frozen=True)
class Play:
    """Take a role yourself for one episode."""

    task: TaskName = ""
    role: Annotated[str | None, arg(metavar="AGENT", help_behavior_hint="(default: the first)")] = None
    """Whom you play, builder_0 for instance."""
    partner: Annotated[str, arg(metavar="TEAM", help=f"The others: {', '.join(SCRIPTED)}, or the folder of a run")] = "oracle"
    split: Split = None
    index: Index = 0
    seed: Count = 0
    """Seed of the episode."""
    paper: Paper = False
    set: Settings = ()

    def __call__(self) -> int:
        from collm_agents.commands.play import play

        return play(make_env(self.task, self.set, self.paper), self.role, self.partner, self.split, self.index, self.seed)


@dataclass(frozen=True)
class Eval:
    """Play whole episodes with a team; print the mean reward with its 95 % interval."""

    task: TaskName = ""
    team: TeamName = ""
    split: Annotated[Split, arg(metavar="SPLIT", help_behavior_hint="(default: test, or with --paper paper_test)")] = None
    """train, val, test, paper_test, generated, ..."""
    episodes: Annotated[MaybeCount, arg(metavar="N", help_behavior_hint="(default: each instance once)")] = None
    """How many; episode i plays instance i, from the start again after the last."""
    seed: Count = 0
    """Seed of the first episode; episode i has seed + i."""
    protocol: Annotated[
        str | None,
        arg(metavar="PROTOCOL", help=f"How models answer: {', '.join(PROTOCOLS)}.", help_behavior_hint="(default: parallel)"),
    ] = None
    rounds: Annotated[MaybeCount, arg(help_behavior_hint="(default: 2)")] = None
    """Of a discussion, the first one included."""
    max_tokens: Annotated[MaybeCount, arg(help_behavior_hint="(default: 512)")] = None
    """Longest answer of a model."""
    temperature: Annotated[Temperature, arg(help_behavior_hint="(default: 0.7, a trained team's as it was trained)")] = None
    """Of a model's or a trained team's answers; 0 takes the likeliest always."""
    concurrency: Annotated[MaybeCount, arg(help_behavior_hint="(default: endpoints 8, models here 1)")] = None
    """Prompts that a model answers at once: requests, of several episodes if need be; models here: a batch of one turn's."""
    backend: Annotated[str | None, arg(metavar="BACKEND", help_behavior_hint="(default: memory)")] = None
    """Where StrBuild and HouseBuild are built: memory, server (--set host=... port=... for one that runs already)."""
    out: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None
    """Folder for results.jsonl, table.md and run.json."""
    overwrite: Overwrite = False
    resume: Resume = False
    paper: Paper = False
    set: Settings = ()

    def __call__(self) -> int:
        from collm_agents.commands.eval import eval_team

        with user_input():
            choice = Choice(self.team, self.protocol, self.rounds, self.temperature, self.max_tokens, self.concurrency)
            own = {} if self.paper else usual_options(choice, self.task)
        settings = self.set if self.backend is None else (*self.set, (f"backend={self.backend}",))
        env = make_env(self.task, settings, self.paper, own)
        paper_test = self.paper and "paper_test" in env.task.tasks.splits
        split = self.split or ("paper_test" if paper_test else "test")
        return eval_team(env, choice, split, self.episodes, self.seed, self.out, self._earlier())

    def _earlier(self) -> Earlier:
        if self.overwrite and self.resume:
            raise UsageError("--overwrite and --resume exclude each other")
        return "overwrite" if self.overwrite else "resume" if self.resume else "refuse"


@dataclass(frozen=True)
class Replay:
    """Play recorded episodes again with their recorded answers; prompts, rewards and infos must be identical."""

    folder: Annotated[Path | None, Positional, arg(metavar="DIR", help="Of collm eval --out.", help_behavior_hint="(required)")] = (
        None
    )
    episode: Annotated[MaybeCount, arg(help_behavior_hint="")] = None
    """Which, from 0, in the order of results.jsonl."""
    all: Annotated[bool, FlagCreatePairsOff, arg(help="Every one.", help_behavior_hint="")] = False

    def __call__(self) -> int:
        from collm_agents.commands.replay import replay

        if self.folder is None:
            raise UsageError("collm replay needs DIR, the folder of a run of collm eval --out")
        return replay(self.folder, self.episode, self.all)
