"""The live view: a spectator on a server, and a page on this machine that shows what it sees."""

from __future__ import annotations

import json
import os
import time
from types import TracebackType

from collm_envs.minecraft.server.child import Child
from collm_envs.minecraft.server.embedded import HOST
from collm_envs.minecraft.server.install import MODULES, VIEW
from collm_envs.minecraft.server.node import find_node
from collm_envs.minecraft.server.plots import LARGEST, Plot
from collm_envs.minecraft.server.records import list_records

WATCHER = "collm_watch"
"""The spectator's name."""

_LONGEST = 1e7


class Watch:
    """A page that is being served; :func:`open_watch` makes one. It ends with this process in any case.

    Attributes:
        url: of the page, on the loopback.
        version: of Minecraft, as the server speaks it.
        remark: what the server did not let the spectator do, and what mends it; else "".
    """

    def __init__(self, child: Child, url: str, version: str, remark: str) -> None:
        self._child, self.url, self.version, self.remark = child, url, version, remark

    def wait(self) -> str:
        """Wait until the server is gone, and say how that came.

        Raises:
            ServerError: if the view itself broke.
        """
        said: str = self._child.submit("wait").wait(time.monotonic() + _LONGEST)
        return said

    def close(self) -> None:
        """Take the page down and the spectator off the server; again is fine."""
        self._child.close()

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_watch(host: str, port: int, plot: int = 0, page: int = 0, timeout: float = 20.0) -> Watch:
    """Join a server as a spectator and serve the page, on the loopback only.

    Args:
        host: the server's.
        port: the server's, 1 to 65535.
        plot: whose builds are looked at.
        page: port of the page; 0 takes a free one.
        timeout: seconds until the spectator has to be there.

    Raises:
        ServerError: if the view is not installed, the server does not let the spectator in (it has one already, say), or the
            page's port is in use.
    """
    options = {
        "host": host,
        "port": port,
        "name": WATCHER,
        "core": str(MODULES.find()),
        "viewer": str(VIEW.find()),
        "page": page,
        "corner": Plot(plot, 1).corner,
        "size": LARGEST,
        "patience_ms": round(timeout * 900),
    }
    child = Child(find_node(), os.path.join("watch", "watch.js"), json.dumps(options), name="the live view", kind="bridge")
    try:
        return Watch(child, **child.first.wait(time.monotonic() + timeout))
    except BaseException:
        child.close()
        raise


def running_servers() -> list[tuple[str, int]]:
    """Hosts and ports of this user's embedded servers, newest first."""
    return [(HOST, record.port) for record in list_records()]
