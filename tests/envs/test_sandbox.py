"""The embedded sandbox: verdicts, limits, and what happens when a part of it fails. Hostile programs are in tests/hostile."""

from __future__ import annotations

import copy
import math
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from time import monotonic, sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collm_envs.coding.sandbox import IMPORTABLE, Program, SandboxError, feeding, open_sandbox, shared
from collm_envs.coding.sandbox.inside import wire
from collm_envs.coding.sandbox.pool import Sandbox
from collm_envs.coding.sandbox.process import ProcessBackend

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the embedded sandbox isolates on Linux only")

DOUBLE = "def f(x):\n    return 2 * x"
HONEST = Program(DOUBLE, ("assert candidate(2) == 4", "assert f('a') == 'aa'"), "f")


@pytest.fixture(scope="module")
def box():
    with open_sandbox("process", workers=2) as sandbox:
        yield sandbox


def outcomes(box, code, *tests, **options):
    limits = {"call_limit": 1.0, "time_limit": 3.0, **options}
    return [result.outcome for result in box.run([Program(code, tests, "f", **limits)])[0].results]


# -- verdicts -----------------------------------------------------------------------------------------------------------


def test_every_outcome_has_its_cause(box):
    assert outcomes(box, DOUBLE, "assert candidate(2) == 4", "assert candidate(2) == 5", "assert True") == [
        "passed",
        "failed",
        "uncalled",
    ]
    assert outcomes(box, DOUBLE, "assert candidate() == 4", "assert candidate(None)") == ["error", "error"]
    assert outcomes(box, "def f(x):\n    while x: pass\n    return x", "assert f(0) == 0", "assert f(1)", "assert f(0) == 0") == [
        "passed",
        "timeout",
        "passed",
    ]
    assert outcomes(box, "import os\ndef f(x): os._exit(0)", *["assert f(1)"] * 5) == ["died"] * 3 + ["not_run"] * 2
    assert outcomes(box, "def f(x): return lambda: x", "assert f(1)") == ["garbled"]
    assert outcomes(box, "def f(x): return x +", "assert f(1)") == ["not_run"]


def test_problem_says_why_a_program_could_not_be_loaded(box):
    codes = [
        "import nothing_of_the_kind",
        "def f(:",
        "raise SystemExit",
        "1 / 0",
        "while True: pass",
        "import os; os._exit(0)",
        "\udc80",
    ]
    verdicts = box.run([Program(code, ("assert f(1)",), "f", call_limit=0.5) for code in codes])
    heads = [
        "ModuleNotFoundError: No module",
        "SyntaxError: ",
        "SystemExit: ",
        "ZeroDivisionError: ",
        "the time for a call",
        "the program's process",
        "Unicode",
    ]
    for verdict, head in zip(verdicts, heads, strict=True):
        assert verdict.problem.startswith(head)
        assert (verdict.passed, verdict.results[0].outcome) == (0, "not_run")


def test_failed_test_tells_what_the_last_call_returned(box):
    [verdict] = box.run([Program(DOUBLE, ("assert f([1]) == 3, 'doubled'", "assert f(None)"), "f")])
    assert verdict.results[0].detail == "AssertionError: doubled"
    assert verdict.results[0].call == "f([1]) returned [1, 1]"
    assert verdict.results[1].detail.startswith("TypeError: unsupported operand")
    assert verdict.results[1].call.startswith("f(None) raised TypeError: ")


def test_exceptions_of_the_program_reach_the_test_by_their_builtin_kind(box):
    code = """
    class Own(KeyError): pass
    def f(kind):
        raise {"value": ValueError("bad"), "own": Own("key"), "stop": StopIteration(3), "exit": SystemExit(0)}[kind]
    """
    test = "try:\n    f({!r})\nexcept {} as error:\n    assert str(error) == {!r}\nelse:\n    assert False"
    tests = [
        ("value", "ValueError", "bad"),
        ("own", "KeyError", "'key'"),
        ("stop", "RuntimeError", "3"),
        ("exit", "RuntimeError", "0"),
    ]
    assert outcomes(box, textwrap.dedent(code), *(test.format(*case) for case in tests)) == ["passed"] * 4


