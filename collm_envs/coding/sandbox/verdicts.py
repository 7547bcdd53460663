"""What goes into a sandbox and what comes out: programs and verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from collm_envs.core.task import BackendLost

Outcome = Literal["passed", "failed", "error", "timeout", "died", "garbled", "uncalled", "not_run"]
"""How a test ended:

- ``passed``: it ran to its end, raised nothing and called the program at least once;
- ``failed``: an assertion did not hold;
- ``error``: another exception, from the program or from the test;
- ``timeout``: a call took longer than the limit;
- ``died``: the program's process ended (exit, crash, killed for memory or processor time);
- ``garbled``: what came back was not plain data, or no answer at all;
- ``uncalled``: it ran to its end without ever calling the program, so that it says nothing about it;
- ``not_run``: the program was given up before it.
"""


class SandboxError(BackendLost):
    """The sandbox itself failed (no process could be started, the container or its daemon is gone), twice in a row.

    It says nothing about the program, and never becomes a score.
    """


@dataclass(frozen=True)
class Program:
    """A program that nobody trusts and the tests that somebody does.

    Attributes:
        code: the program, as one module. The name ``math`` is there without an import.
        tests: Python statements, each a test of its own, run elsewhere than the program. ``candidate`` and the entry
            point's own name call the program; arguments and results travel as plain data (None, bool, int, float,
            complex, range, str, bytes, list, tuple, dict, set, frozenset, nested up to 60 deep, results of 1 MB at most),
            so that a test sees what a call returned and never what it did to its arguments.
        entry_point: the function under test.
        prelude: trusted code that runs before each test, in the test's namespace.
        ablation: the same program with a part replaced. The tests that passed are run on it until one fails.
        call_limit: seconds of wall clock for one call, and for loading the program.
        time_limit: seconds of wall clock for the whole program with all its tests; its ablation has as much again.
        most_losses: after a timeout, a death or a garbled answer the next test gets a fresh process; after this many
            the remaining tests are not run.
    """

    code: str
    tests: tuple[str, ...]
    entry_point: str
    prelude: str = ""
    ablation: str | None = None
    call_limit: float = 3.0
    time_limit: float = 10.0
    most_losses: int = 3


@dataclass(frozen=True)
class TestResult:
    """What became of one test.

    Attributes:
        outcome: how it ended.
        detail: type and message of the exception, or why it ended so; "" for a pass.
        call: the last call and what came of it, ``f(2) returned 3``; "" without one.
    """

    __test__ = False  # for pytest, which takes every class of such a name for tests

    outcome: Outcome
    detail: str = ""
    call: str = ""


@dataclass(frozen=True)
class Verdict:
    """What became of a program.

    Attributes:
        results: one for each test, in their order.
        problem: why the program could not be loaded (``NameError: ...``); "" if it could.
        ablation_matters: whether some passed test fails with the ablation; None where there was nothing to compare.
    """

    results: tuple[TestResult, ...]
    problem: str = ""
    ablation_matters: bool | None = None

    @property
    def passed(self) -> int:
        """How many tests passed."""
        return sum(result.outcome == "passed" for result in self.results)

    @property
    def total(self) -> int:
        """How many tests there are."""
        return len(self.results)

    @property
    def timeouts(self) -> int:
        """How many tests ran into a time limit."""
        return sum(result.outcome == "timeout" for result in self.results)

    @property
    def all_passed(self) -> bool:
        """Whether there are tests and every one passed."""
        return bool(self.results) and self.passed == self.total
