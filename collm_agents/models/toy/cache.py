"""Toys are built once: a folder for each task, options, wording, recipe and seed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from collm_agents.models.toy.demonstrations import play, team_of
from collm_agents.models.toy.recipes import ToyRecipe, toy_recipe
from collm_agents.models.toy.training import Progress, build
from collm_envs.core import cache as core_cache
from collm_envs.core.checks import one_of, whole
from collm_envs.core.env import CollabEnv
from collm_envs.wrappers.single_agent import SoloEnv

VERSION = 2
"""Of the code that builds toys; part of their name. Bumped by any change of what comes out of a recipe."""

_RECORD = "toy.json"
_SAMPLED = 4
_LARGEST_SEED = 2**63 - 1


def cache_folder() -> Path:
    """Where toys are kept: ``toy`` in the folder that the environment variable ``COLLM_CACHE`` names, or in ``collm-envs`` where
    the platform keeps such things."""
    return core_cache.cache_folder("toy")


def toy_model(
    env: CollabEnv | SoloEnv,
    *,
    protocol: str = "parallel",
    recipe: ToyRecipe | None = None,
    seed: int = 0,
    cache: Path | None = None,
    on_progress: Progress | None = None,
) -> Path:
    """A toy model for a task, as a folder that ``AutoModelForCausalLM`` and ``AutoTokenizer`` load.

    It is built if it is not in the cache; several processes may ask for it at once. The same arguments give the same weights, bit
    for bit on one machine.

    Args:
        env: what it is to play: the task with its options, the number of turns, and the split its demonstrations are drawn from,
            as a team or, on a :class:`~collm_envs.wrappers.single_agent.SoloEnv`, as one agent that answers for all. A running
            episode is not touched.
        protocol: how a team of it is to answer, ``parallel``, ``pipeline`` or ``discussion``: what members are shown of each other
            is shown in the demonstrations, too.
        recipe: how to build it (None: the task's own, see :func:`toy_recipe`).
        seed: of demonstrations and training, 0 to 2^63 - 1.
        cache: where toys are kept (None: :func:`cache_folder`).
        on_progress: called with steps done, steps in all and a few words, while it is built.

    Raises:
        ValueError: for a task without a recipe, or a protocol that is none of these (where one answers for all, but ``parallel``).
        BackendLost: if the task's backend cannot be had.
    """
    one_of("protocol of a toy", protocol, ("parallel",) if isinstance(env, SoloEnv) else ("parallel", "pipeline", "discussion"))
    made_by = toy_recipe(env, protocol) if recipe is None else recipe
    seed = whole("seed", seed, 0, _LARGEST_SEED)
    made_of = _description(env, made_by, seed, protocol)
    digest = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()
    home = cache_folder() if cache is None else Path(cache)
    folder = home / f"{team_of(env).task.name}-{digest[:16]}"
    if _whole(folder):
        return folder
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=home, ignore_cleanup_errors=True) as scratch:
        new = Path(scratch) / "new"
        build(env, made_by, seed, new, on_progress, protocol)
        record = {"made_of": made_of, "files": {file.name: _digest(file) for file in sorted(new.iterdir())}}
        (new / _RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")
        _put(new, folder, Path(scratch) / "broken")
    return folder


def _put(new: Path, folder: Path, aside: Path) -> None:
    """Move a finished folder to its place, unless another process was quicker; what is broken there makes way."""
    while not _whole(folder):
        with suppress(FileNotFoundError):
            os.replace(folder, aside)
        try:
            os.rename(new, folder)
        except OSError:
            if not folder.exists():
                raise
        shutil.rmtree(aside, ignore_errors=True)


def _description(env: CollabEnv | SoloEnv, recipe: ToyRecipe, seed: int, protocol: str = "parallel") -> dict[str, Any]:
    """All that a toy follows from, JSON-ready. A few demonstrations are part of it, for the wording and the policies."""
    team = team_of(env)
    task = team.task.in_process()
    sampled = play(env, recipe, _SAMPLED, seed, protocol)
    return {
        "version": VERSION,
        "task": f"{task.name}_v{task.version}",
        "options": {item.name: repr(getattr(task, item.name)) for item in fields(task)},
        "max_cycles": team.max_cycles,
        "split": team.split,
        "seed": seed,
        "recipe": json.loads(json.dumps(asdict(recipe))),
        "demonstrations": [asdict(shown) for shown in sampled.demonstrations],
        **({"solo": True} if isinstance(env, SoloEnv) else {}),
        **({} if protocol == "parallel" else {"protocol": protocol}),
    }


def _whole(folder: Path) -> bool:
    """Whether a folder holds every file as it was written."""
    try:
        files = json.loads((folder / _RECORD).read_text(encoding="utf-8"))["files"]
        return all(_digest(folder / name) == digest for name, digest in files.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