def test_what_a_test_swallows_still_counts(box):
    swallow = "try:\n    f(1)\nexcept BaseException:\n    pass"
    assert outcomes(box, "import os\ndef f(x): os._exit(0)", swallow) == ["died"]
    assert outcomes(box, "def f(x): return f", f"{swallow}\n{swallow}") == ["garbled"]


def test_prelude_serves_the_tests_and_never_the_program(box):
    prelude = "SECRET = 7\ndef check(x): return f(x) == 2 * x\ndef f(x): return 'not the program'"
    [good, thief] = box.run(
        [
            Program(DOUBLE, ("assert check(2)", "assert f(SECRET) == 14"), "f", prelude),
            Program("def f(x): return SECRET", ("assert f(1) == 7",), "f", prelude),
        ]
    )
    assert good.all_passed
    assert thief.results[0].detail == "NameError: name 'SECRET' is not defined"


def test_ablation_matters_only_where_it_changes_a_passed_test(box):
    code = "def aux(x):\n    return {}\ndef f(x):\n    y = aux(x)\n    return 2 * x if {} else y"
    cases = [("2 * x", "False", True), ("2 * x", "True", False), ("3 * x", "False", None)]
    programs = [Program(code.format(a, b), ("assert f(2) == 4",), "f", ablation=code.format("None", b)) for a, b, _ in cases]
    assert [verdict.ablation_matters for verdict in box.run(programs)] == [expected for *_, expected in cases]
    assert box.run([HONEST])[0].ablation_matters is None


def test_wasted_time_does_not_make_a_part_matter(box):
    code = "import time\ndef aux(x): return {}\ndef f(x):\n    time.sleep(0.35)\n    aux(x)\n    return x"
    [verdict] = box.run([Program(code.format("x"), ("assert f(1) == 1",), "f", ablation=code.format("None"), time_limit=0.5)])
    assert (verdict.passed, verdict.ablation_matters) == (1, False)


def test_state_of_a_program_lasts_over_its_tests_and_not_beyond(box):
    program = Program(
        "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)", ("assert f(0) == 1", "assert f(0) == 2"), "f"
    )
    assert all(verdict.all_passed for verdict in box.run([program] * 4))


def test_results_are_the_same_in_every_worker_and_every_run():
    code = "import random\ndef f(n): return [list({str(i) for i in range(n)}), random.random(), hash('x')]"
    told = []
    for workers in (1, 2):
        with open_sandbox("process", workers=workers) as box:
            told += [verdict.results[0].call for verdict in box.run([Program(code, ("assert f(9) is None",), "f")] * 6)]
    assert len(set(told)) == 1


def test_program_can_import_the_list_and_nothing_else(box):
    code = "import {0}\ndef f(): return {0}.__name__"
    names = [*IMPORTABLE, "numpy", "collm_envs", "unittest"]
    verdicts = box.run([Program(code.format(name), (f"assert f() == {name!r}",), "f") for name in names])
    missing = {name for name, verdict in zip(names, verdicts) if not verdict.all_passed}
    assert missing <= {"numpy", "collm_envs", "unittest", "os.path"}  # os.path is posixpath by name
    assert {"numpy", "collm_envs", "unittest"} <= missing


