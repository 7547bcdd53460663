"""The commands of ``collm``: one dataclass each, whose fields are its arguments and whose call does the work."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro
from tyro.conf import FlagCreatePairsOff, Positional, UseAppendAction, arg
from tyro.constructors import PrimitiveConstructorSpec

import collm_envs
from collm_agents.arguments import UsageError, make_env, parse, plain_if_asked, user_input
from collm_agents.methods import METHODS
from collm_agents.policies.choice import FORMS, Choice, usual_options
from collm_agents.policies.scripted import SCRIPTED
from collm_agents.presets import PRESETS
from collm_agents.protocols import PROTOCOLS
from collm_envs.coding.sandbox import BACKENDS, check_backend
from collm_envs.core.checks import one_of
from collm_envs.core.registration import TASKS


def _number(kind: str, pattern: str) -> Any:
    """How tyro reads a whole number; its own reader's complaint takes several lines."""

    def read(texts: list[str]) -> int:
        if not re.fullmatch(pattern, texts[0]):
            raise ValueError(f"must be a whole number{kind}, got {texts[0]!r}")
        return int(texts[0])

    return PrimitiveConstructorSpec(
        nargs=1,
        metavar="N",
        instance_from_str=read,
        is_instance=lambda value: value is None or isinstance(value, int),
        str_from_instance=lambda value: [str(value)],
    )


def _read_temperature(texts: list[str]) -> float:
    try:
        value = float(texts[0])
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ValueError(f"must be a number, 0 or more, got {texts[0]!r}")
    return value


_TEMPERATURE: Any = PrimitiveConstructorSpec(
    nargs=1,
    metavar="X",
    instance_from_str=_read_temperature,
    is_instance=lambda value: value is None or isinstance(value, float),
    str_from_instance=lambda value: [str(value)],
)


def _required(metavar: str, choices: Sequence[str]) -> Any:
    # The default "" makes it optional to tyro, whose message on a missing argument names no choices; parse() has a better one.
    return arg(metavar=metavar, help=", ".join(choices), help_behavior_hint="(required)")


TaskName = Annotated[str, Positional, _required("TASK", tuple(TASKS))]
TeamName = Annotated[str, _required("TEAM", (*SCRIPTED, *FORMS))]
ACTIONS = ("check",)
ActionName = Annotated[str, Positional, _required("ACTION", ACTIONS)]
MINECRAFT_ACTIONS = ("install", "doctor", "watch")
Backend = Annotated[str, arg(metavar="BACKEND", help=", ".join(BACKENDS))]
CHOICES: dict[str, Sequence[str]] = {
    "task": tuple(TASKS),
    "team": (*SCRIPTED, *FORMS),
    "action": ACTIONS,
    "backend": BACKENDS,
    "method": tuple(METHODS),
    "preset": tuple(PRESETS),
    "protocol": PROTOCOLS,
}

OTHER_CHOICES: dict[str, dict[str, Sequence[str]]] = {
    "minecraft": {"action": MINECRAFT_ACTIONS},
    "eval": {"backend": ("memory", "server")},
}
"""Of commands whose arguments are called like others'."""

_COUNT = _number(", 0 or more", r"[0-9]{1,18}")
Count = Annotated[int, _COUNT]
MaybeCount = Annotated[int | None, _COUNT]
Index = Annotated[int, _number("", r"-?[0-9]{1,18}"), arg(help="Which instance of the split; -1 is the last.")]

Split = Annotated[str | None, arg(metavar="SPLIT", help="train, val, test, paper_test, generated, ...", help_behavior_hint="")]
Settings = Annotated[
    tuple[tuple[str, ...], ...],
    UseAppendAction,
    arg(metavar="KEY=VALUE ...", help="Options of the task; its manual page (collm show TASK) names them.", help_behavior_hint=""),
]
Paper = Annotated[bool, FlagCreatePairsOff, arg(help="Use the paper's released setting.", help_behavior_hint="")]
Overwrite = Annotated[bool, FlagCreatePairsOff, arg(help="Replace the results of an earlier run.", help_behavior_hint="")]
SeveralTasks: Any = arg(metavar="TASK ...", help=", ".join(TASKS), help_behavior_hint="(default: all)")


@dataclass(frozen=True)
class List:
    """Name the tasks."""

    def __call__(self) -> int:
        from collm_agents.show import list_tasks

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
        from collm_agents.show import show

        return show(make_env(self.task, self.set, self.paper), self.split, self.index, self.seed, self.png)


@dataclass(frozen=True)
class Play:
    """Take a role yourself for one episode."""

    task: TaskName = ""
    role: Annotated[str | None, arg(metavar="AGENT", help_behavior_hint="(default: the first)")] = None
    """Whom you play, builder_0 for instance."""
    partner: Annotated[str, arg(metavar="TEAM", help=f"Who plays the others: {', '.join(SCRIPTED)}")] = "oracle"
    split: Split = None
    index: Index = 0
    seed: Count = 0
    """Seed of the episode."""
    paper: Paper = False
    set: Settings = ()

    def __call__(self) -> int:
        from collm_agents.play import play

        return play(make_env(self.task, self.set, self.paper), self.role, self.partner, self.split, self.index, self.seed)


