"""The folder of a training run: ``config.yaml`` (its settings), ``run.json`` (when, which versions), and what training writes."""

from __future__ import annotations

import contextlib
import json
import shlex
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from collm_agents import locks
from collm_agents.checkpoint import EVALUATIONS, METRICS, write
from collm_agents.installed import version_of, versions
from collm_agents.records import RUN, is_run_of
from collm_agents.resolve import resolve
from collm_agents.settings import Settings, read_config
from collm_agents.teams import BASE
from collm_envs.core.checks import one_of

CONFIG = "config.yaml"
COMMAND = "train"
NOTES = ("wandb",)
"""Further keys of ``run.json``: the id of the run at Weights & Biases."""

_OF_A_START = {CONFIG, RUN, BASE, METRICS, EVALUATIONS, locks.LOCK, "tensorboard", "wandb"}
_PACKAGES = ("torch", "transformers", "peft", "tokenizers")


def begin(folder: Path, settings: Settings) -> None:
    """Make the folder of a new run.

    Raises:
        FileExistsError: see :func:`check_free`.
        OSError: if it cannot be made or written.
    """
    check_free(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / CONFIG, settings.to_yaml())
    _record(folder, settings, {"started": _now()})


def check_free(folder: Path) -> None:
    """Raise FileExistsError if a folder has files in it other than of a start that came to nothing."""
    if folder.is_dir() and not _unused(folder):
        remedy = f"go on with it by --resume {shlex.quote(str(folder))}" if is_training(folder) else "choose another folder"
        raise FileExistsError(f"{folder} has files in it: {remedy}")
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is no folder")


def _unused(folder: Path) -> bool:
    """Whether a folder is empty, or has nothing but what a run leaves that failed, or was killed, before it had done anything."""
    there = {path.name for path in folder.iterdir()}
    if not there:
        return True
    ours = locks.LOCK in there or is_training(folder)
    done = any((folder / name).stat().st_size for name in (METRICS, EVALUATIONS) if name in there)
    return ours and not done and all(name in _OF_A_START or name.startswith(".new-") for name in there)


def is_training(folder: Path) -> bool:
    """Whether a folder holds a training run."""
    return is_run_of(folder, COMMAND) and (folder / CONFIG).is_file()


def read_settings(folder: Path) -> Settings:
    """The settings of a run.

    Raises:
        ValueError: if the folder holds no training run, or its settings no longer fit.
    """
    if not is_training(folder):
        raise ValueError(f"{folder} holds no training run: it must have {CONFIG} and {RUN} of collm train")
    return resolve(read_config(folder / CONFIG), checked=True)


def go_on(folder: Path, settings: Settings) -> None:
    """Note that a run is gone on with."""
    write(folder / CONFIG, settings.to_yaml())
    _record(folder, settings, {**_kept(folder), "resumed": _now()})


def note(folder: Path, key: str, value: str) -> None:
    """Write down something of a run that the next to go on with it needs, under one of :data:`NOTES`."""
    record = json.loads((folder / RUN).read_text(encoding="utf-8"))
    write(folder / RUN, json.dumps({**record, one_of("note", key, NOTES): value}, indent=2) + "\n")


def noted(folder: Path, key: str) -> str | None:
    """What :func:`note` wrote down; None where there is nothing."""
    found: str | None = json.loads((folder / RUN).read_text(encoding="utf-8")).get(one_of("note", key, NOTES))
    return found


def finish(folder: Path, settings: Settings) -> None:
    """Note that a run is complete."""
    _record(folder, settings, {**_kept(folder), "finished": _now()}, complete=True)


def _record(folder: Path, settings: Settings, kept: dict[str, str], complete: bool = False) -> None:
    record = {
        "command": COMMAND,
        "task": settings.task,
        "env": settings.team_env().metadata["name"],
        "method": settings.method.name,
        "versions": {**versions(), **{package: version_of(package) or "missing" for package in _PACKAGES}},
        **kept,
        "complete": complete,
    }
    write(folder / RUN, json.dumps(record, indent=2) + "\n")


def _kept(folder: Path) -> dict[str, str]:
    record: dict[str, Any] = json.loads((folder / RUN).read_text(encoding="utf-8"))
    return {key: record[key] for key in ("started", "resumed", "finished", *NOTES) if key in record}


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes from training in a folder, made if it does not exist; raises BlockingIOError if one does."""
    folder.mkdir(parents=True, exist_ok=True)
    with locks.alone(folder, f"another process is training in {folder}"):
        yield
