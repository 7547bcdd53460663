"""Whose a container is: a name for this process by which another one on this machine can tell whether it is still alive."""

from __future__ import annotations

import hashlib
import os
import uuid
from pathlib import Path

DEAD = "dead"


def this_process() -> str:
    """``host:pid:birth`` of the calling process, a child after a fork included."""
    return f"{_host()}:{os.getpid()}:{_birth(os.getpid())}"


def is_dead(owner: str) -> bool:
    """Whether the process of this name is known to be gone.

    Nothing is known of the processes of another machine, nor of those in a container on this one: their ids mean something
    else. An id that was given to a new process is noticed by its birth, on Linux.
    """
    host, _, process = owner.partition(":")
    pid, _, birth = process.partition(":")
    return host == _host() and pid.isdigit() and _birth(int(pid)) != birth


def _host() -> str:
    """The boot of this machine and the namespace that process ids belong to."""
    try:
        place = Path("/proc/sys/kernel/random/boot_id").read_text() + os.readlink("/proc/self/ns/pid")
    except OSError:  # not Linux
        place = str(uuid.getnode())
    return hashlib.sha256(place.encode()).hexdigest()[:12]


def _birth(pid: int) -> str:
    """When a process was born, in clock ticks since the boot; "" where that is not known, ``dead`` if there is none."""
    try:
        # The second field is the command's name in parentheses, with anything in it; the state is the third.
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return DEAD if state == "Z" else rest[18]
    except OSError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return DEAD
    except PermissionError:
        pass
    return ""