def test_honest_idioms_work(box):
    code = """
    from __future__ import annotations
    from collections import Counter, namedtuple
    from dataclasses import dataclass
    from enum import IntEnum
    from functools import lru_cache
    from typing import *

    @dataclass
    class Node:
        value: int
        following: Node | None = None

    class Colour(IntEnum):
        RED = 1

    Point = namedtuple("Point", "x y")

    @lru_cache(maxsize=None)
    def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)

    def f(kind, *, twice=False):
        print("said")
        found = {
            "node": lambda: Node(1, Node(2)).following.value,
            "enum": lambda: Colour.RED,
            "counter": lambda: Counter("aab"),
            "point": lambda: [Point(1, 2)],
            "range": lambda: range(3),
            "big": lambda: 7**300,
            "fib": lambda: fib(80),
            "time": lambda: __import__("datetime").datetime.fromtimestamp(0).isoformat(),
        }[kind]()
        return (found, found) if twice else found

    if __name__ == "__main__":
        raise SystemExit
    """
    tests = [
        "assert f('node') == 2",
        "assert f('enum', twice=True) == (1, 1)",
        "assert f('counter') == {'a': 2, 'b': 1}",
        "assert f(kind='point') == [(1, 2)]",
        "assert f('range') == range(3) and f('range') != [0, 1, 2]",
        "assert f('big') == 7**300",
        "assert f('fib') == 23416728348467685",
        "assert f('time') == '1970-01-01T00:00:00'",
        "try:\n    f('nothing')\nexcept KeyError as error:\n    assert error.args == ('nothing',)",
    ]
    assert outcomes(box, textwrap.dedent(code), *tests) == ["passed"] * len(tests)


def test_exceptions_that_want_more_than_a_text_arrive_as_their_base(box):
    test = "try:\n    f()\nexcept ValueError:\n    pass\nelse:\n    assert False"
    assert outcomes(box, "def f(): return b'\\xff'.decode()", test) == ["passed"]


def test_tests_that_draw_numbers_draw_the_same_ones(box):
    programs = [Program("def f(x): return x", ("import random\nassert f(random.random()) == -1",), "f")] * 8
    assert len({verdict.results[0].call for verdict in box.run(programs)}) == 1


def test_program_finds_nothing_of_its_surroundings(box, monkeypatch):
    monkeypatch.setenv("HOST_SECRET", "hush")
    code = "import os, sys\ndef f(): return [dict(os.environ), sys.argv, sys.orig_argv, sys.path, os.getuid() == 0]"
    assert outcomes(box, code, "assert f() == [{}, [''], [], [], False]") == ["passed"]
    for name in ("import os\ndef f(): return os.uname()", "import uuid\ndef f(): return uuid.platform.uname()"):
        assert outcomes(box, name, "f()") == ["error"]


# -- limits -------------------------------------------------------------------------------------------------------------


def test_memory_is_limited(box):
    assert outcomes(box, "def f(n): return len(bytearray(n))", "assert f(10**6) == 10**6", "f(2**30)") == ["passed", "error"]


def test_time_of_a_program_is_limited_however_it_is_spent(box):
    slow = "import time\ndef f(x):\n    time.sleep(0.3)\n    return x"
    start = monotonic()
    found = outcomes(box, slow, *["assert f(1)"] * 9, time_limit=1.0)
    assert monotonic() - start < 2.0
    assert found == ["passed"] * 3 + ["timeout"] + ["not_run"] * 5


def test_slow_tests_are_ended_and_the_worker_goes_on(box):
    start = monotonic()
    [verdict] = box.run([Program(DOUBLE, ("while f(1): pass", "f(1)\nwhile True: pass"), "f", time_limit=0.5)])
    assert monotonic() - start < 6.0
    assert verdict.passed == 0
    assert box.run([HONEST])[0].all_passed


@pytest.mark.parametrize(
    "limits",
    [
        {"call_limit": 0},
        {"call_limit": math.inf},
        {"time_limit": 0},
        {"time_limit": 1e9},
        {"code": "x" * 9_000_000},
        {"code": b"x"},
    ],
)
def test_programs_beyond_all_limits_are_refused_at_once(box, limits):
    with pytest.raises((ValueError, TypeError), match=r"at most|may have|JSON"):
        box.run([Program(**{"code": DOUBLE, "tests": ("f(1)",), "entry_point": "f", **limits})])


# -- the pool -----------------------------------------------------------------------------------------------------------


def test_verdicts_are_in_order_and_progress_is_told(box):
    programs = [Program(f"def f(): return {number}", ("assert f() % 3 == 0",), "f") for number in range(60)]
    told = []
    verdicts = box.run(programs, progress=lambda done, total: told.append((done, total)))
    assert [verdict.passed for verdict in verdicts] == [int(number % 3 == 0) for number in range(60)]
    assert told == [(number, 60) for number in range(1, 61)]


