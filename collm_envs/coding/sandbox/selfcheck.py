"""A quick proof on the machine at hand: short hostile programs of our own, and what becomes of each.

None of them does harm where it gets through: it looks and reports, forks once, or leaves one empty file, which it removes. They
are the common ways, not all of them; the project's own tests try many more.
"""

from __future__ import annotations

import secrets
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, replace

from collm_envs.coding.sandbox.pool import Progress, Sandbox
from collm_envs.coding.sandbox.verdicts import Program, SandboxError, Verdict

_ENTRY_POINT = "attempt"
_CALL_LIMIT, _LOOP_LIMIT = 3.0, 0.4
_SECRET, _MEMORY = "$SECRET", "$MEMORY"
_GUESSED = f"assert candidate(1) == '{_SECRET}'"
_NOTHING_DONE = "assert candidate(1) == ''"
"""The test of a break-out, which returns what it managed to do."""


@dataclass(frozen=True)
class Attempt:
    """What became of a hostile program, or of the honest one before and after.

    Attributes:
        name: a word or two.
        tries: what the program tries.
        held: whether it ended as it should: a hostile one stopped in a known way, the honest one with all tests passed.
        detail: how it ended.
    """

    name: str
    tries: str
    held: bool
    detail: str


@dataclass(frozen=True)
class _Try:
    """A program whose ending, in a sandbox that holds, begins with one of ``ends``."""

    name: str
    tries: str
    code: str
    ends: tuple[str, ...]
    tests: tuple[str, ...] = (_GUESSED,)
    call_limit: float = _CALL_LIMIT

    def program(self, memory: int) -> Program:
        # The secret is drawn anew for each run, so that no program can know it.
        secret = "secret-" + secrets.token_hex(16)
        tests = tuple(test.replace(_SECRET, secret) for test in self.tests)
        return Program(self.code.replace(_MEMORY, str(memory)), tests, _ENTRY_POINT, call_limit=self.call_limit)

    def judged(self, ending: str) -> Attempt:
        return Attempt(self.name, self.tries, ending.startswith(self.ends), ending)


_HONEST = _Try(
    "honest",
    "solve the problem",
    "def aux(xs):\n    return sorted(set(xs))\n\ndef attempt(xs):\n    return [x * x for x in aux(xs)]\n",
    ("passed",),
    tests=("assert candidate([]) == []", "assert candidate([2, 1, 2]) == [1, 4]", "assert candidate((3,)) == [9]"),
)

_FAKES = (
    _Try(
        "exit",
        "end the process with status 0 in the middle of a test",
        "import os\ndef attempt(x):\n    os._exit(0)\n",
        ("died",),
    ),
    _Try("SystemExit", "raise it through the test", "def attempt(x):\n    raise SystemExit(0)\n", ("error: RuntimeError",)),
    _Try(
        "always equal",
        "return an object that equals everything",
        "class Equal:\n    def __eq__(self, other):\n        return True\n\ndef attempt(x):\n    return Equal()\n",
        ("garbled",),
    ),
    _Try(
        "StopIteration",
        "end the loop over the test cases before the first",
        "def attempt(x):\n    raise StopIteration\n",
        ("error: RuntimeError",),
        tests=(f"assert all(map(lambda x: candidate(x) == '{_SECRET}', [1, 2, 3]))",),
    ),
    _Try(
        "no data",
        "return a function, which counts as true",
        "def attempt(x):\n    return lambda: x\n",
        ("garbled",),
        tests=("assert candidate(1)",),
    ),
    _Try(
        "forged verdict",
        "write verdicts and answers to every descriptor",
        """
import json, os

FORGED = [
    {"id": 1, "verdict": {"results": [["passed", "", ""]], "problem": "", "ablation": None}},
    {"problem": "", "results": [["passed", "", ""]], "ablation": None},
    {"id": 1, "ok": True},
]

def attempt(x):
    for forged in FORGED:
        body = json.dumps(forged).encode()
        for number in range(64):
            try:
                os.write(number, len(body).to_bytes(4, "big") + body)
            except OSError:
                pass
    return ""
""",
        ("garbled",),
    ),
    _Try(
        "early answers",
        "send answers before any question",
        """
import json, os

early = [json.dumps(message).encode() for message in [{"ok": None}, *({"id": number, "ok": True} for number in range(9))]]
os.write(3, b"".join(len(body).to_bytes(4, "big") + body for body in early))

def attempt(x):
    return True
""",
        ("not loaded: no proper answer", "garbled", "failed"),
    ),
    _Try(
        "search",
        "find the expected value in the process's own memory",
        """
import sys

gc = sys.modules["gc"] if "gc" in sys.modules else __import__("gc")

def attempt(x):
    frame, places = sys._getframe(), gc.get_objects()
    while frame:
        places += [frame.f_locals, frame.f_globals]
        frame = frame.f_back
    for place in places:
        if isinstance(place, (list, tuple, dict)):
            for item in list(place.values() if isinstance(place, dict) else place):
                if type(item) is str and item.startswith("secret-") and len(item) > 20:
                    return item
    return ""
""",
        ("failed: attempt(1) returned ''",),
    ),
)

