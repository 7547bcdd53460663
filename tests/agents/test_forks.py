"""Copies of environments, and one agent for a whole team."""

from __future__ import annotations

from typing import Any

import pytest
from pettingzoo.test import parallel_api_test

from collm_agents.collect import fork, step_all
from collm_envs.wrappers.single_agent import SoloEnv, join
from tests.agents.tables import chain
from tests.envs.tools import MODULES, scripted

each_task = pytest.mark.parametrize("name", MODULES)


def test_environments_without_fork_are_copied_deeply() -> None:
    class Counter:
        def __init__(self) -> None:
            self.seen = [0]

    original = Counter()
    other = fork(original)
    other.seen.append(1)
    assert original.seen == [0]


def test_steps_under_way_are_forgotten_where_one_fails() -> None:
    class Env:
        log: list[str] = []  # noqa: RUF012

        def __init__(self, fails: bool) -> None:
            self.fails = fails

        def step_async(self, action: Any) -> None:
            self.log.append("begun")

        def step_wait(self) -> None:
            if self.fails:
                raise KeyboardInterrupt

        def step_cancel(self) -> None:
            self.log.append("cancelled")

    with pytest.raises(KeyboardInterrupt):
        step_all([Env(False), Env(True), Env(False)], [{}, {}, {}])
    assert Env.log == ["begun"] * 3 + ["cancelled"] * 3


def outcome(env: Any, policy: str, turn_seed: int = 0) -> Any:
    return env.step(scripted(env, policy, turn_seed))


@each_task
def test_a_fork_and_its_original_know_nothing_of_each_other(name: str) -> None:
    env = MODULES[name].parallel_env(max_cycles=3)
    env.reset(seed=5)
    outcome(env, "random")
    before = (env.state(), env.transcript, env.agents)
    other = env.fork()
    assert (other.state(), other.transcript, other.agents) == before
    outcome(other, "greedy", 1)
    assert (env.state(), env.transcript, env.agents) == before, "stepping the copy changes nothing here"
    assert len(other.turns) == 2
    # And what either does from now on is what an environment does that was never copied.
    plain = MODULES[name].parallel_env(max_cycles=3)
    plain.reset(seed=5)
    outcome(plain, "random")
    third = env.fork()
    assert repr(outcome(env, "silent", 2)) == repr(outcome(plain, "silent", 2)) == repr(outcome(third, "silent", 2))
    assert env.transcript == plain.transcript == third.transcript
    if env.agents:
        assert repr(outcome(env, "random", 3)) == repr(outcome(plain, "random", 3)) == repr(outcome(third, "random", 3))
    assert env.reset()[0] == plain.reset()[0] == third.reset()[0], "the environments' own generators are copied, too"


@each_task
def test_forks_are_stepped_at_once(name: str) -> None:
    env = MODULES[name].parallel_env()
    env.reset(seed=1)
    copies = [env.fork() for _ in range(3)]
    moves = [scripted(env, policy) for policy in ("random", "silent", "oracle")]
    together = step_all(copies, moves)
    for move, found in zip(moves, together):
        assert repr(found) == repr(env.fork().step(move))
    assert env.turns == ()


def test_a_step_under_way_is_not_taken_along() -> None:
    env = MODULES["relay"].parallel_env()
    env.reset(seed=0)
    move = scripted(env, "oracle")
    env.step_async(move)
    other = env.fork()
    with pytest.raises(RuntimeError, match="no step is under way"):
        other.step_wait()
    assert repr(other.step(move)) == repr(env.step_wait())


def test_coophe_forks_share_their_sandbox() -> None:
    env = MODULES["coophe"].parallel_env()
    assert env.fork().task is env.task


# --- one agent for all ---


@each_task
def test_solo_environments_pass_pettingzoos_own_test(name: str) -> None:
    parallel_api_test(SoloEnv(MODULES[name].parallel_env()), num_cycles=30)


def test_solo_environments_fork() -> None:
    env = SoloEnv(MODULES["relay"].parallel_env(max_cycles=3))
    observations, _ = env.reset(seed=2)
    assert list(observations) == ["team"]
    other = env.fork()
    before = env.state()
    other.step({"team": "=== relay_0 ===\npress A\n=== relay_1 ===\npress B"})
    assert env.state() == before
    assert [len(each.alone.team.turns) for each in (env, other)] == [0, 1]
    assert "press B" in other.state()
    with pytest.raises(ValueError, match=r"one for 'team', got \['relay_0'\]"):
        env.step({"relay_0": "press A"})
    with pytest.raises(ValueError, match="team"):
        env.observation_space("relay_0")


def test_a_solo_environment_earns_what_its_team_does() -> None:
    team, solo = MODULES["relay"].parallel_env(max_cycles=2), SoloEnv(MODULES["relay"].parallel_env(max_cycles=2))
    team.reset(seed=3)
    solo.reset(seed=3)
    for _ in range(2):
        move = scripted(team, "oracle")
        _, rewards, terminations, truncations, _ = team.step(move)
        found = solo.step({"team": join(move)})
        assert found[1:4] == ({"team": rewards["relay_0"]}, {"team": terminations["relay_0"]}, {"team": truncations["relay_0"]})
    assert solo.agents == [] == team.agents
    assert solo.state() == team.state()


def test_games_of_this_file_are_pettingzoo_environments() -> None:
    parallel_api_test(chain((0.0, 1.0, 0.0)), num_cycles=10)