def test_large_program_waits_until_the_worker_is_idle():
    # 500 answers of emoji are more than a worker's output holds while nobody reads it.
    code = f"def f(x):\n    {'x' * 100_000!r}\n    return chr(0x1F600) * 80"
    program = Program(code, tuple(f"assert f({number}) == {'y' * 600!r}" for number in range(500)), "f")
    with open_sandbox("process", workers=1) as box:
        futures = [box.submit(program) for _ in range(6)]
        assert {result.outcome for future in futures for result in future.result(timeout=30).results} == {"failed"}


def test_whatever_goes_wrong_in_a_thread_of_the_pool_nobody_waits_for_ever(box, monkeypatch):
    def broken(program, answer):
        raise RuntimeError("a slip of the pen")

    with monkeypatch.context() as patch:
        patch.setattr(feeding, "_verdict", broken)
        futures = [box.submit(HONEST) for _ in range(5)]
        for future in futures:
            with pytest.raises(SandboxError, match="a slip of the pen"):
                future.result(timeout=10)
    assert box.run([HONEST])[0].all_passed


def test_many_threads_share_a_sandbox(box):
    failures = []

    def work(number):
        programs = [Program(f"def f(): return {number}", (f"assert f() == {number}",), "f")] * 10
        failures.extend(verdict for verdict in box.run(programs) if not verdict.all_passed)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_large_programs_and_verdicts_do_not_block_each_other(box):
    code = f"def f(x):\n    {'x' * 300_000!r}\n    return x"
    tests = tuple(f"assert f({number}) < 0, {'y' * 390!r}" for number in range(150))
    verdicts = box.run([Program(code, tests, "f")] * 8)
    assert {result.outcome for verdict in verdicts for result in verdict.results} == {"failed"}


def test_copies_share_and_pickles_reopen():
    with open_sandbox("process", workers=1) as box:
        assert copy.deepcopy(box) is box
        with pickle.loads(pickle.dumps(box)) as other:
            assert other is not box
            assert (other.workers, other.memory, other.backend.name) == (1, box.memory, "process")
            assert other.run([HONEST])[0].all_passed


def test_shared_sandbox_is_one_for_each_backend_and_opens_again():
    first = shared("process")
    assert shared("process") is first
    assert shared(first) is first
    first.close()
    assert shared("process") is not first
    assert shared("process").run([HONEST])[0].all_passed


def test_closed_sandbox_ends_what_runs_and_takes_nothing_more():
    # Or one of its workers that is only just starting would be taken for this sandbox's.
    shared("process").close()
    before = set(descendants())
    box = open_sandbox("process", workers=1)
    family = set(descendants()) - before
    futures = [box.submit(Program("while True: pass", ("f()",), "f")) for _ in range(5)]
    sleep(0.3)
    start = monotonic()
    box.close()
    box.close()
    assert monotonic() - start < 2.0
    for future in futures:
        with pytest.raises(SandboxError, match="closed"):
            future.result(timeout=5)
    with pytest.raises(SandboxError, match="closed"):
        box.run([HONEST])
    assert not family & set(descendants())


@pytest.mark.parametrize("argument", [{"backend": "podman"}, {"workers": 0}, {"memory": 1}])
def test_wrong_arguments_name_the_choices(argument):
    with pytest.raises(ValueError, match=r"auto, process, docker, weak|must be in \d+\.\.\d+"):
        open_sandbox(**argument)


# -- what fails ---------------------------------------------------------------------------------------------------------


def descendants(root: int | None = None) -> dict[int, str]:
    """Processes below this one that run a worker, by pid."""
    parents, lines = {}, {}
    for entry in Path("/proc").iterdir():
        try:
            stat = (entry / "stat").read_text()
            lines[int(entry.name)] = (entry / "cmdline").read_text()
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    found, layer = {}, {root or os.getpid()}
    while layer:
        layer = {pid for pid, parent in parents.items() if parent in layer}
        found |= {pid: lines[pid] for pid in layer if "inside.worker" in lines[pid]}
    return found


