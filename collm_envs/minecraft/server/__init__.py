"""The tasks of this family on a real Minecraft server, with a bot for every builder.

    from collm_envs.minecraft.server import open_site

    site = open_site(builders=2)                                        # an embedded server of its own
    site = open_site(builders=2, host="127.0.0.1", port=25565)          # a server that runs already

Nothing of Node is started, and nothing of it imported, before a site opens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collm_envs.minecraft.server.errors import ServerError

if TYPE_CHECKING:
    from collm_envs.minecraft.server.site import Site, open_site
    from collm_envs.minecraft.server.turns import Outcome, Turn

__all__ = ["Outcome", "ServerError", "Site", "Turn", "open_site"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from collm_envs.minecraft.server import site

        return getattr(site, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
