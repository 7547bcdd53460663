"""The commands of ``collm``.

What a command takes is a dataclass in :mod:`collm_agents.commands.words`; what it does is a module here of the command's name. The
rest of :mod:`collm_agents` is the library: it imports nothing from here, prints nothing, and needs neither tyro nor rich.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tyro

import collm_envs
from collm_agents.arguments import UsageError
from collm_agents.commands.words.fields import CHOICES, OTHER_CHOICES
from collm_agents.commands.words.machine import Doctor, Minecraft, Sandbox, Validate
from collm_agents.commands.words.parsing import parse, plain_if_asked
from collm_agents.commands.words.playing import Eval, List, Play, Replay, Show
from collm_agents.commands.words.training import Demo, Report, Table, Train

COMMANDS: dict[str, Callable[..., Callable[[], int]]] = {
    "list": List,
    "show": Show,
    "play": Play,
    "eval": Eval,
    "replay": Replay,
    "train": Train,
    "table": Table,
    "report": Report,
    "demo": Demo,
    "validate": Validate,
    "sandbox": Sandbox,
    "minecraft": Minecraft,
    "doctor": Doctor,
}


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