@pytest.mark.parametrize("which", range(3), ids=["supervisor", "zygote", "judge"])
def test_lost_process_is_replaced_and_the_program_tried_again(which):
    slow = Program("import time\ndef f(x):\n    time.sleep(0.6)\n    return x", ("assert f(1) == 1",), "f")
    before = set(descendants())
    with Sandbox(ProcessBackend(bubblewrap=False), 1, 512 << 20) as box:
        family = sorted(set(descendants()) - before)  # in the order in which they were started
        future = box.submit(slow)
        sleep(0.3)
        os.kill(family[which], signal.SIGKILL)
        assert future.result(timeout=10).all_passed
        assert box.run([slow])[0].all_passed
        family = set(descendants()) - before
    assert not family & set(descendants())


def test_zygote_lost_while_a_program_loads_is_no_fault_of_the_program():
    slow = Program("import time\ntime.sleep(0.6)\ndef f(x): return x", ("assert f(1) == 1",), "f")
    before = set(descendants())
    with Sandbox(ProcessBackend(bubblewrap=False), 1, 512 << 20) as box:
        _, zygote, *_ = sorted(set(descendants()) - before)
        future = box.submit(slow)
        sleep(0.3)
        os.kill(zygote, signal.SIGKILL)
        assert future.result(timeout=10).all_passed


def test_candidate_that_is_late_is_killed_before_the_next_one_runs():
    code = "import time\ndef f(x):\n    while x: pass\n    time.sleep(0.5)"
    before = set(descendants())
    with Sandbox(ProcessBackend(bubblewrap=False), 1, 512 << 20) as box:
        idle = len(set(descendants()) - before)
        future = box.submit(Program(code, ("f(1)", "f(1)", "f(0)"), "f", call_limit=0.3, time_limit=5))
        sleep(0.85)
        # One that went on would be there at every look; a spare that is just being made is not.
        looks = []
        for _ in range(8):
            looks.append(len(set(descendants()) - before))
            sleep(0.03)
        assert min(looks) <= idle + 2
        assert [result.outcome for result in future.result(timeout=10).results] == ["timeout", "timeout", "timeout"]


def test_ablation_has_time_of_its_own_and_is_waited_for(monkeypatch):
    monkeypatch.setattr(feeding, "_LATEST", 0.1)
    code = "import time\ndef aux(x): return {}\ndef f(x):\n    time.sleep(0.4)\n    return aux(x)"
    slow = Program(code.format("x"), ("f(1)", "f(1)"), "f", ablation=code.format("x + 0"), time_limit=0.9)
    with Sandbox(ProcessBackend(bubblewrap=False), 1, 512 << 20) as box:
        [verdict] = box.run([slow])
    assert (verdict.passed, verdict.ablation_matters) == (2, False)


class Flaky(ProcessBackend):
    """Worker 0 starts once, and never again."""

    def __init__(self):
        super().__init__(bubblewrap=False)
        self.starts = 0

    def start(self, index, memory):
        self.starts += index == 0
        if index == 0 and self.starts > 1:
            raise SandboxError("no more of these")
        return super().start(index, memory)


def test_worker_that_cannot_be_started_leaves_its_jobs_to_others():
    before = set(descendants())
    with Sandbox(Flaky(), 2, 512 << 20) as box:
        first = box._threads[0]._channel._process.pid
        assert first in set(descendants()) - before
        futures = [box.submit(HONEST) for _ in range(40)]
        os.kill(first, signal.SIGKILL)
        assert all(future.result(timeout=20).all_passed for future in futures)


def test_frozen_worker_is_given_up(monkeypatch):
    monkeypatch.setattr(feeding, "_LATEST", 0.5)
    before = set(descendants())
    with Sandbox(ProcessBackend(bubblewrap=False), 1, 512 << 20) as box:
        os.kill(min(set(descendants()) - before), signal.SIGSTOP)
        assert box.run([Program(DOUBLE, ("assert f(1) == 2",), "f", time_limit=0.5)])[0].all_passed


