"""``collm table`` in a process of its own, and the workers that it has."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from collm_agents.grid.config import GridConfig
from collm_agents.settings import dump_yaml

ROOT = Path(__file__).resolve().parents[2]


def wait_for(what: Callable[[], Any], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and is not yet taken note of does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def workers_of(home: Path) -> list[int]:
    """The worker processes that hold a table's lock."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            handles = [os.readlink(handle) for handle in (folder / "fd").iterdir()]
        except OSError:
            continue
        if b"grid.worker" in command and str(home / ".lock") in handles:
            found.append(int(folder.name))
    return found


class Running:
    """``collm table`` in a process of its own."""

    def __init__(self, home: Path, config: GridConfig, *words: str) -> None:
        self.home, file = home, home.with_suffix(".yaml")
        file.write_text(dump_yaml(config.to_json()), encoding="utf-8")
        command = [sys.executable, "-m", "collm_agents", "table", "--config", str(file), "--out", str(home), *words]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self.process = subprocess.Popen(command, cwd=ROOT, text=True, start_new_session=True, **pipes)

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=120)
        return self.process.returncode, out, err
