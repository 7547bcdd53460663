"""What critics read: all that was seen and answered, or one agent's part of it, by one rule."""

from __future__ import annotations

import re
from typing import Any

import pytest

from collm_agents.collect import Collector, Plan
from collm_agents.history import HistoryBuilder
from collm_agents.models.base import Sampling
from collm_agents.models.relay_tables import relay_tables
from collm_agents.rollouts import history, trajectories
from collm_envs.core.prompting import tagged
from tests.agents import tables
from tests.agents.tables import AGENTS, chain
from tests.envs.tools import MODULES, scripted

each_task = pytest.mark.parametrize("name", MODULES)
_OWNER = re.compile(r'<(?:observation|action) turn="\d+" agent="(\w+)">')

OBSERVATIONS = {"a_0": "left", "a_1": "right"}
ANSWERS = {"a_0": "go", "a_1": "stay"}


@each_task
def test_full_joint_segments_one_after_the_other_are_the_state_of_the_environment(name: str) -> None:
    env, builder = MODULES[name].parallel_env(max_cycles=3), HistoryBuilder("full")
    observations, _ = env.reset(seed=4)
    segments, answers, turn = [], None, 1
    while True:
        segments.append(builder.segment(turn, env.possible_agents, observations, answers))
        assert "\n".join(segments) == env.state()
        if not env.agents:
            break
        answers = scripted(env, "random" if turn % 2 else "silent", turn)
        observations, *_ = env.step(answers)
        turn += 1
    assert turn > 2 or name == "coophe"


@each_task
@pytest.mark.parametrize("mode", ["current", "last_k", "full"])
def test_an_agents_own_history_holds_its_own_texts_and_no_others(name: str, mode: Any) -> None:
    env, builder = MODULES[name].parallel_env(max_cycles=2), HistoryBuilder(mode)
    first, _ = env.reset(seed=4)
    answers = {agent: f"A secret word of {agent}." for agent in env.agents}
    second, *_ = env.step(answers)
    for agent in env.possible_agents:
        segments = [builder.segment(1, (agent,), first, None), builder.segment(2, (agent,), second, answers)]
        own = [tagged(1, agent, "observation", first[agent]), tagged(2, agent, "observation", second[agent])]
        if mode != "current":
            own.insert(1, tagged(1, agent, "action", answers[agent]))
        assert "\n".join(segments) == "\n".join(own)
        assert set(_OWNER.findall("\n".join(segments))) == {agent}
        for other in set(env.possible_agents) - {agent}:
            assert answers[other] not in "\n".join(segments)


def test_a_joint_history_is_all_agents_own_ones() -> None:
    """CC and DC differ in nothing else."""
    for mode in ("current", "last_k", "full"):
        builder = HistoryBuilder(mode)  # type: ignore[arg-type]
        joint = builder.segment(3, AGENTS, OBSERVATIONS, ANSWERS)
        own = [builder.segment(3, (agent,), OBSERVATIONS, ANSWERS) for agent in AGENTS]
        assert sorted(joint.splitlines()) == sorted("\n".join(own).splitlines())


def test_what_is_read_by_mode() -> None:
    told, seen = tagged(2, "a_0", "action", "go"), tagged(3, "a_0", "observation", "left")
    for mode, expected in (("current", seen), ("last_k", f"{told}\n{seen}"), ("full", f"{told}\n{seen}")):
        assert HistoryBuilder(mode).segment(3, ("a_0",), OBSERVATIONS, ANSWERS) == expected  # type: ignore[arg-type]
    assert [HistoryBuilder(mode, 3).window for mode in ("current", "last_k", "full")] == [1, 3, None]  # type: ignore[arg-type]


def test_agents_that_have_left_are_passed_over() -> None:
    assert HistoryBuilder().segment(3, AGENTS, {"a_1": "right"}, {"a_1": "stay"}) == "\n".join(
        [tagged(2, "a_1", "action", "stay"), tagged(3, "a_1", "observation", "right")]
    )
    assert HistoryBuilder().segment(3, ("a_0",), {"a_1": "right"}, {"a_1": "stay"}) == ""


def test_wrong_settings_name_the_right_ones() -> None:
    with pytest.raises(ValueError, match=r"history.*current, last_k, full"):
        HistoryBuilder("all")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="last"):
        HistoryBuilder("last_k", 0)


def play(game: Any, model: Any) -> Any:
    return trajectories(Collector(game, model).collect(0, [0], Plan(), Sampling()))[0]


@pytest.mark.parametrize("cut", [False, True])
def test_a_trajectory_has_a_segment_for_each_turn_and_one_more_where_it_was_cut(cut: bool) -> None:
    path = play(chain((0.0, 1.0), cut=cut), tables.team(3))
    found = history(path, AGENTS, HistoryBuilder("full"))
    assert len(found) == 2 + cut
    for turn, segment in enumerate(found, 1):
        assert [f"{agent} in turn {turn}, state {turn - 1}" in segment for agent in AGENTS] == [True, True]
        before = path[turn - 2].answers if turn > 1 else {}
        assert all(tagged(turn - 1, agent, "action", text) in segment for agent, text in before.items())
        assert segment.count("<action") == len(before)


def test_agents_that_leave_are_heard_of_once_more() -> None:
    path = play(chain((0.0, 0.0, 0.0), leave={"a_0": 1}), tables.team(4))
    joint = history(path, AGENTS, HistoryBuilder("full"))
    assert [segment.count('agent="a_0"') for segment in joint] == [1, 1, 0]
    assert history(path, ("a_0",), HistoryBuilder("full"))[2] == ""


def test_a_trajectory_of_relay_is_the_state_of_its_environment() -> None:
    env = MODULES["relay"].parallel_env(max_cycles=4)
    collector = Collector(env, relay_tables(env), seed=7)
    [path] = trajectories(collector.collect(0, [0], Plan(), Sampling()))
    again = env.fork()
    from collm_agents.collect import _RESET
    from collm_agents.models.base import generator

    again.reset(seed=int(generator(7, (_RESET, 0, 0)).integers(2**32)), options={})
    for step in path[:-1]:
        again.step(step.answers)
    assert "\n".join(history(path, env.possible_agents, HistoryBuilder("full"))) == again.state()