def test_worker_is_started_anew_after_many_programs(monkeypatch):
    monkeypatch.setattr(feeding, "_RECYCLE_AFTER", 20)
    with Sandbox(ProcessBackend(bubblewrap=False), 1, 512 << 20) as box:
        first = set(descendants())
        assert all(verdict.all_passed for verdict in box.run([HONEST] * 90))
        assert len(set(descendants()) & first) <= len(first) - 3


class Scripted:
    """A backend whose workers say what they are told to."""

    name, weak = "scripted", False

    def __init__(self, *answers, hello=True):
        self.answers = answers
        self.hello = dict.fromkeys(("network", "files", "processes", "signals", "memory"), hello)
        self.starts = self.sent = 0

    def start(self, index, memory):
        self.starts += 1
        if self.starts > 1 and self.answers == ("gone",):
            raise SandboxError("the engine is gone")
        return Scripted.Worker(self)

    def isolation(self, hello):
        return {}

    def close(self):
        pass

    class Worker:
        def __init__(self, backend):
            self.backend = backend
            self.input = [wire.to_frame({"hello": backend.hello})]

        def send(self, data):
            self.backend.sent += 1
            number = wire.from_body(data[4:])["id"]
            self.input += [wire.to_frame({"id": number, **answer}) for answer in self.backend.answers if answer != "gone"]

        def receive(self, timeout):
            return self.input.pop(0) if self.input else b""

        def kill(self):
            pass

        def why(self):
            return "it fell over"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ((), "it fell over"),
        (("gone",), "the engine is gone"),
        (({"broken": "fork refused"},), "fork refused"),
        (({"verdict": {"problem": "", "results": [["passed", "", ""]], "ablation": None}},), "a verdict on other tests"),
        (({"verdict": {"problem": "", "results": [["passed", "", ""], ["great", "", ""]], "ablation": None}},), "other tests"),
        (({"verdict": "all passed"},), "no verdict"),
    ],
)
def test_failing_sandbox_is_tried_twice_and_never_becomes_a_score(answers, reason):
    backend = Scripted(*answers)
    with Sandbox(backend, 1, 512 << 20) as box:
        futures = [box.submit(HONEST) for _ in range(3)]
        for future in futures:
            with pytest.raises(SandboxError, match=reason):
                future.result(timeout=5)
    assert backend.starts > 1


def test_judge_lost_twice_over_a_program_leaves_what_was_judged():
    with Sandbox(Scripted({"judge": "it ended", "outcomes": ["passed"]}), 1, 512 << 20) as box:
        [verdict] = box.run([HONEST])
    assert [result.outcome for result in verdict.results] == ["passed", "died"]


def test_value_that_burns_the_judge_costs_its_own_test_only(box):
    code = "def f(x):\n    return 10 ** x"
    tests = ("assert f(1) == 10", "assert sum(range(f(15)))", "assert f(2) == 100")
    verdict, after = box.run([Program(code, tests, "f", time_limit=0.5), HONEST])
    assert [result.outcome for result in verdict.results] == ["passed", "died", "died"]
    assert after.all_passed


def test_job_is_sent_once():
    backend = Scripted({"verdict": {"problem": "", "results": [["passed", "", ""]] * 2, "ablation": None}})
    with Sandbox(backend, 1, 512 << 20) as box:
        assert all(verdict.all_passed for verdict in box.run([HONEST] * 50))
    assert (backend.starts, backend.sent) == (1, 50)


def test_many_workers_start_and_work():
    with Sandbox(ProcessBackend(bubblewrap=False), 24, 512 << 20) as box:
        assert all(verdict.all_passed for verdict in box.run([HONEST] * 100))


def test_text_of_a_program_is_whole_and_bounded(box):
    [verdict] = box.run([Program("def f(x): raise ValueError('\\udc80' * 300)", ("f(1)",) * 1500, "f")])
    said = [result.detail for result in verdict.results]
    assert {result.outcome for result in verdict.results} == {"error"}
    assert "\ufffd".join(said).encode()  # no lone surrogates
    assert said[0]
    assert sum(map(len, said)) < 1_000_000


def test_weak_isolation_must_be_agreed_to():
    with pytest.raises(
        SandboxError, match=r"weak isolation.*network, files, processes, signals, memory.*choose the backend docker, or weak"
    ):
        Sandbox(Scripted(hello=False), 1, 512 << 20)


