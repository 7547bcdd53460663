"""Many environments in step, and steps that are begun and ended apart."""

from __future__ import annotations

import json
import math

import pytest

from collm_envs import strbuild_v0, tldr_v0
from collm_envs.core.env import CollabEnv
from collm_envs.core.task import BackendLost
from collm_envs.core.vector import VectorEnv
from collm_envs.minecraft.strbuild import StrBuild

from .tools import scripted


def test_vector_plays_what_each_environment_plays_alone():
    makers = [strbuild_v0.parallel_env, tldr_v0.parallel_env, lambda: strbuild_v0.parallel_env(max_cycles=2)]
    envs, alone = VectorEnv(makers), [make() for make in makers]
    first = envs.reset(seed=5, options={"split": "test"})
    assert [list(item) for item in zip(*first)] == [
        list(env.reset(seed=5 + i, options={"split": "test"})) for i, env in enumerate(alone)
    ]
    while envs.running:
        running = envs.running
        joint = [scripted(env, "random") if env.agents else None for env in envs.envs]
        together = list(zip(*envs.step(joint)))
        for number, env in enumerate(alone):
            assert together[number] == (env.step(joint[number]) if number in running else ({}, {}, {}, {}, {}))
    assert [env.transcript for env in envs.envs] == [env.transcript for env in alone]
    with pytest.raises(RuntimeError, match="call reset"):
        envs.step([None] * 3)


def test_wrong_action_of_one_steps_none():
    envs = VectorEnv([strbuild_v0.parallel_env] * 2)
    envs.reset(seed=0)
    good = {"builder_0": "", "builder_1": ""}
    with pytest.raises(ValueError, match="the action of builder_0 is missing"):
        envs.step([good, None])
    with pytest.raises(ValueError, match="one for each of the 2 environments, got 1"):
        envs.step([good])
    with pytest.raises(ValueError, match="seeds must be one for each"):
        envs.reset(seed=[1])
    assert [env.turns for env in envs.envs] == [(), ()]
    assert len(envs.step([good, good])[1]) == 2


def test_step_begun_twice_or_never_is_refused():
    env = strbuild_v0.parallel_env()
    env.reset(seed=0)
    with pytest.raises(RuntimeError, match="call step_async"):
        env.step_wait()
    action = {"builder_0": "", "builder_1": ""}
    env.step_async(action)
    with pytest.raises(RuntimeError, match="call step_wait"):
        env.step(action)
    env.reset(seed=0)  # A step under way is forgotten.
    assert env.step(action)[4]["builder_0"]["turn"] == 1


class Failing(StrBuild):
    """A task whose backend is lost, in one of two places."""

    where = "score"

    def submit(self, instance, joint_action, carry=None):
        if self.where == "submit":
            raise BackendLost("the server is gone")

        def fail():
            raise BackendLost("the server is gone")

        return fail


@pytest.mark.parametrize("where", ["submit", "score"])
def test_lost_backend_truncates_and_is_no_score(where, monkeypatch):
    monkeypatch.setattr(Failing, "where", where)
    env = CollabEnv(Failing(), render_mode="ansi")
    _, first_infos = env.reset(seed=0)
    observations, rewards, terminations, truncations, infos = env.step({"builder_0": "", "builder_1": ""})
    assert env.agents == []
    assert all(math.isnan(reward) for reward in rewards.values())
    assert set(terminations.values()) == {False}
    assert set(truncations.values()) == {True}
    assert "the server is gone" in observations["builder_0"]
    assert infos["builder_0"].keys() == first_infos["builder_0"].keys()
    [record] = json.loads(json.dumps(env.transcript, allow_nan=False))
    assert (record["reward"], record["truncated"], record["terminated"], record["lost"]) == (
        None,
        True,
        False,
        "the server is gone",
    )
    env.reset(seed=0)
    assert env.agents


def test_backend_that_cannot_be_had_is_said_at_reset(monkeypatch):
    def missing(self):
        raise BackendLost("start the server first")

    monkeypatch.setattr(StrBuild, "check_backend", missing)
    with pytest.raises(BackendLost, match="start the server first"):
        strbuild_v0.parallel_env().reset(seed=0)
