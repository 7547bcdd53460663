"""One process at a time in a folder."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

LOCK = ".lock"
"""The file that is locked."""


@contextlib.contextmanager
def alone(folder: Path, complaint: str) -> Iterator[int | None]:
    """Keep other processes out of a folder. The lock goes with the process, and those that were given its handle, however they end.

    Args:
        folder: one that is there.
        complaint: what to say to the second.

    Yields:
        The handle that is locked; None on Windows, which has no such locks: two in one folder are then the user's own affair.

    Raises:
        BlockingIOError: if another process is there.
        OSError: if the folder cannot be written.
    """
    if sys.platform == "win32":
        yield None
        return
    import fcntl

    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BlockingIOError(complaint) from error
        yield handle
    finally:
        os.close(handle)
