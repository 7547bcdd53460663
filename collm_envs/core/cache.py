"""Where things are kept that take long to make or to fetch, and can be had again."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder(room: str) -> Path:
    """The folder of a kind of such things, whether it is there or not.

    It is the room of that name in the folder that the environment variable ``COLLM_CACHE`` names, or in ``collm-envs`` where the
    platform keeps such things.
    """
    if named := os.environ.get("COLLM_CACHE"):
        return Path(named).absolute() / room
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        root = Path.home() / "Library" / "Caches"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "collm-envs" / room
