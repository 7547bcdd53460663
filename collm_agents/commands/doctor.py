"""``collm doctor``: what is installed, what programs can be run in, what bots need, and what each missing extra would bring."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import collm_envs
from collm_agents.arguments import one_line
from collm_agents.commands.console import make_console, make_table, say, verdict
from collm_agents.commands.minecraft import set_up
from collm_agents.commands.sandbox import findings
from collm_agents.installed import DISTRIBUTION, version_of, versions

BRINGS = {
    "cli": "this command line",
    "render": "pictures: render_mode='rgb_array', collm show --png, the pictures of collm demo",
    "data": "splits hub:... with the paper's data sets from the Hugging Face hub",
    "sandbox": "CoopHE with sandbox='docker': programs run in containers",
    "minecraft": "StrBuild and HouseBuild with backend='server'; its Node modules: collm minecraft install",
    "node": "Node for them, where the system has none of version 20 or later",
    "agents": "collm train: learners, and teams of language models",
    "track": "collm train --tensorboard, --wandb",
    "dev": "what the tests and checks of this project need",
}


@dataclass(frozen=True)
class Need:
    """A package that an extra needs.

    Attributes:
        package: its name on the package index.
        least: the oldest version that will do, empty if any.
        installed: its version here, None if it is missing.
    """

    package: str
    least: str
    installed: str | None

    @property
    def met(self) -> bool:
        """Whether the package is here and not too old."""
        return self.installed is not None and _numbers(self.installed) >= _numbers(self.least)

    def __str__(self) -> str:
        if self.installed is None:
            return f"{self.package} missing"
        return f"{self.package} {self.installed}" + ("" if self.met else f" (needs {self.least})")


def _numbers(version: str) -> tuple[int, ...]:
    """The release number: (1, 10, 2) of ``1.10.2rc1``."""
    return tuple(int(part) for part in re.findall(r"\d+", re.split(r"[a-z+-]", version)[0]))


def extras() -> dict[str, list[Need]]:
    """The extras of the installed distribution and what each needs; extras of its own within one are spelled out.

    Raises:
        PackageNotFoundError: if the project runs from a folder without being installed.
    """
    about = metadata(DISTRIBUTION)
    names = about.get_all("Provides-Extra") or []
    lines = about.get_all("Requires-Dist") or []
    return {name: list(_needs(name, lines).values()) for name in names}


def _needs(extra: str, lines: Iterable[str]) -> dict[str, Need]:
    found: dict[str, Need] = {}
    for line in lines:
        requirement, _, marker = line.partition(";")
        parts = re.match(r"\s*([\w.-]+)\s*(?:\[([^\]]*)\])?\s*(.*)", requirement)
        if parts is None or not re.search(rf"extra\s*==\s*['\"]{re.escape(extra)}['\"]", marker):
            continue
        package, inner, bounds = parts.groups()
        if package == DISTRIBUTION:
            for name in (inner or "").split(","):
                found |= _needs(name.strip(), lines)
        else:
            least = re.search(r">=\s*([\w.]+)", bounds)
            found[package] = Need(package, least[1] if least else "", version_of(package))
    return found


def doctor() -> int:
    """Print what is here and what is not; never fails."""
    console = make_console()
    table = make_table("package", "version")
    for name, version in versions().items():
        table.add_row(name, version)
    table.add_row("platform", platform.platform())
    table.add_row("interpreter", sys.executable)
    table.add_row("tasks from", str(Path(collm_envs.__file__).parent))
    console.print(table)
    console.print()
    table = make_table("sandbox", "works", "what it is")
    for finding in findings():
        table.add_row(finding.part, verdict(finding.works, "yes" if finding.works else "no"), one_line(finding.detail))
    console.print(table)
    console.print()
    table = make_table("minecraft", "here", "what was found (collm minecraft doctor tries it)")
    for part in set_up():
        table.add_row(part.part, verdict(part.works, "yes" if part.works else "no"), one_line(part.detail))
    console.print(table)
    console.print()
    try:
        found = extras()
    except PackageNotFoundError:
        say(console, f'{DISTRIBUTION} runs from its folder; to install it with all extras: pip install -e ".[dev]"')
        return 0
    table = make_table("extra", "here", "packages", "what it brings")
    missing = []
    for extra, needs in found.items():
        met = all(need.met for need in needs)
        missing += [] if met else [extra]
        table.add_row(extra, verdict(met, "yes" if met else "no"), ", ".join(map(str, needs)), BRINGS.get(extra, ""))
    console.print(table)
    console.print()
    for extra in missing:
        say(console, f'to get {extra}: {sys.executable} -m pip install "{DISTRIBUTION}[{extra}]"')
    if not missing:
        console.print("every extra is here")
    return 0
