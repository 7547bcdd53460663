"""Which embedded servers of this user are running: each leaves a small file while it lives, so that it can be watched."""

from __future__ import annotations

import json
import os
import stat
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from collm_envs.minecraft.server.errors import ServerError


@dataclass(frozen=True)
class Record:
    """A running embedded server.

    Attributes:
        pid: of its process.
        port: the loopback port it listens on, 1 to 65535.
        started: when, in seconds since 1970.
    """

    pid: int
    port: int
    started: float


def runtime_folder() -> Path:
    """The folder of the records: of this user alone, and gone after a restart of the machine where the system provides that."""
    named = os.environ.get("XDG_RUNTIME_DIR")
    # Inherited from another user's session, as under su, it is not to be had.
    if named and os.access(named, os.W_OK):
        return Path(named) / "collm-envs"
    owner = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    return Path(tempfile.gettempdir()) / f"collm-envs-{owner}"


def write_record(record: Record) -> None:
    """Note that a server runs.

    Raises:
        ServerError: if the folder cannot be written, or is another user's.
    """
    folder = runtime_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _own(folder):
            raise ServerError(f"{folder} is another user's; let XDG_RUNTIME_DIR name a folder of your own")
        list_records()  # What a killed Python has left behind would otherwise stay until somebody watches.
        scratch = folder / f".{record.pid}.json"
        scratch.write_text(json.dumps(asdict(record)), encoding="utf-8")
        scratch.replace(_file(folder, record.pid))
    except OSError as error:
        raise ServerError(
            f"no record of a server in {folder}: {error.strerror or error}; let XDG_RUNTIME_DIR name another folder"
        ) from error


def remove_record(pid: int) -> None:
    """Forget a server; one that has no record is fine."""
    with suppress(OSError):
        _file(runtime_folder(), pid).unlink()


def list_records() -> list[Record]:
    """The servers that run now, newest first. Records of processes that are gone, and what is no record, are removed."""
    folder = runtime_folder()
    found = []
    # What others wrote would send this user's watcher to a server of theirs.
    for file in folder.glob("*.json") if _own(folder) else ():
        record = _read(file)
        if record is not None and _lives(record.pid):
            found.append(record)
        elif not file.name.startswith("."):
            with suppress(OSError):
                file.unlink()
    return sorted(found, key=lambda record: record.started, reverse=True)


def _file(folder: Path, pid: int) -> Path:
    return folder / f"{pid}.json"


def _own(folder: Path) -> bool:
    try:
        about = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and (not hasattr(os, "getuid") or about.st_uid == os.getuid())


def _read(file: Path) -> Record | None:
    try:
        given = json.loads(file.read_text(encoding="utf-8"))
        record = Record(int(given["pid"]), int(given["port"]), float(given["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return record if record.pid > 0 and 0 < record.port < 65536 and file.stem == str(record.pid) else None


def _lives(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # os.kill would end it there; who joins a server that is gone is told so.
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False  # Its number went to another user's process.
    return True
