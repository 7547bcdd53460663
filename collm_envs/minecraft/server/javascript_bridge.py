"""The bots in the Node process of the PyPI package ``javascript``: one string in, one string out, and nothing else of it.

The package is made for sessions at a prompt. What it would do to a long run, and what stops it here:

- An import starts Node and waits for it without a limit: it happens in a thread, and the process is watched.
- Its process gets a terminal's Ctrl-C and the whole environment: it is started with neither.
- ``require`` of a name may run ``npm install`` inside the package: ours is Node's own, by a file's whole path.
- A crash of Node is not noticed: the process is looked at while an answer is awaited.
- Node outlives a killed Python: our script ends at the end of its input, and when its parent changes.
- Event handlers keep Python from exiting, and objects by reference may be gone when they are used: there are none of either.
- Requests of two threads at once may get lost: they go one by one.
- An answer that comes after its time has run out ends the package's own thread: such a bridge is given up.
- After a fork nothing answers: the child is told at once.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import SimpleNamespace
from typing import Any

from collm_envs.minecraft.server.bridge import milliseconds
from collm_envs.minecraft.server.child import SCRIPTS, environment, value_of
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.install import MODULES
from collm_envs.minecraft.server.node import find_node

_PACKAGE = "javascript"
_START_LIMIT = 30.0
_LEAVE_LIMIT = 2.0
_END_LIMIT = 5.0
_LOOK = 0.05
_GONE = "the Node process of the package javascript is gone"
_LATE = "no answer from the Node process of the package javascript in time: it is frozen or overloaded"
_MISSING = 'the package javascript is missing: run `pip install "collm-envs[minecraft]"`, or take bridge="node"'
_FORKED = 'the bots of the package javascript belong to the process that this one was forked from: take bridge="node" here'
_IN_USE = 'the package javascript has one Node process, and it is in use: take bridge="node" or "auto"'


class PackageError(ServerError):
    """The package cannot be had now, where another transport may."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "bridge")


class _Place:
    """The one Node process that this process may have through the package, and who has it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.holder: JavaScriptBridge | None = None
        self.forked = False
        self.broken = False


_place = _Place()


def _after_fork() -> None:
    forked = _place.forked or _PACKAGE in sys.modules
    globals().update(_place=_Place())
    _place.forked = forked


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def available() -> bool:
    """Whether the package is installed and free: not in use, and not the parent's."""
    return find_spec(_PACKAGE) is not None and not _place.forked and _place.holder is None


class JavaScriptBridge:
    """A :class:`~collm_envs.minecraft.server.bridge.Bridge` of which a process may have one at a time.

    Closing it lets its bots go. The package's Node process stays until Python ends, because the package cannot end it in order; the
    next bridge uses it again, or starts another one if it is gone.

    Raises:
        ServerError: if the package is missing, is in use, or belongs to the process that this one was forked from; if Node or its
            modules are missing; if it does not start within 30 seconds.
    """

    kind = "javascript"

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._calls = threading.Lock()
        self._closed = False
        if find_spec(_PACKAGE) is None:
            raise ServerError(_MISSING, "install")
        if _place.forked:
            raise PackageError(_FORKED)
        node, folder = find_node(), MODULES.find()
        with _place.lock:
            if _place.holder is not None:
                raise PackageError(_IN_USE)
            _place.holder = self
        self._connection: Any = None
        try:
            self._connection = _start(node)
            deadline = time.monotonic() + _START_LIMIT
            self._core = self._watched(lambda: _core(str(folder)), deadline)
            self._handle = self._watched(lambda: self._core.handle, deadline)
            self.call("hello", timeout=_START_LIMIT)
        except BaseException:
            _place.broken = True
            if self._connection is not None:
                _kill(self._connection)
            _place.holder = None
            raise

    @property
    def pid(self) -> int:
        """The Node process's id."""
        pid: int = self._connection.proc.pid
        return pid

    @property
    def alive(self) -> bool:
        """Whether it can be talked to."""
        return os.getpid() == self._owner and not self._closed and not _place.broken and self._connection.proc.poll() is None

    def submit(self, op: str, /, timeout: float, **arguments: Any) -> Callable[[], Any]:
        """Begin an operation; it is under way as soon as those before it are done."""
        deadline = time.monotonic() + timeout
        self._check()
        text = json.dumps({"op": op, "timeout_ms": milliseconds(timeout), **arguments})
        work = _Work(lambda: self._exchange(text, deadline))
        return lambda: value_of(self._await(work, deadline))

    def call(self, op: str, /, timeout: float, **arguments: Any) -> Any:
        """Do an operation and wait for its value."""
        return self.submit(op, timeout, **arguments)()

    def close(self) -> None:
        """Let all bots go. A Node process that does not do so within 2 seconds is killed."""
        if os.getpid() != self._owner or self._closed:
            return
        try:
            if self.alive:
                self.call("leave", timeout=_LEAVE_LIMIT)
        except ServerError:
            _place.broken = True
        except BaseException:
            _place.broken = True
            raise
        finally:
            self._closed = True
            if _place.broken:
                _kill(self._connection)
            if _place.holder is self:
                _place.holder = None

    # -- calls ------------------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        if os.getpid() != self._owner:
            raise PackageError(_FORKED)
        if self._closed:
            raise ServerError("the bridge was closed", "bridge")
        if not self.alive:
            raise PackageError(_GONE)

    def _exchange(self, text: str, deadline: float) -> str:
        if not self._calls.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise ServerError("the bots are busy with an earlier request", "timeout")
        try:
            # The one who waits gives up first, and knows why.
            answer: str = self._handle(text, timeout=max(0.0, deadline - time.monotonic()) + _LEAVE_LIMIT)
            return answer
        finally:
            self._calls.release()

    def _watched(self, work: Callable[[], Any], deadline: float) -> Any:
        return self._await(_Work(work), deadline)

    def _await(self, work: _Work, deadline: float) -> Any:
        while not work.done.wait(_LOOK):
            if self._closed:
                raise ServerError("the bridge was closed", "bridge")
            if self._connection.proc.poll() is not None:
                raise PackageError(_GONE)
            if time.monotonic() > deadline:
                _place.broken = True
                raise ServerError(_LATE, "timeout")
        return work.result()


