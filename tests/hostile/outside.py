"""Evidence from outside: which processes are alive, which files are left, who connected."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile.cage import PROCESSES_AT
from tests.hostile.programs import Known

_WRITABLE = ("tmp", "var/tmp", "dev/shm", "dev/mqueue", "run", "run/lock", "home", "root", "")
"""Folders, seen from a process's root, where a file could be left."""
_SETTLING = 2.5
"""Seconds that a worker may take to end what it started for a program."""


@dataclass(frozen=True)
class Process:
    pid: int
    born: str
    parent: int
    words: str


def crowd(mark: str) -> dict[int, Process]:
    """All processes of this cage but this one, those of containers, and those that bear the mark, wherever they are."""
    listed = os.environ.get(PROCESSES_AT, "")
    ours = set(Path(listed).read_text().split()) if listed else set()
    descendants = {os.getpid()}
    above = _ancestors(os.getpid())
    found = {}
    for path in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            fields = (path / "stat").read_text().rpartition(")")
            state, parent, *rest = fields[2].split()
            words = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace") or fields[0]
            contained = any(word in (path / "cgroup").read_text() for word in ("docker", "containerd"))
        except (OSError, ValueError):
            continue
        pid = int(path.name)
        if int(parent) in descendants:
            descendants.add(pid)
        if state != "Z" and (path.name in ours or pid in descendants or contained or mark in words):
            found[pid] = Process(pid, rest[17], int(parent), words[:120])
    return {pid: process for pid, process in found.items() if pid not in above}


def _ancestors(pid: int) -> set[int]:
    above = set()
    while pid:
        above.add(pid)
        pid = int((Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    return above


def survivors(before: dict[int, Process], mark: str) -> list[str]:
    """Processes beyond the number that the sandbox needs, once it had time to clear up; those with the mark in any case."""
    deadline = time.monotonic() + _SETTLING
    while True:
        now = crowd(mark)
        marked = [process for process in now.values() if mark in process.words and process.pid not in before]
        if not marked and len(now) <= len(before):
            return []
        if time.monotonic() > deadline:
            new = [process for pid, process in now.items() if pid not in before or before[pid].born != process.born]
            return [f"{process.pid} child of {process.parent}: {process.words}" for process in marked or new]
        time.sleep(0.01)


def marked_files(mark: str, processes: dict[int, Process]) -> list[str]:
    """Files with the mark in their name, in this file system and in those that the processes see."""
    roots = {"/": Path("/")} | {f"/proc/{pid}/root": Path(f"/proc/{pid}/root") for pid in processes}
    places = {Path.cwd(), Path(tempfile.gettempdir()), Path.home()}
    places |= {root / place for root in roots.values() for place in _WRITABLE}
    places |= {Path(f"/proc/{pid}/cwd") for pid in processes}
    found = set()
    for place in places:
        with contextlib.suppress(OSError):
            for entry in os.scandir(place):
                if mark in entry.name:
                    found.add(entry.path)
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False) and place.name in ("tmp", "shm"):
                        found |= {inner.path for inner in os.scandir(entry.path) if mark in inner.name}
    return sorted(found)


def remove_marked(mark: str) -> None:
    """Take away the files that :func:`marked_files` finds here."""
    for path in map(Path, marked_files(mark, {})):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def end_with_starter() -> None:
    """End this process when the standard input does: whoever holds its other end is gone, and nothing hostile may go on."""

    def wait() -> None:
        while os.read(0, 1):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


@dataclass
class Bait:
    """What a program could reach outside: listeners that count who comes, and a file with a secret."""

    mark: str
    visits: list[str] = field(default_factory=list)

    def __enter__(self) -> Bait:
        _raise_loopback()
        self.folder = Path(tempfile.mkdtemp(prefix="bait-"))
        self.folder.chmod(0o755)
        secret_file = self.folder / "host-secret.txt"
        secret_file.write_text("HOST_SECRET of a file\n")
        secret_file.chmod(0o644)
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        tcp.bind(("127.0.0.1", 0))
        port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
        unix, abstract = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        socket_file = str(self.folder / "socket")
        unix.bind(socket_file)
        os.chmod(socket_file, 0o777)
        abstract.bind("\0" + socket_file)
        for channel, name in ((tcp, "tcp"), (unix, "unix"), (abstract, "abstract")):
            channel.listen(50)
            threading.Thread(target=self._accept, args=(channel, name), daemon=True).start()
        threading.Thread(target=self._hear, args=(udp,), daemon=True).start()
        self.known = Known(self.mark, port, str(secret_file), socket_file)
        return self

    def _accept(self, channel: socket.socket, name: str) -> None:
        while True:
            with contextlib.suppress(OSError):
                visitor, _ = channel.accept()
                self.visits.append(name)
                visitor.close()

    def _hear(self, channel: socket.socket) -> None:
        while True:
            channel.recv(100)
            self.visits.append("udp")

    def __exit__(self, *_: object) -> None:
        for path in self.folder.iterdir():
            path.unlink()
        self.folder.rmdir()

    def seen(self) -> list[str]:
        """Visits since the last time this was asked."""
        visits = list(self.visits)
        del self.visits[: len(visits)]
        return visits


def _raise_loopback() -> None:
    # A network namespace begins with its loopback device down; elsewhere this does nothing.
    import fcntl

    with contextlib.suppress(OSError), socket.socket(type=socket.SOCK_DGRAM) as channel:
        device = struct.pack("16sh", b"lo", 0x1 | 0x40)  # IFF_UP | IFF_RUNNING
        fcntl.ioctl(channel, 0x8914, device + bytes(14))  # SIOCSIFFLAGS
