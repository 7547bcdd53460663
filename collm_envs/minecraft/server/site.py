"""A site: one environment's place on a server. What a task talks to.

A turn says all that the server needs to know, so that turns may come in any order, environments that are forks of one another may
share a site, and a server that was lost is replaced by one that knows nothing of it.
"""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from collections.abc import Callable, Collection, Iterator
from typing import Any

from collm_envs.core.checks import one_of, whole
from collm_envs.minecraft.backend import BRIDGES, LONGEST_CHASE, LONGEST_TURN, seconds
from collm_envs.minecraft.server.blocks import translate
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.line import Line
from collm_envs.minecraft.server.plots import MOST_PLOTS, check_fits
from collm_envs.minecraft.server.turns import Outcome, Turn
from collm_envs.minecraft.world import Box

__all__ = ["Outcome", "Site", "Turn", "open_site"]

MOST_BUILDERS = 16
_LOST = ("ended", "kicked", "name_taken", "bridge", "embedded")
"""Kinds of errors that tell of something that is gone."""


def open_site(
    builders: int,
    host: str | None = None,
    port: int | None = None,
    bridge: str = "auto",
    plot: int | None = None,
    spider_seconds: float = 2.0,
    turn_timeout: float = 30.0,
) -> Site:
    """A site, which opens at first use; nothing is started yet.

    Args:
        builders: how many bots build, 1 to 16. One who is alone is watched by a second bot, which reads back.
        host: of a running server; None for an embedded one, which the site starts and ends.
        port: of the running server, 1 to 65535.
        bridge: ``javascript``, ``node``, or ``auto`` for what is to be had.
        plot: which plot of the running server, 0 to 999; None for the first of 0 to 7 that is free.
        spider_seconds: how long spiders that nobody kills have in a turn, above 0 and up to 60.
        turn_timeout: seconds for a turn or for a reset, the spiders' apart, above 0 and up to 600. What comes after a
            turn with spiders has 5 seconds in any case; the steps of a start have limits of their own, of 20 and 30 seconds.

    Raises:
        ValueError, TypeError: for arguments that are out of range or do not go together.
    """
    whole("builders", builders, 1, MOST_BUILDERS)
    one_of("bridge", bridge, BRIDGES)
    if (host is None) != (port is None):
        raise ValueError("host and port go together: give both for a running server, neither for an embedded one")
    if host is None and plot is not None:
        raise ValueError("plot goes with host and port; an embedded server has but one")
    if port is not None:
        whole("port", port, 1, 65535)
    if plot is not None:
        whole("plot", plot, 0, MOST_PLOTS - 1)
    return Site(
        builders,
        host,
        port,
        bridge,
        plot,
        seconds("spider_seconds", spider_seconds, LONGEST_CHASE),
        seconds("turn_timeout", turn_timeout, LONGEST_TURN),
    )


