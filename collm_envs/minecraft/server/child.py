"""A Node process of ours: it takes a request per line and answers with a line, and never outlives Python."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections import deque
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from collm_envs.minecraft.server.errors import ServerError

SCRIPTS = Path(__file__).parent / "js"
_KEPT = ("PATH", "HOME", "TZ", "LANG", "SystemRoot")
_MOST_SAID = 50
_END_LIMIT = 1.0
_CLOSED = "was closed"


def environment() -> dict[str, str]:
    """What Node processes see of this process's environment: no secrets, and none of Node's own switches."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


class Child:
    """A running script.

    It has a session of its own, so that Ctrl-C in a terminal reaches Python alone, and nothing of the environment but PATH, HOME,
    TZ and LANG. It ends at the end of its input, and when its parent's process id changes.

    Args:
        node: the program.
        script: a file's name in the folder ``js``.
        arguments: its arguments.
        name: what messages call it.
        kind: of the :class:`ServerError` when it is gone.

    Raises:
        ServerError: if it cannot be started.
    """

    def __init__(self, node: str, script: str, *arguments: str, name: str, kind: str) -> None:
        self.name, self.kind = name, kind
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._waiting: dict[int, Reply] = {}
        self._next = 1
        self._said: deque[str] = deque(maxlen=_MOST_SAID)
        self._closed = False
        # A frozen child takes nothing more than fits its pipe: a thread waits for that, which the child's end sets free.
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._silent = False
        try:
            self._process = subprocess.Popen(
                [node, str(SCRIPTS / script), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd="/" if os.name == "posix" else None,
                env=environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise ServerError(f"{name} cannot be started: {error}", kind) from error
        try:
            self.first = self._expect(0)
            works = (self._write, self._read, self._listen)
            self._threads = [threading.Thread(target=work, name=f"{script}-{self.pid}", daemon=True) for work in works]
            for thread in self._threads:
                thread.start()
        except BaseException:
            # Ctrl-C, or no more threads: nobody else knows of the process yet.
            with self._process:
                self._kill()
            raise

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def log(self) -> tuple[str, ...]:
        """The last 50 lines of what it wrote to its standard error."""
        return tuple(self._said)

    @property
    def alive(self) -> bool:
        """Whether it runs, and is this process's to talk to."""
        # Its output ends a little before the system says that it has.
        return self.own and not self._closed and not self._silent and self._process.poll() is None

    @property
    def own(self) -> bool:
        """Whether it is this process's, and not that of the one that this was forked from."""
        return os.getpid() == self._owner

    def submit(self, request: str) -> Reply:
        """Send a request, JSON without line ends.

        Raises:
            ServerError: if it is gone, or belongs to the parent of this process.
        """
        if not self.own:
            raise ServerError(f"{self.name} belongs to the process that this one was forked from: open another one here", self.kind)
        with self._lock:
            if self._closed:
                raise ServerError(f"{self.name} {_CLOSED}", self.kind)
            if self._process.poll() is not None:
                raise ServerError(f"{self.name} is gone ({self._why()})", self.kind)
            number, self._next = self._next, self._next + 1
            reply = self._expect(number)
            self._outbox.put(f"{number} {request}\n".encode())
        return reply

    def close(self) -> None:
        """End it: it is asked, and killed if it does not listen within a second. Again is fine; so is a child after a fork."""
        if not self.own:
            return
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._outbox.put(None)
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_LIMIT)
        finally:
            # Whatever happens in the wait, Ctrl-C say, it is gone after this, with a launcher's own children, if it has any.
            self._kill()
            self._fail(_CLOSED)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_END_LIMIT)

    def _kill(self) -> None:
        if self._process.poll() is None:
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL) if hasattr(os, "killpg") else self._process.kill()
            self._process.wait()

    # -- threads ------------------------------------------------------------------------------------------------------

    def _expect(self, number: int) -> Reply:
        reply = self._waiting[number] = Reply(self, number)
        return reply

    def forget(self, number: int) -> None:
        """Nobody waits for this answer any more."""
        self._waiting.pop(number, None)

    def _write(self) -> None:
        assert self._process.stdin is not None
        # The reader tells of a child that is gone.
        with contextlib.suppress(OSError), self._process.stdin as pipe:
            while (line := self._outbox.get()) is not None:
                pipe.write(line)
                pipe.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines, contextlib.suppress(OSError, ValueError):
            for line in lines:
                number, _, text = line.partition(b" ")
                reply = self._waiting.pop(int(number), None) if number.isdigit() else None
                if reply is not None:
                    reply.settle(text.decode())
        self._silent = True
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_LIMIT)
        self._outbox.put(None)
        self._fail(self._why())

    def _listen(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines, contextlib.suppress(OSError, ValueError):
            for line in lines:
                if said := line.decode("utf-8", "replace").rstrip():
                    self._said.append(said)

    def _fail(self, why: str) -> None:
        while self._waiting:
            with contextlib.suppress(KeyError):
                self._waiting.popitem()[1].fail(why)

    def _why(self) -> str:
        if self._closed:
            return _CLOSED
        status = self._process.poll()
        if status is None:
            return "it has closed its output"
        how = f"killed by signal {-status}" if status < 0 else f"exit status {status}"
        said = next((line for line in reversed(self._said) if "Error" in line), "")
        return how + (f"; it said: {said}" if said else "")


class Reply:
    """An answer to come."""

    def __init__(self, child: Child, number: int) -> None:
        self._child, self._number = child, number
        self._ready = threading.Event()
        self._text: str | None = None
        self._lost = ""

    def settle(self, text: str) -> None:
        self._text = text
        self._ready.set()

    def fail(self, why: str) -> None:
        self._lost = why
        self._ready.set()

    def wait(self, deadline: float) -> Any:
        """The value, by a time of ``time.monotonic``; raises ServerError."""
        child = self._child
        if not self._ready.wait(max(0.0, deadline - time.monotonic())):
            child.forget(self._number)
            raise ServerError(f"no answer from {child.name} in time: it is frozen or overloaded", "timeout")
        if self._text is None:
            how = _CLOSED if self._lost == _CLOSED else f"is gone ({self._lost})"
            raise ServerError(f"{child.name} {how}", child.kind)
        return value_of(self._text)


def value_of(text: str) -> Any:
    """What an answer of ours says; raises the ServerError that it tells of."""
    answer = json.loads(text)
    if (error := answer.get("error")) is not None:
        raise ServerError(error["message"], error["kind"])
    return answer["ok"]
