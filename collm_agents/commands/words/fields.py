"""Arguments that commands share: how their values are read, and what is valid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

from tyro.conf import FlagCreatePairsOff, Positional, UseAppendAction, arg
from tyro.constructors import PrimitiveConstructorSpec

from collm_agents.arguments import UsageError, user_input
from collm_agents.methods import METHODS
from collm_agents.policies.choice import FORMS
from collm_agents.policies.scripted import SCRIPTED
from collm_agents.presets import PRESETS
from collm_agents.protocols import PROTOCOLS
from collm_envs.coding.sandbox import BACKENDS
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
SANDBOX_ACTIONS = ("check",)
SandboxAction = Annotated[str, Positional, _required("ACTION", SANDBOX_ACTIONS)]
MINECRAFT_ACTIONS = ("install", "doctor", "watch")
MinecraftAction = Annotated[str, Positional, _required("ACTION", MINECRAFT_ACTIONS)]
Backend = Annotated[str, arg(metavar="BACKEND", help=", ".join(BACKENDS))]

COUNT = _number(", 0 or more", r"[0-9]{1,18}")
Count = Annotated[int, COUNT]
MaybeCount = Annotated[int | None, COUNT]
Temperature = Annotated[float | None, _TEMPERATURE]
Index = Annotated[int, _number("", r"-?[0-9]{1,18}"), arg(help="Which instance of the split; -1 is the last.")]

Split = Annotated[str | None, arg(metavar="SPLIT", help="train, val, test, paper_test, generated, ...", help_behavior_hint="")]
Settings = Annotated[
    tuple[tuple[str, ...], ...],
    UseAppendAction,
    arg(metavar="KEY=VALUE ...", help="Options of the task; its manual page (collm show TASK) names them.", help_behavior_hint=""),
]
Paper = Annotated[bool, FlagCreatePairsOff, arg(help="Use the paper's released setting.", help_behavior_hint="")]
Overwrite = Annotated[bool, FlagCreatePairsOff, arg(help="Replace the results of an earlier run.", help_behavior_hint="")]
Resume = Annotated[
    bool, FlagCreatePairsOff, arg(help="Go on with the interrupted run of the same command in --out.", help_behavior_hint="")
]
SeveralTasks: Any = arg(metavar="TASK ...", help=", ".join(TASKS), help_behavior_hint="(default: all)")

FORMATS = ("md", "csv", "latex", "json")
"""Of the paper's table."""

CHOICES: dict[str, Sequence[str]] = {
    "task": tuple(TASKS),
    "team": (*SCRIPTED, *FORMS),
    "action": SANDBOX_ACTIONS,
    "backend": BACKENDS,
    "method": tuple(METHODS),
    "preset": tuple(PRESETS),
    "protocol": PROTOCOLS,
}
"""Valid values by field, named where a required argument is missing."""

OTHER_CHOICES: dict[str, dict[str, Sequence[str]]] = {
    "minecraft": {"action": MINECRAFT_ACTIONS},
    "eval": {"backend": ("memory", "server")},
}
"""Of commands whose arguments are called like others'."""


def known_tasks(names: Sequence[str]) -> list[str]:
    """``names`` without repeats; raises UsageError if there are none, or for an unknown one."""
    if not names:
        raise UsageError(f"--tasks takes one or more of: {', '.join(TASKS)}")
    with user_input():
        return [one_of("task", name, TASKS) for name in dict.fromkeys(names)]
