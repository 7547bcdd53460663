"""Rollouts: who is asked what, which joint actions are rewarded how often, how episodes end, what is left out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from collm_agents.collect import Collector, Plan
from collm_agents.groups import n_call
from collm_agents.learners.actor_critic import CoLLMConfig
from collm_agents.learners.collm_cc import CoLLMCC
from collm_agents.learners.magrpo import MAGRPO, MAGRPOConfig
from collm_agents.learners.measures import played
from collm_agents.models.base import Sampling
from collm_agents.models.relay_tables import relay_tables
from collm_agents.models.tabular import TabularTeam
from collm_agents.rollouts import nodes, parents, table, trajectories
from collm_envs import relay_v0, strbuild_v0
from collm_envs.core.task import BackendLost
from collm_envs.wrappers.last_turn import LastTurnPays
from collm_envs.wrappers.single_agent import SoloEnv, join
from tests.agents import tables
from tests.agents.tables import AGENTS, DealtTeam, Game, chain, cue_of, matrix, pays

pytestmark = pytest.mark.usefixtures("one_thread")


def collect(env: Any, model: Any, plan: Plan | None = None, episodes: Sequence[int] = (0,), **options: Any) -> list[Any]:
    return Collector(env, model, **options).collect(0, episodes, plan or Plan(), Sampling())


# --- S4: counts ---


@pytest.mark.parametrize(
    ("agents", "samples", "turns", "joint"),
    [
        (2, 2, 3, "aligned"),
        (3, 3, 2, "aligned"),
        (2, 2, 2, "cross"),
        (3, 2, 2, "cross"),
        (2, 1, 4, "trajectory"),
        (1, 4, 1, "aligned"),
    ],
)
def test_s4_a_tree_costs_what_the_formulas_say(agents: int, samples: int, turns: int, joint: Any) -> None:
    names = [f"a_{number}" for number in range(agents)]
    game, model = chain([0.0] * turns, agents=names), tables.team(turns + 1, names, kind=DealtTeam)
    roots = collect(game, model, Plan(samples, joint), episodes=range(3))
    counts = n_call(agents, samples, turns, joint)
    assert model.calls == 3 * counts.calls
    assert model.samples == 3 * counts.responses
    assert len(game.steps) == 3 * counts.rewards, "each joint action is rewarded once"
    assert len(trajectories(roots)) == 3 * counts.leaves
    assert len(set(model.keys)) == len(model.keys), "no two samples draw the same numbers"


@pytest.mark.parametrize("samples", [1, 3])
def test_s4_trajectories_branch_in_the_first_turn_alone(samples: int) -> None:
    game, model = chain([0.0] * 4), tables.team(5, kind=DealtTeam)
    roots = collect(game, model, Plan(samples, "trajectory"))
    assert (model.calls, model.samples, len(game.steps)) == (2 + 3 * samples * 2, 4 * samples * 2, 4 * samples)
    paths = trajectories(roots)
    assert [len(path) for path in paths] == [4] * samples
    later = [id(step.node) for path in paths for step in path[1:]]
    assert len(set(later)) == len(later)


@pytest.mark.parametrize("joint", ["aligned", "cross"])
def test_s4_one_node_is_left_where_the_root_stops(joint: Any) -> None:
    game, model = chain([1.0, 0.0]), tables.team(3, kind=DealtTeam)
    [root] = collect(game, model, Plan(2, joint, stop_above=0.5))
    assert [len(level) for level in nodes([root])] == [1]
    assert model.calls == 2
    assert all(branch.terminated and not branch.truncated and branch.child is None for branch in root.branches)


def test_branches_stop_one_by_one() -> None:
    """Q13: by their own reward, not by their node's mean."""
    paid = {("up", "up"): 1.0, ("down", "down"): 0.0}
    game = Game(lambda played: paid[tuple(played[-1].values())], turns=3, state=tables.turns_played)
    model = tables.team(4, kind=DealtTeam)
    model.deal([0, 1] * 100)
    levels = nodes(collect(game, model, Plan(2, "aligned", stop_above=0.5)))
    assert [len(level) for level in levels] == [1, 1, 1]
    assert [parents(level) for level in levels] == [[1], [1], []]
    assert levels[2][0].path == (1, 1)


