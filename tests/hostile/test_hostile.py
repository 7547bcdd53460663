"""No hostile program passes a test, leaves its sandbox, outlives its program or harms its neighbours; in every backend.

Each program is a file under ``fakes/`` or ``breakouts/``, and a test of its own here. They all run in one process per backend,
which starts one sandbox (``runner.py``) inside a cage (``cage.py``): hostile programs never run loose, not even when the sandbox
fails. Where there is no cage the tests skip, and say why.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from collm_envs.coding.sandbox.inside.worker import GRACE

from tests.engine import require_docker
from tests.hostile.cage import NoCage, cage
from tests.hostile.programs import SHAPES, Attack, attacks
from tests.hostile.runner import BACKENDS, TIME_LIMIT

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="the cage is made of Linux")]

ROOT = Path(__file__).parents[2]
RUN_LIMIT = 400.0
"""Seconds for all programs on one backend; about 45 on a quiet machine."""
MOST_RESTARTS = 3
LATEST = 2 * (TIME_LIMIT + GRACE) + 1.5
"""Seconds until the verdict on a hostile program; if the judge is lost over it, it has a second try."""
LONGEST_TEXT = 1000
HOST_SECRET = "HOST_SECRET-of-the-environment"
FAKES, BREAKOUTS = attacks("fakes"), attacks("breakouts")
ALL = [*FAKES, *BREAKOUTS]
FOOLING = [attack for attack in FAKES if attack.fools]
LOOSE = [attack for attack in BREAKOUTS if attack.loose]

Findings = dict[str, Any]


# -- running ------------------------------------------------------------------------------------------------------------


def _caged(words: list[str], namespaces: bool) -> Iterator[Findings]:
    """The lines of JSON that a command prints in a cage."""
    with cage() as held, _open_pipe() as stdin:
        child = subprocess.Popen(
            held.command([sys.executable, "-m", *words], namespaces),
            cwd=ROOT,
            env={**os.environ, **held.environment(), "HOST_SECRET": HOST_SECRET, "PYTHONPATH": str(ROOT)},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            said, complaint = child.communicate(timeout=RUN_LIMIT)
        except subprocess.TimeoutExpired:
            held.kill()
            child.kill()
            said, complaint = child.communicate()
            complaint += f"\nkilled after {RUN_LIMIT} s"
        for line in said.splitlines():
            yield json.loads(line)
        if child.returncode:
            yield {"ended": child.returncode, "complaint": complaint[-2000:]}


@contextlib.contextmanager
def _open_pipe() -> Iterator[int]:
    """The reading end of a pipe that stays open until then, or until this process ends."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(writing)


def _run(backend: str) -> Findings:
    """What was found about every program; a runner that ends early is started again behind the program it ended with."""
    found: Findings = {"programs": {}, "shapes": {}, "complaints": []}
    left = [str(attack) for attack in ALL]
    for _ in range(1 + MOST_RESTARTS):
        last = ""
        for line in _caged(["tests.hostile.runner", backend, *left], namespaces=backend != "docker"):
            if "starting" in line:
                last = line["starting"]
            elif "program" in line:
                found["programs"][line["program"]] = line
            elif "shape" in line:
                found["shapes"][line["shape"]] = line
            elif "ended" in line:
                found["complaints"].append(line["complaint"])
                if last and last not in found["programs"]:
                    found["programs"][last] = {"error": f"the runner ended over it: {line['complaint']}"}
            else:
                found |= line
        left = [name for name in left if name not in found["programs"]]
        if not left or not last:
            break
    return found


def _starved() -> Findings:
    found: Findings = {}
    for line in _caged(["tests.hostile.starved"], namespaces=True):
        found |= line
    return found


def _naive() -> Findings:
    return {"programs": {line["program"]: line for line in _caged(["tests.hostile.naive"], namespaces=True) if "program" in line}}


