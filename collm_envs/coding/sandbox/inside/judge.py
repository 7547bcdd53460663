"""The process that runs the tests. It asks a candidate for every call and compares plain values of its own.

It serves one program after another. What it keeps of a program is compiled tests, which are trusted; of a candidate it only
ever holds plain data.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import random
import reprlib
import select
import socket
from collections.abc import Callable
from functools import lru_cache
from time import monotonic
from types import CodeType
from typing import Any

from . import confine, wire

MORE, CANDIDATE = "more", b"c"
NOBODY = -1
PROGRESS = 4
"""The judge's end of a pipe that the supervisor reads when the judge is lost."""
BEGIN = b"|"
LETTERS = {
    "passed": b"p",
    "failed": b"f",
    "error": b"e",
    "timeout": b"t",
    "died": b"d",
    "garbled": b"g",
    "uncalled": b"u",
    "not_run": b"n",
}
_MOST_TEXT = 200_000
"""Characters of all explanations in a verdict; what comes after goes without."""
_LONGEST_TEXT = 400


def _relayed() -> dict[str, Callable[[str], Exception]]:
    """What an exception in the program becomes in the test, by name; any other becomes a RuntimeError.

    Those that steer loops and exits are left out: a StopIteration inside ``all(map(...))`` would end it as a success.
    """
    found: dict[str, Callable[[str], Exception]] = {}
    for name, kind in vars(builtins).items():
        if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, (StopIteration, StopAsyncIteration)):
            found[name] = next(base for base in kind.__mro__ if _takes_text(base))
    return found


def _takes_text(kind: type) -> bool:
    try:
        kind("")
    except TypeError:  # It wants more, as a UnicodeDecodeError does.
        return False
    return True


_RELAYED = _relayed()