class _Work:
    """Something done in a thread, which may be given up."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.done = threading.Event()
        self._value: Any = None
        self._error: BaseException | None = None
        threading.Thread(target=self._run, args=(work,), name="minecraft-bots", daemon=True).start()

    def _run(self, work: Callable[[], Any]) -> None:
        try:
            self._value = work()
        except BaseException as error:  # It is raised again where the work is waited for.
            self._error = error
        self.done.set()

    def result(self) -> Any:
        """What came of it; what the package raises is a ServerError."""
        if self._error is None:
            return self._value
        if isinstance(self._error, ServerError):
            raise self._error
        _place.broken = True
        raise PackageError(f"the package javascript failed: {self._error}") from self._error


# -- the package's process ----------------------------------------------------------------------------------------------------


def _start(node: str) -> Any:
    """The package's connection to a Node process that runs."""
    if _PACKAGE not in sys.modules:
        work = _Work(lambda: _imported(node))
    else:
        package: Any = sys.modules[_PACKAGE]
        connection: Any = import_module(f"{_PACKAGE}.connection")
        runs = connection.proc is not None and connection.proc.poll() is None and package.config.event_loop is not None
        if runs and not _place.broken:
            return connection
        work = _Work(lambda: _restarted(package, connection))
    if not work.done.wait(_START_LIMIT):
        raise PackageError(f"the package javascript has not started Node ({node}) within {_START_LIMIT:.0f} s")
    connection = work.result()
    _place.broken = False
    return connection


def _imported(node: str) -> Any:
    """Import the package. Its own first line would start Node: the part that does so is imported before, and set right."""
    found: Any = find_spec(_PACKAGE)
    package = sys.modules[_PACKAGE] = module_from_spec(found)
    colour = os.environ.get("FORCE_COLOR")
    connection: Any = None
    try:
        connection = import_module(f"{_PACKAGE}.connection")
        connection.NODE_BIN, connection.print = node, _print
        connection.subprocess = SimpleNamespace(PIPE=subprocess.PIPE, Popen=_apart)
        atexit.register(_at_exit, connection, os.getpid())
        found.loader.exec_module(package)
        return connection
    except BaseException:
        # Half a package would be taken for a whole one.
        for name in [name for name in sys.modules if name.split(".")[0] == _PACKAGE]:
            del sys.modules[name]
        if connection is not None:
            _kill(connection)
        raise
    finally:
        # The package sets it for its own process.
        os.environ.pop("FORCE_COLOR", None)
        if colour is not None:
            os.environ["FORCE_COLOR"] = colour


def _apart(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """A process as our own children are: out of reach of a terminal's Ctrl-C, and of what our environment holds."""
    return subprocess.Popen(command, **options, env=environment(), start_new_session=True)


def _restarted(package: Any, connection: Any) -> Any:
    """Start the package's process again, after the last one is wholly gone with the threads that read from it."""
    if not _ended(connection):
        raise PackageError('the package javascript hangs: take bridge="node", or start Python again')
    connection.sendQ.clear()
    connection.com_items.clear()
    package.config.event_loop = None
    package.init()
    return connection


def _ended(connection: Any) -> bool:
    """End the package's process and what reads from it; whether that could be done."""
    _kill(connection)
    for thread in (connection.com_thread, connection.stdout_thread):
        if thread is not None:
            thread.join(_END_LIMIT)
            if thread.is_alive():
                return False
    for pipe in (connection.proc.stdin, connection.proc.stdout, connection.proc.stderr) if connection.proc is not None else ():
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    return True


def _kill(connection: Any) -> None:
    if connection.proc is not None and connection.proc.poll() is None:
        connection.proc.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            connection.proc.wait(_END_LIMIT)


def _print(*words: object) -> None:
    """For the package, which prints an empty line, and again, while a Node whose output has ended is not yet gone."""
    if any(str(word).strip() for word in words):
        print(*words)


def _at_exit(connection: Any, owner: int) -> None:
    """The package itself does not wait for the end."""
    if os.getpid() == owner:
        _ended(connection)


def _core(folder: str) -> Any:
    """Our script in the package's process, with its modules loaded."""
    config = import_module(f"{_PACKAGE}.config")
    core = config.global_jsi._require(str(SCRIPTS / "core.js"))
    core.open(folder, timeout=_START_LIMIT)
    return core
