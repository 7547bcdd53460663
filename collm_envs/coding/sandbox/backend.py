"""Where a sandbox's workers run: what a backend has to offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Channel(Protocol):
    """One live worker."""

    def send(self, data: bytes) -> None:
        """Send all of ``data``; raises OSError when the worker is gone."""

    def receive(self, timeout: float) -> bytes:
        """The next bytes, ``b""`` at the end; raises TimeoutError after ``timeout`` seconds, OSError when it is gone."""

    def kill(self) -> None:
        """End the worker at once, with all it started, and wait until it is gone. May be called again, from any thread."""

    def why(self) -> str:
        """A few words on how the worker ended."""


class Backend(Protocol):
    """Where workers run."""

    @property
    def name(self) -> str:
        """As :func:`~collm_envs.coding.sandbox.open_sandbox` takes it."""

    @property
    def weak(self) -> bool:
        """Whether the user agreed to less than full isolation."""

    def start(self, index: int, memory: int) -> Channel:
        """Start worker ``index``, whose processes may each have ``memory`` bytes; raises SandboxError."""

    def isolation(self, hello: Mapping[str, Any]) -> dict[str, str]:
        """What enforces the isolation of network, files, processes, memory, cpu and uid, given what a worker found out."""

    def close(self) -> None:
        """Release what workers have in common."""
