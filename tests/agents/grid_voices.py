"""Cells of a table that take no model: voices that answer at once, and some that go wrong in the ways of processes and logs."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from collm_agents.grid.config import GridConfig, grid_of
from collm_agents.voices import Completion

MENDED = "GRID_VOICES_MENDED"
"""Environment variable with a file's name: where there is such a file, nothing goes wrong any more."""


class Quick:
    """Says the same always."""

    name = "quick"

    def __init__(self, env: Any) -> None:
        self._env = env

    def ask(self, prompts: Sequence[str], seed: int) -> list[Completion]:
        return [Completion(f"word {seed % 7} of this.", 5 + seed % 3, len(prompt.split()), 0.25) for prompt in prompts]

    def close(self) -> None:
        pass


class Dying(Quick):
    """Its process is killed in the middle of an answer."""

    def ask(self, prompts: Sequence[str], seed: int) -> list[Completion]:
        if not mended():
            os.kill(os.getpid(), signal.SIGKILL)
        return super().ask(prompts, seed)


class Hanging(Quick):
    """Does not answer."""

    def ask(self, prompts: Sequence[str], seed: int) -> list[Completion]:
        while not mended():
            time.sleep(0.05)
        return super().ask(prompts, seed)


class Noisy(Quick):
    """Writes what is no text, and fails."""

    def ask(self, prompts: Sequence[str], seed: int) -> list[Completion]:
        if not mended():
            sys.stderr.flush()
            os.write(2, b"\xff\xfe \x1b[31mred\x1b[0m \x07 caf\xc3\xa9\n" * 30)
            raise ArithmeticError("a voice that breaks")
        return super().ask(prompts, seed)


class Asking(Quick):
    """Wants to know something of the one who started it."""

    def ask(self, prompts: Sequence[str], seed: int) -> list[Completion]:
        assert select.select([0], [], [], 10.0)[0], "nobody says that nobody answers"
        assert os.read(0, 1) == b""
        return super().ask(prompts, seed)


def mended() -> bool:
    return Path(os.environ[MENDED]).exists()


def quick_table(rows: Mapping[str, str], tasks: Sequence[str] = ("tldr",), seeds: Sequence[int] = (0,), **more: Any) -> GridConfig:
    """A table of untrained rows, each with the name of a class of this module."""
    by_row = {row: {"model": f"tests.agents.grid_voices:{voice}"} for row, voice in rows.items()}
    short = {"split": "generated:tiny", "episodes": 2}
    return grid_of({"tasks": [*tasks], "rows": [*rows], "seeds": [*seeds], **short, "by_row": by_row, **more})