class Site:
    """Made by :func:`open_site`. Safe to share between threads; turns come one after the other.

    After an error the site is closed, and the next call opens it again, on an embedded server with a new one. After a fork of the
    process the child's copy opens a line of its own. A site ends with its process, however that ends.
    """

    def __init__(
        self,
        builders: int,
        host: str | None,
        port: int | None,
        bridge: str,
        plot: int | None,
        spider_seconds: float,
        turn_timeout: float,
    ) -> None:
        self.builders = builders
        self._settings = (builders, host, port, bridge, plot, spider_seconds, turn_timeout)
        self._timeout = turn_timeout
        self._begin_here()

    def _begin_here(self) -> None:
        """Be a site of this process that has not been opened."""
        builders, host, port, bridge, plot, spider_seconds, _ = self._settings
        self._pid = os.getpid()
        self._lock = threading.RLock()
        self._flight: _Flight | None = None
        address = None if host is None or port is None else (host, port)
        self._line = Line(builders, address, bridge, plot, spider_seconds)
        # At the end of the process, too.
        weakref.finalize(self, self._line.close)

    def open(self) -> None:
        """See that bots are on a server, ready to build. Cheap when they are.

        Raises:
            ServerError: the message says what to do.
        """
        with self._locked():
            self._connect()

    def clear(self, box: Box, blocks: Collection[str]) -> None:
        """Reset: an empty plot with a floor, noon, bots at their places and whole, no spiders. Opens the site if need be.

        Args:
            box: the size of the world to come.
            blocks: the block ids that will be used in it.

        Raises:
            ValueError: for blocks that the server does not have, and for a box that is too large.
            ServerError: if it cannot be done in time.
        """
        check_fits(box)
        with self._locked():
            self._land()
            new = self._connect()
            translate(blocks, self._line.session.known)
            try:
                self._clear(box)
            except ServerError as error:
                # What was lost since the last turn is not known before it is used; there is nothing yet that could be lost with it.
                if new or error.kind not in _LOST:
                    raise
                self._connect()
                self._clear(box)

    def submit(self, turn: Turn) -> Callable[[], Outcome]:
        """Begin a turn; the returned function waits for its outcome. A turn that nobody waited for is ended first.

        Raises:
            ValueError: for a turn that does not fit the site, or blocks that the server does not have.
            ServerError: in the returned function too. Of a turn that was not done to its end there is no outcome.
        """
        turn.check(self.builders)
        with self._locked():
            self._land()
            self.open()
            translate(turn.blocks, self._line.session.known)
            with _closing(self._line):
                flight = self._flight = _Flight(self._line.session.begin(turn, self._timeout))

        def outcome() -> Outcome:
            with self._locked():
                if self._flight is flight:
                    self._land()
                return flight.result()

        return outcome

    def close(self) -> None:
        """Leave the server, and end it if it is embedded. May be called again; the site opens again when it is used."""
        with self._locked():
            if self._flight is not None:
                self._flight.fail("the site was closed before the turn's end")
                self._flight = None
            self._line.close()

    def _connect(self) -> bool:
        """See that the line is up; whether it was not."""
        if self._line.healthy():
            return False
        self._line.close()
        self._line.connect()
        return True

    def _clear(self, box: Box) -> None:
        with _closing(self._line):
            self._line.session.clear(box, self._timeout)

    def _land(self) -> None:
        """Wait for the end of the turn that is under way, if one is."""
        flight, self._flight = self._flight, None
        if flight is not None:
            try:
                with _closing(self._line):
                    flight.wait()
            except ServerError:
                pass  # Kept in the flight, for the one who waits for it.
            finally:
                flight.fail("the turn was interrupted")

    def _locked(self) -> threading.RLock:
        if self._pid != os.getpid():
            self._begin_here()
        return self._lock

    def __reduce__(self) -> tuple[Any, ...]:
        return open_site, self._settings

    def __deepcopy__(self, memo: Any) -> Site:
        return self

    def __repr__(self) -> str:
        builders, host, port, bridge, *_ = self._settings
        return f"<site: {builders} builders, {f'{host}:{port}' if host else 'embedded server'}, bridge {bridge}>"


class _Flight:
    """A turn under way, and what came of it."""

    def __init__(self, waiter: Callable[[], Outcome]) -> None:
        self._waiter = waiter
        self._outcome: Outcome | None = None
        self._error: ServerError | None = None

    def wait(self) -> None:
        """Wait for the end; raises ServerError."""
        try:
            self._outcome = self._waiter()
        except ServerError as error:
            self._error = error
            raise

    def fail(self, reason: str) -> None:
        """If nothing has come of it yet, nothing will."""
        if self._outcome is None and self._error is None:
            self._error = ServerError(reason)

    def result(self) -> Outcome:
        """What came of it; raises ServerError."""
        if self._outcome is None:
            raise self._error or ServerError("the turn was begun by another process")
        return self._outcome


@contextlib.contextmanager
def _closing(line: Line) -> Iterator[None]:
    """Close a line on any error in the block: what was under way on it is not known."""
    try:
        yield
    except BaseException:
        line.close()
        raise
