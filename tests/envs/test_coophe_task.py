"""CoopHE as a task: options, sandboxes, transcript, terminal, scripted teams."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
import random
from concurrent.futures import Future

import pytest

from collm_envs import coophe_v0
from collm_envs.coding import policies
from collm_envs.coding.coophe import TASKS, CoopHE
from collm_envs.coding.problem import from_row, parse
from collm_envs.coding.sandbox import SandboxError, open_sandbox

from .test_coophe import ALONE, AUX, PROSE, TASK, USES, Judge, step


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"feedback": "expert"}, "go together"),
        ({"expert": print}, "go together"),
        ({"feedback": "expert", "expert": "me"}, "expert must be callable, got str"),
        ({"feedback": "levels"}, "level, level_passed, passed, plain, expert"),
        ({"support": "all"}, "keep, drop"),
        ({"sandbox": "podman"}, "auto, process, docker, weak"),
        ({"sandbox": None}, "a name or an open sandbox, got NoneType"),
        ({"shown_tests": 1.5}, "shown_tests must be a whole number"),
        ({"call_limit": 0}, "call_limit must be above 0"),
        ({"time_limit": float("nan")}, "time_limit must be above 0"),
        ({"time_limit": "long"}, "number of seconds"),
        ({"ignored_call_penalty": 0}, "True or False"),
    ],
)
def test_bad_options(options, words):
    with pytest.raises((ValueError, TypeError), match=words):
        coophe_v0.parallel_env(**options)


def test_task_is_a_value():
    task = CoopHE(shown_tests=0)
    assert hash(task) == hash(CoopHE(shown_tests=0))
    assert pickle.loads(pickle.dumps(task)) == task
    with pytest.raises(dataclasses.FrozenInstanceError):
        task.shown_tests = 1


def test_environments_share_an_open_sandbox():
    with open_sandbox(workers=1) as box:
        first, second = coophe_v0.parallel_env(sandbox=box), coophe_v0.parallel_env(sandbox=box)
        for env in (first, second):
            env.reset(seed=0, options={"task": TASK})
        first.step_async({"coder_0": AUX, "coder_1": USES})
        assert second.step({"coder_0": AUX, "coder_1": ALONE})[1]["coder_0"] == 2.5
        assert first.step_wait()[1]["coder_0"] == 4.0
        twin = copy.deepcopy(first)
        assert twin.transcript == first.transcript
    with pytest.raises(SandboxError, match="closed"):
        first.reset(seed=0)


def test_a_lost_sandbox_is_no_reward():
    class Lost(Judge):
        def submit(self, program):
            future = Future()
            future.set_exception(SandboxError("the daemon is gone"))
            return future

    env = coophe_v0.parallel_env(sandbox=Lost(), render_mode="ansi")
    env.reset(seed=0, options={"task": TASK})
    observations, rewards, terminations, truncations, infos = env.step({"coder_0": AUX, "coder_1": USES})
    assert truncations == {"coder_0": True, "coder_1": True}
    assert not any(terminations.values())
    assert rewards["coder_0"] != rewards["coder_0"]
    assert "the daemon is gone" in observations["coder_0"]
    assert infos["coder_0"]["tests_total"] == 2
    assert env.transcript[0]["reward"] is None
    assert "Problem" in env.render()


def test_copies_in_mid_episode():
    *_, env = step(AUX, ALONE)
    for twin in (copy.deepcopy(env), pickle.loads(pickle.dumps(env))):
        assert twin.step({"coder_0": AUX, "coder_1": USES})[1]["coder_0"] == 4.0
        assert len(env.turns) == 1


def test_transcript():
    *_, env = step(f"Sure:\n\nTWO = 2\n{AUX}", "def f(n):\n    return aux(n) / 0")
    (record,) = env.transcript
    assert json.loads(json.dumps(record)) == record
    assert record["code"] == {"coder_0": f"TWO = 2\n\n{AUX}", "coder_1": "def f(n):\n    return aux(n) / 0"}
    assert record["faults"] == {"coder_0": "", "coder_1": ""}
    assert record["load_error"] == {"coder_0": "", "coder_1": ""}
    assert record["tests"]["coder_0"] == []
    assert record["tests"]["coder_1"][1] == {
        "test": "assert f(5) == 11",
        "outcome": "error",
        "detail": "ZeroDivisionError: division by zero",
        "call": "f(5) raised ZeroDivisionError: division by zero",
    }
    *_, env = step(PROSE, ALONE + " +")
    assert env.transcript[0]["faults"]["coder_0"] == "no `def aux(...)` at the left margin"
    assert env.transcript[0]["faults"]["coder_1"].startswith("line 2, column ")


def test_terminal():
    env = coophe_v0.parallel_env(render_mode="ansi")
    env.reset(seed=0, options={"task": TASK})
    assert "Problem: f, 2 tests" in env.render()
    assert '"""Twice n' in env.render()
    env.step({"coder_0": AUX + "  # \x1b[2J", "coder_1": USES.replace("return double", "return double if n < 5 else 0")})
    plain = env.task.ansi(env.instance, ("", ""), env.turns[0].score, False)
    assert "\x1b" not in plain
    for text in (
        "coder_0: writes the helper aux",
        "  def aux(n):",
        "tests: 1 of 2 passed",
        "  + assert f(1) == 3",
        "  x assert f(5) == 11",
    ):
        assert text in plain
    for text in ("failed: AssertionError; f(5) returned 0", "not_wrapper          1.000 of 1.00", "reward               3.500"):
        assert text in plain
    assert "\x1b[2J" not in env.render()
    env.reset(seed=0, options={"task": TASK})
    env.step({"coder_0": PROSE, "coder_1": ALONE + " +"})
    assert "tests: none of 2 run" in env.render()
    assert "no `def aux(...)`" in env.render()


