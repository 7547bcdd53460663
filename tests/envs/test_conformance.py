"""The conformance suite: it passes what is right, catches what is broken, and our own environments pass it."""

from __future__ import annotations

import subprocess
import sys
import unittest
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from collm_envs.testing import CHECKS, ConformanceError, Settings, TextEnvConformance, check_text_env

from .broken import BROKEN, BareEnv, GoodEnv
from .tools import MODULES


def bare_env() -> GoodEnv:
    """The good environment, of which render modes cannot be asked for."""
    return GoodEnv()


# -- our own --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ours:
    """Makes one of our environments; found by its name in other processes, too."""

    task: str
    setting: str

    def __call__(self, **kwargs: Any) -> Any:
        module = MODULES[self.task]
        return module.parallel_env(**(module.PAPER if self.setting == "paper" else {}), **kwargs)


def improving(env: Any, agent: str, observation: str) -> str:
    """Random, then greedy, then perfect: rewards of all kinds, and an end before the horizon."""
    turn = len(env.turns)
    policy = env.task.policies[("random", "greedy", "oracle")[turn % 3]]
    return policy(env.task, env.instance, env.possible_agents.index(agent), Random(f"{turn}/{agent}"), turn + 1)


COMMANDS = (
    "/setblock 0 0 0 air\n/fill 0 0 0 4294967296 4 0 stone\n/setblock -1 99999999999999999999 0 stone",
    "```\n/kill\n```\n```/fill 0 0 0 0 0 0 \ud800```",
    "\n".join(f"/setblock {number % 30} {number % 5} 0 stone" for number in range(2000)),
)


class TestOurs(TextEnvConformance):
    """Every task, in its default and its paper setting, under random text and under scripted teams."""

    cross_process = True
    hostile_texts = COMMANDS

    @pytest.fixture(autouse=True, params=["text", "team"])
    def _play(self, request):
        self.policy = improving if request.param == "team" else None

    @pytest.fixture(autouse=True, params=["default", "paper"])
    def _setting(self, request):
        self.setting = request.param

    # The texts of TLDR and arXiv have no picture: what is checked of pictures is checked of the builds below.
    test_render_rgb_array = None

    @pytest.fixture(autouse=True, params=list(MODULES))
    def _task(self, request, _setting):
        self.make_env = Ours(request.param, self.setting)


@pytest.mark.parametrize("setting", ["default", "paper"])
@pytest.mark.parametrize("task", ["strbuild", "housebuild"])
def test_pictures_of_builds(task, setting):
    CHECKS["render_rgb_array"](Ours(task, setting), Settings(policy=improving))


# -- what is right passes -------------------------------------------------------------------------------------------


class TestGood(TextEnvConformance):
    make_env = staticmethod(GoodEnv)
    cross_process = True


class TestGoodByMethod(TextEnvConformance):
    hostile_texts = ("apple",)

    def make_env(self, render_mode=None):
        return GoodEnv(render_mode)


def test_function_runs_every_check():
    ran = check_text_env(GoodEnv, cross_process=True)
    assert ran == list(CHECKS)
    assert ran.skipped == {}


def test_skipped_checks_have_reasons():
    def local():
        return GoodEnv()

    ran = check_text_env(local)
    assert set(ran) | set(ran.skipped) == set(CHECKS)
    assert "cannot be imported" in ran.skipped["processes"]
    assert ran.skipped["render_ansi"] == ran.skipped["render_rgb_array"] == "make_env takes no render_mode"
    assert "processes" in check_text_env(bare_env)
    assert "cross_process=False" in check_text_env(bare_env, cross_process=False).skipped["processes"]
    with pytest.raises(ConformanceError, match=r"\[processes\].*cannot be imported"):
        check_text_env(local, cross_process=True)


def test_what_is_optional_may_be_missing():
    ran = check_text_env(BareEnv, cross_process=True)
    assert set(ran.skipped) == {"terms", "transcript", "horizon", "render_ansi", "render_rgb_array"}
    assert all(ran.skipped.values())


class Endless(GoodEnv):
    """An environment that hardly ends."""

    def __init__(self):
        super().__init__()
        self.max_cycles = 10**6


def test_endless_episodes_are_cut():
    ran = check_text_env(Endless, max_turns=5)
    assert ran.skipped["order"] == "no episode ended within 5 turns"


def test_rewards_of_their_own_can_be_allowed():
    env = next(env for env in BROKEN if env.__name__ == "OwnReward")
    assert "rewards" in check_text_env(env, shared_reward=False)


def test_agents_that_end_alone_can_be_allowed():
    env = next(env for env in BROKEN if env.__name__ == "EndsAlone")
    CHECKS["endings"](env, Settings(together=False))


def test_policy_plays():
    said = set()

    def policy(env, agent, observation):
        said.add(observation.partition(".")[0])
        return f"{agent} on {env.word}"

    check_text_env(GoodEnv, policy=policy)
    assert {"Turn 1", "Turn 2", "Turn 3"} <= said


def test_mixin_works_with_unittest():
    class Case(TextEnvConformance, unittest.TestCase):
        make_env = staticmethod(bare_env)
        cross_process = False

    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(result)
    assert result.wasSuccessful(), result.failures + result.errors
    assert result.testsRun == len(CHECKS)
    assert len(result.skipped) == 3


def test_needs_no_pytest():
    code = "import sys, collm_envs.testing; print('pytest' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


# -- what is broken is caught ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("env", BROKEN, ids=lambda env: f"{env.__name__}-{BROKEN[env]}")
def test_broken_is_caught(env):
    with pytest.raises(ConformanceError) as caught:
        CHECKS[BROKEN[env]](env, Settings())
    assert "expected" in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_every_check_catches_something():
    assert set(BROKEN.values()) == set(CHECKS)


def test_function_names_the_check():
    env = next(env for env in BROKEN if env.__name__ == "OwnReward")
    with pytest.raises(
        ConformanceError, match=r"^\[rewards\] turn 1, writer_1: the reward that all agents share: expected .*, got"
    ):
        check_text_env(env)
