"""``collm sandbox check``, the self-test behind it, the doctor's findings, and what happens when a backend is lost."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from collm_agents.__main__ import main
from collm_agents.arguments import full_options, make_env
from collm_agents.commands import doctor, sandbox
from collm_agents.commands.human import HumanTeam
from collm_agents.commands.sandbox import Finding
from collm_agents.evaluate import evaluate, play_episode
from collm_agents.policies.scripted import ScriptedTeam
from collm_agents.records import read_results
from collm_envs import coophe_v0
from collm_envs.coding.sandbox import Program, SandboxError, TestResult, Verdict, open_sandbox
from collm_envs.coding.sandbox.process import ProcessBackend
from collm_envs.coding.sandbox.selfcheck import Attempt, self_check
from collm_envs.core.task import BackendLost
from tests.engine import require_docker
from tests.hostile.cage import Cage, NoCage, cage

linux = pytest.mark.skipif(sys.platform != "linux", reason="the embedded sandbox isolates on Linux")

# A scorer as many are: tests in the program's own process, the exit code believed. It prints how the test ended.
NAIVE = """
import json, sys
program = json.load(sys.stdin)
namespace = {"__name__": "program"}
try:
    exec(program["code"], namespace)
    namespace["candidate"] = namespace[program["entry_point"]]
    exec(program["tests"][0], namespace)
except AssertionError:
    print(json.dumps(["failed", "", "returned " + repr(namespace["candidate"](1))]))
except Exception as error:
    print(json.dumps(["error", repr(error), ""]))