def test_a_reward_at_the_threshold_goes_on_however_it_is_scaled() -> None:
    """.9 - .2 is not above .7, though .9 is above .7 + .2 in floating point."""
    plan = CoLLMConfig(stop_above=0.7, reward_shift=-0.2).plan()
    assert not plan.stops(0.9)
    assert plan.stops(0.9001)
    scaled = MAGRPOConfig(stop_above=2.0, reward_scale=10.0, reward_shift=-1.0).plan(2, "aligned")
    assert not scaled.stops(0.3)
    assert scaled.stops(0.31)
    assert not Plan().stops(1e9)


@pytest.mark.parametrize(("joint", "branches"), [("aligned", 2), ("cross", 4)])
def test_every_joint_action_is_played_in_agent_order_and_leads_on_from_where_it_was_played(joint: Any, branches: int) -> None:
    game = Game(lambda played: float(len(played)), turns=3, state=tables.turns_played)
    model = tables.team(4, kind=DealtTeam)
    model.deal([0, 1] * 1000)
    roots = collect(game, model, Plan(2, joint))
    moves = [("up", "up"), ("down", "down")] if joint == "aligned" else [(a, b) for a in tables.ACTIONS for b in tables.ACTIONS]
    for level in nodes(roots):
        for node in level:
            found = [tuple(node.responses[agent][pick].text for agent, pick in branch.picks.items()) for branch in node.branches]
            assert found == moves
            assert [list(branch.picks) for branch in node.branches] == [list(AGENTS)] * branches
    assert game.steps[:branches] == [dict(zip(AGENTS, move)) for move in moves]
    for path in trajectories(roots):
        assert path[2].node.path == tuple(path[turn].node.branches.index(path[turn].branch) for turn in (0, 1))


def test_the_agents_first_in_the_environment_come_first_whatever_the_models_order() -> None:
    game, model = matrix({(a, b): 0.0 for a in tables.ACTIONS for b in tables.ACTIONS}), tables.team(agents=("a_1", "a_0", "b"))
    [root] = collect(game, model)
    assert list(root.responses) == list(AGENTS)
    with pytest.raises(ValueError, match="no agent 'a_0'; it has: b"):
        Collector(game, tables.team(agents=("b",)))


def test_an_episode_is_the_same_whatever_is_played_beside_it() -> None:
    def played(episodes: Sequence[int]) -> dict[int, Any]:
        game = chain((0.0, 0.0, 0.0), cues=5)
        roots = collect(game, tables.team(4), Plan(2, "aligned"), episodes, seed=3)
        return {root.episode: [step.answers for path in trajectories([root]) for step in path] for root in roots}

    alone, together = played([4]), played(range(7))
    assert alone[4] == together[4]
    assert len({str(each) for each in together.values()}) == 7


# --- rewards ---


def test_s20_unequal_rewards_are_an_error_unless_one_says_what_to_make_of_them() -> None:
    game = Game(pays({"a_0": 1.0, "a_1": 0.5}))
    with pytest.raises(ValueError, match=r"rewards differ.*joint_reward='mean' or 'sum'"):
        collect(game, tables.team())
    for how, expected in (("mean", 0.75), ("sum", 1.5)):
        [root] = collect(game, tables.team(), joint_reward=how)
        assert root.branches[0].reward == expected
    with pytest.raises(ValueError, match=r"joint_reward.*same, mean, sum"):
        Collector(game, tables.team(), joint_reward="max")  # type: ignore[arg-type]


def test_nothing_is_nothing_whatever_its_sign() -> None:
    [root] = collect(Game(pays({"a_0": 0.0, "a_1": -0.0})), tables.team())
    assert root.branches[0].reward == 0


def test_a_reward_that_is_no_number_is_an_error_where_nothing_was_lost() -> None:
    with pytest.raises(ValueError, match="turn 1 of episode 0 has a reward that is not a number"):
        collect(Game(pays(math.nan)), tables.team())


def losing(lost: Sequence[int]) -> Game:
    return Game(pays(1.0), turns=2, cues=4, state=cue_of, lost=lost)


