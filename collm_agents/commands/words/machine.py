"""Commands that look over this machine: the tasks as installed, sandboxes, bots, packages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tyro.conf import FlagCreatePairsOff, Positional, arg

from collm_agents.arguments import user_input
from collm_agents.commands.words.fields import (
    MINECRAFT_ACTIONS,
    SANDBOX_ACTIONS,
    Backend,
    Count,
    MaybeCount,
    MinecraftAction,
    SandboxAction,
    SeveralTasks,
    known_tasks,
)
from collm_envs.coding.sandbox import check_backend
from collm_envs.core.checks import one_of
from collm_envs.core.registration import TASKS


@dataclass(frozen=True)
class Validate:
    """Check data files, instances, rewards of the scripted teams, and determinism."""

    task: Annotated[tuple[str, ...], Positional, SeveralTasks] = tuple(TASKS)
    generated: Count = 100
    """On how many generated instances the oracle is tried."""

    def __call__(self) -> int:
        from collm_agents.commands.validate import validate

        return validate(known_tasks(self.task), self.generated)


@dataclass(frozen=True)
class Sandbox:
    """Say what the sandbox for programs enforces here, and let hostile programs try it."""

    action: SandboxAction = ""
    backend: Backend = "auto"

    def __call__(self) -> int:
        from collm_agents.commands.sandbox import check

        with user_input():
            one_of("action", self.action, SANDBOX_ACTIONS)
            backend = check_backend(self.backend)
        return check(backend)


@dataclass(frozen=True)
class Minecraft:
    """Install what bots on a Minecraft server need, look it over, or watch them build."""

    action: MinecraftAction = ""
    viewer: Annotated[bool, FlagCreatePairsOff, arg(help="install: the page of the live view, too.", help_behavior_hint="")] = False
    host: Annotated[str | None, arg(metavar="HOST", help_behavior_hint="")] = None
    """doctor, watch: a running server (with --port alone: 127.0.0.1). Without one, doctor tries an embedded server and watch looks
    for the newest of yours."""
    port: Annotated[MaybeCount, arg(help_behavior_hint="(default: 25565)")] = None
    """doctor, watch: its port."""
    plot: Count = 0
    """watch: whose builds; several environments on one server have plots of their own."""

    def __call__(self) -> int:
        from collm_agents.commands import minecraft

        with user_input():
            one_of("action", self.action, MINECRAFT_ACTIONS)
        return minecraft.run(self.action, self.viewer, self.host, self.port, self.plot)


@dataclass(frozen=True)
class Doctor:
    """Say what is installed, what programs can be run in, and what each missing extra would bring."""

    def __call__(self) -> int:
        from collm_agents.commands.doctor import doctor

        return doctor()