"""


class NaiveBox:
    """What the self-test needs of a sandbox, with nothing that holds anybody but a cage and a limit of time."""

    memory = 16 << 20

    def __init__(self, cage: Cage) -> None:
        self._cage = cage

    def submit(self, program: Program) -> Future[Verdict]:
        given = json.dumps({"code": program.code, "entry_point": program.entry_point, "tests": program.tests})
        words = self._cage.command([sys.executable, "-c", NAIVE])
        try:
            done = subprocess.run(words, input=given, capture_output=True, text=True, timeout=program.call_limit, env={"HOME": "/"})
            result = TestResult(*json.loads(done.stdout)) if done.stdout.startswith('["') else TestResult("passed")
        except subprocess.TimeoutExpired:
            result = TestResult("timeout")
        future: Future[Verdict] = Future()
        future.set_result(Verdict((result,)))
        return future


class BrokenBox:
    """A sandbox that fails on every program."""

    memory = 16 << 20

    def submit(self, program: Program) -> Future[Verdict]:
        future: Future[Verdict] = Future()
        future.set_exception(SandboxError("the daemon is gone"))
        return future


class TestSelfCheck:
    @linux
    def test_the_embedded_sandbox_holds(self) -> None:
        told: list[tuple[int, int]] = []
        with open_sandbox("process", workers=2) as box:
            attempts = self_check(box, lambda done, total: told.append((done, total)))
        assert [attempt for attempt in attempts if not attempt.held] == []
        assert (attempts[0].name, attempts[-1].name) == ("honest", "honest again")
        assert 14 <= len(attempts) <= 18
        assert told == [(done, len(attempts)) for done in range(1, len(attempts) + 1)]

    def test_the_docker_sandbox_holds(self) -> None:
        require_docker()
        with open_sandbox("docker", workers=1) as box:
            assert [attempt for attempt in self_check(box) if not attempt.held] == []

    def test_most_programs_get_through_where_nothing_holds_them(self) -> None:
        try:
            with cage() as held:
                attempts = self_check(NaiveBox(held))  # type: ignore[arg-type]
        except NoCage as error:
            pytest.skip(str(error))
        # Of no avail against a naive scorer, which has neither channels nor verdicts to forge; they end in other ways than known.
        harmless = {"forged verdict", "early answers"}
        assert {attempt.name for attempt in attempts if attempt.held} == {"honest", "honest again", "endless loop"}
        through = {attempt.name: attempt.detail for attempt in attempts if not attempt.held and attempt.name not in harmless}
        for name in ("exit", "SystemExit", "always equal", "StopIteration", "no data", "search", "exec"):
            assert through.pop(name) == "passed", name
        assert all(detail.startswith("failed: returned ") for detail in through.values()), through
        assert set(through) == {"files", "environment", "network", "fork", "signal", "memory"}

    def test_a_sandbox_that_fails_does_not_hold(self) -> None:
        attempts = self_check(BrokenBox())  # type: ignore[arg-type]
        assert not any(attempt.held for attempt in attempts)
        assert {attempt.detail for attempt in attempts} == {"the sandbox failed: the daemon is gone"}


class TestCheck:
    @linux
    @pytest.mark.parametrize("backend", ["auto", "process", "weak"])
    def test_prints_what_is_enforced_and_what_held(self, backend: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["sandbox", "check", "--backend", backend]) == 0
        out, err = capsys.readouterr()
        assert f"backend {backend.replace('auto', 'process')}, ready after" in out
        assert all(part in out for part in ("network", "files", "processes", "signals", "memory", "cpu", "uid"))
        assert "seccomp" in out
        assert "everything held" in out
        assert not err

    def test_what_gets_through_is_named(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        attempts = [Attempt("honest", "work", True, "passed"), Attempt("fork", "fork", False, "failed: \x1b[31mforked")]
        monkeypatch.setattr(sandbox, "self_check", lambda *_: attempts)
        monkeypatch.setattr(sandbox, "open_sandbox", lambda *_, **__: FakeBox([]))
        assert main(["sandbox", "check"]) == 1
        out = capsys.readouterr().out
        assert "this sandbox does not hold: fork did not end as it should\n" in out
        assert "\x1b" not in out

    def test_what_is_not_enforced_is_named(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        unheld = ["network", "files", "processes", "signals", "memory"]
        monkeypatch.setattr(sandbox, "self_check", lambda *_: [Attempt("honest", "work", True, "passed")])
        monkeypatch.setattr(sandbox, "open_sandbox", lambda *_, **__: FakeBox(unheld))
        assert main(["sandbox", "check", "--backend", "weak"]) == 1
        out = capsys.readouterr().out
        for part in ("network", "files", "processes", "signals", "memory"):
            assert f"{part} not enforced" in out
        assert "cpu not enforced" not in out

    def test_backend_that_is_not_to_be_had(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        def open_sandbox(*_: Any, **__: Any) -> None:
            raise SandboxError("no engine\nanswers")

        monkeypatch.setattr(sandbox, "open_sandbox", open_sandbox)
        assert main(["sandbox", "check", "--backend", "docker"]) == 1
        assert capsys.readouterr() == ("", "collm: error: no engine answers\n")


class FakeBox:
    def __init__(self, lacking: list[str]) -> None:
        self.lacking = lacking
        self.backend = ProcessBackend(weak=True, bubblewrap=False)
        # As a worker says hello on a machine that refuses these.
        self.isolation = self.backend.isolation({"uid": 1000})

    def __enter__(self) -> FakeBox:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class TestDoctor:
    @pytest.fixture
    def say(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Finding]]:
        def findings(embedded: Callable[[], str], docker: Callable[[], str], bwrap: str | None) -> list[Finding]:
            monkeypatch.setattr(sandbox, "_embedded", embedded)
            monkeypatch.setattr(sandbox, "_docker", docker)
            monkeypatch.setattr(sandbox, "which", lambda _: bwrap)
            monkeypatch.setattr(sandbox.sys, "platform", "linux")
            return sandbox.findings()

        return findings

    def fail(self) -> str:
        raise SandboxError("weak isolation: choose docker")

    def test_all_there(self, say: Callable[..., list[Finding]]) -> None:
        found = say(lambda: f"seccomp, {sandbox.APART}", lambda: "image", "/usr/bin/bwrap")
        assert [finding.works for finding in found] == [True, True, True]

    def test_nothing_there(self, say: Callable[..., list[Finding]]) -> None:
        embedded, bubblewrap, docker = say(self.fail, self.fail, None)
        assert [embedded.works, bubblewrap.works, docker.works] == [False, False, False]
        assert embedded.detail == "weak isolation: choose docker"
        assert bubblewrap.detail.endswith("apt install bubblewrap")

    def test_bubblewrap_that_does_not_work(self, say: Callable[..., list[Finding]]) -> None:
        bubblewrap = say(lambda: "seccomp", self.fail, "/usr/bin/bwrap")[1]
        assert bubblewrap == Finding("bubblewrap", False, "installed, but this system does not let it make namespaces")

    def test_engine_that_does_not_answer(self, say: Callable[..., list[Finding]], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sandbox, "PROBE_LIMIT", 0.2)
        start = time.monotonic()
        docker = say(lambda: "seccomp", lambda: time.sleep(3) or "late", None)[-1]
        assert docker == Finding("Docker sandbox", False, "no answer within 0.2 s")
        assert time.monotonic() - start < 2

    def test_without_the_sdk_it_says_how(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setitem(sys.modules, "docker", None)
        monkeypatch.setenv("COLUMNS", "300")
        assert main(["doctor"]) == 0
        assert 'pip install "collm-envs[sandbox]"' in capsys.readouterr().out

    def test_is_part_of_the_doctor(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setattr(doctor, "findings", lambda: [Finding("a box", True, "of\nsand")])
        assert main(["doctor"]) == 0
        assert "a box    yes    of sand" in capsys.readouterr().out

    @linux
    def test_what_isolation_says_is_what_is_looked_for(self) -> None:
        backend = ProcessBackend()
        said = backend.isolation({"network": True})["network"]
        assert said in (sandbox.APART, "refused")
        assert ProcessBackend(bubblewrap=False).isolation({})["network"] == "NOT ENFORCED"


class TestLostBackend:
    """A backend that is lost ends a command with one line; it never becomes a reward."""

    @pytest.fixture
    def lose(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
        """Have the backend of tldr be lost after some scores."""
        task = type(make_env("tldr").task)
        score = task.score

        def after(good: int) -> None:
            left = iter(range(good))

            def failing(self: Any, *args: Any) -> Any:
                if next(left, None) is None:
                    raise BackendLost("the sandbox\nwas lost")
                return score(self, *args)

            monkeypatch.setattr(task, "score", failing)

        return after

    @pytest.fixture
    def nothing(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """No backend can be had."""

        def check_backend(self: Any) -> None:
            raise BackendLost("no sandbox here")

        monkeypatch.setattr(type(make_env("tldr").task), "check_backend", check_backend)
        return iter(())

    def test_evaluation_keeps_what_it_has(
        self, lose: Callable[[int], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lose(3)
        assert main(["eval", "tldr", "--team", "silent", "--episodes", "9", "--out", str(tmp_path)]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err.splitlines() == [
            f"3 of 9 episodes are in {tmp_path}; the same command with --resume goes on",
            "collm: error: tldr: turn 1 could not be scored: the sandbox was lost",
        ]
        assert [result.index for result in read_results(tmp_path)] == [0, 1, 2]
        assert json.loads((tmp_path / "run.json").read_text())["complete"] is False
        assert not (tmp_path / "table.md").exists()

    def test_evaluate_raises_and_has_told(self, lose: Callable[[int], None]) -> None:
        lose(2)
        told: list[float] = []
        with pytest.raises(BackendLost, match="was lost"):
            evaluate("tldr", ScriptedTeam("silent"), "test", 5, on_episode=lambda result: told.append(result.last_reward))
        assert len(told) == 2

    def test_later_turn(self, lose: Callable[[int], None]) -> None:
        lose(1)
        with pytest.raises(BackendLost, match="turn 2 could not be scored"):
            play_episode(make_env("tldr", [["max_cycles=3"]]), ScriptedTeam("silent"), "test", 0, 0)

    @pytest.mark.parametrize("words", ["eval tldr --team silent", "show tldr", "play tldr"])
    def test_backend_that_is_not_there_is_no_wrong_argument(
        self, words: str, nothing: None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(words.split()) == 1
        assert capsys.readouterr() == ("", "collm: error: no sandbox here\n")

    def test_play(self, lose: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        lose(0)
        monkeypatch.setattr("sys.stdin", io.StringIO("hello\n.\n"))
        assert main(["play", "tldr"]) == 1
        out, err = capsys.readouterr()
        assert err == "collm: error: tldr: turn 1 could not be scored: the sandbox was lost\n"
        assert "nan" not in out

    def test_a_person_is_told(self, lose: Callable[[int], None], capsys: pytest.CaptureFixture[str]) -> None:
        lose(0)
        env = make_env("tldr")
        env.reset(seed=0)
        env.step(dict.fromkeys(env.agents, "x"))
        HumanTeam("writer_0", ScriptedTeam("silent")).show_outcome(env)
        out = capsys.readouterr().out
        assert "turn 1 of 1 could not be scored: the sandbox" in out
        assert "nan" not in out


class TestOptions:
    @linux
    def test_what_json_cannot_hold_is_written_out(self) -> None:
        def hint(*_: Any) -> tuple[str, str]:
            return "", ""

        with open_sandbox("process", workers=1) as box:
            options = full_options(coophe_v0.parallel_env(sandbox=box, feedback="expert", expert=hint))
        assert json.loads(json.dumps(options)) == options
        assert options["sandbox"] == repr(box)
        assert "hint" in options["expert"]
        assert options["call_limit"] == 3.0

    def test_the_rest_stays_as_it_is(self) -> None:
        options = full_options(make_env("strbuild", [["num_agents=3"]]))
        assert options["num_agents"] == 3
        assert isinstance(options["max_cycles"], int)
