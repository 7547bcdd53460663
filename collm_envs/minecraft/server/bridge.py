"""How Python talks to the bots: one set of operations over two transports."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, Protocol

from collm_envs.core.checks import one_of
from collm_envs.minecraft.backend import BRIDGES

MARGIN = 0.1
"""The part of a request's time that is Python's alone: the bots' process gives up earlier, and says why."""
_MOST_MARGIN = 1.0


class Bridge(Protocol):
    """A way to the bots. Requests may come from several threads.

    Operations, with their arguments and values:

    - ``hello``: -> ``{node, mineflayer, pid, versions}``
    - ``join``: session, host, port, version (a text, or False: the server's), names -> ``{version, names}``. The bots log in at
      once; it answers when all have, and have the world around them.
    - ``act``: session, steps ``[{bot, commands}, ...]``, settle_ms -> ``{messages: [{bot, text}, ...]}``. Steps are done one after
      the other; the messages are those replies that mean a command was refused, 20 at most.
    - ``read``: session, corner ``[x, y, z]``, size ``[width, height, depth]`` -> ``{palette, cells}``: indices into the palette, in
      base64 of 16 bits each (little end first), x fastest, then z, then y. Every bot must see the same.
    - ``state``: session -> ``[{name, health, dead, position, spiders}, ...]``. A bot that died is dead, with no health, until a
      later ``act`` gives it ``instant_health``.
    - ``blocks``: session -> the ids of all blocks of the version that its bots speak.
    - ``wait``: ms. ``batch``: requests (of the others, each a mapping with ``op``), in order, up to the first that fails -> values.
    - ``leave``: session (all of them without one). Its bots log out; one that never joined is fine.
    """

    @property
    def kind(self) -> str:
        """``node`` or ``javascript``."""

    @property
    def alive(self) -> bool:
        """Whether it can be talked to."""

    def submit(self, op: str, /, timeout: float, **arguments: Any) -> Callable[[], Any]:
        """Begin an operation; the returned function waits for its value.

        Args:
            op: its name.
            timeout: seconds from now, above 0.
            arguments: as above.

        Raises:
            ServerError: from either.
        """

    def call(self, op: str, /, timeout: float, **arguments: Any) -> Any:
        """Do an operation and wait for its value."""

    def close(self) -> None:
        """Log all bots out and end. Again is fine, and so is a child after a fork, where it does nothing."""


def open_bridge(kind: str = "auto") -> Bridge:
    """Start the bots' process.

    Args:
        kind: ``javascript``: the package of that name, which has one Node process per Python process; ``node``: a child of ours,
            as many as you like; ``auto``: ``javascript`` where it is installed, is not in use and was not forked away from, else
            ``node``.

    Raises:
        ValueError: for another kind.
        ServerError: if it cannot be had; the message says what to do.
    """
    one_of("bridge", kind, BRIDGES)
    from collm_envs.minecraft.server.javascript_bridge import JavaScriptBridge, PackageError, available
    from collm_envs.minecraft.server.node_bridge import NodeBridge

    if kind == "javascript":
        return JavaScriptBridge()
    if kind == "auto" and available():
        # Another thread may have taken it since, and a package that fails is no reason to go without bots.
        with contextlib.suppress(PackageError):
            return JavaScriptBridge()
    return NodeBridge()


def milliseconds(timeout: float) -> int:
    """What the bots' process may take of a timeout in seconds."""
    return max(1, int(1000 * (timeout - min(timeout * MARGIN, _MOST_MARGIN))))
