"""A server for machines without one: flying-squid with our plugin, on a free port of the loopback. No Java, no Docker."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from collm_envs.minecraft.server.child import Child
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.install import MODULES
from collm_envs.minecraft.server.node import find_node
from collm_envs.minecraft.server.records import Record, remove_record, write_record

if TYPE_CHECKING:
    from types import TracebackType

VERSION = "1.20.1"
"""The Minecraft version that the embedded server speaks unless asked otherwise."""
HOST = "127.0.0.1"
_COMMAND_LIMIT = 5.0


class EmbeddedServer:
    """A running server; :meth:`start` makes one. It ends with this process in any case, or at the end of a ``with`` block."""

    host = HOST

    def __init__(self, child: Child, port: int, version: str) -> None:
        self._child, self.port, self.version = child, port, version

    @classmethod
    def start(cls, version: str = VERSION, timeout: float = 20.0, port: int = 0) -> EmbeddedServer:
        """Start a server.

        Args:
            version: of Minecraft, 1.18 or later.
            timeout: seconds until it has to listen.
            port: to listen on, of the loopback; 0 takes a free one.

        Raises:
            ServerError: if Node or its modules are missing, the port is in use, or it does not start.
        """
        deadline = time.monotonic() + timeout
        words = "server.js", str(MODULES.find()), version, str(port)
        child = Child(find_node(), *words, name="the embedded server", kind="embedded")
        try:
            started = child.first.wait(deadline)
        except BaseException:
            child.close()
            raise
        # Only watchers want to know; a server that cannot be noted down is as good.
        with suppress(ServerError):
            write_record(Record(child.pid, started["port"], time.time()))
        return cls(child, started["port"], version)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether it runs; False in a child after a fork, whose parent has it."""
        return self._child.alive

    @property
    def log(self) -> tuple[str, ...]:
        """The last 50 lines that it wrote."""
        return self._child.log

    def command(self, text: str, timeout: float = _COMMAND_LIMIT) -> list[str]:
        """Give a command as the console does, in vanilla's syntax, and return the replies.

        Raises:
            ServerError: if the server is gone, or takes longer than ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        replies: list[str] = self._child.submit(json.dumps({"command": text})).wait(deadline)
        return replies

    def close(self) -> None:
        """End the server; again is fine."""
        if self._child.own:
            remove_record(self.pid)
        self._child.close()

    def __enter__(self) -> EmbeddedServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
