"""The thread behind one worker: it starts it, feeds it programs, and starts it anew when it is lost."""

from __future__ import annotations

import dataclasses
import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, get_args

from collm_envs.coding.sandbox.backend import Channel
from collm_envs.coding.sandbox.inside import wire
from collm_envs.coding.sandbox.verdicts import Outcome, Program, SandboxError, TestResult, Verdict
from collm_envs.core.prompting import quotable

if TYPE_CHECKING:
    from collm_envs.coding.sandbox.pool import Sandbox

START_LIMIT = 30.0
"""Seconds that a worker may take to say hello; a container on a busy machine needs some."""
_LATEST = 20.0
"""Seconds after a program's time limit at which a worker that has not answered is given up."""
_IN_FLIGHT = 3
"""Programs that a worker has at a time: it goes on with the next while the verdict on the last travels."""
_SMALL = 16 << 10
"""Bytes of a frame that may wait in a worker's input while the worker writes: more could block both sides."""
_RECYCLE_AFTER = 5000
"""Programs after which a worker is started anew, so that nothing can pile up in it."""
_OUTCOMES = get_args(Outcome)
_LARGEST = wire.MOST_FRAME - 100
_PAUSE = 0.5
"""Seconds before a worker that could not be started is tried again, while others work."""
CLOSED = "the sandbox was closed"


@dataclass
class Job:
    program: Program
    body: bytes
    future: Future[Verdict]
    running: bool = False
    failures: int = 0
    lost_judge: bool = False
    number: int = 0
    """Of the frame in which the worker got it; 0 if it has not."""


class Feeder(threading.Thread):
    """The thread behind one worker: it starts it, feeds it, and starts it anew when it is lost."""

    def __init__(self, sandbox: Sandbox, index: int) -> None:
        super().__init__(name=f"sandbox-{index}", daemon=True)
        self.started: Future[dict[str, Any]] = Future()
        self._sandbox = sandbox
        self._jobs = sandbox.jobs
        self._index = index
        self._channel: Channel | None = None
        self._buffer = b""
        self._stopped = False
        self._sent = 0
        self._flying: deque[Job] = deque()
        self.start()

    @property
    def has_channel(self) -> bool:
        """Whether its worker is alive, as far as is known."""
        return self._channel is not None

    def stop(self) -> None:
        """End soon, whatever is going on; a worker that waits for a job must be woken besides."""
        self._stopped = True
        if self._channel:
            self._channel.kill()

    def run(self) -> None:
        try:
            self.started.set_result(self._open())
        except BaseException as error:
            self.started.set_exception(error)
            return
        while not self._stopped:
            try:
                if self._take():
                    self._work()
            except BaseException as error:  # Whoever waits must not wait for ever, whatever it was.
                self._retire()
                while self._flying:
                    self._flying.popleft().future.set_exception(SandboxError(f"a defect in the sandbox: {error!r}"))
        if self._channel:
            self._channel.kill()
        for job in self._flying:
            job.future.set_exception(SandboxError(CLOSED))

    def _open(self) -> dict[str, Any]:
        self._buffer, self._sent = b"", 0
        for job in self._flying:
            job.number = 0
        self._channel = self._sandbox.backend.start(self._index, self._sandbox.memory)
        if self._stopped:
            self._channel.kill()
        try:
            hello: dict[str, Any] = self._receive(START_LIMIT)["hello"]
        except (OSError, EOFError, wire.Garbled, KeyError, TypeError):
            raise self._lost("a worker did not start") from None
        return hello

    def _take(self) -> bool:
        """Wait for a job, if none is in flight; false if there is none to do."""
        if not self._flying:
            job = self._jobs.get()
            if job is None or not (job.running or job.future.set_running_or_notify_cancel()):
                return False
            job.running = True
            self._flying.append(job)
        return True

    def _work(self) -> None:
        """Send the jobs in flight, as many as make sense, and wait for the first one's verdict."""
        try:
            if self._channel is None:
                self._open_again()
            self._send_flying()
            self._send_more()
            answer = self._receive(_longest(self._flying[0].program) + _LATEST)
            self._settle(self._flying.popleft(), answer)
            if self._sent >= _RECYCLE_AFTER and not self._flying:
                self._retire()
        except (OSError, EOFError, wire.Garbled) as error:
            reason = "" if isinstance(error, (EOFError, ConnectionError)) else f"{error or type(error).__name__}"
            self._failed(self._lost(reason))
        except SandboxError as error:
            self._unstartable(error)

    def _settle(self, job: Job, answer: Any) -> None:
        """Give a job its verdict, or another try.

        Raises:
            wire.Garbled, OSError: if the worker can no longer be trusted, or is gone.
        """
        try:
            if answer["id"] != job.number:
                raise wire.Garbled("a verdict on another program")
            if "judge" in answer and not job.lost_judge:
                job.lost_judge, job.number = True, 0
                self._flying.append(job)
                return
            if "broken" in answer:
                raise wire.Garbled(f"no process could be started: {answer['broken']}")
            job.future.set_result(_verdict(job.program, answer))
        except BaseException:
            self._flying.appendleft(job)
            raise

    def _open_again(self) -> None:
        try:
            self._open()
        except SandboxError:
            self._open()

    def _unstartable(self, error: SandboxError) -> None:
        """There is no worker for the jobs in flight: leave them to others, or where there are none, fail them and all that wait."""
        if self._sandbox.has_worker() and not self._stopped:
            while self._flying:
                self._jobs.put(self._flying.pop())
            sleep(_PAUSE)
            return
        while self._flying:
            self._flying.popleft().future.set_exception(error)
        self._sandbox.fail_queued(str(error))

    def _retire(self) -> Channel | None:
        channel, self._channel = self._channel, None
        if channel:
            channel.kill()
        return channel

    def _lost(self, reason: str) -> SandboxError:
        channel = self._retire()
        if channel:
            reason = ": ".join(filter(None, (reason, channel.why())))
        return SandboxError(f"the {self._sandbox.backend.name} sandbox lost a worker: {reason}")

    def _failed(self, error: SandboxError) -> None:
        """The first job in flight failed for no fault of its own: it has a second try, not a third."""
        self._flying[0].failures += 1
        if self._stopped:
            error = SandboxError(CLOSED)
        if self._flying[0].failures > 1 or self._stopped:
            self._flying.popleft().future.set_exception(error)

    # -- frames ---------------------------------------------------------------------------------------------------------

    def _send_more(self) -> None:
        # Not the last jobs: another worker, idle, is just about to take those.
        while len(self._flying) < _IN_FLIGHT and self._jobs.qsize() > self._sandbox.workers and self._sent < _RECYCLE_AFTER:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return
            if job is None:
                self._jobs.put(None)
                return
            if job.running or job.future.set_running_or_notify_cancel():
                job.running = True
                self._flying.append(job)
                self._send_flying()

    def _send_flying(self) -> None:
        """Send the jobs in flight that have not been sent; a large one only when the worker has nothing else to do."""
        for place, job in enumerate(self._flying):
            if not job.number:
                if self._channel is None:
                    raise EOFError
                if place and len(job.body) > _SMALL:
                    return
                self._sent += 1
                job.number = self._sent
                self._channel.send(wire.framed(b'{"id":%d,"program":%b}' % (job.number, job.body)))

    def _receive(self, limit: float) -> Any:
        deadline = monotonic() + limit
        while True:
            wanted = 4 + int.from_bytes(self._buffer[:4], "big")
            if wanted > wire.MOST_FRAME:
                raise wire.Garbled(f"a frame of {wanted} bytes from a worker")
            if len(self._buffer) >= max(wanted, 5):
                body, self._buffer = self._buffer[4:wanted], self._buffer[wanted:]
                return wire.from_body(body)
            if self._channel is None:
                raise EOFError
            more = self._channel.receive(max(0.0, deadline - monotonic()))
            if not more:
                raise EOFError
            self._buffer += more


