"""The modules of the bots and of the embedded server, and those of the live view, which are apart: bots need nothing of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from collm_envs.minecraft.server.child import SCRIPTS
from collm_envs.minecraft.server.store import Store

_PAGE = Path("prismarine-viewer", "public")
_UNUSED = ("prismarine-viewer/examples", "prismarine-viewer/test")
_BLOCKS, _ENTITIES = "1.20.1", "1.16.4"
"""The Minecraft version whose blocks are kept, and the one whose entities the page draws in any case."""


def _prune_bots(modules: Path) -> None:
    """Remove two thirds: the data of Minecraft's other edition. Its common part is read by every version."""
    for entry in (modules / "minecraft-data" / "minecraft-data" / "data" / "bedrock").iterdir():
        if entry.name != "common":
            shutil.rmtree(entry)


def _prune_view(modules: Path) -> None:
    """Remove three quarters: pictures of other versions of Minecraft."""
    for part in _UNUSED:
        shutil.rmtree(modules / part)
    textures, states = modules / _PAGE / "textures", modules / _PAGE / "blocksStates"
    kept = {textures / f"{_BLOCKS}.png", textures / _ENTITIES, textures / _ENTITIES / "entity", states / f"{_BLOCKS}.json"}
    for folder in (textures, states, textures / _ENTITIES):
        for entry in [entry for entry in folder.iterdir() if entry not in kept]:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


MODULES = Store(
    name="the Node modules of the Minecraft bots are",
    source=SCRIPTS,
    prefix="",
    parts=("mineflayer", "flying-squid", "minecraft-data", "minecraft-protocol", "prismarine-chunk", "vec3"),
    prune=_prune_bots,
    command="collm minecraft install",
)
VIEW = Store(
    name="the live view is",
    source=SCRIPTS / "watch",
    prefix="view-",
    parts=("express", "socket.io", "vec3", "prismarine-viewer"),
    prune=_prune_view,
    command="collm minecraft install --viewer",
)
