"""What a run leaves on the disk so that it can go on, and its team be played: valid at any moment, whatever kills the process.

    runs/x/checkpoints/00000040/state.pt            all that the next iteration depends on
                                agents/builder_0/   the team as it was then
                                critics/team/
    runs/x/agents/builder_0/                        the newest of these
    runs/x/metrics.jsonl                            a line for each iteration

A checkpoint is written beside its place, brought to the disk, and put there by a rename.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from collm_agents.arguments import full_options

if TYPE_CHECKING:
    from collm_agents.learners.base import Learner

FOLDER, STATE = "checkpoints", "state.pt"
AGENTS, CRITICS = "agents", "critics"
METRICS, EVALUATIONS = "metrics.jsonl", "eval.jsonl"
KEPT = 2
_CHANGEABLE = ("iterations",)
# Where a task runs is another matter than what it is.
_ELSEWHERE = ("sandbox", "host", "port", "bridge", "plot")


class CannotGoOn(ValueError):
    """The folder of a run is damaged, or the run is another one; what is there stands as it was."""


def newest(folder: Path) -> Path | None:
    """The newest checkpoint of a run; None if there is none yet."""
    return max(_checkpoints(folder), default=None)


def iteration_of(checkpoint: Path | None) -> int:
    """How many iterations were done when it was written."""
    return int(checkpoint.name) if checkpoint else 0


def agent_folder(folder: Path, agent: str) -> Path:
    """Where an agent is in the folder of a run or of a checkpoint; names that are no file names are spelt as in addresses."""
    return folder / AGENTS / quote(agent, safe=" ")


def save(learner: Learner, folder: Path) -> Path:
    """Write a checkpoint of a learner, and its team to ``agents`` and ``critics``; older checkpoints but one are removed.

    Args:
        learner: between two iterations.
        folder: of the run.

    Returns:
        The checkpoint's folder.

    Raises:
        OSError: if it cannot be written; the checkpoints that were there stand.
    """
    import torch

    place = folder / FOLDER / f"{learner.iteration:08d}"
    if not place.exists():
        clean(folder)
        new = place.with_name(".new")
        new.mkdir(parents=True)
        about = {"name": learner.name, "config": asdict(learner.config), "game": _game(learner)}
        torch.save({**about, "learner": learner.state()}, new / STATE)
        for agent in learner.agents:
            learner.model.save(agent, agent_folder(new, agent))
        for name, critic in getattr(learner, "critics", {}).items():
            critic.save(new / CRITICS / quote(name, safe=" "))
        _sync(new)
        new.rename(place)
        _sync_folder(place.parent)
    for part in (AGENTS, CRITICS):
        if (place / part).is_dir():
            _publish(place / part, folder / part)
    for old in sorted(_checkpoints(folder))[:-KEPT]:
        # Out of sight first: half a checkpoint is none.
        _remove(old.rename(old.with_name(f".old-{old.name}")))
    return place


def load(learner: Learner, checkpoint: Path) -> None:
    """Make a learner what it was.

    Args:
        learner: as it was made for the run, with the same settings; only ``iterations`` may differ.
        checkpoint: as :func:`save` returned it.

    Raises:
        CannotGoOn: if it is damaged, of another learner, of other settings or of another game; then the learner is of no use.
    """
    state = _read(checkpoint)
    if state["name"] != learner.name:
        raise CannotGoOn(f"{checkpoint} is of {state['name']}, not of {learner.name}")
    # Checkpoints of earlier versions do not say which game it was; later ones may have settings that those do not know.
    for owner, then, now in (
        ("learner", state["config"], asdict(learner.config)),
        ("environment", state.get("game") or {}, _game(learner)),
    ):
        for key, value in now.items():
            before = then.get(key, value)
            if before != value and key not in _CHANGEABLE:
                raise CannotGoOn(
                    f"{checkpoint} was written with {key}={before!r}, the {owner} has {value!r}; a run keeps its settings"
                )
    try:
        learner.load_state(state["learner"])
    except (RuntimeError, ValueError, TypeError, LookupError) as error:
        raise CannotGoOn(f"{checkpoint} does not fit the team as it is now: {_short(error)}") from error


def _read(checkpoint: Path) -> dict[str, Any]:
    import torch

    file = checkpoint / STATE
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except (EOFError, RuntimeError, ValueError, LookupError, pickle.UnpicklingError) as error:
        raise CannotGoOn(f"{file} is damaged ({_short(error)}); {_way_on(checkpoint)}") from error
    if not isinstance(state, dict) or not {"name", "config", "learner"} <= state.keys():
        raise CannotGoOn(f"{file} is no state of a learner; {_way_on(checkpoint)}")
    return state


def _way_on(damaged: Path) -> str:
    older = [path for path in _checkpoints(damaged.parent.parent) if path < damaged]
    if not older:
        return "no earlier checkpoint is left to go on from: begin a new run"
    return f"remove the folder {damaged} to go on from {max(older)}"


def _short(error: Exception) -> str:
    """The beginning of what torch says, which may go on for pages."""
    return str(error).strip().partition("\n")[0].partition(". ")[0][:200] or type(error).__name__


def _game(learner: Learner) -> dict[str, Any]:
    """What is played, as plain data; nothing of an environment that is no task's own."""
    from collm_agents.collect import task_env

    env = task_env(learner.collector.env)
    if env is None:
        return {}
    options = full_options(env)
    # What has no plain representation, a function say, is called otherwise in every process: nothing is to be compared.
    odd = {key for key, value in options.items() if isinstance(value, str) and getattr(env.task, key, value) != value}
    kept = {key: value for key, value in options.items() if key not in odd and key not in _ELSEWHERE}
    # As it comes back from a file: a tuple is a list.
    plain: dict[str, Any] = json.loads(json.dumps({"task": env.task.name, **kept}))
    return plain