@pytest.fixture(scope="session")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Findings]:
    """What was found with a backend (or by the naive scorer), run once for all test processes."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    @functools.cache
    def of(backend: str) -> Findings:
        with (folder / f"hostile-{backend}.json").open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # Another test process is at it.
            file.seek(0)
            text = file.read()
            if not text:
                try:
                    found = {"naive": _naive, "starved": _starved}.get(backend, lambda: _run(backend))()
                except NoCage as error:
                    found = {"skip": str(error)}
                text = json.dumps(found)
                file.write(text)
            read: Findings = json.loads(text)
            return read

    return of


@pytest.fixture(params=BACKENDS)
def found(request: pytest.FixtureRequest, findings: Callable[[str], Findings]) -> Findings:
    if request.param == "docker":
        require_docker()
    return _or_skip(findings(request.param))


@pytest.fixture
def starved(findings: Callable[[str], Findings]) -> Findings:
    return _or_skip(findings("starved"))


@pytest.fixture
def fooled(findings: Callable[[str], Findings]) -> Findings:
    return _or_skip(findings("naive"))


def _or_skip(found: Findings) -> Findings:
    if "skip" in found:
        pytest.skip(f"hostile programs do not run loose, and there is no cage here: {found['skip']}")
    return found


# -- in the sandbox -----------------------------------------------------------------------------------------------------


def _of(found: Findings, attack: Attack) -> Findings:
    """What was found about a program, once it is clear that nobody else had to suffer from it."""
    result: Findings = found["programs"].get(str(attack), {"error": f"it was never run: {found['complaints']}"})
    assert not result["error"], "a hostile program must not look like a failure of the sandbox"
    assert not result["neighbours"], "honest programs beside or after it lost tests"
    assert not result["survivors"], "processes are left"
    assert not result["visits"], "it reached a listener outside"
    assert result["seconds"] < LATEST
    assert result["longest_text"] <= LONGEST_TEXT
    assert result["printable"], "the verdict's text cannot be written as UTF-8"
    return result


@pytest.mark.parametrize("attack", FAKES, ids=str)
def test_nothing_is_faked(found: Findings, attack: Attack) -> None:
    result = _of(found, attack)
    assert result["passed"] == 0
    assert len(result["outcomes"]) == len(SHAPES[attack.shape].tests)


@pytest.mark.parametrize("attack", BREAKOUTS, ids=str)
def test_nothing_breaks_out(found: Findings, attack: Attack) -> None:
    result = _of(found, attack)
    said = " ".join([*result["calls"], *result["details"], result["problem"]])
    assert not re.search("ESCAPED|LEAK|HOST_SECRET", said)
    assert _end(result) in attack.ends, f"it did not do what it is there for: {said}"


def _end(result: Findings) -> str:
    if result["problem"]:
        return "problem"
    contained = re.search(r"returned ['\"]contained", result["calls"][0])
    return "contained" if contained and result["outcomes"][0] == "failed" else str(result["outcomes"][0])


@pytest.mark.parametrize("shape", [name for name, shape in SHAPES.items() if shape.honest])
def test_tests_can_be_passed(found: Findings, shape: str) -> None:
    assert found["shapes"][shape]["passed"], found["shapes"][shape]


def test_nothing_is_left(found: Findings) -> None:
    assert not found["complaints"]
    assert found["files"] == []
    assert found["left"] == []


def test_no_process_that_runs_a_program_has_seen_its_tests(starved: Findings) -> None:
    """Not even one that was forked from a zygote made in the middle of a program, after the first one got no more processes."""
    assert starved["passed"] == 0, starved


def test_wasted_time_does_not_make_a_part_matter(starved: Findings) -> None:
    assert not starved["matters"], starved


# -- without a sandbox --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", FOOLING, ids=str)
def test_naive_scorer_is_fooled(fooled: Findings, attack: Attack) -> None:
    assert fooled["programs"][str(attack)]["fooled"]


@pytest.mark.parametrize("attack", LOOSE, ids=str)
def test_breaks_out_where_nothing_stops_it(fooled: Findings, attack: Attack) -> None:
    assert re.search("ESCAPED|LEAK", fooled["programs"][str(attack)]["said"])


def test_there_are_enough_of_each() -> None:
    assert len(FAKES) >= 100
    assert len(BREAKOUTS) >= 80
    assert len(FOOLING) >= 50
    assert {attack.shape for attack in FAKES} | {"report", "longcall"} == set(SHAPES)


def test_a_cage_holds() -> None:
    """A program that forks as often as it can stays below the limit, and is gone afterwards."""
    forking = "import os, time\nfor n in range(400):\n    if not os.fork():\n        time.sleep(60)\n"
    with contextlib.ExitStack() as stack:
        try:
            held = stack.enter_context(cage())
        except NoCage as error:
            pytest.skip(str(error))
        child = subprocess.run(held.command([sys.executable, "-c", forking]), capture_output=True, text=True)
        assert "BlockingIOError" in child.stderr
    assert not any(group.exists() for group in held.groups)
