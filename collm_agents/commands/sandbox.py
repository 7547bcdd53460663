"""``collm sandbox check``, and what ``collm doctor`` says about sandboxes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from shutil import which
from threading import Thread
from time import monotonic, perf_counter

from rich.text import Text

from collm_agents.commands.console import make_console, make_progress, make_table, say, verdict
from collm_envs.coding.sandbox import open_sandbox
from collm_envs.coding.sandbox.selfcheck import self_check
from collm_envs.core.prompting import printable

APART = "a namespace of its own"
"""What it says of a part that a namespace holds."""

GET_BUBBLEWRAP = "apt install bubblewrap"
PROBE_LIMIT = 1.5
_LONGEST_DETAIL = 100


def check(backend: str) -> int:
    """Print what a backend enforces on this machine and what became of the self-test's programs; 1 if anything got through.

    Raises:
        SandboxError: if the backend is not to be had.
    """
    start = perf_counter()
    # One worker, so that the honest program at the end meets the one that all the others have been through.
    with open_sandbox(backend, workers=1) as box, make_progress() as progress:
        seconds, isolation, lacking = perf_counter() - start, box.isolation, box.lacking
        bar = progress.add_task("programs", total=None, note="")
        attempts = self_check(box, lambda done, total: progress.update(bar, completed=done, total=total))
    console = make_console()
    say(console, f"backend {box.backend.name}, ready after {seconds:.2f} s\n")
    table = make_table("isolation of", "by")
    for part, means in isolation.items():
        table.add_row(part, verdict(part not in lacking, means))
    console.print(table)
    console.print()
    table = make_table("program", "what it tries", "held", "how it ended")
    for attempt in attempts:
        detail = Text(printable(attempt.detail)[:_LONGEST_DETAIL])
        table.add_row(attempt.name, attempt.tries, verdict(attempt.held, "yes" if attempt.held else "NO"), detail)
    console.print(table)
    console.print()
    faults = [f"{part} not enforced" for part in lacking]
    faults += [f"{attempt.name} did not end as it should" for attempt in attempts if not attempt.held]
    say(console, f"this sandbox does not hold: {', '.join(faults)}" if faults else "everything held")
    return 1 if faults else 0


# -- for the doctor -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """Something that programs can be run in, or that helps.

    Attributes:
        part: what.
        works: whether it is here and does what it should.
        detail: what it brings, or what is missing and how to get it.
    """

    part: str
    works: bool
    detail: str


def findings() -> list[Finding]:
    """The embedded backend, bubblewrap and the Docker backend; all are tried at the same time, for 1.5 s at most."""
    embedded, docker = probes = [_Probe("embedded sandbox", _embedded), _Probe("Docker sandbox", _docker)]
    deadline = monotonic() + PROBE_LIMIT
    for probe in probes:
        probe.join(max(0.0, deadline - monotonic()))
    found = [embedded.found, docker.found]
    return [found[0], _bubblewrap(found[0]), found[1]] if sys.platform == "linux" else found


class _Probe(Thread):
    """Tries something that may take longer than anybody wants to wait."""

    def __init__(self, part: str, probe: Callable[[], str]) -> None:
        super().__init__(daemon=True)
        self._part, self._probe = part, probe
        self.found = Finding(part, False, f"no answer within {PROBE_LIMIT:g} s")
        self.start()

    def run(self) -> None:
        try:
            self.found = Finding(self._part, True, self._probe())
        except Exception as error:  # Whatever ails the patient, the doctor goes on.
            self.found = Finding(self._part, False, str(error) or type(error).__name__)


def _embedded() -> str:
    with open_sandbox("process", workers=1) as box:
        return f"programs are held by: {box.isolation['network']}"


def _docker() -> str:
    from collm_envs.coding.sandbox.docker import IMAGE, DockerBackend

    DockerBackend().close()
    return f"the SDK, the engine and image {IMAGE}"


def _bubblewrap(embedded: Finding) -> Finding:
    if which("bwrap") is None:
        return Finding("bubblewrap", False, f"would put the embedded sandbox into namespaces of its own: {GET_BUBBLEWRAP}")
    if embedded.works and APART in embedded.detail:
        return Finding("bubblewrap", True, "puts the embedded sandbox into namespaces of its own")
    return Finding("bubblewrap", False, "installed, but this system does not let it make namespaces")
