"""A cage for the whole suite: a limit on processes and memory that holds even if the sandbox does not.

On Linux as root, or with a delegated cgroup, the caged command runs in a control group of its own, and where the kernel lets
it in namespaces of its own for processes and network. Without a control group a user who is not root still has RLIMIT_NPROC.
With neither :class:`NoCage` is raised: hostile programs never run loose.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MOST_PROCESSES = 150
MOST_MEMORY = 6 << 30
_ROOT = Path("/sys/fs/cgroup")
PROCESSES_AT = "HOSTILE_CAGE"
"""The environment variable that tells the caged command where its control group lists its processes."""


class NoCage(Exception):
    """Nothing on this machine can limit the number of processes."""


@dataclass
class Cage:
    """Control groups (the first one limits processes), and the words that a caged command begins with."""

    groups: list[Path] = field(default_factory=list)
    how: str = ""

    def command(self, words: Sequence[str], namespaces: bool = True) -> list[str]:
        """``words`` as a command that joins the cage before it runs them."""
        inside = [*(_namespaces() if namespaces else []), *words]
        if not self.groups:
            return ["sh", "-c", f'ulimit -u {_own_processes() + MOST_PROCESSES} || exit 70; exec "$@"', "cage", *inside]
        joins = "; ".join(f"echo $$ > '{group}/cgroup.procs' || exit 70" for group in self.groups)
        return ["sh", "-c", f'{joins}; exec "$@"', "cage", *inside]

    def environment(self) -> dict[str, str]:
        return {PROCESSES_AT: str(self.groups[0] / "cgroup.procs")} if self.groups else {}

    def kill(self) -> None:
        """Kill everything in the cage, by the ids that it lists."""
        for _ in range(100):
            alive = [int(pid) for group in self.groups for pid in _lines(group / "cgroup.procs")]
            if not alive:
                return
            for pid in alive:
                if pid != os.getpid():
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def remove(self) -> None:
        self.kill()
        for group in self.groups:
            for _ in range(50):
                try:
                    group.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.05)


@contextlib.contextmanager
def cage() -> Iterator[Cage]:
    """A cage that is empty and gone afterwards, whatever happens.

    Raises:
        NoCage: if nothing here can limit processes; it says why.
    """
    made = _made()
    try:
        yield made
    finally:
        made.remove()


def _made() -> Cage:
    if sys.platform != "linux":
        raise NoCage(f"no limit on processes is known for {sys.platform}")
    reasons = []
    groups = []
    for controller, limit, most in (("pids", "pids.max", MOST_PROCESSES), ("memory", "memory.limit_in_bytes", MOST_MEMORY)):
        try:
            groups.append(_first_version(controller, limit, most))
        except OSError as error:
            reasons.append(f"cgroup v1 {controller}: {error}")
    if not groups or "pids" not in str(groups[0]):
        try:
            groups.append(_second_version())
        except OSError as error:
            reasons.append(f"cgroup v2: {error}")
    if groups and (groups[0] / "pids.max").exists():
        return Cage(groups, "control groups " + " and ".join(map(str, groups)))
    Cage(groups).remove()
    if os.geteuid() != 0:
        return Cage(how=f"RLIMIT_NPROC ({'; '.join(reasons)})")
    raise NoCage("no control group with a limit on processes, and RLIMIT_NPROC does not bind root: " + "; ".join(reasons))


def _first_version(controller: str, limit: str, most: int) -> Path:
    own = next((path for names, path in _own_groups() if controller in names.split(",")), None)
    if own is None:
        raise OSError("not mounted")
    group = _ROOT / controller / own.strip("/") / f"hostile-{os.getpid()}-{time.monotonic_ns()}"
    group.mkdir()
    try:
        (group / limit).write_text(str(most))
    except OSError:
        group.rmdir()
        raise
    return group


def _second_version() -> Path:
    own = next((path for names, path in _own_groups() if names == ""), None)
    if own is None:
        raise OSError("not mounted")
    # A group with processes of its own cannot have children with limits, save the root: its parent may.
    tried = []
    for above in (_ROOT / own.strip("/"), (_ROOT / own.strip("/")).parent):
        group = above / f"hostile-{os.getpid()}-{time.monotonic_ns()}"
        try:
            group.mkdir()
        except OSError as error:
            tried.append(str(error))
            continue
        try:
            (group / "pids.max").write_text(str(MOST_PROCESSES))
            with contextlib.suppress(OSError):
                (group / "memory.max").write_text(str(MOST_MEMORY))
        except OSError as error:
            tried.append(str(error))
            group.rmdir()
            continue
        return group
    raise OSError("; ".join(tried))


def _own_groups() -> list[tuple[str, str]]:
    return [(names, path) for _, names, path in (line.split(":", 2) for line in _lines(Path("/proc/self/cgroup")))]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().split("\n")[:-1]
    except OSError:
        return []


def _own_processes() -> int:
    return sum(path.stat().st_uid == os.getuid() for path in Path("/proc").glob("[0-9]*") if path.exists())


def _namespaces() -> list[str]:
    """The command that gives its own processes and network to another, or nothing where it does not work."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return []
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-current-user"]
    full = [unshare, *as_root, "--pid", "--fork", "--kill-child", "--mount-proc", "--net", "--ipc"]
    works = subprocess.run([*full, "true"], stdin=subprocess.DEVNULL, capture_output=True).returncode == 0
    # The shell stays process 1 of the namespace, and buries the orphans there.
    return [*full, "sh", "-c", '"$@"; exit $?', "init"] if works else []
