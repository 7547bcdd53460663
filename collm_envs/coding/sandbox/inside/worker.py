"""The supervisor: one program at a time, with a zygote that forks candidates and a judge that runs the tests.

It speaks frames on descriptors 0 and 1 with whoever started it. First ``{"hello": what is enforced}``; then for each
``{"id", "program"}`` one of

- ``{"id", "verdict"}``;
- ``{"id", "judge": why, "outcomes": of the first tests}``: the judge was lost over this program; the next one gets a new judge;
- ``{"id", "broken": why}``: no candidate could be started, so that nothing is known about the program; the worker ends.

It trusts only itself: it kills every candidate after its program, and a judge that is late. It ends when its starter does, and with
it everything it started.

The zygote is forked before the first program, and never again: whatever is forked from here later may hold a program's tests.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any, NoReturn

from . import confine, judge, modules, wire, zygote

NOBODY = 65534
GRACE = 2.0
"""Seconds that a judge may be late: what it does between calls is comparing values."""
SPARES = 2
_START_LIMIT = 5.0


def main() -> None:
    """Serve until the starter is gone. Arguments: bytes of memory for each process, a pidfd of the starter or -1."""
    memory, starter = int(sys.argv[1]), int(sys.argv[2])
    if starter >= 0:  # A low number, so that the helpers close it with the rest.
        starter, high = os.dup(starter), starter
        os.close(high)
    modules.load()
    os.environ.clear()
    os.chdir("/")
    confine.drop_root(NOBODY)
    confine.shut_eyes()
    supervisor = Supervisor(memory, starter)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Process 1 of a container is not ended by a signal that it does not handle.
        signal.signal(number, lambda *_: supervisor.end())
    supervisor.serve()


class Lost(Exception):
    """A helper process is gone, or does not do what it is there for."""


class Helper:
    """A process forked from this one, at the other end of a socket."""

    def __init__(self, serve: Callable[[socket.socket, int], None], memory: int, besides: int | None = None) -> None:
        """Fork it; ``besides`` is a descriptor that it keeps, as number 4."""
        ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                channel = socket.socket(fileno=os.dup2(theirs.fileno(), 3))
                null = os.open(os.devnull, os.O_RDWR)
                for number in (0, 1, 2):
                    os.dup2(null, number)
                if besides is not None:
                    os.dup2(besides, 4)
                os.closerange(4 if besides is None else 5, 256)
                for number in (signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                serve(channel, memory)
            finally:
                os._exit(1)
        theirs.close()
        self.channel = ours

    def kill(self) -> None:
        """End it, and wait until it is gone."""
        self.channel.close()
        if self.pid:  # 0 once it has been waited for.
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


class Candidate:
    """A forked candidate that waits for a program."""

    def __init__(self, pid: int, descriptors: list[int]) -> None:
        self._pid = pid
        self.channel = descriptors[0]
        self._handle = descriptors[1] if len(descriptors) > 1 else -1

    def kill(self) -> None:
        """End it; its parent, the zygote, reaps it."""
        with contextlib.suppress(ProcessLookupError):
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)  # type: ignore[attr-defined,unused-ignore]
            else:
                os.kill(self._pid, signal.SIGKILL)
        for descriptor in (self.channel, self._handle):
            if descriptor >= 0:
                os.close(descriptor)


class Supervisor:
    """Runs programs one after another."""

    def __init__(self, memory: int, starter: int) -> None:
        self.memory = memory
        self.starter = starter
        self.zygote = Helper(zygote.serve, memory)
        self.progress, self._progress_in = os.pipe()
        for end in (self.progress, self._progress_in):
            os.set_blocking(end, False)
        self.judge = self._new_judge()
        self.spares: deque[Candidate] = deque()
        self.used: list[Candidate] = []
        self.ordered = 0

    def serve(self) -> NoReturn:
        """Say hello, then answer each program until the starter is gone."""
        try:
            enforced = self._enforced()
            self._order()
            _write({"hello": enforced})
            while True:
                self._wait(0, None)
                job = wire.from_body(_exactly(int.from_bytes(_exactly(4), "big")))
                answer = self._answer(job["program"])
                _write({"id": job["id"], **answer})
                if "broken" in answer:
                    break
        except (EOFError, BrokenPipeError, ConnectionError):
            pass
        self.end()

    def end(self) -> NoReturn:
        """Kill everything and end."""
        for helper in (self.zygote, self.judge):
            helper.kill()
        for candidate in (*self.used, *self.spares):
            candidate.kill()
        os._exit(0)

    def _answer(self, program: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"verdict": self._judged(program)}
        except Lost as error:
            self.judge.kill()
            self.judge = self._new_judge()
            return {"judge": str(error), "outcomes": self._outcomes()}
        except zygote.Refused as error:
            return {"broken": str(error)}
        finally:
            self._kill_used()

    def _kill_used(self) -> None:
        for candidate in self.used:
            candidate.kill()
        self.used.clear()

    def _judged(self, program: dict[str, Any]) -> Any:
        channel = self.judge.channel
        channel.settimeout(GRACE)
        runs = 1 if program["ablation"] is None else 2
        deadline = monotonic() + runs * program["time_limit"] + GRACE
        try:
            judge.send(channel, program)
            while True:
                self._wait(channel.fileno(), deadline)
                message = judge.receive(channel)
                if judge.MORE not in message:
                    if message["problem"] or any(result[0] == "died" for result in message["results"]):
                        self._check_zygote()  # Its candidates die with it, for no fault of the program.
                    self._outcomes()
                    return message
                self._kill_used()  # The judge is done with the last one; it may still be running.
                start = monotonic()
                socket.send_fds(channel, [judge.CANDIDATE], [self._take().channel])
                self._order()
                deadline += monotonic() - start
        except TimeoutError:
            raise Lost("the judge did not end in time") from None
        except (EOFError, OSError, wire.Garbled):
            raise Lost("the judge ended") from None

    # -- helpers --------------------------------------------------------------------------------------------------------

    def _order(self) -> None:
        """Have the zygote fork up to the number of spares; it works while the judge does."""
        while len(self.spares) + self.ordered < SPARES:
            try:
                self.zygote.channel.sendall(zygote.FORK)
            except OSError as error:
                raise zygote.Refused(f"the zygote ended: {error}") from None
            self.ordered += 1

    def _take(self) -> Candidate:
        """A candidate that waits for a program.

        Raises:
            zygote.Refused: if there is none.
        """
        self._order()
        if self.ordered:
            self.spares.append(Candidate(*zygote.receive(self.zygote.channel, _START_LIMIT)))
            self.ordered -= 1
        self.used.append(self.spares.popleft())
        return self.used[-1]

    def _check_zygote(self) -> None:
        if os.waitpid(self.zygote.pid, os.WNOHANG)[0]:
            self.zygote.pid = 0
            raise zygote.Refused("the zygote ended")

    def _new_judge(self) -> Helper:
        try:
            return Helper(judge.serve, self.memory, self._progress_in)
        except OSError:
            self.end()  # Without processes there is nothing to supervise; the starter sees the end and says so.

    def _outcomes(self) -> list[str]:
        """What became of the program's tests so far, as far as the judge came; forgotten at once."""
        try:
            letters = os.read(self.progress, 1 << 20)
        except BlockingIOError:
            return []
        names = {letter: name for name, letter in judge.LETTERS.items()}
        return [names[bytes([letter])] for letter in letters.rpartition(judge.BEGIN)[2]]

    def _enforced(self) -> dict[str, Any]:
        """What the zygote found out to be enforced, and under which user."""
        try:
            self.zygote.channel.settimeout(_START_LIMIT)
            found: dict[str, Any] = judge.receive(self.zygote.channel)
        except (EOFError, OSError, wire.Garbled):
            self.end()
        return {**found, "uid": os.geteuid() if hasattr(os, "geteuid") else -1}

    # -- the outside ----------------------------------------------------------------------------------------------------

    def _wait(self, descriptor: int, deadline: float | None) -> None:
        """Wait until ``descriptor`` can be read; end with the starter.

        Raises:
            TimeoutError: after the deadline.
        """
        watched = select.poll()
        watched.register(0, 0)  # Besides, only that the other side is gone.
        watched.register(descriptor, select.POLLIN)
        if self.starter >= 0:
            watched.register(self.starter, select.POLLIN)
        left = None if deadline is None else max(0.0, deadline - monotonic()) * 1000
        ready = dict(watched.poll(left))
        if self.starter in ready or (descriptor != 0 and 0 in ready):
            self.end()
        if not ready:
            raise TimeoutError


def _exactly(count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = os.read(0, count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def _write(message: dict[str, Any]) -> None:
    frame = wire.to_frame(message)
    while frame:
        frame = frame[os.write(1, frame) :]
