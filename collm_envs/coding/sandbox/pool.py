"""A sandbox: workers that programs are sent to, any number at a time, from any thread."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Future, as_completed
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from collm_envs.coding.sandbox.backend import Backend
from collm_envs.coding.sandbox.feeding import CLOSED, Feeder, Job, body_of
from collm_envs.coding.sandbox.inside.confine import ATTEMPTS
from collm_envs.coding.sandbox.verdicts import Program, SandboxError, Verdict

Progress = Callable[[int, int], None]
"""Told how many programs are done, and of how many."""


class Sandbox:
    """A pool of workers. Made by :func:`~collm_envs.coding.sandbox.open_sandbox`; a context manager; safe to share
    between threads and environments.

    After a fork of the process the child's copy starts workers of its own, and so does a pickled copy; verdicts that were waited
    for during a fork come in the parent only.

    Args:
        backend: where the workers run.
        workers: how many, 1 or more.
        memory: bytes that each process in the sandbox may have.

    Raises:
        SandboxError: if the workers cannot be started, or cannot be isolated and the backend is not ``weak``.
    """

    def __init__(self, backend: Backend, workers: int, memory: int) -> None:
        self.backend = backend
        self.workers = workers
        self.memory = memory
        self._lock = threading.Lock()
        self._forget()
        _OPEN.add(self)
        self.start()

    def _forget(self) -> None:
        """Be a sandbox that has not been started."""
        self.jobs: SimpleQueue[Job | None] = SimpleQueue()
        # After a fork the parent's threads are kept, unused: they hold its workers, which must not be taken for ours.
        self._inherited = getattr(self, "_threads", [])
        self._threads: list[Feeder] = []
        self._hello: dict[str, Any] = {}
        self._closed: bool = getattr(self, "_closed", False)

    def start(self) -> None:
        """Start the workers, if they are not there yet; raises SandboxError."""
        with self._lock:
            if self._closed:
                raise SandboxError("the sandbox is closed")
            if self._threads:
                return
            self._threads = [Feeder(self, index) for index in range(self.workers)]
        try:
            self._hello, *_ = [worker.started.result() for worker in self._threads]
            self._check()
        except BaseException:
            self.close()
            raise

    def _check(self) -> None:
        if self.lacking and not self.backend.weak:
            raise SandboxError(
                f"weak isolation: this machine does not let the {self.backend.name} backend refuse programs "
                f"{', '.join(self.lacking)}; choose the backend docker, or weak to run programs all the same"
            )

    @property
    def lacking(self) -> list[str]:
        """What programs are not refused, of network, files, processes, signals and memory beyond the limit, as a worker tried."""
        return [name for name in ATTEMPTS if not self._hello.get(name)]

    @property
    def closed(self) -> bool:
        """Whether the sandbox has been closed for good."""
        return self._closed

    @property
    def isolation(self) -> dict[str, str]:
        """What enforces the isolation of network, files, processes, memory, cpu and uid."""
        return self.backend.isolation(self._hello)

    def submit(self, program: Program) -> Future[Verdict]:
        """Queue a program; the future gives its verdict, or raises :class:`SandboxError`.

        Raises:
            ValueError, TypeError: for a program of more than 8 MB as JSON, without time, or that is not made of text.
            SandboxError: if the sandbox is closed.
        """
        job = Job(program, body_of(program), Future())
        self.start()
        with self._lock:
            if self._closed:
                raise SandboxError(CLOSED)
            self.jobs.put(job)
        return job.future

    def run(self, programs: Sequence[Program], progress: Progress | None = None) -> list[Verdict]:
        """The verdicts on some programs, in their order; ``progress`` is told after each.

        Raises:
            SandboxError: if the sandbox fails on a program twice.
        """
        futures: list[Future[Verdict]] = []
        try:
            futures += [self.submit(program) for program in programs]
            if progress:
                for done, _ in enumerate(as_completed(futures), 1):
                    progress(done, len(futures))
            return [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            raise

    def close(self) -> None:
        """End the workers; programs that are not done fail with :class:`SandboxError`. May be called again."""
        with self._lock:
            self._closed = True
            threads, self._threads = self._threads, []
        for worker in threads:
            worker.stop()
        for _ in threads:
            self.jobs.put(None)  # Wakes one, whichever: by now all of them know.
        for worker in threads:
            if worker is not threading.current_thread():
                worker.join()
        self.fail_queued(CLOSED)
        self.backend.close()

    def has_worker(self) -> bool:
        """Whether some worker is alive."""
        return any(worker.has_channel for worker in self._threads)

    def fail_queued(self, reason: str) -> None:
        """Fail all jobs that wait for a worker."""
        while True:
            try:
                job = self.jobs.get_nowait()
            except Empty:
                return
            if job is None:
                if not self._closed:
                    continue
                self.jobs.put(None)  # It is to wake another worker.
                return
            if job.running or job.future.set_running_or_notify_cancel():
                job.future.set_exception(SandboxError(reason))

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        from collm_envs.coding.sandbox import open_sandbox

        return open_sandbox, (self.backend.name, self.workers, self.memory)

    def __deepcopy__(self, memo: Any) -> Sandbox:
        return self

    def __repr__(self) -> str:
        return f"<sandbox: {self.workers} workers, backend {self.backend.name}>"


_OPEN: weakref.WeakSet[Sandbox] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for sandbox in list(_OPEN):
        sandbox.close()


def _forget_all() -> None:
    for sandbox in list(_OPEN):
        sandbox._lock = threading.Lock()
        sandbox._forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)
