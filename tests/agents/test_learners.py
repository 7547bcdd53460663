"""Learners on games whose answers are known: what optimisers are given is enumerated, what critics learn is solved by hand.

S1 ... S20 are the sanity tests of the learners' specification; those of pure functions are in ``test_returns.py``, those of
language models in ``test_local_*.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from collm_agents.learners.actor_critic import ActorCritic, CoLLMConfig
from collm_agents.learners.collm_cc import CoLLMCC
from collm_agents.learners.collm_dc import CoLLMDC
from collm_agents.learners.magrpo import MAGRPO, MAGRPOConfig
from collm_agents.learners.single import AC
from tests.agents import tables
from tests.agents.tables import (
    AGENTS,
    DealtTeam,
    Game,
    chain,
    deals,
    given,
    hand_made,
    lessons,
    matrix,
    set_policy,
    snapshot,
)

R = {("up", "up"): 1.0, ("up", "down"): 0.0, ("down", "up"): 0.0, ("down", "down"): 0.5}
EVEN, TILTED = (0.0, 0.0), (0.5, -0.3)
GAMMA = 0.9
RAW: dict[str, Any] = {"normalise_advantages": "none", "grad_clip": 1e9}
"""Settings under which optimisers are given the bare gradient."""
PLAIN: dict[str, Any] = {**RAW, "critic_warmup": 0, "gae_lambda": 0.0, "target_lambda": 0.0, "normalise_returns": False}
"""The same for critics' learners, with one-step targets."""


pytestmark = pytest.mark.usefixtures("one_thread")


def sigmoid(theta: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(theta, dtype=float)))


def truth(theta: Sequence[float]) -> tuple[float, Any]:
    """J of the game R and its gradient, by the four joint actions."""
    p, q = sigmoid(theta)
    return p * q + 0.5 * (1 - p) * (1 - q), np.array([p * (1 - p) * (q - 0.5 * (1 - q)), q * (1 - q) * (p - 0.5 * (1 - p))])


def expectation(learner: Any, draws: int) -> dict[str, Any]:
    """The expected gradient by agent, (states, actions), over all outcomes of so many draws of two actions.

    Each outcome is played by the learner itself. Its chance is the product of what the model says the actions' chances are.
    """
    tables.record(learner)
    total = {agent: np.zeros(tuple(learner.model.logits[agent].shape)) for agent in learner.agents}
    whole = 0.0
    start, collect = learner.state(), learner.collector.collect
    played: list[Any] = []
    learner.collector.collect = lambda *arguments: played.append(collect(*arguments)) or played[-1]
    for outcome in deals(draws):
        learner.load_state(start)
        tables.record(learner)
        learner.model.deal(outcome)
        learner.iterate()
        drawn = responses(played.pop())
        # Where a branch stopped, what was not drawn makes several outcomes one.
        chance = float(np.exp(sum(float(each.log_probs[0]) for each in drawn))) / 2 ** (draws - len(drawn))
        whole += chance
        for agent in learner.agents:
            total[agent] += chance * given(learner, agent)
    learner.collector.collect = collect
    assert whole == pytest.approx(1, abs=1e-5), "the outcomes are all there are"
    return total


def responses(roots: Sequence[Any]) -> list[Any]:
    found = [each for root in roots for own in root.responses.values() for each in own]
    children = [branch.child for root in roots for branch in root.branches if branch.child]
    return found + (responses(children) if children else [])


# --- S1: what MAGRPO and the critics' learners give to the optimiser, in expectation ---


def magrpo(theta: Sequence[float] = EVEN, **options: Any) -> MAGRPO:
    model = tables.team(kind=DealtTeam)
    set_policy(model, {agent: [own] for agent, own in zip(AGENTS, theta)})
    return MAGRPO(matrix(R), model, MAGRPOConfig(**{**RAW, "episodes": 1, **options}))


@pytest.mark.parametrize(
    ("baseline", "normalise", "theta", "ratios"),
    [
        ("raw", "none", EVEN, (1, 1)),
        ("raw", "none", TILTED, (1, 1)),
        ("rloo", "none", EVEN, (1, 1)),
        ("rloo", "none", TILTED, (1, 1)),
        ("mean", "none", EVEN, (1 / 2, 2 / 3)),
        ("mean", "none", TILTED, (1 / 2, 2 / 3)),
        ("max", "none", EVEN, (0.25, 0.4375)),
        ("max", "none", TILTED, (0.148186, 0.313343)),
        ("mean", "group", EVEN, (1.0, 1.319479)),
        ("mean", "group", TILTED, (0.690877, 0.869461)),
        ("rloo", "group", TILTED, (0.690877, 0.869461)),
    ],
)
def test_s1_the_gradient_given_to_the_optimiser_is_the_true_one_times_the_ratio_of_its_baseline(
    baseline: Any, normalise: Any, theta: Sequence[float], ratios: Sequence[float]
) -> None:
    for samples, ratio in zip((2, 3), ratios):
        learner = magrpo(theta, samples=samples, baseline=baseline, normalise_advantages=normalise)
        found = expectation(learner, 2 * samples)
        assert found["a_0"][0, 0] == pytest.approx(ratio * truth(theta)[1][0], abs=2e-7)
        assert_allclose(found["a_0"].sum(axis=1), 0, atol=1e-7)
        if baseline != "max" and normalise == "none":
            assert found["a_1"][0, 0] == pytest.approx(ratio * truth(theta)[1][1], abs=2e-7)


