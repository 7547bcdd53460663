"""The bots in a Node process of our own, by lines of JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from collm_envs.minecraft.server.bridge import milliseconds
from collm_envs.minecraft.server.child import Child
from collm_envs.minecraft.server.install import MODULES
from collm_envs.minecraft.server.node import find_node

_START_LIMIT = 30.0


class NodeBridge:
    """A :class:`~collm_envs.minecraft.server.bridge.Bridge` of which a process may have many.

    Raises:
        ServerError: if Node or its modules are missing, or the process does not start within 30 seconds.
    """

    kind = "node"

    def __init__(self) -> None:
        self._child = Child(find_node(), "bridge.js", str(MODULES.find()), name="the bots' process", kind="bridge")
        try:
            self.call("hello", timeout=_START_LIMIT)
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether it can be talked to."""
        return self._child.alive

    def submit(self, op: str, /, timeout: float, **arguments: Any) -> Callable[[], Any]:
        """Begin an operation; it is under way when this returns."""
        deadline = time.monotonic() + timeout
        request = json.dumps({"op": op, "timeout_ms": milliseconds(timeout), **arguments})
        reply = self._child.submit(request)
        return lambda: reply.wait(deadline)

    def call(self, op: str, /, timeout: float, **arguments: Any) -> Any:
        """Do an operation and wait for its value."""
        return self.submit(op, timeout, **arguments)()

    def close(self) -> None:
        """End the process; the server sees its bots leave."""
        self._child.close()