def clean(folder: Path) -> None:
    """Remove what a process that was killed left half done."""
    for home in (folder, folder / FOLDER):
        if home.is_dir():
            for each in home.iterdir():
                if each.name.startswith((".new", ".old")):
                    _remove(each)
    for part in (AGENTS, CRITICS):
        last = newest(folder)
        if last and (last / part).is_dir() and not (folder / part).exists():
            _publish(last / part, folder / part)


def _checkpoints(folder: Path) -> list[Path]:
    home = folder / FOLDER
    return [path for path in home.iterdir() if path.name.isdecimal() and (path / STATE).is_file()] if home.is_dir() else []


def _publish(source: Path, target: Path) -> None:
    """Put a copy of a folder where another one is."""
    new, old = target.with_name(f".new-{target.name}"), target.with_name(f".old-{target.name}")
    for left in (new, old):
        _remove(left)
    shutil.copytree(source, new, copy_function=_link)
    if target.exists():
        target.rename(old)
    new.rename(target)
    _remove(old)


def _link(source: str, target: str) -> None:
    """The same file under another name, which takes no room; a copy where that cannot be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _remove(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            _sync_folder(path)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folders.
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Lines:
    """A file of JSON lines, each of one iteration, that follows a run through its resumptions.

    Args:
        path: made if it does not exist.
        last: the iteration to go on from; what was written of later ones is cut off.
    """

    def __init__(self, path: Path, last: int) -> None:
        self.kept = [line for line in read_lines(path) if line["iteration"] <= last]
        write(path, "".join(map(_line, self.kept)))
        self._file = path.open("a", encoding="ascii", newline="\n")

    def add(self, line: Mapping[str, Any]) -> None:
        """Write a line down. It is on the disk with the next :meth:`sync`, and in the file at once."""
        self._file.write(_line(line))
        self._file.flush()

    def sync(self) -> None:
        """Return when all lines are on the disk."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _line(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=True, allow_nan=False) + "\n"


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a file such as ``metrics.jsonl``, also of a run that is still going on; none if there is no such file.

    Raises:
        ValueError: for a line that is no JSON; the message names it.
    """
    if not path.exists():
        return []
    content, lines = path.read_bytes(), []
    for number, line in enumerate(content[: content.rfind(b"\n") + 1].splitlines(), 1):
        try:
            lines.append(json.loads(line.decode("ascii")))
        except ValueError as error:
            raise ValueError(f"{path}, line {number}, is no JSON: {error}") from error
    return lines


def write(path: Path, text: str) -> None:
    """Write a file as a whole or not at all."""
    new = path.with_name(f".new-{path.name}")
    with new.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