@pytest.mark.parametrize("theta", [EVEN, TILTED])
@pytest.mark.parametrize(("baseline", "ratio"), [("raw", 1.0), ("rloo", 1.0), ("mean", 0.5)])
def test_s1_crossed_joint_actions_give_the_same_expected_gradient(baseline: Any, ratio: float, theta: Sequence[float]) -> None:
    found = expectation(magrpo(theta, samples=2, baseline=baseline, joint="cross"), 4)
    assert_allclose([found[agent][0, 0] for agent in AGENTS], ratio * truth(theta)[1], atol=2e-7)


@pytest.mark.parametrize(("baseline", "ratio"), [("raw", 1.0), ("rloo", 1.0), ("mean", 0.5)])
def test_s1_trajectories_compared_over_the_batch_are_a_group_like_any_other(baseline: Any, ratio: float) -> None:
    learner = magrpo(TILTED, samples=1, episodes=2, baseline=baseline, joint="trajectory", group="batch")
    found = expectation(learner, 4)
    assert_allclose([found[agent][0, 0] for agent in AGENTS], ratio * truth(TILTED)[1], atol=2e-7)


@pytest.mark.parametrize("kind", [CoLLMCC, CoLLMDC])
@pytest.mark.parametrize("value", [0.0, 0.375])
def test_s1_a_value_shifts_no_gradient(kind: type[ActorCritic], value: float) -> None:
    """One sample with a baseline that does not depend on the action."""
    model = tables.team(kind=DealtTeam)
    set_policy(model, {"a_0": [0.5], "a_1": [-0.3]})
    learner = kind(matrix(R), model, CoLLMConfig(**PLAIN, episodes=1, critic_lr=1e-12))
    for critic in learner.critics.values():
        with torch.no_grad():
            critic.weights[0] = value
    found = expectation(learner, 2)
    assert_allclose([found[agent][0, 0] for agent in AGENTS], truth(TILTED)[1], atol=2e-7)


# --- S2: trees. The specification prints no game; in ours, what an agent did first is the state in which it acts second. ---

SECOND = {("up", "up"): 0.5, ("up", "down"): 2.0, ("down", "up"): -1.0, ("down", "down"): 1.0}
THETAS = {"a_0": [0.5, 0.2, 0.7], "a_1": [-0.3, -0.4, -0.1]}


