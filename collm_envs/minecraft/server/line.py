"""The line from a site to its server: embedded server, bridge and bots, made together and ended together."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from collm_envs.minecraft.server.bridge import Bridge, open_bridge
from collm_envs.minecraft.server.embedded import EmbeddedServer
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.plots import Plot
from collm_envs.minecraft.server.session import Session

PLOTS = 8
"""How many plots of a given server are tried where none is asked for."""
JOIN_TIMEOUT = 20.0

_IDLE = 1.0

_held: set[tuple[str, int, int]] = set()
"""The plots that this process holds on given servers: host, port, number. Asking a server about them would take seconds."""
_holding = threading.RLock()  # A site that is collected as garbage closes its line wherever the thread is just now.
if hasattr(os, "register_at_fork"):
    # A thread that holds the lock is not there in the child.
    os.register_at_fork(after_in_child=lambda: globals().update(_holding=threading.RLock()))


class Line:
    """A line, up or down.

    Args:
        builders: how many bots build.
        address: host and port of a given server; None for an embedded one, which the line starts and ends.
        bridge: as :func:`~collm_envs.minecraft.server.bridge.open_bridge` takes it.
        plot: which plot of a given server; None for the first that is free.
        spider_seconds: as :class:`~collm_envs.minecraft.server.session.Session` takes it.
    """

    def __init__(
        self, builders: int, address: tuple[str, int] | None, bridge: str, plot: int | None, spider_seconds: float
    ) -> None:
        self._builders = builders
        self._address = address
        self._kind = bridge
        self._plot = plot
        self._spider_seconds = spider_seconds
        self._pid = os.getpid()
        self._server: EmbeddedServer | None = None
        self._bridge: Bridge | None = None
        self._session: Session | None = None
        self._holds: tuple[str, int, int] | None = None
        self._used = 0.0

    @property
    def up(self) -> bool:
        """Whether bots have joined and nothing has ended since."""
        ended = self._bridge is None or not self._bridge.alive or (self._server is not None and not self._server.alive)
        return self._session is not None and not ended

    @property
    def session(self) -> Session:
        """The bots; raises ServerError if the line is down."""
        if self._session is None or not self.up:
            raise ServerError("the bots are not on the server: they have left, or were never there")
        self._used = time.monotonic()
        return self._session

    def healthy(self) -> bool:
        """Whether the line is up; after a second without use the bots are asked."""
        if not self.up:
            return False
        if time.monotonic() - self._used > _IDLE:
            try:
                self.session.check()
            except ServerError:
                return False
        return True

    def connect(self) -> None:
        """Start what is to be started and let the bots join.

        Raises:
            ServerError: then the line is down, and nothing of it is left.
        """
        try:
            self._start()
            self._session = self._join(self._bridge) if self._bridge else None
            self._used = time.monotonic()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        """The bridge and, if it is embedded, the server, at the same time."""
        works = [self._start_bridge, self._start_server] if self._address is None else [self._start_bridge]
        # In threads, which keep what they start: Ctrl-C meets only the wait for them, and loses nothing.
        with ThreadPoolExecutor(len(works)) as pool:
            for started in [pool.submit(work) for work in works]:
                started.result()

    def _start_bridge(self) -> None:
        self._bridge = open_bridge(self._kind)

    def _start_server(self) -> None:
        self._server = EmbeddedServer.start()

    def _join(self, bridge: Bridge) -> Session:
        if self._server is not None:
            session = Session(bridge, Plot(0, self._builders), True, self._spider_seconds)
            session.join(self._server.host, self._server.port, self._server.version, JOIN_TIMEOUT)
            return session
        assert self._address is not None
        host, port = self._address
        for number in self._free(host, port):
            session = Session(bridge, Plot(number, self._builders), False, self._spider_seconds)
            try:
                session.join(host, port, False, JOIN_TIMEOUT)
            except ServerError as error:
                # Of two processes that join at once, a server may hang up on one before it has said why.
                if error.kind not in ("name_taken", "ended") or self._plot is not None:
                    raise
                self._release()
            else:
                return session
        raise ServerError(f"plots 0 to {PLOTS - 1} at {host}:{port} are all in use; end another environment, or choose a plot")

    def _free(self, host: str, port: int) -> Iterator[int]:
        """Plots to try, each held from when it is tried."""
        for number in range(PLOTS) if self._plot is None else (self._plot,):
            place = host, port, number
            with _holding:
                if place in _held:
                    if self._plot is not None:
                        raise ServerError(f"plot {number} at {host}:{port} is in use by another environment of this process")
                    continue
                _held.add(place)
                self._holds = place
            yield number

    def _release(self) -> None:
        with _holding:
            if self._holds:
                _held.discard(self._holds)
            self._holds = None

    def close(self) -> None:
        """End all of it. May be called again; in a child after a fork nothing of the parent's is touched."""
        server, bridge, session = self._server, self._bridge, self._session
        self._server = self._bridge = self._session = None
        if self._pid != os.getpid():
            return
        try:
            # A given server is left in order, so that the names are free at once; a server of our own ends with its bots.
            if session is not None and server is None:
                with contextlib.suppress(ServerError):
                    session.leave()
        finally:
            try:
                if bridge is not None:
                    bridge.close()
            finally:
                if server is not None:
                    server.close()
                self._release()
