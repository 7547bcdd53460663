"""Options of learners, by known numbers: each does what its description says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from collm_agents.learners.actor_critic import CoLLMConfig, Lesson
from collm_agents.learners.base import LearnerConfig, Sample, packed
from collm_agents.learners.collm_cc import CoLLMCC
from collm_agents.learners.collm_dc import CoLLMDC
from collm_agents.learners.magrpo import MAGRPO, MAGRPOConfig
from collm_agents.learners.measures import Averages
from collm_agents.models.base import Prompt
from collm_agents.returns import clip_value_loss, k3
from collm_agents.rollouts import trajectories
from tests.agents import tables
from tests.agents.tables import AGENTS, DealtTeam, Game, chain, given, hand_made, lessons, matrix, set_policy, snapshot

GAMMA = 0.9
R = {("up", "up"): 1.0, ("up", "down"): 0.0, ("down", "up"): 0.0, ("down", "down"): 0.5}


pytestmark = pytest.mark.usefixtures("one_thread")


def sigmoid(theta: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(theta, dtype=float)))


def dealt(game: Game, theta: dict[str, list[float]], **options: Any) -> Any:
    """A Monte Carlo learner that is given the bare gradient of one episode, with a hand to be dealt."""
    model = tables.team(max(map(len, theta.values())), list(theta), kind=DealtTeam)
    set_policy(model, theta)
    learner = MAGRPO(game, model, MAGRPOConfig(**{"episodes": 1, "grad_clip": 1e9, "baseline": "raw", **options}))
    tables.record(learner)
    return learner


# --- options of critics, by known numbers ---


def test_the_replay_holds_the_episodes_of_the_last_iterations() -> None:
    learner = hand_made(CoLLMDC, replay=3)
    found = []
    for iteration in range(5):
        learner.iterate()
        found.append([{name: len(each) for name, each in batch.items()} for batch in learner.replay])
        assert len(learner.replay) == min(iteration + 1, 3)
    assert found[-1] == [{"a_0": 4, "a_1": 4}] * 3


def test_a_critic_takes_as_many_steps_as_it_is_told_each_on_a_batch_of_the_replay() -> None:
    learner = hand_made(CoLLMCC, replay=2, critic_steps=3, warmup_steps=5, critic_warmup=1, critic_batch=6)
    sizes: list[int] = []
    regression = learner._regression
    learner._regression = lambda name, chosen, *scale: sizes.append(len(chosen)) or regression(name, chosen, *scale)
    before = snapshot(learner.model)
    learner.iterate()
    assert sizes == [4] * 5, "there are four episodes yet"
    for agent in AGENTS:
        assert_array_equal(snapshot(learner.model)[agent], before[agent], "only critics learn in a warm-up")
    sizes.clear()
    learner.iterate()
    assert sizes == [6] * 3
    assert all((snapshot(learner.model)[agent] != before[agent]).any() for agent in AGENTS)


def test_values_and_targets_are_scaled_by_the_mean_and_spread_of_recent_targets() -> None:
    learner = hand_made(CoLLMCC, normalise_returns=True, critic_steps=1, replay=2, critic_batch=0)
    assert learner.scale == {"team": (0.0, 1.0)}
    learner.replay = [{"team": [Lesson(("x",) * 3, [1.0, 3.0, 8.0], [0.0] * 3)]}]
    mean, spread = learner.scale["team"]
    assert (mean, spread) == (4, pytest.approx(np.std((1, 3, 8))))
    with torch.no_grad():
        learner.critics["team"].weights[:] = torch.arange(8.0)
    roots = learner.collector.collect(0, range(1), learner.plan, learner.config.sampling)
    # Both agents are in state 0, 1 and 2: the weights of a_0 are 0 ... 3, those of a_1 4 ... 7.
    assert_allclose(learner._read("team", trajectories(roots)).turns, [mean + spread * np.array((4, 6, 8))])
    histories = [("a_0 in turn 1, state 0",), ("a_0 in turn 1, state 3",)]
    found = learner._regression("team", [Lesson(history, [target], [0.0]) for history, target in zip(histories, (4, 8))], 4.0, 2.0)
    assert float(found.detach()) == pytest.approx((0 - 0) ** 2 + (2 - 3) ** 2)


def test_equal_returns_have_a_spread_of_a_hundredth_at_least() -> None:
    learner = hand_made(CoLLMCC)
    learner.replay = [{"team": [Lesson(("x",), [0.7], [0.0])] * 5}]
    assert learner.scale["team"] == (pytest.approx(0.7), 0.01)


@pytest.mark.parametrize("spread", [1.0, 2.0])
def test_value_clipping_is_the_larger_of_two_errors_in_units_of_the_return(spread: float) -> None:
    """S17: old .5, new .9, target 1.2: .25 with a clip of .2 and .4225 with .05; the gradient is gone where the clip binds."""
    for clip, expected in ((0.2, 0.25), (0.05, 0.4225), (0.5, 0.09)):
        learner = hand_made(CoLLMCC, value_clip=clip)
        weights = learner.critics["team"].weights
        mean = 0.3
        with torch.no_grad():
            weights[0] = (0.9 - mean) / spread
        loss = learner._regression("team", [Lesson(("a_0 in turn 1, state 0",), [1.2], [0.5])], mean, spread)
        assert float(loss.detach()) * spread**2 == pytest.approx(expected, rel=1e-5)
        assert float(loss.detach()) * spread**2 == pytest.approx(float(clip_value_loss(0.9, 0.5, 1.2, clip)), rel=1e-5)
        loss.backward()
        assert bool(weights.grad.any()) == (clip == 0.5)


@pytest.mark.parametrize(("normalise", "expected"), [("turn", (-1, 1, -1, 1)), ("batch", (-1.3416, -0.4472, 0.4472, 1.3416))])
def test_advantages_are_standardised_over_the_batch_or_each_turn_of_it(normalise: Any, expected: Sequence[float]) -> None:
    """Two episodes of two turns, by turn: advantages 0 and 1 in the first, 2 and 3 in the second."""
    learner = hand_made(CoLLMCC, normalise_advantages=normalise)
    advantage, there = np.array([(0.0, 2.0), (1.0, 3.0)]), np.full((2, 2), True)
    assert_allclose(learner._normalised(advantage, there).T.ravel(), expected, atol=1e-4)
    untouched = hand_made(CoLLMCC, normalise_advantages="none")._normalised(advantage, there)
    assert_array_equal(untouched, advantage)


# --- prices: divergence and entropy ---


def test_divergence_is_subtracted_from_each_agents_own_reward_and_a_joint_critic_learns_the_mean() -> None:
    model = tables.team(1, kind=DealtTeam)
    set_policy(model, {"a_0": [1.0], "a_1": [0.0]})
    learner = CoLLMCC(
        matrix(R),
        model,
        CoLLMConfig(
            episodes=1, kl_coef=0.5, critic_warmup=0, gae_lambda=0, target_lambda=0, normalise_advantages="none", grad_clip=1e9
        ),
    )
    tables.record(learner)
    model.deal((0, 0))
    learner.iterate()
    price = 0.5 * float(k3(np.log(0.5) - np.log(sigmoid(1.0))))
    assert price == pytest.approx(0.5 * 0.0635, abs=1e-3)
    # Only a_0 has moved away from where it began, and only a_0 pays.
    assert given(learner, "a_0")[0, 0] == pytest.approx((1 - price) * (1 - sigmoid(1.0)), rel=1e-5)
    assert given(learner, "a_1")[0, 0] == pytest.approx(1 * 0.5, rel=1e-5)
    assert lessons(learner)[0].targets == [pytest.approx(1 - price / 2, rel=1e-5)]


def test_divergence_is_subtracted_from_a_completions_return_at_its_own_node_alone() -> None:
    theta = [0.5, 0.2]
    learner = dealt(chain((1, 0.5), agents=["a_0"]), {"a_0": theta}, samples=1, joint="trajectory", kl_coef=0.5, gamma=GAMMA)
    learner.iterate()
    chance = sigmoid(theta)
    price = 0.5 * k3(np.log(0.5) - np.log(chance))
    values = (1 + GAMMA * 0.5 - price[0], 0.5 - price[1])
    assert_allclose(given(learner, "a_0")[:2, 0], 0.5 * np.array(values) * (1 - chance), rtol=1e-5)


def test_the_entropy_bonus_adds_the_gradient_of_the_mean_entropy() -> None:
    learner = dealt(matrix(R), {"a_0": [1.0], "a_1": [0.0]}, samples=2, entropy_coef=0.1)
    learner.model.deal((0, 0, 1, 1))
    metrics = learner.iterate()
    p = sigmoid(1.0)
    # Rewards of (up, down) are 0, so that the bonus is all there is: d entropy / d theta = -theta p (1 - p).
    assert given(learner, "a_0")[0, 0] == pytest.approx(0.1 * -1.0 * p * (1 - p), rel=1e-5)
    assert given(learner, "a_1")[0, 0] == pytest.approx(0, abs=1e-7)
    entropies = [-(p * np.log(p) + (1 - p) * np.log(1 - p)), np.log(2)]
    assert metrics["entropy"] == pytest.approx(np.mean(entropies), rel=1e-5)


# --- minibatches and ratios ---


def test_the_ratio_is_clipped_where_it_has_moved_in_the_favoured_direction_too_far() -> None:
    """arXiv:1707.06347, eq. 7: min(r A, clip(r) A), whose gradient is 0 where the clip binds."""
    learner = dealt(matrix(R), {"a_0": [0.0], "a_1": [0.0]}, samples=2, epochs=2, clip=0.2)
    model = learner.model
    for theta, advantage, expected in ((1.0, 1.0, 0.0), (0.2, 1.0, 1.0), (-1.0, 1.0, 1.0), (1.0, -1.0, 1.0), (-1.0, -1.0, 0.0)):
        set_policy(model, {"a_0": [0.0], "a_1": [0.0]})
        response = model.sample([Prompt("a_0", "state 0", (0,))], 1, learner.config.sampling, 0)[0][0]
        set_policy(model, {"a_0": [theta], "a_1": [0.0]})
        averages = Averages()
        model.logits["a_0"].grad = None
        learner._loss([Sample(response, advantage, 1.0)], averages).backward()
        ratio = sigmoid(theta) / 0.5
        gradient = 0.0 if model.logits["a_0"].grad is None else -float(model.logits["a_0"].grad[0, 0])
        assert gradient == pytest.approx(expected * advantage * ratio * (1 - sigmoid(theta)), abs=1e-6)
        assert averages.means()["clip_share"] == float(abs(ratio - 1) > 0.2)


@pytest.mark.parametrize("minibatches", [2, 3, 4, 5])
def test_minibatches_deal_out_every_response_once_and_each_stands_for_all(minibatches: int) -> None:
    learner = hand_made(CoLLMCC, 1, episodes=4, minibatches=minibatches)
    paths = trajectories(learner.collector.collect(0, range(4), learner.plan, learner.config.sampling))
    samples = [Sample(path[0].response("a_0"), 1.0, 1 / 4) for path in paths]
    parts = learner._deal(samples, 0, 0)
    assert len(parts) == minibatches
    dealt = [sample.response for part in parts for sample in part]
    assert sorted(map(id, dealt)) == sorted(id(sample.response) for sample in samples)
    assert all(sum(sample.weight for sample in part) == pytest.approx(1) for part in parts if part)
    assert dealt != [sample.response for part in learner._deal(samples, 1, 0) for sample in part]


@pytest.mark.parametrize("epochs", [1, 3])
def test_every_agent_takes_a_step_for_each_minibatch_of_each_epoch(epochs: int) -> None:
    learner = hand_made(CoLLMCC, episodes=6, minibatches=2, epochs=epochs)
    tables.record(learner)
    learner.iterate()
    assert [len(learner.optimisers[agent].seen) for agent in AGENTS] == [2 * epochs] * 2


@pytest.mark.parametrize("learner", [hand_made(CoLLMCC, episodes=5), hand_made(CoLLMDC, episodes=5)], ids=["cc", "dc"])
def test_small_passes_give_the_same_gradient_and_metrics_as_one(learner: Any) -> None:
    config = learner.config
    found = []
    for micro in (1, 8, 128):
        again = type(learner)(learner.collector.env, tables.team(4), replace(config, micro_tokens=micro, entropy_coef=0.01))
        tables.record(again)
        metrics = again.iterate()
        found.append((given(again, "a_0"), given(again, "a_1"), metrics["entropy"]))
    for other in found[1:]:
        for mine, first in zip(other, found[0]):
            assert_allclose(mine, first, rtol=1e-5, atol=1e-8)


# --- what all learners share ---


def test_s20_rewards_are_scaled_before_they_are_shifted() -> None:
    learner = hand_made(CoLLMCC, reward_scale=10.0, reward_shift=-2.0, target_lambda=1.0, gamma=0.5)
    learner.collector.env = chain((0.1, 0.3, 0.5), agents=AGENTS)
    metrics = learner.iterate()
    # -1 + .5 (1 + .5 * 3); metrics are of raw rewards.
    assert [lesson.targets for lesson in lessons(learner)] == [pytest.approx([0.25, 2.5, 3.0])] * 4
    assert metrics["return"] == pytest.approx(0.9)
    assert metrics["discounted_return"] == pytest.approx(0.1 + 0.5 * 0.3 + 0.25 * 0.5)
    assert (metrics["last_reward"], metrics["best_reward"]) == (pytest.approx(0.5), pytest.approx(0.5))
    monte_carlo = dealt(matrix(R), {"a_0": [0.0], "a_1": [0.0]}, samples=1, reward_scale=3.0, reward_shift=1.0)
    monte_carlo.model.deal((0, 0))
    monte_carlo.iterate()
    assert given(monte_carlo, "a_0")[0, 0] == pytest.approx(4 * 0.5)


def test_several_trajectories_of_an_instance_share_its_value() -> None:
    model = tables.team(4)
    game = Game(lambda played: float(played[-1]["a_0"] == "up"), cues=3, state=tables.cue_of)
    learner = CoLLMCC(game, model, CoLLMConfig(episodes=3, samples=4, critic_warmup=0))
    metrics = learner.iterate()
    assert (metrics["joint_rewards"], metrics["responses"]) == (12, 24)
    histories = [lesson.history for lesson in lessons(learner)]
    assert [histories[start] for start in (0, 4, 8)] * 4 != histories
    assert all(len(set(histories[start : start + 4])) == 1 for start in (0, 4, 8))


def test_groups_are_of_a_node_or_of_a_turn_in_the_batch() -> None:
    """Four trajectories of two turns, returns 0 and 1 in episode 0, 10 and 11 in episode 1."""
    for options, expected in (
        ({"group": "node"}, (-0.5, 0.5, -0.5, 0.5)),
        ({"group": "batch"}, (-5.5, -4.5, 4.5, 5.5)),
        ({"group": "batch", "baseline": "max"}, (-11, -10, -1, 0)),
        ({"group": "node", "normalise_advantages": "group"}, (-1, 1, -1, 1)),
    ):
        learner = MAGRPO(
            chain((0.0, 0.0)), tables.team(3), MAGRPOConfig(**{"samples": 2, "joint": "trajectory", "episodes": 2, **options})
        )
        caught: list[Sample] = []
        learner.improve = lambda samples, caught=caught: caught.extend(samples) or {}  # type: ignore[method-assign]
        roots = learner.collector.collect(0, range(2), learner.plan, learner.config.sampling)
        for root in roots:
            for number, branch in enumerate(root.branches):
                assert branch.child
                branch.child.branches[0].reward = 10.0 * root.episode + number
        learner.learn(roots)
        for turn in (0, 1):
            own = [
                sample.advantage for sample in caught if sample.response.agent == "a_0" and sample.response.prompt_ids[0] == turn
            ]
            assert own == pytest.approx(expected)
        assert sum(sample.weight for sample in caught if sample.response.agent == "a_1") == pytest.approx(1)


def test_a_response_with_none_to_be_compared_with_says_nothing() -> None:
    """One of two trajectories ended: in the second turn the other is alone."""
    game = chain((0.0, 1.0), over=lambda played: played[0]["a_0"] == "down")
    model = tables.team(3, kind=DealtTeam)
    learner = MAGRPO(game, model, MAGRPOConfig(samples=2, joint="trajectory", episodes=1))
    tables.record(learner)
    model.deal((0, 1))
    learner.iterate()
    assert given(learner, "a_0")[0].any()
    assert not given(learner, "a_0")[1].any()


# --- settings ---


@pytest.mark.parametrize(
    ("config", "options", "message"),
    [
        (LearnerConfig, {"gamma": 1.5}, r"gamma must be in \[0, 1\]"),
        (LearnerConfig, {"episodes": 0}, "episodes"),
        (LearnerConfig, {"actor_lr": 0.0}, "actor_lr must be above 0"),
        (LearnerConfig, {"actor_lr": math.nan}, "actor_lr must be above 0"),
        (LearnerConfig, {"kl_coef": -1.0}, "kl_coef must be 0 or more"),
        (LearnerConfig, {"kl_coef": math.nan}, "kl_coef must be 0 or more"),
        (LearnerConfig, {"entropy_coef": math.inf}, "entropy_coef must be 0 or more"),
        (LearnerConfig, {"reward_shift": math.nan}, "reward_shift must be finite"),
        (LearnerConfig, {"stop_above": math.nan}, "stop_above"),
        (LearnerConfig, {"temperature": 0.0}, "temperature must be above 0"),
        (LearnerConfig, {"joint_reward": "first"}, "same, mean, sum"),
        (CoLLMConfig, {"gae_lambda": -0.1}, "gae_lambda"),
        (CoLLMConfig, {"normalise_advantages": "yes"}, "batch, turn, none"),
        (CoLLMConfig, {"history": "all"}, "current, last_k, full"),
        (CoLLMConfig, {"replay": 0}, "replay"),
        (CoLLMConfig, {"value_clip": 0.0}, "value_clip"),
        (MAGRPOConfig, {"baseline": "best"}, "mean, rloo, max, raw"),
        (MAGRPOConfig, {"joint": "tree"}, "aligned, cross, trajectory"),
        (MAGRPOConfig, {"samples": 1}, "choose more samples, or group='batch'"),
        (MAGRPOConfig, {"samples": 1, "group": "batch", "episodes": 1}, "choose more samples"),
        (MAGRPOConfig, {"samples": 1, "baseline": "raw", "normalise_advantages": "group"}, "choose more samples"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(config: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        config(**options)


def test_trees_that_would_never_end_are_refused_before_they_are_begun() -> None:
    with pytest.raises(ValueError, match=r"16 turns with samples=4 has 4,294,967,296 leaves.*joint='trajectory'"):
        MAGRPO(chain([0.0] * 16), tables.team(17), MAGRPOConfig())
    with pytest.raises(ValueError, match="episodes of one turn, but there are 2"):
        CoLLMCC(chain([0.0] * 2), tables.team(3), CoLLMConfig(samples=2))


def test_passes_hold_at_most_so_many_tokens_with_their_padding() -> None:
    assert packed([3, 3, 5, 1], 10) == [[0, 1], [2, 3]]
    assert packed([3, 5, 4], 8) == [[0], [1], [2]]
    assert packed([50, 2], 8) == [[0], [1]]
    assert packed([], 8) == []