@dataclass(frozen=True)
class Eval:
    """Play whole episodes with a team; print the mean reward with its 95 % interval."""

    task: TaskName = ""
    team: TeamName = ""
    split: Annotated[Split, arg(metavar="SPLIT", help_behavior_hint="(default: test, or with --paper paper_test)")] = None
    """train, val, test, paper_test, generated, ..."""
    episodes: Annotated[int | None, _COUNT, arg(metavar="N", help_behavior_hint="(default: each instance once)")] = None
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
    temperature: Annotated[
        float | None, _TEMPERATURE, arg(help_behavior_hint="(default: 0.7, a trained team's as it was trained)")
    ] = None
    """Of a model's or a trained team's answers; 0 takes the likeliest always."""
    concurrency: Annotated[MaybeCount, arg(help_behavior_hint="(default: endpoints 8, models here 1)")] = None
    """Prompts that a model answers at once: requests, of several episodes if need be; models here: a batch of one turn's."""
    backend: Annotated[str | None, arg(metavar="BACKEND", help_behavior_hint="(default: memory)")] = None
    """Where StrBuild and HouseBuild are built: memory, server (--set host=... port=... for one that runs already)."""
    out: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None
    """Folder for results.jsonl, table.md and run.json."""
    overwrite: Overwrite = False
    paper: Paper = False
    set: Settings = ()

    def __call__(self) -> int:
        from collm_agents.matches import eval_team

        with user_input():
            choice = Choice(self.team, self.protocol, self.rounds, self.temperature, self.max_tokens, self.concurrency)
            own = {} if self.paper else usual_options(choice, self.task)
        settings = self.set if self.backend is None else (*self.set, (f"backend={self.backend}",))
        env = make_env(self.task, settings, self.paper, own)
        paper_test = self.paper and "paper_test" in env.task.tasks.splits
        split = self.split or ("paper_test" if paper_test else "test")
        return eval_team(env, choice, split, self.episodes, self.seed, self.out, self.overwrite)


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
        from collm_agents.replay import replay

        if self.folder is None:
            raise UsageError("collm replay needs DIR, the folder of a run of collm eval --out")
        return replay(self.folder, self.episode, self.all)


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
    iterations: MaybeCount = None
    """How long."""
    seed: MaybeCount = None
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
        from collm_agents.train_command import train_command

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
        return train_command(named, self.set, flags, self.config, self.out, self.resume)


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
        from collm_agents.report_command import report

        return report(self.runs, self.out)


@dataclass(frozen=True)
class Validate:
    """Check data files, instances, rewards of the scripted teams, and determinism."""

    task: Annotated[tuple[str, ...], Positional, SeveralTasks] = tuple(TASKS)
    generated: Count = 100
    """On how many generated instances the oracle is tried."""

    def __call__(self) -> int:
        from collm_agents.validate import validate

        return validate(known_tasks(self.task), self.generated)


@dataclass(frozen=True)
class Sandbox:
    """Say what the sandbox for programs enforces here, and let hostile programs try it."""

    action: ActionName = ""
    backend: Backend = "auto"

    def __call__(self) -> int:
        from collm_agents.sandbox import check

        with user_input():
            one_of("action", self.action, ACTIONS)
            backend = check_backend(self.backend)
        return check(backend)


@dataclass(frozen=True)
class Minecraft:
    """Install what bots on a Minecraft server need, look it over, or watch them build."""

    action: Annotated[str, Positional, _required("ACTION", MINECRAFT_ACTIONS)] = ""
    viewer: Annotated[bool, FlagCreatePairsOff, arg(help="install: the page of the live view, too.", help_behavior_hint="")] = False
    host: Annotated[str | None, arg(metavar="HOST", help_behavior_hint="")] = None
    """doctor, watch: a running server (with --port alone: 127.0.0.1). Without one, doctor tries an embedded server and watch looks
    for the newest of yours."""
    port: Annotated[MaybeCount, arg(help_behavior_hint="(default: 25565)")] = None
    """doctor, watch: its port."""
    plot: Count = 0
    """watch: whose builds; several environments on one server have plots of their own."""

    def __call__(self) -> int:
        from collm_agents import minecraft_command

        with user_input():
            one_of("action", self.action, MINECRAFT_ACTIONS)
        return minecraft_command.run(self.action, self.viewer, self.host, self.port, self.plot)


@dataclass(frozen=True)
class Doctor:
    """Say what is installed, what programs can be run in, and what each missing extra would bring."""

    def __call__(self) -> int:
        from collm_agents.doctor import doctor

        return doctor()


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
        from collm_agents.demo import demo

        return demo(known_tasks(self.tasks), self.out, self.seed, self.overwrite, self.train)


COMMANDS: dict[str, Callable[..., Callable[[], int]]] = {
    "list": List,
    "show": Show,
    "play": Play,
    "eval": Eval,
    "replay": Replay,
    "train": Train,
    "report": Report,
    "demo": Demo,
    "validate": Validate,
    "sandbox": Sandbox,
    "minecraft": Minecraft,
    "doctor": Doctor,
}


def known_tasks(names: Sequence[str]) -> list[str]:
    """``names`` without repeats; raises UsageError if there are none, or for an unknown one."""
    if not names:
        raise UsageError(f"--tasks takes one or more of: {', '.join(TASKS)}")
    with user_input():
        return [one_of("task", name, TASKS) for name in dict.fromkeys(names)]


def run(words: Sequence[str]) -> int:
    """Run the command line ``words`` and return its exit status.

    Raises:
        UsageError: for anything wrong in it.
        SystemExit: after help or the version has been printed, with status 0.
    """
    name = words[0] if words else ""
    if name in ("-h", "--help"):
        with plain_if_asked():
            tyro.extras.subcommand_cli_from_dict(
                COMMANDS, prog="collm", description=(collm_envs.__doc__ or "").partition("\n")[0], args=["--help"]
            )
    if name == "--version":
        print(f"collm {collm_envs.__version__}")
        return 0
    if name not in COMMANDS:
        problem = f"unknown command {name!r}" if name else "no command given"
        raise UsageError(f"{problem}; choose from: {', '.join(COMMANDS)}, --help, --version")
    return parse(name, COMMANDS[name], words[1:], CHOICES | OTHER_CHOICES.get(name, {}))()