def body_of(program: Program) -> bytes:
    """A program as JSON; raises ValueError or TypeError if it cannot be run."""
    if not (program.call_limit > 0 and 0 < program.time_limit <= wire.LONGEST_TRIAL):
        raise ValueError(
            f"call_limit must be above 0 s, time_limit above 0 s and at most {wire.LONGEST_TRIAL} s, "
            f"got {program.call_limit!r} and {program.time_limit!r}"
        )
    body = wire.to_body({item.name: getattr(program, item.name) for item in dataclasses.fields(program)})
    if len(body) > _LARGEST:
        raise ValueError(f"a program with its tests may have {_LARGEST} bytes as JSON, got {len(body)}")
    return body


def _longest(program: Program) -> float:
    """Seconds that a worker may take for a program: its ablation has as much time as itself."""
    return program.time_limit * (1 if program.ablation is None else 2)


def _verdict(program: Program, answer: Any) -> Verdict:
    """The verdict in a worker's answer; raises wire.Garbled if it is malformed, as one is that lacks a result."""
    try:
        if "judge" in answer:
            known = [TestResult(outcome) for outcome in answer["outcomes"][: len(program.tests)]]
            lost = TestResult("died", f"the judge was lost twice: {answer['judge']}")
            return Verdict((*known, *[lost] * (len(program.tests) - len(known))))
        found = answer["verdict"]
        results = tuple(TestResult(*(quotable(str(text)) for text in result)) for result in found["results"])  # type: ignore[arg-type]
        if len(results) != len(program.tests) or any(result.outcome not in _OUTCOMES for result in results):
            raise wire.Garbled("a verdict on other tests")
        return Verdict(results, quotable(str(found["problem"])), found["ablation"])
    except (KeyError, TypeError, AttributeError) as error:
        raise wire.Garbled(f"no verdict: {error!r}") from None