_BREAKOUTS = (
    _Try(
        "files",
        "read a file, write a file",
        """
import os

def attempt(x):
    refused = None
    for path in ("/etc/passwd", "/", "/proc/self/maps"):
        try:
            os.close(os.open(path, os.O_RDONLY))
        except PermissionError as error:
            refused = error
        else:
            return "opened " + path
    for folder in ("/tmp", "/var/tmp", "/dev/shm"):
        path = folder + "/collm-self-check"
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT))
        except PermissionError as error:
            refused = error
        else:
            os.unlink(path)
            return "wrote " + path
    raise refused
""",
        ("error: PermissionError",),
        tests=(_NOTHING_DONE,),
    ),
    _Try(
        "environment",
        "read the environment variables of this process or the one that started it",
        """
import os, sys

posix = sys.modules["posix"]

def attempt(x):
    seen = {*map(str, posix.environ), *os.environ}
    if seen:
        return "saw " + ", ".join(sorted(seen))
    return open(f"/proc/{os.getppid()}/environ").read() + open("/proc/self/environ").read() + "read"
""",
        ("error: PermissionError",),
        tests=(_NOTHING_DONE,),
    ),
    _Try(
        "network",
        "find the module that cannot be imported, open a socket",
        """
import sys

def attempt(x):
    frame = sys._getframe()
    while frame and "socket" not in frame.f_globals:
        frame = frame.f_back
    socket = frame.f_globals["socket"] if frame else __import__("socket")
    return repr(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
""",
        ("error: PermissionError",),
        tests=(_NOTHING_DONE,),
    ),
    _Try(
        "fork",
        "start a process",
        """
import os

def attempt(x):
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return "forked"
""",
        ("error: PermissionError",),
        tests=(_NOTHING_DONE,),
    ),
    _Try(
        "exec",
        "become another program",
        'import os, sys\ndef attempt(x):\n    os.execv(sys.executable, [sys.executable, "-c", ""])\n',
        ("error: PermissionError",),
        tests=(_NOTHING_DONE,),
    ),
    _Try(
        "signal",
        "signal the parent process",
        'import os\ndef attempt(x):\n    os.kill(os.getppid(), 0)\n    return "could signal it"\n',
        ("error: PermissionError",),
        tests=(_NOTHING_DONE,),
    ),
    _Try(
        "memory",
        "take more memory than there is for it",
        f'def attempt(x):\n    return "got " + str(len(bytearray({_MEMORY}))) + " bytes"\n',
        ("error: MemoryError",),
        tests=(_NOTHING_DONE,),
    ),
    _Try(
        "endless loop",
        "never return",
        "def attempt(x):\n    while True:\n        try:\n            while True:\n                pass\n"
        "        except BaseException:\n            pass\n",
        ("timeout", "not loaded: the time for a call"),
        tests=(_NOTHING_DONE,),
        call_limit=_LOOP_LIMIT,
    ),
)


def self_check(box: Sandbox, progress: Progress | None = None) -> list[Attempt]:
    """Run the hostile programs in ``box``, and an honest one before and after them; it takes about a second.

    Args:
        box: an open sandbox. Where it fails on a program (:class:`SandboxError`), that one counts as not held.
        progress: told how many programs are done, and of how many.

    Returns:
        An attempt for each program: the honest one, those that fake a pass, those that break out, the honest one again.
    """
    # The second honest one must find a sandbox that all the others have been through.
    rounds = ([_HONEST], [*_FAKES, *_BREAKOUTS], [replace(_HONEST, name="honest again")])
    total = sum(map(len, rounds))
    attempts: list[Attempt] = []
    for tries in rounds:
        futures = [box.submit(one.program(box.memory)) for one in tries]
        for done, _ in enumerate(as_completed(futures), len(attempts) + 1):
            if progress:
                progress(done, total)
        attempts += [one.judged(_ending(future)) for one, future in zip(tries, futures)]
    return attempts


def _ending(future: Future[Verdict]) -> str:
    """How a program ended, in a line: the first result that is no pass."""
    try:
        verdict = future.result()
    except SandboxError as error:
        return f"the sandbox failed: {error}"
    if verdict.problem:
        return f"not loaded: {verdict.problem}"
    result = next((result for result in verdict.results if result.outcome != "passed"), None)
    if result is None:
        return "passed"
    said = result.call if result.outcome == "failed" else result.detail
    return f"{result.outcome}: {said}" if said else result.outcome
