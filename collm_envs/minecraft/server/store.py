"""Folders of Node modules in the cache: how they get there, and whether they are whole.

A folder is named after its lock file's checksum. Its modules are what that file says, byte for byte (npm checks every package's
digest), no script of theirs is run, and it is either whole or not there: it is made beside its place, stamped, and moved there
last.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from collm_envs.core.cache import cache_folder
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.node import find_node, find_npm
from collm_envs.minecraft.server.npm import Npm, Progress, held, version_of

STAMP = "installed.json"

_ROOM = "minecraft"
_LOCK = "package-lock.json"
_WAIT_LIMIT = 900.0
"""Seconds for another process's installation to end."""


@dataclass(frozen=True)
class Store:
    """Modules that are installed together.

    Attributes:
        name: what messages call them, with its verb: ``the modules are``.
        source: the folder of their ``package.json`` and ``package-lock.json``.
        prefix: how their folder's name begins, before the checksum.
        parts: packages, or paths in them, without which they are not whole.
        prune: removes from ``node_modules`` what nobody needs.
        command: what installs them.
    """

    name: str
    source: Path
    prefix: str
    parts: tuple[str, ...]
    prune: Callable[[Path], None]
    command: str

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of the lock file, in hexadecimal."""
        return hashlib.sha256((self.source / _LOCK).read_bytes()).hexdigest()

    @property
    def folder(self) -> Path:
        """The folder that they belong in, whether they are there or not."""
        return cache_folder(_ROOM) / f"{self.prefix}{self.checksum[:12]}"

    @property
    def stamp(self) -> dict[str, Any] | None:
        """What was recorded of the installation: ``lock``, ``node``, ``npm``, ``megabytes``; None unless of this lock file."""
        try:
            record = json.loads((self.folder / STAMP).read_text(encoding="utf-8"))
            return record if record["lock"] == self.checksum else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def find(self) -> Path:
        """Their folder.

        Raises:
            ServerError: if they are not there, or not whole; the message names the command that installs them.
        """
        folder = self.folder
        if self.stamp is None:
            raise ServerError(f"{self.name} not installed in {folder}: run `{self.command}`", "install")
        missing = [part for part in self.parts if not (folder / "node_modules" / part / "package.json").is_file()]
        if missing:
            raise ServerError(f"{', '.join(missing)} is missing in {folder / 'node_modules'}: run `{self.command}`", "install")
        return folder

    def install(self, progress: Progress | None = None, force: bool = False) -> Path:
        """Install them, unless they are there, and return their folder.

        Several processes may do so at once: one works, the others wait for it. After an interruption the next call begins again
        with what npm has in its own cache.

        Args:
            progress: called with packages done, packages in all, and a few words.
            force: install again even if they are there.

        Raises:
            ServerError: if Node, npm or the network is missing, or the disk is full; the message says what to do.
        """
        home, say = self.folder.parent, progress or _silent
        if not force and self._whole():
            return self.folder
        npm = Npm(find_node(), find_npm())
        try:
            home.mkdir(parents=True, exist_ok=True)
            with held(home / f".{self.prefix}lock", _WAIT_LIMIT, lambda: say(0, 1, "waiting for another installation")):
                if force or not self._whole():
                    self._make(npm, say)
        except OSError as error:
            raise ServerError(f"cannot install into {home}: {error}; choose another folder with COLLM_CACHE", "install") from error
        return self.find()

    def _whole(self) -> bool:
        try:
            self.find()
        except ServerError:
            return False
        return True

    def _make(self, npm: Npm, say: Progress) -> None:
        """Install beside the folder and move it there."""
        folder = self.folder
        staging, aside = folder.with_name(f".{folder.name}-new"), folder.with_name(f".{folder.name}-old")
        for leftover in (staging, aside):
            shutil.rmtree(leftover, ignore_errors=True)
        staging.mkdir()
        try:
            for name in ("package.json", _LOCK):
                shutil.copy(self.source / name, staging / name)
            npm.install(staging, say)
            say(1, 1, "pruning")
            self.prune(staging / "node_modules")
            size = round(megabytes(staging))
            record = {"lock": self.checksum, "node": version_of(npm.node), "npm": npm.version, "megabytes": size}
            (staging / STAMP).write_text(json.dumps(record, indent=1), encoding="utf-8")
            if folder.exists():
                os.replace(folder, aside)
            os.replace(staging, folder)
        finally:
            for leftover in (staging, aside):
                shutil.rmtree(leftover, ignore_errors=True)


def megabytes(folder: Path) -> float:
    """How much a folder holds, in millions of bytes."""
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def _silent(done: int, total: int, words: str) -> None:
    """Nobody wants to know."""