# -- scripted teams ---------------------------------------------------------------------------------------------------


def play(policy, task, seed=0, **options):
    env = coophe_v0.parallel_env(**options)
    env.reset(seed=0, options={"task": task})
    script = env.task.policies[policy]
    joint = {name: script(env.task, env.instance, agent, random.Random(f"{seed}/{agent}")) for agent, name in enumerate(env.agents)}
    return env.step(joint)[1]["coder_0"], joint


def test_without_a_reference_pair_scripts_do_what_they_can():
    for returns, reward_ in (("int", 1.5), ("List[int]", 1.5), ("bool", 3.5), (None, 1.5)):
        head = f"from typing import List\ndef f(n: int){f' -> {returns}' if returns else ''}:\n    '''Doc.'''\n"
        problem = {"prompt": head, "entry_point": "f", "test": "assert f(1) == False and f(1) is not 0\nassert f(2) == 17"}
        problem["test"] = "assert isinstance(f(1), bool)\nassert f(2) == 17"
        assert play("oracle", problem)[0] == reward_
        assert play("greedy", problem)[0] == min(reward_, 2.0)
        assert all(0 <= play("random", problem, seed)[0] < 4 for seed in range(20))


def test_greedy_does_it_alone():
    problem = {**TASK, "aux": f"import re\n\n\n{AUX}", "main": USES.replace("    double =", '    """Doc."""\n    double =')}
    reward_, joint = play("greedy", problem)
    assert reward_ == 2.5
    assert joint["coder_1"].startswith('import re\n\ndef f(n):\n    """Doc."""\n\n    def aux(n):')
    assert play("oracle", problem)[0] == 4.0


def test_a_reference_pair_that_does_not_parse_breaks_no_script():
    problem = parse({**TASK, "aux": "def aux(n): return =", "main": USES})
    assert policies.greedy(CoopHE(), problem, 1, random.Random(0)) == USES


def test_rows_of_the_papers_data_set():
    row = {**TASK, "task_id": "HumanEval/1", "canonical_solution": "    return 1", "extra": None}
    assert from_row(row) == {**TASK, "task_id": "HumanEval/1"}
    assert TASKS.hub.convert({**TASK, "task_id": 7})["task_id"] == "7"
    assert TASKS.check("hub:test[:16]") == "hub:test[:16]"
