"""All cells of a table, several at a time; what is done is skipped, and what was begun is gone on with."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Lock

from collm_agents import locks
from collm_agents.grid.cells import LOG, Cell
from collm_envs.core.prompting import printable

_LOOK = 0.5
"""Seconds between looks at how far the cells are."""
_IDLE = 10.0
"""Seconds that a worker with nothing to do gets to end."""
_SHOWN = 15
"""Last lines of the log of a cell that failed."""


@dataclass(frozen=True)
class Ended:
    """How a cell ended.

    Attributes:
        cell: which.
        problem: why it could not be played to the end; "" if it was.
    """

    cell: Cell
    problem: str = ""


@contextlib.contextmanager
def alone(home: Path) -> Iterator[int | None]:
    """Keep other processes from making the same table. The lock goes with the process and its workers, however they end.

    Args:
        home: the table's folder; made if it does not exist.

    Yields:
        The handle that is locked, for :func:`run_cells`; None on Windows, which has no such locks.

    Raises:
        BlockingIOError: if another process is at it.
        OSError: if the folder cannot be written.
    """
    home.mkdir(parents=True, exist_ok=True)
    with locks.alone(home, f"another process makes the table in {home}, or saves what it has before it ends") as handle:
        yield handle


class WorkerLost(Exception):
    """A worker's process ended in the middle of a command."""


class _Worker:
    """A process of :mod:`.worker`; started when it is first needed. A context manager."""

    def __init__(self, threads: int | None, lock: int | None) -> None:
        self._threads, self._handles = threads, () if lock is None else (lock,)
        self._process: subprocess.Popen[str] | None = None
        self._closed, self._lock = False, Lock()

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._forget()

    def run(self, words: Sequence[str], log: Path) -> int:
        """A command's exit status; raises WorkerLost if the process ends first, or the worker is closed."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps({"words": list(words), "log": str(log)}) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except (BrokenPipeError, ValueError):  # It has ended, or its end of the line was closed.
            answer = ""
        if not answer:
            status = process.wait()
            _kill(process)  # What it has started, and left behind.
            raise WorkerLost(f"its process ended with status {status}")
        return int(json.loads(answer)["status"])

    def _running(self) -> subprocess.Popen[str]:
        with self._lock:
            if self._closed:
                raise WorkerLost("stopped")
            if self._process is None or self._process.poll() is not None:
                self._forget()
                # In a session of its own: Ctrl-C is for the one who waits, who then ends this one in its own way.
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "collm_agents.grid.worker", str(self._threads or 0)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    start_new_session=True,
                    pass_fds=self._handles,
                )
            return self._process

    def close(self) -> None:
        """Tell the process to end, for good; in the middle of training it saves what it has first."""
        with self._lock:
            self._closed = True
        if self._process and self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def wait(self, patience: float | None) -> None:
        """Wait until the process has ended, None for as long as it takes, and then kill it with all that it started."""
        if not self._process:
            return
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
        finally:
            _kill(self._process)

    def _forget(self) -> None:
        for stream in (self._process.stdin, self._process.stdout) if self._process else ():
            if stream:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


def _kill(process: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run_cells(
    cells: Sequence[Cell],
    workers: int = 1,
    threads: int | None = None,
    on_ended: Callable[[Ended], None] | None = None,
    on_look: Callable[[Sequence[Cell]], None] | None = None,
    on_stop: Callable[[Sequence[Cell]], None] | None = None,
    lock: int | None = None,
) -> list[Ended]:
    """Play all cells that are not done.

    Args:
        cells: of one table.
        workers: cells at a time, 1 and up.
        threads: of torch in each worker; None for its own choice.
        on_ended: called after each cell.
        on_look: called twice a second with the cells under way.
        on_stop: called with the cells under way when something, Ctrl-C say, stops them.
        lock: what :func:`alone` yields, so that the next to make this table waits for workers that still save something.

    Returns:
        How each of those that were not done ended, in the order of their ends.

    Raises:
        ValueError: for less than one worker, or a cell whose ``cell.json`` cannot be read.
        FileExistsError: for a cell that was begun with other settings, before anything is played.
        KeyboardInterrupt: as it comes, after what was under way has saved what it has; a second one does not wait for that.
    """
    if workers < 1:
        raise ValueError(f"workers must be 1 or more, got {workers}")
    for cell in cells:
        cell.check()
    left: SimpleQueue[Cell] = SimpleQueue()
    for cell in cells:
        if not cell.done:
            left.put(cell)
    ended: list[Ended] = []
    under_way: dict[int, Cell] = {}
    telling, stopped = Lock(), Event()

    def work(number: int) -> None:
        while not stopped.is_set():
            try:
                cell = left.get_nowait()
            except Empty:
                return
            under_way[number] = cell
            result = Ended(cell, _play(cell, started[number]))
            del under_way[number]
            if stopped.is_set():
                return
            with telling:
                ended.append(result)
                if on_ended:
                    on_ended(result)

    with ExitStack() as stack:
        started = [stack.enter_context(_Worker(threads, lock)) for _ in range(workers)]
        pool = stack.enter_context(ThreadPoolExecutor(workers))
        patience: float | None = _IDLE
        try:
            running: set[Future[None]] = {pool.submit(work, number) for number in range(workers)}
            while running:
                finished, running = wait(running, _LOOK, FIRST_COMPLETED)
                for future in finished:
                    future.result()
                if on_look:
                    on_look(list(under_way.values()))
        except BaseException:
            patience = None
            stopped.set()
            if on_stop:
                on_stop(list(under_way.values()))
            raise
        finally:
            stopped.set()
            _end(started, patience)
    return ended


def _end(workers: Sequence[_Worker], patience: float | None) -> None:
    """End all workers; whoever is interrupted in here kills those that are left."""
    try:
        for worker in workers:
            worker.close()
        for worker in workers:
            worker.wait(patience)
    finally:
        for worker in workers:
            worker.wait(0)


def _play(cell: Cell, worker: _Worker) -> str:
    """Run a cell's commands; returns why it could not be done, or ""."""
    log = cell.folder / LOG
    try:
        cell.begin()
        for words in cell.left():
            status = worker.run(words, log)
            if status:
                return f"collm {words[0]} ended with status {status}:\n{_tail(log)}"
    except WorkerLost as error:
        return f"{error}:\n{_tail(log)}"
    except OSError as error:
        return printable(str(error))
    return ""


def _tail(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return printable("\n".join(lines[-_SHOWN:]))
