"""The page of the live view: where it is, and how it gets there. It is apart from the bots' modules, which need nothing of it.

It lies in ``minecraft/view-<first digits of its lock file's checksum>`` of the cache folder, and comes there as the bots' modules
do (:mod:`collm_envs.minecraft.server.install`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from functools import lru_cache
from pathlib import Path

from collm_envs.minecraft.server.child import SCRIPTS
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.install import STAMP, cache_folder, find_node, find_npm
from collm_envs.minecraft.server.npm import Npm, Progress, held

COMMAND = "collm minecraft install --viewer"
"""What installs the page; error messages name it."""

_SOURCE = SCRIPTS / "watch"
_LOCK = "package-lock.json"
_PAGE = Path("prismarine-viewer", "public")
_PARTS = (Path("express"), Path("socket.io"), Path("vec3"), _PAGE.parent)
_UNUSED = ("prismarine-viewer/examples", "prismarine-viewer/test")
_BLOCKS, _ENTITIES = "1.20.1", "1.16.4"
"""The Minecraft version whose blocks are kept, and the one whose entities the page draws in any case."""
_WAIT_LIMIT = 900.0


def viewer_folder() -> Path:
    """The folder that the page belongs in, whether it is there or not."""
    return cache_folder() / f"view-{_checksum()[:12]}"


def viewer() -> Path:
    """The folder of the installed page.

    Raises:
        ServerError: if it is not there, or not whole; the message names the command that installs it.
    """
    folder = viewer_folder()
    if _stamped(folder) and all((folder / "node_modules" / part / "package.json").is_file() for part in _PARTS):
        return folder
    raise ServerError(f"the live view is not installed in {folder}: run `{COMMAND}`", "install")


def install_viewer(progress: Progress | None = None) -> Path:
    """Install the page, unless it is there, and return its folder. Several processes may do so at once.

    Args:
        progress: called with packages done, packages in all, and a few words.

    Raises:
        ServerError: if Node, npm or the network is missing, or the disk is full; the message says what to do.
    """
    say = progress or (lambda *_: None)
    home, folder = cache_folder(), viewer_folder()
    if _whole():
        return folder
    npm = Npm(find_node(), find_npm())
    try:
        home.mkdir(parents=True, exist_ok=True)
        with held(home / ".view-lock", _WAIT_LIMIT, lambda: say(0, 1, "waiting for another installation")):
            if not _whole():
                _make(npm, folder, say)
    except OSError as error:
        raise ServerError(f"cannot install into {home}: {error}; choose another folder with COLLM_CACHE", "install") from error
    return viewer()


def megabytes(folder: Path) -> float:
    """How much a folder holds, in millions of bytes."""
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


@lru_cache(maxsize=1)
def _checksum() -> str:
    return hashlib.sha256((_SOURCE / _LOCK).read_bytes()).hexdigest()


def _stamped(folder: Path) -> bool:
    try:
        lock: str = json.loads((folder / STAMP).read_text(encoding="utf-8"))["lock"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return lock == _checksum()


def _whole() -> bool:
    try:
        viewer()
    except ServerError:
        return False
    return True


def _make(npm: Npm, folder: Path, say: Progress) -> None:
    """Install beside ``folder`` and move it there."""
    staging, aside = folder.with_name(f".{folder.name}-new"), folder.with_name(f".{folder.name}-old")
    for leftover in (staging, aside):
        shutil.rmtree(leftover, ignore_errors=True)
    staging.mkdir()
    try:
        for name in ("package.json", _LOCK):
            shutil.copy(_SOURCE / name, staging / name)
        npm.install(staging, say)
        say(1, 1, "pruning")
        _prune(staging / "node_modules")
        (staging / STAMP).write_text(json.dumps({"lock": _checksum()}), encoding="utf-8")
        if folder.exists():
            os.replace(folder, aside)
        os.replace(staging, folder)
    finally:
        for leftover in (staging, aside):
            shutil.rmtree(leftover, ignore_errors=True)


def _prune(modules: Path) -> None:
    """Remove three quarters: pictures of other versions of Minecraft."""
    for part in _UNUSED:
        shutil.rmtree(modules / part)
    textures, states = modules / _PAGE / "textures", modules / _PAGE / "blocksStates"
    kept = {textures / f"{_BLOCKS}.png", textures / _ENTITIES, textures / _ENTITIES / "entity", states / f"{_BLOCKS}.json"}
    for folder in (textures, states, textures / _ENTITIES):
        for entry in [entry for entry in folder.iterdir() if entry not in kept]:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