class Lost(BaseException):
    """The candidate can no longer be asked; no test can catch this by naming Exception."""

    def __init__(self, outcome: str, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


def serve(orders: socket.socket, memory: int) -> None:
    """Judge programs until the supervisor is gone. Never returns.

    Outcomes are besides written to :data:`PROGRESS` one by one, a letter each behind a :data:`BEGIN`, for a supervisor that has
    to do without the verdict.
    """
    try:
        confine.die_with_parent()
        confine.shut_eyes()
        confine.limit(memory)
        confine.lock_files()
        confine.install(confine.call_filter(judging=True))
        while True:
            send(orders, Trial(orders, receive(orders)).verdict())
    finally:
        os._exit(0)


def send(channel: socket.socket, message: Any) -> None:
    """Send a frame."""
    channel.sendall(wire.to_frame(message))


def receive(channel: socket.socket, most: int = wire.MOST_FRAME) -> Any:
    """Receive a frame of at most ``most`` bytes.

    Raises:
        EOFError: if the other side is gone.
        TimeoutError: if the socket has a time limit and it has passed.
        wire.Garbled: for anything but a frame.
    """
    length = int.from_bytes(_exactly(channel, 4), "big")
    if length > most:
        raise wire.Garbled(f"a frame of {length} bytes")
    return wire.from_body(_exactly(channel, length))


def _exactly(channel: socket.socket, count: int) -> bytes:
    data = channel.recv(count)
    while len(data) < count:
        more = channel.recv(min(count - len(data), 1 << 16)) if data or not count else b""
        if not more:
            raise EOFError
        data += more
    return data


class Trial:
    """One program with its tests."""

    def __init__(self, orders: socket.socket, program: dict[str, Any]) -> None:
        self.orders = orders
        self.program = program
        self.deadline = monotonic() + program["time_limit"]
        self.candidate = NOBODY
        self.losses = 0
        self.calls = 0
        self.lost: Lost | None = None
        self.last_call = ""
        self.text_left = _MOST_TEXT

    def verdict(self) -> dict[str, Any]:
        """Run everything; see :class:`collm_envs.coding.sandbox.Verdict`."""
        _tell(BEGIN)
        tests = self.program["tests"]
        problem, results = self._load(self.program["code"]), []
        for test in tests:
            result = self._run(test) if not problem else ["not_run", "the program could not be loaded", ""]
            _tell(LETTERS[result[0]])
            results.append(self._within_budget(result))
        passed = [test for test, result in zip(tests, results) if result[0] == "passed"]
        ablation = self._ablation(passed) if passed and self.program["ablation"] is not None else None
        self._drop()
        return {"problem": problem, "results": results, "ablation": ablation}

    def _within_budget(self, result: list[str]) -> list[str]:
        self.text_left -= len(result[1]) + len(result[2])
        return result if self.text_left >= 0 else [result[0], "", ""]

    def _ablation(self, passed: list[str]) -> bool | None:
        """Whether some passed test fails with the ablation; None if some only ran out of time."""
        self._drop()
        self.losses = 0
        # With a time limit of its own: a program that wastes its time must not look as if its parts mattered.
        self.deadline = monotonic() + self.program["time_limit"]
        self.program = {**self.program, "code": self.program["ablation"], "most_losses": 1}
        if self._load(self.program["code"]):
            return True
        late = False
        for test in passed:
            outcome = self._run(test)[0]
            if outcome not in ("passed", "timeout", "not_run"):
                return True
            late = late or outcome != "passed"
        return None if late else False

    # -- tests ----------------------------------------------------------------------------------------------------------

    def _run(self, test: str) -> list[str]:
        if monotonic() >= self.deadline:
            return ["not_run", "no time was left", ""]
        if self.candidate == NOBODY:
            if self.losses >= self.program["most_losses"]:
                return ["not_run", "the program was given up", ""]
            problem = self._load(self.program["code"])
            if problem:
                return ["died", f"the program could not be loaded again: {problem}", ""]
        self.calls, self.lost, self.last_call = 0, None, ""
        outcome, detail = self._outcome(test)
        if self.lost:
            self._drop()
            outcome, detail = self.lost.outcome, self.lost.detail
        return [outcome, detail, "" if outcome == "passed" else self.last_call]

    def _outcome(self, test: str) -> tuple[str, str]:
        proxy = self._proxy()
        namespace = {"__name__": "tests", "candidate": proxy, self.program["entry_point"]: proxy}
        random.seed(0)  # Tests that draw numbers draw the same ones every time.
        try:
            exec(_compiled(self.program["prelude"]), namespace)
            # A prelude may hold a function of the entry point's name; what is tested is the program's.
            namespace[self.program["entry_point"]] = namespace["candidate"] = proxy
            exec(_compiled(test), namespace)
        except AssertionError as error:
            return "failed", _described(error)
        except Lost:
            return "error", ""
        except BaseException as error:
            return "error", _described(error)
        return ("passed", "") if self.calls else ("uncalled", "the test never called the program")

    def _proxy(self) -> Callable[..., Any]:
        name = self.program["entry_point"]

        def candidate(*arguments: Any, **keywords: Any) -> Any:
            return self._call(name, arguments, keywords)

        candidate.__name__ = candidate.__qualname__ = name
        return candidate

    # -- calls ----------------------------------------------------------------------------------------------------------

    def _call(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        if self.lost:
            raise self.lost  # The test swallowed it, and asks again.
        self.calls += 1
        shown = f"{name}({', '.join([*map(_short, arguments), *(f'{key}={_short(item)}' for key, item in keywords.items())])})"
        self.last_call = shown
        request = {"id": self.calls, "name": name, "args": wire.pack([list(arguments), keywords])}
        try:
            value, raised = self._understood(self._ask(request))
        except Lost as lost:
            self.lost = lost
            raise
        if raised:
            known, own, said = raised
            self.last_call = f"{shown} raised {own}: {said}"
            raise _RELAYED.get(known, RuntimeError)(said)
        self.last_call = f"{shown} returned {_short(value)}"
        return value

    def _understood(self, answer: Any) -> tuple[Any, tuple[str, str, str] | None]:
        """The value of an answer, or else the exception it reports."""
        try:
            if answer["id"] != self.calls:
                raise wire.Garbled("to another question")
            if "raised" in answer:
                return None, _three_texts(answer["raised"])
            if "odd" in answer:
                raise Lost("garbled", f"what it returned cannot be sent: {str(answer['odd'])[:_LONGEST_TEXT]}")
            return wire.unpack(answer["ok"]), None
        except (wire.Garbled, AttributeError, TypeError, ValueError, KeyError) as error:
            raise Lost("garbled", f"no proper answer: {error}"[:_LONGEST_TEXT]) from None

    def _ask(self, request: dict[str, Any]) -> Any:
        call_end = monotonic() + self.program["call_limit"]
        try:
            return wire.from_body(self._exchanged(wire.to_frame(request), min(call_end, self.deadline)))
        except TimeoutError:
            which, limit = ("a call", "call_limit") if call_end < self.deadline else ("the program", "time_limit")
            raise Lost("timeout", f"the time for {which}, {self.program[limit]:g} s, was up") from None
        except (EOFError, OSError):
            raise Lost("died", "the program's process ended") from None
        except wire.Garbled as error:
            raise Lost("garbled", f"no proper answer: {error}"[:_LONGEST_TEXT]) from None

    def _exchanged(self, frame: bytes, deadline: float) -> bytes:
        """Write ``frame`` to the candidate and read the body of its answer, all before the deadline."""
        # Who sends a byte at a time must not win time by it, nor who does not read.
        while frame:
            self._wait(select.POLLOUT, deadline)
            frame = frame[os.write(self.candidate, frame) :]
        data, wanted = b"", 4
        while len(data) < wanted:
            self._wait(select.POLLIN, deadline)
            more = os.read(self.candidate, 1 << 16)
            if not more:
                raise EOFError
            data += more
            if wanted == 4 <= len(data):
                wanted += int.from_bytes(data[:4], "big")
                if wanted > wire.MOST_ANSWER + 4:
                    raise wire.Garbled(f"a frame of {wanted - 4} bytes")
        if len(data) > wanted:
            raise wire.Garbled("more than one answer")
        return data[4:]

    def _wait(self, event: int, deadline: float) -> None:
        left = deadline - monotonic()
        watched = select.poll()
        watched.register(self.candidate, event)
        if left <= 0 or not watched.poll(left * 1000):
            raise TimeoutError

    # -- candidates -----------------------------------------------------------------------------------------------------

    def _load(self, code: str) -> str:
        """Have a fresh candidate load ``code``; what went wrong, "" if nothing."""
        self.candidate = self._fresh()
        try:
            answer = self._ask({"code": code})
            if answer == {"ok": None}:
                return ""
            _, name, said = _three_texts(answer["raised"])
            problem = f"{name}: {said}"
        except Lost as lost:
            problem = lost.detail
        except (TypeError, ValueError, KeyError):
            problem = "no proper answer"
        self._drop()
        return problem

    def _fresh(self) -> int:
        start = monotonic()
        send(self.orders, {MORE: True})
        _, descriptors, _, _ = socket.recv_fds(self.orders, 1, 1)
        self.deadline += monotonic() - start  # A fork that takes its time is no fault of the program.
        return descriptors[0]

    def _drop(self) -> None:
        if self.candidate != NOBODY:
            os.close(self.candidate)
            self.candidate = NOBODY
            self.losses += 1


def _tell(letter: bytes) -> None:
    with contextlib.suppress(BlockingIOError):  # More than a pipe holds: then less is known if the judge is lost.
        os.write(PROGRESS, letter)


@lru_cache(maxsize=512)
def _compiled(source: str) -> CodeType:
    return compile(source, "<test>", "exec", dont_inherit=True)


def _three_texts(data: Any) -> tuple[str, str, str]:
    first, second, third = (str(item)[:_LONGEST_TEXT] for item in data)
    return first, second, third


def _described(error: BaseException) -> str:
    try:
        said = str(error)
    except Exception:
        said = ""
    return f"{type(error).__name__}: {said}"[:_LONGEST_TEXT].removesuffix(": ")


class _Brief(reprlib.Repr):
    """Values in a few words."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxstring, self.maxother = 4, 80, 80
        self.maxlist = self.maxtuple = self.maxdict = self.maxset = self.maxfrozenset = 12

    def repr_int(self, value: int, level: int) -> str:
        return repr(value) if value.bit_length() < 256 else f"<int of {value.bit_length()} bits>"

    def repr_str(self, value: str, level: int) -> str:
        return repr(value) if len(value) <= self.maxstring else f"{value[: self.maxstring]!r}..."


_BRIEF = _Brief()


def _short(value: Any) -> str:
    return _BRIEF.repr(value)[:_LONGEST_TEXT]