def test_episodes_whose_score_was_lost_are_left_out_and_the_others_are_not_touched() -> None:
    whole = collect(losing([]), tables.team(4), episodes=range(12), seed=1)
    left = collect(losing([2]), tables.team(4), episodes=range(12), seed=1)
    cues = {root.episode: tables.state_of(root.observations["a_0"]) for root in whole}
    assert set(cues.values()) == {0, 1, 2, 3}
    assert [root.episode for root in left] == [number for number, cue in cues.items() if cue != 2]
    for root in left:
        assert [step.answers for step in trajectories([root])[0]] == [
            step.answers for step in trajectories([whole[root.episode]])[0]
        ]
    assert all(path[-1].branch.terminated for path in trajectories(left))


@pytest.mark.parametrize("kind", [CoLLMCC, MAGRPO])
def test_an_iteration_goes_on_with_the_episodes_that_are_left_and_raises_where_none_is(kind: Any) -> None:
    config = CoLLMConfig(episodes=12, seed=1) if kind is CoLLMCC else MAGRPOConfig(episodes=12, seed=1, samples=2)
    learner = kind(losing([2]), tables.team(4), config)
    metrics = learner.iterate()
    assert 0 < metrics["lost_episodes"] < 12
    assert metrics["responses"] == learner.responses == (12 - metrics["lost_episodes"]) * len(responses_of(kind))
    assert np.isfinite(list(metrics.values())).all()
    before = tables.snapshot(learner.model)
    learner = kind(losing([0, 1, 2, 3]), learner.model, config)
    with pytest.raises(BackendLost, match="all 12 episodes"):
        learner.iterate()
    for agent in AGENTS:
        np.testing.assert_array_equal(tables.snapshot(learner.model)[agent], before[agent])


def responses_of(kind: Any) -> range:
    """The responses of two agents in two turns."""
    return range(2 * 2 if kind is CoLLMCC else 2 * (2 + 4))


# --- what rewards are made of ---


@pytest.mark.parametrize("solo", [False, True], ids=["team", "alone"])
def test_branches_have_the_terms_of_their_own_reward(solo: bool) -> None:
    env = strbuild_v0.parallel_env(max_cycles=3)
    game: Any = SoloEnv(env) if solo else env
    answers = [join(dict.fromkeys(env.possible_agents, each)) for each in ("/fill 0 0 0 3 3 0 white_concrete", "nothing")]
    team = TabularTeam(game.possible_agents, answers, 1, lambda _: 0, tables.one_hot(1))
    roots = collect(game, team, Plan(2, "aligned"))
    branches = [branch for level in nodes(roots) for node in level for branch in node.branches]
    assert len(branches) == 2 + 4 + 8
    assert all(sum(branch.terms.values()) == branch.reward for branch in branches)
    assert len({branch.reward for branch in branches}) > 1
    assert list(branches[0].terms) == ["coverage", "extra", "adjacent", "palettes"]


def test_environments_that_tell_no_terms_have_none() -> None:
    env = relay_v0.parallel_env(max_cycles=2)
    wrapped: Any = LastTurnPays(env)
    for game, team in ((chain((1.0, 2.0)), tables.team(3)), (wrapped, relay_tables(env))):
        roots = collect(game, team)
        assert not any(step.branch.terms for path in trajectories(roots) for step in path)
        assert not any(name.startswith("term.") for name in played(roots, 1.0))


def test_every_leaf_is_shown_with_the_environment_as_it_is_then() -> None:
    env, seen = relay_v0.parallel_env(max_cycles=3), []
    collector = Collector(env, relay_tables(env))

    def look(episode: int, own: Any) -> None:
        seen.append((episode, [turn.actions for turn in own.turns]))

    roots = collector.collect(0, [4, 7], Plan(2, "trajectory"), Sampling(), look)
    paths = trajectories(roots)
    told = [(path[0].node.episode, [tuple(step.answers.values()) for step in path]) for path in paths]
    assert sorted(seen) == sorted(told)
    assert len(seen) == 4


