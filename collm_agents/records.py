"""A run's folder: ``run.json`` (what was asked, with which versions), ``results.jsonl`` as it comes, ``table.md`` at the end.

A run that is cut short leaves valid files: every line of ``results.jsonl`` is a whole episode, and ``run.json`` says
``"complete": false``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TextIO

from collm_agents.installed import versions
from collm_agents.results import EpisodeResult
from collm_agents.table import Row, markdown

RESULTS, RUN, TABLE = "results.jsonl", "run.json", "table.md"

Earlier = Literal["refuse", "overwrite", "resume"]
"""What to do with a run that is there already."""


class RunFolder:
    """Open a folder for the results of a run; a context manager.

    Args:
        folder: made if it does not exist.
        config: everything that was asked for, resolved and JSON-ready; its key ``command`` names the command.
        earlier: what to do with an earlier run of this command: ``refuse``; ``overwrite`` its files, once there is an episode to
            replace them with; ``resume`` it. Other files in the folder are left alone.

    Attributes:
        done: the episodes of a run that is gone on with, without what was said.

    Raises:
        FileExistsError: if the folder has files in it and is to be refused, or what is there is no such run, or one that was asked
            for otherwise.
        ValueError: if the results of a run that is to be gone on with cannot be read.
        OSError: if the folder cannot be made or written.
    """

    def __init__(self, folder: Path, config: Mapping[str, Any], earlier: Earlier = "refuse") -> None:
        self.folder = folder
        check_free(folder, earlier, config["command"])
        folder.mkdir(parents=True, exist_ok=True)
        self._run = {
            **config,
            "versions": versions(),
            "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "complete": False,
        }
        self._results: TextIO | None = None
        self.done: list[EpisodeResult] = []
        whole = _whole(folder / RESULTS)
        if not whole:
            self._begin()
        elif earlier == "resume":
            self._go_on(whole)

    def _begin(self) -> TextIO:
        self._write_run()
        (self.folder / TABLE).unlink(missing_ok=True)
        self._results = (self.folder / RESULTS).open("w", encoding="ascii", newline="\n")
        return self._results

    def _go_on(self, whole: int) -> None:
        before = json.loads((self.folder / RUN).read_text(encoding="ascii"))
        if before.get("matches") != json.loads(json.dumps(self._run["matches"])):
            raise FileExistsError(f"{self.folder} was asked for otherwise: --resume takes the same task, team, split and settings")
        os.truncate(self.folder / RESULTS, whole)
        self.done = [result.brief() for result in iter_results(self.folder)]
        self._run["started"] = before.get("started", self._run["started"])
        self._write_run()
        self._results = (self.folder / RESULTS).open("a", encoding="ascii", newline="\n")

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._results:
            self._results.close()

    def add(self, result: EpisodeResult) -> None:
        """Write an episode down, on the disk before the next one begins."""
        file = self._results or self._begin()
        file.write(result.to_json() + "\n")
        file.flush()

    def finish(self, rows: Sequence[Row]) -> list[Path]:
        """Write the table and mark the run complete; returns the files written."""
        (self.folder / TABLE).write_text(markdown(rows), encoding="utf-8", newline="\n")
        self._run.update(finished=datetime.now(timezone.utc).isoformat(timespec="seconds"), complete=True)
        self._write_run()
        return [self.folder / name for name in (TABLE, RESULTS, RUN)]

    def _write_run(self) -> None:
        text = json.dumps(self._run, indent=2, ensure_ascii=True) + "\n"
        (self.folder / RUN).write_text(text, encoding="ascii", newline="\n")


def _whole(file: Path) -> int:
    """Bytes of a file's whole lines: of a run that was killed the last one may not be."""
    if not file.exists():
        return 0
    with file.open("rb") as lines:
        return sum(len(line) for line in lines if line.endswith(b"\n"))


def check_free(folder: Path, earlier: Earlier, command: str) -> None:
    """Raise FileExistsError if a folder has files in it that a command must not replace, or is none."""
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is no folder")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    if earlier == "refuse":
        raise FileExistsError(f"{folder} has files in it: choose another folder, or give --overwrite")
    if (folder / RUN).exists() and not is_run_of(folder, command):
        what = f"holds no run of collm {command}, which is all that --{earlier} is for"
        raise FileExistsError(f"{folder} {what}: choose another folder")


def read_results(folder: Path) -> list[EpisodeResult]:
    """The episodes of a run's folder; errors as :func:`iter_results`."""
    return list(iter_results(folder))


def iter_results(folder: Path) -> Iterator[EpisodeResult]:
    """The episodes of a run's folder one by one: all of a long run would fill the memory.

    Raises:
        FileNotFoundError: if the folder has no ``results.jsonl``.
        ValueError: for a line that is no result; the message names it.
    """
    with (folder / RESULTS).open("rb") as lines:
        for number, line in enumerate(lines):
            try:
                yield EpisodeResult.from_json(line.decode("ascii"))
            except ValueError as error:
                raise ValueError(f"{folder / RESULTS}, line {number + 1}: {error}") from error


def is_run_of(folder: Path, command: str) -> bool:
    """Whether a folder holds an earlier run of a command."""
    try:
        run = json.loads((folder / RUN).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    return isinstance(run, dict) and run.get("command") == command
