"""A run's folder: ``run.json`` (what was asked, with which versions), ``results.jsonl`` as it comes, ``table.md`` at the end.

A run that is cut short leaves valid files: every line of ``results.jsonl`` is a whole episode, and ``run.json`` says
``"complete": false``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

from collm_agents.installed import versions
from collm_agents.results import EpisodeResult
from collm_agents.table import Row, markdown

RESULTS, RUN, TABLE = "results.jsonl", "run.json", "table.md"


class RunFolder:
    """Open a folder for the results of a run; a context manager.

    Args:
        folder: made if it does not exist.
        config: everything that was asked for, resolved and JSON-ready; its key ``command`` names the command.
        overwrite: replace the files of an earlier run. Other files in the folder are left alone.

    Raises:
        FileExistsError: if the folder has files in it and ``overwrite`` is not set.
        OSError: if the folder cannot be made or written.
    """

    def __init__(self, folder: Path, config: Mapping[str, Any], overwrite: bool = False) -> None:
        self.folder = folder
        check_free(folder, overwrite)
        folder.mkdir(parents=True, exist_ok=True)
        self._run = {
            **config,
            "versions": versions(),
            "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "complete": False,
        }
        self._write_run()
        (folder / TABLE).unlink(missing_ok=True)
        self._results = (folder / RESULTS).open("w", encoding="ascii", newline="\n")

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._results.close()

    def add(self, result: EpisodeResult) -> None:
        """Write an episode down, on the disk before the next one begins."""
        self._results.write(result.to_json() + "\n")
        self._results.flush()

    def finish(self, rows: Sequence[Row]) -> list[Path]:
        """Write the table and mark the run complete; returns the files written."""
        (self.folder / TABLE).write_text(markdown(rows), encoding="utf-8", newline="\n")
        self._run.update(finished=datetime.now(timezone.utc).isoformat(timespec="seconds"), complete=True)
        self._write_run()
        return [self.folder / name for name in (TABLE, RESULTS, RUN)]

    def _write_run(self) -> None:
        text = json.dumps(self._run, indent=2, ensure_ascii=True) + "\n"
        (self.folder / RUN).write_text(text, encoding="ascii", newline="\n")


def check_free(folder: Path, overwrite: bool) -> None:
    """Raise FileExistsError if a folder has files in it that are not to be replaced, or is none."""
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is no folder")
    if not overwrite and folder.is_dir() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} has files in it: choose another folder, or give --overwrite")


def read_results(folder: Path) -> list[EpisodeResult]:
    """The episodes of a run's folder; errors as :func:`iter_results`."""
    return list(iter_results(folder))


def iter_results(folder: Path) -> Iterator[EpisodeResult]:
    """The episodes of a run's folder one by one: all of a long run would fill the memory.

    Raises:
        FileNotFoundError: if the folder has no ``results.jsonl``.
        ValueError: for a line that is no result; the message names it.
    """
    with (folder / RESULTS).open(encoding="ascii") as lines:
        for number, line in enumerate(lines):
            try:
                yield EpisodeResult.from_json(line)
            except ValueError as error:
                raise ValueError(f"{folder / RESULTS}, line {number + 1}: {error}") from error


def is_run_of(folder: Path, command: str) -> bool:
    """Whether a folder holds an earlier run of a command."""
    try:
        run = json.loads((folder / RUN).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    return isinstance(run, dict) and run.get("command") == command