HOST = """
import sys, time
from collm_envs.coding.sandbox import Program, open_sandbox
box = open_sandbox("process", workers=2)
futures = [box.submit(Program("while True: pass", ("f()",), "f", call_limit=60, time_limit=60)) for _ in range(4)]
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_survives_the_host(number):
    host = subprocess.Popen([sys.executable, "-c", HOST], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert host.stdout.readline() == b"ready\n"
    sleep(0.5)
    family = descendants(host.pid)
    assert len(family) >= 6
    host.send_signal(number)
    host.wait(10)
    host.stdout.close()
    deadline = monotonic() + 5
    while any(is_alive(pid) for pid in family) and monotonic() < deadline:
        sleep(0.05)
    assert [pid for pid in family if is_alive(pid)] == []


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


FORKED = """
import os, sys
from collm_envs.coding.sandbox import Program, open_sandbox
box = open_sandbox("process", workers=1)
program = Program("def f(x): return x", ("assert f(1) == 1",), "f")
assert box.run([program])[0].all_passed
child = os.fork()
if child == 0:
    ok = all(verdict.all_passed for verdict in box.run([program] * 5))
    box.close()
    os._exit(0 if ok else 1)
assert os.waitpid(child, 0)[1] == 0
assert all(verdict.all_passed for verdict in box.run([program] * 5))
"""


def test_fork_of_the_host_has_workers_of_its_own():
    subprocess.run([sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKED], check=True, timeout=60)


def test_nothing_piles_up():
    with open_sandbox("process", workers=2) as box:
        box.run([HONEST] * 50)
        before = usage()
        box.run([HONEST] * 1000)
        after = usage()
    for then, now in zip(before, after):
        assert now <= then + 15  # Candidates come and go; one that stayed of each program would make a thousand.


def usage() -> tuple[int, int]:
    """Descriptors and processes of this process and its workers."""
    family = [os.getpid(), *descendants()]
    return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in family if os.access(f"/proc/{pid}/fd", os.R_OK)), len(family)


# -- what crosses -------------------------------------------------------------------------------------------------------

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary()
)
KEYS = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3), max_leaves=5)
VALUES = st.recursive(
    KEYS,
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner) | st.sets(KEYS) | st.lists(inner).map(tuple),
    max_leaves=20,
)


@given(VALUES)
def test_values_travel_unchanged(value):
    back = wire.unpack(wire.from_body(wire.to_frame(wire.pack(value))[4:]))
    assert repr(back) == repr(value) or back == value
    assert type(back) is type(value)


def test_special_numbers_travel():
    values = [math.inf, -math.inf, -0.0, 2**53, -(2**53) - 1, 10**400, 1e308, complex(math.inf, -0.0)]
    assert repr(wire.unpack(wire.pack(values))) == repr(values)
    assert math.isnan(wire.unpack(wire.pack(math.nan)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("tdsfbcix?"), inner, max_size=2),
)


@given(JSON)
def test_anything_else_is_garbled(data):
    try:
        value = wire.unpack(data)
    except wire.Garbled:
        return
    wire.pack(value)  # What was accepted is plain data.


@given(st.binary())
def test_bytes_are_a_message_or_garbled(body):
    try:
        wire.from_body(body)
    except wire.Garbled:
        return
    assert body.isascii()


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b"9" * 5000, b"NaN", b'{"a":Infinity}', b"", b"\xff", b'"\\ud800', b"[1,]"],
)
def test_bodies_made_to_hurt_are_garbled_at_once(body):
    start = monotonic()
    with pytest.raises(wire.Garbled):
        wire.from_body(body)
    assert monotonic() - start < 0.5


def test_keys_that_collide_are_garbled_in_time():
    modulus = sys.hash_info.modulus
    data = {"d": [[{"i": hex(number * modulus)}, 0] for number in range(20_000)]}
    start = monotonic()
    with pytest.raises(wire.Garbled, match="collide"):
        wire.unpack(data)
    assert monotonic() - start < 2.0
