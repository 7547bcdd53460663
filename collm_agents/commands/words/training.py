"""Commands that train teams and look at what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import FlagCreatePairsOff, Positional, arg

from collm_agents.commands.words.fields import (
    COUNT,
    FORMATS,
    Count,
    MaybeCount,
    Overwrite,
    Settings,
    SeveralTasks,
    Split,
    known_tasks,
)
from collm_agents.grid.rows import ROWS
from collm_agents.grid.rows import TASKS as TABLE_TASKS
from collm_agents.methods import METHODS
from collm_agents.presets import PRESETS
from collm_envs.core.registration import TASKS


@dataclass(frozen=True)
class Train:
    """Train a team: learner, model and task by name; metrics, checkpoints and agents go to a folder."""

    task: Annotated[str | None, Positional, arg(metavar="TASK", help=", ".join(TASKS), help_behavior_hint="")] = None
    method: Annotated[str | None, arg(metavar="METHOD", help=", ".join(METHODS), help_behavior_hint="")] = None
    model: Annotated[str | None, arg(metavar="MODEL", help_behavior_hint="")] = None
    """A folder, a name on the hub, toy (built for the task in a minute or two) or, for relay, table."""
    lora_rank: Annotated[MaybeCount, arg(help_behavior_hint="(default: 32, toys 0)")] = None
    """Of each agent's and critic's adapter; 0 trains whole models."""
    preset: Annotated[str | None, arg(metavar="PRESET", help=", ".join(PRESETS), help_behavior_hint="")] = None
    config: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """YAML with any of: task, method, preset, and the sections env, learner, model, run."""
    set: Annotated[Settings, arg(help="Options of the task and settings of the learner; learner.gamma=0.9 names a section.")] = ()
    iterations: Annotated[MaybeCount, arg(help_behavior_hint="(default: the preset's)")] = None
    """How long."""
    seed: Annotated[MaybeCount, arg(help_behavior_hint="(default: 0)")] = None
    """All chance follows from it."""
    split: Annotated[Split, arg(help_behavior_hint="(default: train, toys generated:tiny)")] = None
    """What is trained on: train, paper_train, generated, ..."""
    out: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None
    """Folder of the new run."""
    resume: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None
    """Folder of a run to go on with; it keeps its settings, and needs no other argument. --iterations may extend it."""
    save_every: Annotated[MaybeCount, arg(help_behavior_hint="(default: 10)")] = None
    """Iterations between checkpoints."""
    eval_every: Annotated[MaybeCount, arg(help_behavior_hint="(default: 0, at the end alone)")] = None
    """Iterations between evaluations."""
    eval_episodes: Annotated[MaybeCount, arg(help_behavior_hint="(default: 64)")] = None
    """Episodes of each."""
    threads: Annotated[MaybeCount, arg(help_behavior_hint="(default: torch's own choice)")] = None
    """Of torch on the processor."""
    tensorboard: Annotated[bool, FlagCreatePairsOff, arg(help="Log to TensorBoard, too.", help_behavior_hint="")] = False
    wandb: Annotated[str | None, arg(metavar="PROJECT", help="Log to Weights & Biases, too.", help_behavior_hint="")] = None

    def __call__(self) -> int:
        from collm_agents.commands.train import train

        given: dict[str, dict[str, Any]] = {
            "env": {"split": self.split},
            "learner": {"iterations": self.iterations, "seed": self.seed},
            "model": {"name": self.model, "lora_rank": self.lora_rank},
            "run": {
                "save_every": self.save_every,
                "eval_every": self.eval_every,
                "eval_episodes": self.eval_episodes,
                "threads": self.threads,
                "tensorboard": self.tensorboard or None,
                "wandb": self.wandb,
            },
        }
        flags = {section: {key: value for key, value in part.items() if value is not None} for section, part in given.items()}
        named = {"task": self.task, "method": self.method, "preset": self.preset}
        return train(named, self.set, flags, self.config, self.out, self.resume)


@dataclass(frozen=True)
class Report:
    """Make one HTML page of runs: learning curves, results, builds, transcripts to step through, settings side by side."""

    runs: Annotated[
        tuple[Path, ...],
        Positional,
        arg(metavar="RUN ...", help="Folders of collm train, or of collm eval --out.", help_behavior_hint="(required)"),
    ] = ()
    out: Annotated[Path, arg(metavar="FILE")] = Path("report.html")
    """The page; that of an earlier report is replaced."""

    def __call__(self) -> int:
        from collm_agents.commands.report import report

        return report(self.runs, self.out)


@dataclass(frozen=True)
class Table:
    """Make the paper's table: train and play every row on every task with every seed; what is done is skipped."""

    config: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """YAML that says which rows, tasks and seeds, which model and how long; collm_agents.grid.config lists its keys."""
    quick: Annotated[
        bool, FlagCreatePairsOff, arg(help="The table of toy models, which need no weights.", help_behavior_hint="")
    ] = False
    out: Annotated[Path, arg(metavar="DIR")] = Path("runs/table")
    """Folder of the table; where it was begun, it is gone on with."""
    tasks: Annotated[
        tuple[str, ...], arg(metavar="TASK ...", help=", ".join(TABLE_TASKS), help_behavior_hint="(default: all)")
    ] = ()
    rows: Annotated[tuple[str, ...], arg(metavar="ROW ...", help=", ".join(ROWS), help_behavior_hint="(default: all)")] = ()
    seeds: Annotated[tuple[Annotated[int, COUNT], ...], arg(metavar="N ...", help_behavior_hint="(default: as configured)")] = ()
    """One run each."""
    workers: Count = 1
    """Cells at a time, each in a process of its own. The more there are, the less the times in the table mean."""
    format: Annotated[str | None, arg(metavar="FORMAT", help=", ".join(FORMATS), help_behavior_hint="")] = None
    """Of what is printed; without it the table is for people to read. Files are written in all formats."""
    run: bool = True
    """Play what is not done; --no-run prints what is there, and writes nothing."""

    def __call__(self) -> int:
        from collm_agents.commands.table import table

        return table(self.config, self.quick, self.out, self.tasks, self.rows, self.seeds, self.workers, self.format, self.run)


@dataclass(frozen=True)
class Demo:
    """Play every task with every scripted team: a table, transcripts and pictures; then train a small team, in minutes."""

    out: Annotated[Path, arg(metavar="DIR")] = Path("runs/demo")
    """Folder for all files; that of an earlier demo is used again."""
    tasks: Annotated[tuple[str, ...], SeveralTasks] = tuple(TASKS)
    seed: Count = 0
    """Seed of the first episode of each match."""
    train: bool = True
    """Train a small team, too, where the extra agents is installed."""
    overwrite: Overwrite = False

    def __call__(self) -> int:
        from collm_agents.commands.demo import demo

        return demo(known_tasks(self.tasks), self.out, self.seed, self.overwrite, self.train)
