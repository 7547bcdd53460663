"""A container with a worker in it: its bytes, its end, and why it ended."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

from collm_envs.coding.sandbox.verdicts import SandboxError

ENGINE_LIMIT = 30.0
"""Seconds for the engine to answer a request, and for a container to take what is sent: longer, and it counts as lost."""
_END_LIMIT = 10.0
"""Seconds for a container that ended to be removed."""
_CHUNK = 1 << 16
_MOST_SAID = 2000
"""Bytes kept of what a worker wrote to its standard error, the last ones."""

_HEADER = struct.Struct(">BxxxL")  # in front of each piece of an attached container's output: stream, length
_STDOUT = 1


class Container:
    """A worker in its container, as the pool's ``Channel``."""

    def __init__(self, engine: Any, identity: str, limit: int, forget: Callable[[Container], None]) -> None:
        """Attach to a container that has been made and not yet started.

        Args:
            engine: the SDK's client.
            identity: the container's id.
            limit: its limit of memory, in bytes, for the message when it was reached.
            forget: told when the container is gone.
        """
        self.identity = identity
        self._engine, self._limit, self._forget = engine, limit, forget
        self._socket = _attach(engine, identity)
        self._ready = select.poll()
        self._ready.register(self._socket, select.POLLIN)
        self._sending, self._receiving, self._killing = threading.Lock(), threading.Lock(), threading.Lock()
        self._raw, self._stream, self._left = bytearray(), _STDOUT, 0
        self._said = b""
        self._ended = self._killed = self._gone = False

    def fileno(self) -> int:
        """The descriptor that becomes readable when there is something for :meth:`receive`; -1 after :meth:`kill`.

        What is there may be the standard error's bytes, so that with a short timeout `receive` may time out all the same.
        """
        return self._socket.fileno()

    def send(self, data: bytes) -> None:
        """Write to the worker's input.

        Raises:
            OSError: if the container or its engine is gone, or takes nothing for 30 seconds.
        """
        with self._sending:
            self._socket.sendall(data)

    def receive(self, timeout: float) -> bytes:
        """The next bytes of the worker's output, b"" at its end.

        Raises:
            TimeoutError: if there are none for ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        with self._receiving:
            while not self._ended and self.fileno() >= 0:
                if not self._ready.poll(max(0.0, deadline - time.monotonic()) * 1000):
                    raise TimeoutError(f"nothing from container {self.identity[:12]} for {timeout:g} s")
                try:
                    raw = self._socket.recv(_CHUNK)
                except ConnectionError:  # The engine died.
                    raw = b""
                self._ended = not raw
                if data := self._stdout(raw):
                    return data
        return b""

    def kill(self) -> None:
        """End the container at once and wait until it is gone. May be called again, from any thread."""
        with self._killing:
            if self._gone:
                return
            self._killed = not self._ended
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)  # Wakes up whoever sends or receives.
            # Without an engine nobody can end it; the engine does when it is back.
            with contextlib.suppress(SandboxError):
                remove(self._engine, self.identity)
            self._gone = True
            self.let_go()
            self._forget(self)

    def let_go(self) -> None:
        """Close this process's end of the container's input and output."""
        with self._sending, self._receiving:
            self._socket.close()

    def forked(self) -> None:
        """In a child after a fork: the container stays the parent's, and must notice when the parent ends."""
        self._socket.close()

    def why(self) -> str:
        """Why the worker ended, in a line. It may be asked after :meth:`kill`, too."""
        line = f"container {self.identity[:12]} {self._fate()}"
        words = self._said.decode("utf-8", "replace").split("\n")
        last = next((text.strip() for text in reversed(words) if text.strip()), "")
        return f"{line}; the last it said: {last!r}" if last else line

    def _fate(self) -> str:
        """What the engine remembers: by now it has forgotten the container itself, but not what happened to it."""
        from docker.errors import DockerException, NotFound

        if self._killed:
            return "was killed from here"
        try:
            with contextlib.suppress(NotFound):
                self._engine.wait(self.identity, timeout=_END_LIMIT, condition="removed")
            about = {"container": self.identity}
            events = list(self._engine.events(since=1, until=time.time(), filters=about, decode=True))
        except (DockerException, OSError) as error:
            return f"was lost, and Docker says no more about it: {error}"
        status = next((event["Actor"]["Attributes"].get("exitCode") for event in events if event["Action"] == "die"), "unknown")
        if any(event["Action"] == "oom" for event in events):
            return f"ended with status {status}, out of memory (its limit is {self._limit >> 20} MB)"
        return f"ended with status {status}"

    def _stdout(self, raw: bytes) -> bytes:
        """The part of these bytes that is standard output; standard error is kept for :meth:`why`."""
        self._raw += raw
        out = bytearray()
        while True:
            if not self._left:
                if len(self._raw) < _HEADER.size:
                    return bytes(out)
                self._stream, self._left = _HEADER.unpack_from(self._raw)
                del self._raw[: _HEADER.size]
            piece = bytes(self._raw[: self._left])
            del self._raw[: len(piece)]
            self._left -= len(piece)
            if self._stream == _STDOUT:
                out += piece
            else:
                self._said = (self._said + piece)[-_MOST_SAID:]
            if self._left:
                return bytes(out)


def _attach(engine: Any, identity: str) -> socket.socket:
    """A container's input and output, as a socket that the SDK has no part in."""
    attached = engine.attach_socket(identity, {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
    own = socket.socket(fileno=os.dup(attached.fileno()))
    own.settimeout(ENGINE_LIMIT)
    getattr(attached, "_response", attached).close()  # or it lives on until the next garbage collection
    return own


def remove(engine: Any, identity: str) -> None:
    """End and remove a container, and wait until it is gone.

    Raises:
        SandboxError: if the engine does not do it.
    """
    from docker.errors import APIError, DockerException, NotFound

    try:
        try:
            engine.remove_container(identity, force=True, v=True)
        except APIError as error:
            if error.response is None or error.response.status_code != 409:  # 409: it is being removed already.
                raise
            engine.wait(identity, timeout=_END_LIMIT, condition="removed")
    except NotFound:
        return
    except (DockerException, OSError) as error:
        raise SandboxError(f"Docker could not remove container {identity[:12]}: {error}") from error
