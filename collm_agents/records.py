"""A run's folder: ``run.json`` (what was asked, with which versions), ``episodes.jsonl`` as it comes, ``table.md`` at the end.

A run that is cut short leaves valid files: every line of ``episodes.jsonl`` is a whole episode, and ``run.json`` says
``"complete": false``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

from collm_agents.evaluate import EpisodeResult
from collm_agents.installed import versions
from collm_agents.table import Row, markdown

EPISODES, RUN, TABLE = "episodes.jsonl", "run.json", "table.md"


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
        folder.mkdir(parents=True, exist_ok=True)
        if not overwrite and any(folder.iterdir()):
            raise FileExistsError(f"{folder} has files in it: choose another folder, or give --overwrite")
        self._run = {
            **config,
            "versions": versions(),
            "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "complete": False,
        }
        self._write_run()
        (folder / TABLE).unlink(missing_ok=True)
        self._episodes = (folder / EPISODES).open("w", encoding="ascii", newline="\n")

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._episodes.close()

    def add(self, result: EpisodeResult) -> None:
        """Write an episode down, on the disk before the next one begins."""
        self._episodes.write(result.to_json() + "\n")
        self._episodes.flush()

    def finish(self, rows: Sequence[Row]) -> list[Path]:
        """Write the table and mark the run complete; returns the files written."""
        (self.folder / TABLE).write_text(markdown(rows), encoding="utf-8", newline="\n")
        self._run.update(finished=datetime.now(timezone.utc).isoformat(timespec="seconds"), complete=True)
        self._write_run()
        return [self.folder / name for name in (TABLE, EPISODES, RUN)]

    def _write_run(self) -> None:
        text = json.dumps(self._run, indent=2, ensure_ascii=True) + "\n"
        (self.folder / RUN).write_text(text, encoding="ascii", newline="\n")


def read_results(folder: Path) -> list[EpisodeResult]:
    """The episodes of a run's folder."""
    with (folder / EPISODES).open(encoding="ascii") as lines:
        return [EpisodeResult.from_json(line) for line in lines]


def is_run_of(folder: Path, command: str) -> bool:
    """Whether a folder holds an earlier run of a command."""
    try:
        run = json.loads((folder / RUN).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    return isinstance(run, dict) and run.get("command") == command