def test_a_leaf_whose_score_was_lost_is_not_shown() -> None:
    seen: list[int] = []
    collector = Collector(losing([2]), tables.team(4), 1)
    roots = collector.collect(0, range(12), Plan(), Sampling(), lambda episode, _: seen.append(episode))
    assert sorted(seen) == [root.episode for root in roots]
    assert len(seen) < 12


# --- how episodes end ---


@pytest.mark.parametrize(("cut", "over"), [(False, False), (True, False), (True, True), (False, True)])
def test_the_end_is_a_cut_only_where_the_task_did_not_end(cut: bool, over: bool) -> None:
    game = chain((0.0, 1.0, 2.0), cut=cut, over=lambda played: over and len(played) == 2)
    [path] = trajectories(collect(game, tables.team(4)))
    assert len(path) == (2 if over else 3)
    assert path[-1].branch.terminated == (over or not cut)
    assert path[-1].branch.truncated == (cut and not over)
    assert path[-1].branch.solved == over
    assert path[-1].branch.observations == {agent: f"{agent} in turn {len(path) + 1}, state {len(path)}" for agent in AGENTS}
    assert not any(step.branch.terminated or step.branch.truncated for step in path[:-1])
    found = table([path])
    assert found.terminated.tolist() == [over or not cut]
    assert found.rewards.tolist() == [[0.0, 1.0, 2.0][: len(path)]]


@pytest.mark.parametrize(("turn", "cut"), [(1, True), (2, True), (3, True), (3, False)])
def test_who_leaves_in_the_last_turn_or_before_does_not_end_what_was_cut_for_the_others(turn: int, cut: bool) -> None:
    [path] = trajectories(collect(chain((0.0, 0.0, 0.0), cut=cut, leave={"a_0": turn}), tables.team(4)))
    assert (path[-1].branch.terminated, path[-1].branch.truncated) == (not cut, cut)


def test_what_ends_and_is_cut_at_once_has_ended() -> None:
    class Both(Game):
        def step(self, actions: Mapping[str, str]) -> Any:
            observations, rewards, terminations, _, infos = super().step(actions)
            return observations, rewards, terminations, dict.fromkeys(terminations, True), infos

        def __deepcopy__(self, memo: dict[int, Any]) -> Game:
            return self

    [path] = trajectories(collect(Both(pays(1.0)), tables.team()))
    assert (path[-1].branch.terminated, path[-1].branch.truncated) == (True, False)


def test_trajectories_of_unequal_length_are_padded() -> None:
    game = chain((1.0, 1.0, 1.0), over=lambda played: played[-1]["a_0"] == "down")
    paths = trajectories(collect(game, tables.team(4), episodes=range(8)))
    found = table(paths)
    assert found.mask.sum(axis=1).tolist() == [len(path) for path in paths]
    assert {len(path) for path in paths} == {1, 2, 3}
    assert (found.rewards == found.mask).all()


@pytest.mark.parametrize("joint", ["aligned", "trajectory", "cross"])
def test_agents_that_left_are_asked_no_more_and_the_others_play_on(joint: Any) -> None:
    game, model = chain((0.0, 1.0, 2.0), leave={"a_0": 1}), tables.team(4, kind=DealtTeam)
    roots = collect(game, model, Plan(1 if joint == "trajectory" else 2, joint))
    assert set(roots[0].responses) == set(AGENTS)
    assert all(set(node.responses) == {"a_1"} for level in nodes(roots)[1:] for node in level)
    assert all(path[-1].branch.terminated and len(path) == 3 for path in trajectories(roots))
    learner = MAGRPO(game, tables.team(4), MAGRPOConfig(samples=2, joint=joint, episodes=2))
    assert learner.iterate()["responses"] > 0


def test_crossed_nodes_of_different_sizes_are_refused_in_words() -> None:
    game = chain((0.0, 0.0), leave={"a_0": 1}, can_leave=lambda played: played[0]["a_0"] == "up")
    model = tables.team(3, kind=DealtTeam)
    model.deal([0, 1, 0, 1])
    with pytest.raises(ValueError, match="choose joint='aligned'"):
        collect(game, model, Plan(2, "cross"))
    model.deal([0, 1, 0, 1])
    assert len(trajectories(collect(game, model, Plan(2, "aligned")))) == 4
