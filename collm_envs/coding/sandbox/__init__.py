"""A sandbox for programs that nobody trusts: run them against tests, and believe the verdict.

    from collm_envs.coding.sandbox import Program, open_sandbox

    with open_sandbox() as box:
        [verdict] = box.run([Program("def double(x): return 2 * x", ("assert candidate(2) == 4",), "double")])
    print(verdict.passed, "of", verdict.total)

How a verdict comes about. A worker is four kinds of processes. The *supervisor* takes programs in and kills what is late. The
*zygote* has imported everything and given everything up; it forks a *candidate* for each program, which loads the code and
answers calls, and never sees a test, an expected value or a verdict. The *judge* runs the tests: each call of ``candidate`` is a
question to the candidate's process, and the answer is plain data of exact builtin types, compared in the judge. Exit codes and
output mean nothing, a missing result is a failed test, and the number of tests is fixed before. So a program can only pass by
giving the right answers.

What a program may do: compute. It can import the modules of :data:`IMPORTABLE` and no others, on every machine and in every
version of Python; it cannot open files, reach a network, start processes or threads, or signal anyone. Time and memory are
limited. Backends:

- ``process``: processes of this machine (Linux: seccomp, landlock, and bubblewrap's namespaces where it is installed);
- ``docker``: a container per worker (extra ``sandbox``, image of ``docker/sandbox/Dockerfile``);
- ``weak``: as ``process``, even where the system cannot enforce the isolation (macOS, old kernels);
- ``auto``: ``process`` where it isolates, else ``docker``. Never ``weak``: that takes your word.
"""

from __future__ import annotations

import os
import threading

from collm_envs.coding.sandbox.backend import Backend
from collm_envs.coding.sandbox.inside.modules import IMPORTABLE
from collm_envs.coding.sandbox.pool import Progress, Sandbox
from collm_envs.coding.sandbox.process import ProcessBackend
from collm_envs.coding.sandbox.verdicts import Outcome, Program, SandboxError, TestResult, Verdict
from collm_envs.core.checks import one_of, whole

__all__ = [
    "BACKENDS",
    "IMPORTABLE",
    "Outcome",
    "Program",
    "Progress",
    "Sandbox",
    "SandboxError",
    "TestResult",
    "Verdict",
    "check_backend",
    "open_sandbox",
    "shared",
]

BACKENDS = ("auto", "process", "docker", "weak")
MEMORY = 512 << 20
"""Bytes that each process in a sandbox may have, unless asked otherwise."""
_LEAST_MEMORY, _MOST_MEMORY = 128 << 20, 64 << 30
_MOST_WORKERS = 256
_MOST_DEFAULT_WORKERS = 16


def open_sandbox(backend: str = "auto", workers: int | None = None, memory: int = MEMORY) -> Sandbox:
    """Start a sandbox; close it when done, or use it as a context manager. It ends with this process in any case.

    Args:
        backend: one of :data:`BACKENDS`.
        workers: programs run at the same time (default: as many as this process has processors, 16 at most).
        memory: bytes that each process in it may have, 128 MB to 64 GB.

    Raises:
        ValueError, TypeError: for an unknown backend or a number out of range.
        SandboxError: if the backend is not to be had here; the message says what to do.
    """
    check_backend(backend)
    count = _processors() if workers is None else whole("workers", workers, 1, _MOST_WORKERS)
    whole("memory", memory, _LEAST_MEMORY, _MOST_MEMORY)
    if backend != "auto":
        return Sandbox(_backend(backend), count, memory)
    try:
        return Sandbox(ProcessBackend(), count, memory)
    except SandboxError as error:
        try:
            return Sandbox(_backend("docker"), count, memory)
        except SandboxError as second:
            raise SandboxError(f"{error}; and {second}") from None


def check_backend(name: str) -> str:
    """Return ``name`` if it is a backend's; raises ValueError naming the choices otherwise."""
    return str(one_of("sandbox", name, BACKENDS))


def _backend(name: str) -> Backend:
    if name == "docker":
        from collm_envs.coding.sandbox.docker import DockerBackend

        return DockerBackend()
    return ProcessBackend(weak=name == "weak")


def _processors() -> int:
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(count, _MOST_DEFAULT_WORKERS)


_shared: dict[str, Sandbox] = {}
_shared_lock = threading.Lock()
if hasattr(os, "register_at_fork"):
    # A thread that holds the lock is not there in the child.
    os.register_at_fork(after_in_child=lambda: globals().update(_shared_lock=threading.Lock()))


def shared(sandbox: str | Sandbox) -> Sandbox:
    """The sandbox that every environment of this process shares, by backend; one that is given is returned as it is.

    It is opened at first use, and again if it was closed.

    Raises:
        ValueError, SandboxError: as :func:`open_sandbox`.
    """
    if isinstance(sandbox, Sandbox):
        return sandbox
    with _shared_lock:
        box = _shared.get(check_backend(sandbox))
        if box is None or box.closed:
            box = _shared[sandbox] = open_sandbox(sandbox)
        return box
