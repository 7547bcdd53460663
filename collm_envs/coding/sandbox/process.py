"""The embedded backend: workers are processes of this machine. Nothing to install, nothing to start.

A worker is a fresh interpreter (no site, no environment, a session of its own) that runs ``inside/worker.py``. On Linux seccomp
refuses candidates everything but computing, landlock stands behind it, a worker started by root becomes nobody, and where
bubblewrap is installed and works, the worker has namespaces of its own besides: no network, no other processes, no home.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from shutil import which
from typing import IO, Any

from collm_envs.coding.sandbox.backend import Channel
from collm_envs.coding.sandbox.inside.worker import NOBODY
from collm_envs.coding.sandbox.verdicts import SandboxError

INSIDE = Path(__file__).parent / "inside"
BOOT = "import sys; sys.path[0] = sys.argv.pop(1); from inside.worker import main; main()"
"""What a worker's interpreter runs; its arguments are the folder that holds ``inside``, and those of ``worker.main``."""
ENVIRONMENT = {"PYTHONHASHSEED": "0", "TZ": "UTC"}
"""The whole environment of a worker: with it, sets have the same order every time. Programs do not see it."""

_NAMESPACED = "/collm"
_LIBRARIES = ("/lib", "/lib32", "/lib64", "/libx32")
_PROBE_LIMIT = 10.0
_END_LIMIT = 1.0
_SEND_LIMIT = 30.0


def interpreter(*arguments: str) -> list[str]:
    """The command line of a worker's interpreter."""
    # The real file: a virtual environment's link would look for its site folder.
    python = os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
    return [python, "-S", "-s", "-X", "utf8", "-c", BOOT, *arguments]


class ProcessBackend:
    """Workers as processes.

    Args:
        weak: run programs even where they cannot be isolated.
        bubblewrap: put workers into namespaces where that works; None where the program ``bwrap`` is found.
    """

    def __init__(self, weak: bool = False, bubblewrap: bool | None = None) -> None:
        self.weak = weak
        self._bubblewrap = bubblewrap
        self._probing = threading.Lock()

    @property
    def name(self) -> str:
        """``process``, or ``weak`` if less than full isolation is agreed to."""
        return "weak" if self.weak else "process"

    def start(self, index: int, memory: int) -> Channel:
        """A worker in a process of its own."""
        if not hasattr(os, "fork"):
            raise SandboxError("the embedded sandbox needs a system with fork (Linux, macOS, WSL2); choose the backend docker")
        with self._probing:
            namespaces = self._namespaces
        return _Process(namespaces, memory)

    @cached_property
    def _namespaces(self) -> list[str]:
        """The command line that puts another one into namespaces, if one works here."""
        program = which("bwrap") if self._bubblewrap in (None, True) and sys.platform == "linux" else None
        if program is None:
            return []
        words = [program, "--unshare-all", "--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY), "--die-with-parent"]
        words += ["--cap-drop", "ALL", "--dev", "/dev", "--ro-bind", "/usr", "/usr"]
        for folder in _LIBRARIES:
            if os.path.islink(folder):
                words += ["--symlink", os.readlink(folder), folder]
            elif os.path.isdir(folder):
                words += ["--ro-bind", folder, folder]
        prefix = os.path.realpath(sys.base_prefix)
        if Path("/usr") not in [Path(prefix), *Path(prefix).parents]:
            words += ["--ro-bind", prefix, prefix]
        words += ["--ro-bind", str(INSIDE), f"{_NAMESPACED}/inside", "--chdir", "/"]
        try:
            done = subprocess.run(
                [*words, *interpreter(_NAMESPACED)[:-2], f"import sys; sys.path[0] = {_NAMESPACED!r}; import inside.worker"],
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_PROBE_LIMIT,
            )
        except (OSError, subprocess.TimeoutExpired):
            return []
        return words if done.returncode == 0 else []

    def isolation(self, hello: Mapping[str, Any]) -> dict[str, str]:
        """What holds programs, as tried by a worker when it started."""
        walls = ["seccomp"] * bool(hello.get("seccomp")) + [f"landlock {hello.get('landlock')}"] * bool(hello.get("landlock"))
        apart = ["a namespace of its own"] * bool(self._namespaces)

        def by(name: str, *means: str) -> str:
            return ", ".join(means) or "refused" if hello.get(name) else "NOT ENFORCED"

        return {
            "network": by("network", *walls, *apart),
            "files": by("files", *walls, *apart),
            "processes": by("processes", *walls[:1], *apart),
            "signals": by("signals", *walls, *apart),
            "memory": by("memory", "address space limit"),
            "cpu": "wall clock, then SIGKILL" + " by pidfd" * hasattr(os, "pidfd_open"),
            "uid": str(hello.get("uid", "unknown")),
        }

    def close(self) -> None:
        """Nothing is shared."""


class _Process:
    """A worker and the socket that is its standard input and output."""

    def __init__(self, namespaces: list[str], memory: int) -> None:
        self._lock = threading.Lock()
        try:
            self._socket, theirs = socket.socketpair()
            self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (it lives as long as the worker)
        except OSError as error:
            raise SandboxError(f"the process sandbox cannot start a worker: {error}") from error
        self._socket.settimeout(_SEND_LIMIT)
        # However this process ends, and whoever else still holds the socket, the worker sees it.
        starter = os.pidfd_open(os.getpid()) if hasattr(os, "pidfd_open") else -1
        folder = _NAMESPACED if namespaces else str(INSIDE.parent)
        try:
            self._process = subprocess.Popen(
                [*namespaces, *interpreter(folder, str(memory), str(starter))],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=self._errors,
                cwd="/",
                env=ENVIRONMENT,
                pass_fds=[starter] * (starter >= 0),
                start_new_session=True,
            )
        except OSError as error:
            self._socket.close()
            self._errors.close()
            raise SandboxError(f"the process sandbox cannot start a worker: {error}") from error
        finally:
            theirs.close()
            if starter >= 0:
                os.close(starter)
        self._watched = select.poll()
        self._watched.register(self._socket, select.POLLIN)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def receive(self, timeout: float) -> bytes:
        if not self._watched.poll(timeout * 1000):
            raise TimeoutError(f"no answer from the worker within {timeout:.0f} s")
        return self._socket.recv(1 << 16)

    def kill(self) -> None:
        with self._lock:
            if self._process.returncode is None:
                # The end of its input ends a worker, in order; a reader of ours in another thread wakes up as well.
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
                try:
                    self._process.wait(_END_LIMIT)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()

    def why(self) -> str:
        self._errors.seek(0)
        said = self._errors.read()[-500:].decode("utf-8", "replace").strip().splitlines()
        status = self._process.returncode
        return f"exit status {status}" + (f": {said[-1]}" if said else "")

    def __del__(self) -> None:
        for file in (getattr(self, "_socket", None), getattr(self, "_errors", None)):
            if file:
                file.close()