def two_turns(played: Sequence[Mapping[str, str]]) -> float:
    joints = [tuple(each.values()) * (2 // len(each)) for each in played]
    return R[joints[0]] if len(played) == 1 else SECOND[joints[0]] * R[joints[1]]


def two_turn_game(agents: Sequence[str]) -> Game:
    def state(agent: str, played: Sequence[Mapping[str, str]], cue: int) -> int:
        return 1 + tables.ACTIONS.index(played[0][agent]) if played else 0

    return Game(two_turns, agents, turns=2, state=state)


def two_turn_truth(agents: Sequence[str], stop_above: float = np.inf, discount_turns: bool = False) -> Any:
    """The gradient of r_1 + gamma r_2 by what is done first, and of r_2 by what is done second, (agents, states)."""
    chances, found = sigmoid([THETAS[agent] for agent in agents]), np.zeros((len(agents), 3))
    for first, second in product(deals(len(agents)), repeat=2):
        states = 1 + np.array(first)
        p, q = chances[:, 0], np.take_along_axis(chances, states[:, None], 1)[:, 0]
        chance = np.where(np.array(first) == 0, p, 1 - p).prod() * np.where(np.array(second) == 0, q, 1 - q).prod()
        named = [dict(zip(agents, (tables.ACTIONS[each] for each in move))) for move in (first, second)]
        paid = two_turns(named[:1])
        later = two_turns(named) if paid <= stop_above else 0.0
        found[:, 0] += chance * (paid + GAMMA * later) * ((np.array(first) == 0) - p)
        weight = GAMMA if discount_turns else 1.0
        found[np.arange(len(agents)), states] += weight * chance * later * ((np.array(second) == 0) - q)
    return found


def two_turn_learner(agents: Sequence[str], **options: Any) -> MAGRPO:
    model = tables.team(3, agents, kind=DealtTeam)
    set_policy(model, {agent: THETAS[agent] for agent in agents})
    return MAGRPO(two_turn_game(agents), model, MAGRPOConfig(**{**RAW, "episodes": 1, "gamma": GAMMA, **options}))


@pytest.mark.parametrize(("baseline", "ratio"), [("raw", 1.0), ("rloo", 1.0), ("mean", 0.5)])
@pytest.mark.parametrize("discount_turns", [False, True])
def test_s2_trees_are_unbiased_in_both_turns(baseline: Any, ratio: float, discount_turns: bool) -> None:
    """Each turn has half of the weight. Without ``discount_turns`` the second turn's gradient lacks the factor gamma."""
    learner = two_turn_learner(["a_0"], samples=2, baseline=baseline, discount_turns=discount_turns)
    found = expectation(learner, 6)
    assert_allclose(found["a_0"][:, 0], ratio / 2 * two_turn_truth(["a_0"], discount_turns=discount_turns)[0], atol=3e-7)


@pytest.mark.parametrize("samples", [1, 2])
def test_s2_trajectories_of_two_agents_are_unbiased_in_both_turns(samples: int) -> None:
    learner = two_turn_learner(AGENTS, samples=samples, joint="trajectory", baseline="raw")
    found = expectation(learner, 4 * samples)
    assert_allclose([found[agent][:, 0] for agent in AGENTS], two_turn_truth(AGENTS) / 2, atol=3e-7)


def test_s2_a_critics_learner_is_unbiased_in_both_turns_with_lambda_one() -> None:
    model = tables.team(3, kind=DealtTeam)
    set_policy(model, THETAS)
    config = CoLLMConfig(**{**PLAIN, "gae_lambda": 1.0}, episodes=1, gamma=GAMMA, critic_lr=1e-12)
    learner = CoLLMCC(two_turn_game(AGENTS), model, config)
    with torch.no_grad():
        learner.critics["team"].weights.copy_(torch.linspace(-1, 1, 6))
    found = expectation(learner, 4)
    assert_allclose([found[agent][:, 0] for agent in AGENTS], two_turn_truth(AGENTS) / 2, atol=3e-7)


# --- S5, S14: critics ---


def test_s5_a_critic_with_one_step_targets_learns_a_chain_backwards() -> None:
    """Targets come from the values before the step: a leak of new ones changes the second row."""
    expected = {
        1: (0, 0, 0, 0.5),
        2: (0, 0, 0.225, 0.75),
        3: (0, 0.10125, 0.45, 0.875),
        4: (0.0455625, 0.253125, 0.61875, 0.9375),
        8: (0.4641680, 0.6929297, 0.8683594, 0.9960938),
        16: (0.7212468, 0.8083067, 0.8997665, 0.9999847),
    }
    model = tables.team(4, ["a_0"])
    config = CoLLMConfig(**PLAIN, episodes=1, gamma=GAMMA, replay=1, critic_steps=1, critic_batch=0)
    learner = CoLLMCC(chain((0, 0, 0, 1), agents=["a_0"]), model, config)
    critic = learner.critics["team"]
    # The loss is the mean over the four turns of (target - V)^2, so that a step of 1 moves V by half of the way.
    learner.critic_optimisers["team"] = torch.optim.SGD(critic.parameters(), lr=1.0)
    for sweep in range(1, 17):
        learner.iterate()
        if sweep in expected:
            assert_allclose(critic.weights.detach().numpy(), expected[sweep], atol=3e-7)


@pytest.mark.parametrize("cut", [False, True])
def test_a_cut_episode_bootstraps_from_the_history_after_it_and_a_finished_one_does_not(cut: bool) -> None:
    """S6 through a learner: r = (1, 0, 2), V = (.5, 1, .25), and .6 for what is seen after the last turn."""
    expected = (2.41142225, 1.18295, 2.29) if cut else (2.01666875, 0.72125, 1.75)
    model = tables.team(4, ["a_0"], kind=DealtTeam)
    config = CoLLMConfig(**{**PLAIN, "gae_lambda": 0.95}, episodes=1, gamma=GAMMA)
    learner = CoLLMDC(chain((1, 0, 2), agents=["a_0"], cut=cut), model, config)
    with torch.no_grad():
        learner.critics["a_0"].weights.copy_(torch.tensor((0.5, 1, 0.25, 0.6)))
    tables.record(learner)
    learner.iterate()
    # The score of the action taken is 1/2 in a state with two actions as likely; each of three turns has a third of the weight.
    assert_allclose(given(learner, "a_0")[:, 0], [advantage / 2 / 3 for advantage in (*expected, 0)], rtol=1e-6)
    lesson = learner.replay[0]["a_0"][0]
    assert len(lesson.history) == len(lesson.targets) == 3, "nothing is learnt of what follows a cut"
    assert_allclose(lesson.targets[-1], 2 + GAMMA * 0.6 if cut else 2, rtol=1e-6)


@pytest.mark.parametrize("kind", [CoLLMCC, CoLLMDC])
def test_s14_actors_leave_critics_untouched_to_the_last_bit_and_critics_actors(kind: type[ActorCritic]) -> None:
    learner = hand_made(kind)
    learner.iterate()
    roots = learner.collector.collect(1, range(4), learner.plan, learner.config.sampling)
    actors, critics = snapshot(learner.model), {name: critic.state() for name, critic in learner.critics.items()}

    learner._fit = lambda *_: None
    learner.learn(roots)
    assert all((before != snapshot(learner.model)[agent]).any() for agent, before in actors.items())
    for name, critic in learner.critics.items():
        assert_array_equal(critic.weights.detach(), critics[name]["weights"])
        assert critic.weights.grad is None

    del learner._fit
    actors = snapshot(learner.model)
    learner.improve = lambda _: {}
    learner.learn(roots)
    for agent, before in actors.items():
        assert_array_equal(learner.model.logits[agent].detach(), before)
        assert learner.model.logits[agent].grad is None
    assert all((critic.weights.detach() != critics[name]["weights"]).any() for name, critic in learner.critics.items())


@pytest.mark.parametrize("kind", [CoLLMCC, CoLLMDC])
def test_critics_know_nothing_of_the_episodes_that_they_are_asked_to_value(kind: type[ActorCritic]) -> None:
    """F8: a thousand steps of the critic change nothing in what the same iteration's actors are given."""
    few, many = hand_made(kind, critic_steps=1), hand_made(kind, critic_steps=1000)
    few.iterate()
    many.iterate()
    for agent in AGENTS:
        assert_array_equal(snapshot(few.model)[agent], snapshot(many.model)[agent])


# --- one agent, and what CC and DC differ in ---


def bits(learner: Any) -> list[Any]:
    critics = [critic.weights.detach().numpy() for critic in learner.critics.values()]
    return [*snapshot(learner.model).values(), *critics]


def test_with_one_agent_cc_and_dc_are_one_to_the_last_bit() -> None:
    """So that with several they differ in nothing but whose history a critic reads."""
    found = []
    for kind in (CoLLMCC, CoLLMDC, AC):
        game = chain((0, 1, 0.5), agents=["a_0"])
        learner = kind(game, tables.team(4, ["a_0"]), CoLLMConfig(episodes=3, actor_lr=0.1, critic_lr=0.1, critic_warmup=1))
        for _ in range(4):
            learner.iterate()
        found.append(bits(learner))
    for other in found[1:]:
        for mine, first in zip(other, found[0]):
            assert_array_equal(mine, first)


def test_critics_read_the_histories_of_those_they_serve() -> None:
    assert hand_made(CoLLMCC).make_views() == {"team": AGENTS}
    assert hand_made(CoLLMDC).make_views() == {"a_0": ("a_0",), "a_1": ("a_1",)}
    for kind, seen in ((CoLLMCC, 2), (CoLLMDC, 1)):
        learner = hand_made(kind)
        learner.iterate()
        assert all(segment.count(" in turn ") == seen for lesson in lessons(learner) for segment in lesson.history)


# --- episodes that end early ---


@pytest.mark.parametrize("options", [{"samples": 2}, {"samples": 1, "episodes": 3, "joint": "trajectory"}], ids=["tree", "batch"])
def test_gradients_are_unbiased_where_some_branches_stop(options: dict[str, Any]) -> None:
    learner = two_turn_learner(["a_0"], baseline="raw", stop_above=0.75, **options)
    found = expectation(learner, 6)
    assert_allclose(found["a_0"][:, 0], two_turn_truth(["a_0"], stop_above=0.75)[0] / 2, atol=3e-7)


def test_gradients_of_critics_learners_are_unbiased_where_some_episodes_stop() -> None:
    model = tables.team(3, ["a_0"], kind=DealtTeam)
    set_policy(model, {"a_0": THETAS["a_0"]})
    config = CoLLMConfig(**{**PLAIN, "gae_lambda": 1.0}, episodes=3, gamma=GAMMA, critic_lr=1e-12, stop_above=0.75)
    found = expectation(CoLLMDC(two_turn_game(["a_0"]), model, config), 6)
    assert_allclose(found["a_0"][:, 0], two_turn_truth(["a_0"], stop_above=0.75)[0] / 2, atol=3e-7)
