"""Returns, advantages and group baselines: known answers, exact expectations by enumeration, and what holds for any numbers.

S1 ... S20 are the sanity tests of the learners' specification. Where it says "expectation", every outcome of a small game is
listed with its probability, and the estimator under test is run on all of them.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from collm_agents.groups import Counts, cross_returns, group_advantage, n_call, n_call_of_paper, tree_returns
from collm_agents.returns import advantages, clip_value_loss, discounted, k3, lambda_returns, processed, standardise

GAMMA = 0.9
MODES = ("mean", "rloo", "max", "raw")
R = np.array([[1.0, 0.0], [0.0, 0.5]])

numbers = st.floats(-100, 100)
shares = st.floats(0, 1)
relaxed = settings(deadline=None)  # No test here is slow; a busy machine is.


def sigmoid(theta):
    return 1 / (1 + np.exp(-np.asarray(theta, dtype=float)))


def moments(weights, samples):
    """Mean and variance along the first axis under the probabilities ``weights``."""
    assert weights.sum() == pytest.approx(1)
    mean = np.tensordot(weights, samples, 1)
    return mean, np.tensordot(weights, (samples - mean) ** 2, 1)


# --- S1: one node, two agents, two actions, rewards R, p(action 0) = sigmoid(theta) ---


def truth(theta):
    """J and its gradient, by the four joint actions."""
    p, q = sigmoid(theta)
    return p * q + 0.5 * (1 - p) * (1 - q), np.array(
        [p * (1 - p) * (q - 0.5 * (1 - q)), q * (1 - q) * (p - 0.5 * (1 - p))],
    )


def groups_of(theta, samples):
    """Every group of K joint actions: its probability (M,), the actions (M, K, 2), their scores d log p / d theta (M, K, 2)."""
    p = sigmoid(theta)
    actions = np.array(list(product((0, 1), repeat=2 * samples))).reshape(-1, samples, 2)
    first = actions == 0
    return np.where(first, p, 1 - p).prod(axis=(1, 2)), actions, first - p


def aligned(theta, samples, mode, normalise=False):
    """Mean and variance of the node gradient of both agents."""
    weights, actions, scores = groups_of(theta, samples)
    advantage = group_advantage(R[actions[..., 0], actions[..., 1]], mode, normalise)
    return moments(weights, (scores * advantage[..., None]).mean(axis=1))


def crossed(theta, samples, mode, reduce):
    weights, actions, scores = groups_of(theta, samples)
    joint = R[actions[:, :, None, 0], actions[:, None, :, 1]].reshape(len(weights), -1)
    advantage = group_advantage(cross_returns(joint, 2, reduce), mode)
    return moments(weights, (scores * np.swapaxes(advantage, 1, 2)).mean(axis=1))


EVEN, TILTED = (0.0, 0.0), (0.5, -0.3)


def test_s1_truth():
    value, gradient = truth(EVEN)
    assert value == 0.375
    assert gradient[0] == 0.0625
    value, gradient = truth(TILTED)
    assert value == pytest.approx(0.3733299324, abs=1e-10)
    assert_allclose(gradient, (0.0325095264, 0.1060188800), atol=1e-10)


@pytest.mark.parametrize("theta", [EVEN, TILTED, (-1.0, 2.0)])
@pytest.mark.parametrize(("mode", "ratios"), [("raw", (1, 1, 1)), ("rloo", (1, 1, 1)), ("mean", (1 / 2, 2 / 3, 3 / 4))])
def test_s1_ratio_at_any_policy(mode, ratios, theta):
    for samples, ratio in zip((2, 3, 4), ratios):
        assert_allclose(aligned(theta, samples, mode)[0], ratio * truth(theta)[1], atol=1e-12)


@pytest.mark.parametrize(
    ("mode", "normalise", "theta", "ratios"),
    [
        ("max", False, EVEN, (0.25, 0.4375, 0.578125)),
        ("max", False, TILTED, (0.148186, 0.313343, 0.463890)),
        ("mean", True, EVEN, (1.0, 1.319479, 1.517172)),
        ("mean", True, TILTED, (0.690877, 0.869461, 1.052315)),
        ("rloo", True, TILTED, (0.690877, 0.869461, 1.052315)),
    ],
)
def test_s1_biased_ratios(mode, normalise, theta, ratios):
    found = [aligned(theta, samples, mode, normalise)[0][0] / truth(theta)[1][0] for samples in (2, 3, 4)]
    assert_allclose(found, ratios, atol=6e-7)


@pytest.mark.parametrize(
    ("mode", "normalise", "samples", "variance"),
    [
        ("raw", False, 4, 0.0185547),
        ("mean", False, 4, 0.0076904),
        ("rloo", False, 4, 0.0136719),
        ("mean", True, 4, 0.0665590),
        ("raw", False, 2, 0.0371094),
        ("rloo", False, 2, 0.0429688),
        ("rloo", False, 3, 0.0208333),
    ],
)
def test_s1_variances(mode, normalise, samples, variance):
    assert aligned(EVEN, samples, mode, normalise)[1][0] == pytest.approx(variance, abs=6e-8)


@pytest.mark.parametrize(("baseline", "variance"), [(0.0, 0.0742188), (0.375, 0.0390625)])
def test_s1_one_sample_and_a_baseline(baseline, variance):
    weights, actions, scores = groups_of(EVEN, 1)
    rewards = R[actions[..., 0], actions[..., 1]]
    advantage = advantages(rewards, np.full(rewards.shape, baseline), 0.0, True, GAMMA, 0.0)
    mean, var = moments(weights, scores[:, 0, 0] * advantage[:, 0])
    assert mean == pytest.approx(0.0625)
    assert var == pytest.approx(variance, abs=6e-8)


@pytest.mark.parametrize("theta", [EVEN, TILTED])
@pytest.mark.parametrize("samples", [2, 3])
def test_s1_cross(theta, samples):
    gradient = truth(theta)[1]
    for mode, ratio in (("raw", 1.0), ("rloo", 1.0), ("mean", (samples - 1) / samples)):
        assert_allclose(crossed(theta, samples, mode, "mean")[0], ratio * gradient, atol=1e-12)
        assert_allclose(crossed(theta, samples, mode, "sum")[0], samples * ratio * gradient, atol=1e-12)


def test_s1_cross_variance():
    assert crossed(EVEN, 3, "rloo", "mean")[1][0] == pytest.approx(0.0169271, abs=6e-8)


def test_normalised_modes_are_one():
    returns, expected = (0.2, 0.5, 0.1, 0.9), (-0.7228974, 0.2409658, -1.0441851, 1.5261167)
    for mode in MODES:
        assert_allclose(group_advantage(returns, mode, True), expected, atol=6e-8)
    assert_allclose(group_advantage([(0.2, 0.9), (0.2, 0.21)], "mean", True, floor=1e-6), [(-1, 1), (-1, 1)])
    # The default floor keeps a difference of .01 small.
    assert_allclose(group_advantage((0.2, 0.21), "mean", True), (-0.5, 0.5))


# --- S2, S3: trees ---

# The specification prints no game for S2; this one is ours. Two turns: R first, then SECOND[a1, a2] times R; what an agent does
# second depends on what it did first.
SECOND = np.array([[0.5, 2.0], [-1.0, 1.0]])
THETA_1, THETA_2 = np.array([0.5, -0.3]), np.array([[0.2, -0.4], [0.7, -0.1]])


def reward_2(before, now):
    return SECOND[before[..., 0], before[..., 1]] * R[now[..., 0], now[..., 1]]


def policy_2(before):
    """p(action 0) of both agents, (..., 2)."""
    return sigmoid(THETA_2[(0, 1), before])


@pytest.mark.parametrize("stop_above", [np.inf, 0.75])
@pytest.mark.parametrize(("mode", "ratio"), [("raw", 1.0), ("rloo", 1.0), ("mean", 0.5)])
def test_s2_trees_are_unbiased_at_both_depths(mode, ratio, stop_above):
    """All 16^3 binary trees of depth two, in one call; branches whose first reward is above the threshold stop.

    Turn 2 is compared with the gradient of its own reward, without gamma.
    """
    _, pairs, _ = groups_of(EVEN, 2)  # The 16 ways in which two agents draw two actions each.
    tree = np.array(list(product(range(16), repeat=3)))
    first, second = pairs[tree[:, 0]], pairs[tree[:, 1:]].reshape(-1, 2, 2)
    p, q = sigmoid(THETA_1), policy_2(first.reshape(-1, 2))[:, None]
    weights = np.where(first == 0, p, 1 - p).prod(axis=(1, 2))
    weights = weights * np.where(second == 0, q, 1 - q).prod(axis=(1, 2)).reshape(-1, 2).prod(axis=1)
    rewards = [R[first[..., 0], first[..., 1]], reward_2(first.reshape(-1, 1, 2), second)]

    grown = np.flatnonzero(rewards[0] <= stop_above)
    roots, children = tree_returns([rewards[0], rewards[1][grown]], GAMMA, [grown])
    turn_1 = ((first == 0) - p) * group_advantage(roots, mode)[..., None]
    turn_2 = np.zeros((len(second), 2))  # A branch that stopped adds nothing.
    turn_2[grown] = (((second == 0) - q)[grown] * group_advantage(children, mode)[..., None]).mean(axis=1)

    value, gradient_1, gradient_2 = 0.0, np.zeros(2), np.zeros(2)
    for actions in product((0, 1), repeat=4):
        a, b = np.array(actions[:2]), np.array(actions[2:])
        chance = np.where(a == 0, p, 1 - p).prod() * np.where(b == 0, policy_2(a), 1 - policy_2(a)).prod()
        later = reward_2(a, b) if R[tuple(a)] <= stop_above else 0.0
        value += chance * (R[tuple(a)] + GAMMA * later)
        gradient_1 += chance * (R[tuple(a)] + GAMMA * later) * ((a == 0) - p)
        gradient_2 += chance * later * ((b == 0) - policy_2(a))
    assert moments(weights, roots.mean(axis=1))[0] == pytest.approx(value)
    assert_allclose(moments(weights, turn_1.mean(axis=1))[0], ratio * gradient_1, atol=1e-12)
    assert_allclose(moments(weights, turn_2.reshape(-1, 2, 2).mean(axis=1))[0], ratio * gradient_2, atol=1e-12)


def test_s3_tree_returns():
    root, children = tree_returns([[(0, 1)], [(2, 4), (-1, 3)]], 0.5)
    assert_allclose(root, [(1.5, 1.5)])
    assert_array_equal(children, [(2, 4), (-1, 3)])
    assert_array_equal(group_advantage(root), [(0, 0)])
    assert_allclose(group_advantage(children), [(-1, 1), (-2, 2)])
    assert_allclose(tree_returns([[(0, 1)], [(2, 4), (0, 0)]], 0.9)[0], [(2.7, 1.0)])


def test_branches_that_stop():
    rewards = [[(0, 1)], [(2, 4)]]
    assert_allclose(tree_returns(rewards, 0.5, [[1]])[0], [(0, 2.5)])
    assert_allclose(tree_returns(rewards, 0.5, [[0]])[0], [(1.5, 1)])
    # Two items side by side, a node of either growing one child, children in any order; other numbers of branches below.
    root, _ = tree_returns([[(0, 1), (2, 3)], [(6, 6, 0), (1, 1, 1)]], 0.5, [[3, 0]])
    assert_allclose(root, [(0.5, 1), (2, 5)])
    assert_allclose(tree_returns([[(0, 1)], np.zeros((0, 2))], 0.5, [[]])[0], [(0, 1)])


def test_returns_are_no_view_of_rewards():
    rewards = [np.array([(0.0, 1.0)]), np.array([(2.0, 4.0)])]
    tree_returns(rewards, 0.5, [[1]])
    assert_array_equal(rewards[0], [(0, 1)])


@relaxed
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 3), shares)
def test_trees_of_any_form(seed, depth, branches, gamma):
    rng = np.random.default_rng(seed)
    rewards, parents = [rng.normal(size=(2, branches))], []
    for _ in range(depth - 1):
        grown = rng.permutation(np.flatnonzero(rng.random(rewards[-1].size) < 0.7))
        parents.append(grown)
        rewards.append(rng.normal(size=(len(grown), branches)))

    def worth(turn, branch):
        here = rewards[turn].flat[branch]
        child = list(parents[turn]).index(branch) if turn < len(parents) and branch in parents[turn] else None
        if child is None:
            return here
        return here + gamma * sum(worth(turn + 1, child * branches + each) for each in range(branches)) / branches

    for turn, level in enumerate(tree_returns(rewards, gamma, parents)):
        assert_allclose(level.ravel(), [worth(turn, branch) for branch in range(level.size)], atol=1e-12)


@relaxed
@given(st.lists(numbers, min_size=1, max_size=5), shares)
def test_a_tree_of_one_level_is_its_rewards(rewards, gamma):
    assert_array_equal(tree_returns([[rewards]], gamma)[0], [rewards])


@relaxed
@given(st.lists(numbers, min_size=1, max_size=6), shares)
def test_a_tree_of_one_branch_is_a_trajectory(rewards, gamma):
    found = tree_returns([[[reward]] for reward in rewards], gamma)
    assert_allclose(np.ravel(found), discounted(rewards, gamma), atol=1e-9)


# --- S4: counts ---


@pytest.mark.parametrize(
    ("sizes", "aligned", "cross"),
    [
        ((2, 2, 2), (12, 6, 6, 4), (20, 10, 20)),
        ((2, 2, 4), (60, 30, 30, 16), (340, 170, 340)),
        ((2, 3, 4), (240, 80, 120, 81), (4920, 1640, 7380)),
        ((2, 4, 1), (8, 2, 4, 4), (8, 2, 16)),
        ((2, 4, 4), (680, 170, 340, 256), (34952, 8738, 69904)),
        ((3, 3, 3), (117, 39, 39, 27), (6813, 2271, 20439)),
    ],
)
def test_s4_counts(sizes, aligned, cross):
    agents, samples, horizon = sizes
    assert n_call(*sizes) == aligned
    assert n_call(*sizes, "cross") == (*cross, samples ** (agents * horizon))
    assert n_call(*sizes).responses == agents * samples * (samples**horizon - 1) // (samples - 1)
    assert n_call_of_paper(*sizes) == agents * samples * (samples ** (horizon - 1) - 1) // (samples - 1)


def test_s4_trajectories():
    assert n_call(2, 1, 4, "trajectory") == Counts(responses=8, calls=8, rewards=4, leaves=1)
    assert n_call(2, 1, 4, "aligned") == n_call(2, 1, 4, "cross") == n_call(2, 1, 4, "trajectory")
    assert n_call_of_paper(2, 1, 4) == 6
    assert n_call_of_paper(2, 2, 4) == 28


@pytest.mark.parametrize("mode", ["aligned", "cross"])
def test_s4_counts_are_those_of_a_tree_grown(mode):
    agents, samples, horizon = 2, 2, 3
    branches = samples if mode == "aligned" else samples**agents
    levels = [np.zeros((branches**turn, branches)) for turn in range(horizon)]
    tree_returns(levels, GAMMA)
    counts = n_call(agents, samples, horizon, mode)
    assert counts.calls == agents * sum(len(level) for level in levels)
    assert counts.responses == samples * counts.calls
    assert counts.rewards == sum(level.size for level in levels)
    assert counts.leaves == levels[-1].size


# --- S5, S6: targets of a critic ---


def test_s5_a_chain_is_learnt_backwards():
    expected = {
        1: (0, 0, 0, 0.5),
        2: (0, 0, 0.225, 0.75),
        3: (0, 0.10125, 0.45, 0.875),
        4: (0.0455625, 0.253125, 0.61875, 0.9375),
        8: (0.4641680, 0.6929297, 0.8683594, 0.9960938),
        16: (0.7212468, 0.8083067, 0.8997665, 0.9999847),
    }
    rewards, values = (0, 0, 0, 1), np.zeros(4)
    for sweep in range(1, 17):
        values = values + 0.5 * advantages(rewards, values, 0.0, True, GAMMA, lam=0.0)
        if sweep in expected:
            assert_allclose(values, expected[sweep], atol=6e-8)
    values = np.zeros(4)
    for _ in range(4):
        values = lambda_returns(rewards, values, 0.0, True, GAMMA, lam=0.0)
    assert_allclose(values, (0.729, 0.81, 0.9, 1), atol=1e-12)
    assert_allclose(discounted(rewards, GAMMA), (0.729, 0.81, 0.9, 1), atol=1e-12)


@pytest.mark.parametrize(
    ("lam", "terminated", "truncated"),
    [
        (0.0, (1.4, -0.775, 1.75), (1.4, -0.775, 2.29)),
        (0.5, (1.405625, 0.0125, 1.75), (1.514975, 0.2555, 2.29)),
        (0.95, (2.01666875, 0.72125, 1.75), (2.41142225, 1.18295, 2.29)),
        (1.0, (2.12, 0.8, 1.75), (2.5574, 1.286, 2.29)),
    ],
)
def test_s6_terminated_and_truncated(lam, terminated, truncated):
    rewards, values = (1, 0, 2), (0.5, 1, 0.25)
    assert_allclose(advantages(rewards, values, np.nan, True, GAMMA, lam), terminated, atol=1e-12)
    assert_allclose(advantages(rewards, values, 0.6, False, GAMMA, lam), truncated, atol=1e-12)
    # Both in one batch, and once more padded.
    batch = advantages([rewards] * 2, [values] * 2, (0.6, 0.6), np.array([True, False]), GAMMA, lam)
    assert_allclose(batch, [terminated, truncated], atol=1e-12)
    mask = [(True, True, True, False)] * 2
    padded = advantages([(*rewards, 9)] * 2, [(*values, np.nan)] * 2, (0.6, 0.6), [True, False], GAMMA, lam, mask)
    assert_allclose(padded, [(*terminated, 0), (*truncated, 0)], atol=1e-12)


@st.composite
def trajectories(draw, least=1, most=3):
    """A list of (rewards, values, last value, terminated) of unequal lengths."""
    found = []
    for turns in draw(st.lists(st.integers(1, 5), min_size=least, max_size=most)):
        row = st.lists(numbers, min_size=turns, max_size=turns)
        found.append((draw(row), draw(row), draw(numbers), draw(st.booleans())))
    return found


def naive(rewards, values, last, terminated, gamma, lam):
    """The weighted mean of all n-step returns, term by term."""
    turns, after = len(rewards), [*values, 0.0 if terminated else last]
    targets = []
    for turn in range(turns):
        steps = [
            sum(gamma**k * rewards[turn + k] for k in range(n)) + gamma**n * after[turn + n] for n in range(1, turns - turn + 1)
        ]
        targets.append(sum((1 - lam) * lam**n * step for n, step in enumerate(steps[:-1])) + lam ** (len(steps) - 1) * steps[-1])
    return targets


@relaxed
@given(trajectories(), shares, shares)
def test_lambda_returns_are_the_mean_of_all_n_step_returns(batch, gamma, lam):
    """In one padded batch, whatever the padding holds."""
    longest = max(len(rewards) for rewards, *_ in batch)
    rewards, values = np.full((2, len(batch), longest), np.nan)
    mask = np.zeros(rewards.shape, dtype=bool)
    for row, (reward, value, _, _) in enumerate(batch):
        rewards[row, : len(reward)], values[row, : len(value)], mask[row, : len(reward)] = reward, value, True
    last, terminated = [each[2] for each in batch], [each[3] for each in batch]
    targets = lambda_returns(rewards, values, last, terminated, gamma, lam, mask)
    found = advantages(rewards, values, last, terminated, gamma, lam, mask)
    for row, (reward, value, *ending) in enumerate(batch):
        expected = naive(reward, value, *ending, gamma, lam)
        assert_allclose(targets[row, : len(reward)], expected, atol=1e-9)
        assert_allclose(found[row, : len(reward)], np.subtract(expected, value), atol=1e-9)
    assert not targets[~mask].any()
    assert not found[~mask].any()


@relaxed
@given(trajectories(most=1), shares)
def test_lambda_one_is_the_return_minus_the_value(batch, gamma):
    ((rewards, values, last, terminated),) = batch
    bootstrap = 0.0 if terminated else last
    expected = discounted([*rewards, bootstrap], gamma)[:-1] - values
    assert_allclose(advantages(rewards, values, last, terminated, gamma, 1.0), expected, atol=1e-9)


@relaxed
@given(trajectories(most=1), shares, shares)
def test_exact_values_have_no_advantage(batch, gamma, lam):
    ((rewards, _, last, terminated),) = batch
    values = lambda_returns(rewards, np.zeros(len(rewards)), last, terminated, gamma, 1.0)
    assert_allclose(lambda_returns(rewards, values, last, terminated, gamma, lam), values, atol=1e-9)


def test_leading_axes():
    rewards = np.arange(24.0).reshape(2, 3, 4)
    found = discounted(rewards, 0.5)
    assert found.shape == (2, 3, 4)
    assert_allclose(found[1, 2], discounted(rewards[1, 2], 0.5))
    assert_allclose(discounted([(1, 2, 4), (8, 9, 9)], 0.5, [(True,) * 3, (True, False, False)]), [(3, 4, 4), (8, 0, 0)])


# --- S8: variances of estimators, in two games with private bits ---


def given_by(weights, samples, *keys):
    """The exact conditional mean of ``samples`` given ``keys``, per outcome: what a perfect critic of those inputs says."""
    total, weight = defaultdict(float), defaultdict(float)
    rows = list(zip(*keys))
    for row, chance, sample in zip(rows, weights, samples):
        total[row] += chance * sample
        weight[row] += chance
    return np.array([total[row] / weight[row] for row in rows])


def left_over(weights, samples, *keys):
    """E[Var(samples | keys)]: the noise that a critic of those inputs cannot explain."""
    return weights @ (samples - given_by(weights, samples, *keys)) ** 2


def acting(policies, *columns):
    """Chance of actions (o_1, a_1, o_2, a_2) of two agents with p(a = 0 | o) = policies[agent][o] and fair bits o."""
    chance = 1.0
    for policy, o, a in zip(policies, columns[::2], columns[1::2]):
        first = np.array(policy)[o]
        chance = chance * 0.5 * np.where(a == 0, first, 1 - first)
    return chance


UNEVEN = ((0.7, 0.4), (0.2, 0.9))


@pytest.mark.parametrize(
    ("policies", "mean", "variances"),
    [
        (((0.5, 0.5), (0.5, 0.5)), 0.03125, (6.7568359, 3.1455078, 3.1455078, 0.0205078)),
        (UNEVEN, 0.034125, (5.5946792, 2.6208267, 2.6219081, 0.0198814)),
    ],
)
def test_s8a_last_turn_the_better_informed_baseline_wins(policies, mean, variances):
    """Reward 10 (o_1 xor o_2) + R; agent 1's gradient at o_1 = 0. Baselines: none, J, V(o_1), V(o_1, o_2)."""
    o1, a1, o2, a2 = np.array(list(product((0, 1), repeat=4))).T
    weights = acting(policies, o1, a1, o2, a2)
    rewards = 10.0 * (o1 ^ o2) + R[a1, a2]
    score = np.where(o1 == 0, (a1 == 0) - policies[0][0], 0.0)
    baselines = (0.0 * rewards, rewards * 0 + weights @ rewards, given_by(weights, rewards, o1), given_by(weights, rewards, o1, o2))
    for baseline, variance in zip(baselines, variances):
        advantage = advantages(rewards[:, None], baseline[:, None], 0.0, True, GAMMA, 1.0)[:, 0]
        found = moments(weights, score * advantage)
        assert found == (pytest.approx(mean), pytest.approx(variance, abs=6e-8))


@pytest.mark.parametrize(("samples", "variance"), [(2, 0.0224609), (4, 0.0078125)])
def test_s8a_groups_share_their_bits(samples, variance):
    weights, actions, scores = groups_of(EVEN, samples)
    own = R[actions[..., 0], actions[..., 1]]
    weights = np.concatenate([weights / 4] * 4)
    gradients = [
        (scores[..., 0] * group_advantage(10.0 * (o1 ^ o2) + own, "rloo")).mean(axis=1) * (o1 == 0)
        for o1, o2 in product((0, 1), repeat=2)
    ]
    assert moments(weights, np.concatenate(gradients)) == (pytest.approx(0.03125), pytest.approx(variance, abs=6e-8))


def two_turns():
    """The game of S8 (b) and (c): .2 if the first actions agree, then 2 if both were 1, plus a fair coin. Columns per outcome."""
    o1, a1, o2, a2, coin = np.array(list(product((0, 1), repeat=5))).T
    weights = acting(UNEVEN, o1, a1, o2, a2) / 2
    return weights, o1, a1, o2, a2, 0.2 * (a1 == a2), 2.0 * (a1 & a2) + coin


@pytest.mark.parametrize(
    ("name", "lam", "variance"),
    [
        ("MC", 1.0, 0.231291),
        ("MC-J", 1.0, 0.105316),
        ("CC", 1.0, 0.098570),
        ("DC", 1.0, 0.111705),
        ("CC", 0.0, 0.077307),
        ("DC", 0.0, 0.018405),
        ("CC public", 0.0, 0.077307),
        ("DC public", 0.0, 0.090442),
    ],
)
def test_s8b_exact_critics_are_unbiased_and_neither_always_wins(name, lam, variance):
    """Agent 1's gradient of turn 1 at o_1 = 0. "public": both see a_1 xor a_2 before turn 2."""
    weights, o1, a1, o2, a2, first, second = two_turns()
    rewards = np.stack([first, second], axis=1)
    total = discounted(rewards, GAMMA)[:, 0]
    assert weights @ total == pytest.approx(0.9155)
    seen = (a1 ^ a2,) if "public" in name else ()
    zero = np.zeros(len(weights))
    values = {
        "MC": (zero, zero),
        "MC-J": (zero + weights @ total, zero),
        "CC": (given_by(weights, total, o1, o2), given_by(weights, second, o1, o2, a1, a2, *seen)),
        "DC": (given_by(weights, total, o1), given_by(weights, second, o1, a1, *seen)),
    }[name.split()[0]]
    advantage = advantages(rewards, np.stack(values, axis=1), 0.0, True, GAMMA, lam)[:, 0]
    score = np.where(o1 == 0, (a1 == 0) - UNEVEN[0][0], 0.0)
    assert moments(weights, score * advantage) == (pytest.approx(-0.08295), pytest.approx(variance, abs=6e-7))


def test_s8c_what_a_critic_cannot_explain():
    weights, o1, a1, o2, a2, first, second = two_turns()
    rewards = np.stack([first, second], axis=1)
    targets = lambda_returns(rewards, np.zeros(rewards.shape), 0.0, True, GAMMA, 1.0)
    assert left_over(weights, targets[:, 1], o1, o2, a1, a2) == pytest.approx(0.25)
    assert left_over(weights, targets[:, 1], o1, a1) == pytest.approx(0.6955)
    assert left_over(weights, targets[:, 1], o1, a1, a1 ^ a2) == pytest.approx(0.25)
    assert left_over(weights, targets[:, 0], o1, o2) == pytest.approx(0.704075, abs=6e-7)
    assert left_over(weights, targets[:, 0], o1) == pytest.approx(0.793868, abs=6e-7)


# --- S17, S18, S20 ---


def test_s17_k3():
    assert_allclose(k3((-1, -0.1, 0, 0.1, 1)), (0.3678794, 0.0048374, 0, 0.0051709, 0.7182818), atol=6e-8)
    assert k3(1e-9) == pytest.approx(5e-19, rel=1e-6, abs=0)


@relaxed
@given(st.floats(-20, 20))
def test_k3_is_never_negative(log_ratio):
    assert k3(log_ratio) >= 0


def test_k3_estimates_kl():
    policy, reference = np.array([0.7, 0.2, 0.1]), np.array([0.4, 0.4, 0.2])
    assert policy @ k3(np.log(reference / policy)) == pytest.approx(policy @ np.log(policy / reference))


def test_s17_value_clipping():
    assert clip_value_loss(0.9, 0.5, 1.2, 0.2) == pytest.approx(0.25)
    assert clip_value_loss(0.9, 0.5, 1.2, 0.05) == pytest.approx(0.4225)
    # Within the clip, and where the clip would make the error smaller, it is the plain error.
    assert_allclose(clip_value_loss((0.6, 0.9), (0.5, 0.5), (1.2, 0.0), 0.2), (0.36, 0.81))
    assert clip_value_loss(0.1, 0.5, -0.2, 0.2) == pytest.approx(0.25)


def test_s17_standardise():
    assert_array_equal(standardise((3.5,)), (3.5,))
    for value, count in product((0.1, 1 / 3, -1e6, 0.0), (2, 3, 7)):
        assert_array_equal(standardise(np.full(count, value), floor=1e-6), np.zeros(count))
        for mode in ("mean", "rloo", "max"):
            assert_array_equal(group_advantage(np.full(count, value), mode), np.zeros(count))
        for mode in MODES:
            assert_array_equal(group_advantage(np.full(count, value), mode, True, 1e-6), np.zeros(count))
    assert_allclose(standardise((1, 2, 3)), np.array((-1, 0, 1)) * 1.5**0.5)
    assert_allclose(standardise((0.001, 0.003)), (-0.1, 0.1))


def test_standardise_by_mask_and_axis():
    mask = [(True, False, True), (False, False, True), (False, False, False)]
    sample = [(1, np.nan, 3), (9, 9, 2), (9, 9, 9)]
    assert_allclose(standardise(sample, mask), np.array([(-1, 0, 1), (0, 0, 0), (0, 0, 0)]) * 1.5**0.5)
    assert_allclose(standardise(sample, mask, axis=1), [(-1, 0, 1), (0, 0, 2), (0, 0, 0)])
    assert_allclose(standardise([(1, 5), (3, 9)], axis=0), [(-1, -1), (1, 1)])
    assert standardise(np.zeros((0, 2))).shape == (0, 2)
    # Padding does not enter the comparison that makes equal samples exactly 0.
    assert_array_equal(standardise((-0.1, -0.1, -0.1, 9), (True, True, True, False), floor=1e-300), np.zeros(4))


@relaxed
@given(st.lists(numbers, min_size=2, max_size=8))
def test_standardised_samples_have_mean_0_and_deviation_at_most_1(sample):
    found = standardise(sample)
    assert np.isfinite(found).all()
    assert found.mean() == pytest.approx(0, abs=1e-6)
    assert found.std() <= 1 + 1e-9
    if np.std(sample) > 0.02:
        assert found.std() == pytest.approx(1)


def sampling(logits, temperature, top_p=1.0):
    """The distribution a sampler draws from: the fewest likeliest tokens whose mass reaches ``top_p``, rescaled."""
    scaled = np.asarray(logits, dtype=float) / temperature
    chance = np.exp(scaled - scaled.max())
    chance /= chance.sum()
    order = np.argsort(-chance)
    before = np.cumsum(chance[order]) - chance[order]
    kept = np.zeros(len(chance))
    kept[order[before < top_p]] = chance[order[before < top_p]]
    return kept / kept.sum()


def test_s18_sampling():
    assert_array_equal(sampling((2, 1, 0), 0.6, 0.6), (1, 0, 0))
    assert_allclose(sampling((1, 0.8, 0.6), 0.6, 0.6), (0.5825702, 0.4174298, 0), atol=6e-8)


def test_s18_a_baseline_reveals_that_scores_are_not_the_samplers():
    """Bandit: the mean of advantage times score, sampled at T = .7 and scored at .7 or, wrongly, at 1."""
    logits, rewards, temperature = np.array([1, 0.8, 0.6]), np.array([0, 1, 0.2]), 0.7
    drawn, wrong = sampling(logits, temperature), sampling(logits, 1.0)

    def mean_gradient(baseline, scores):
        values = np.full((3, 1), baseline)
        advantage = advantages(rewards[:, None], values, 0.0, True, GAMMA, 0.0)
        return drawn @ (advantage * scores)

    value, right, unlike = drawn @ rewards, (np.eye(3) - drawn) / temperature, np.eye(3) - wrong
    for baseline in (0.0, value):
        assert_allclose(mean_gradient(baseline, right), (-0.2301849, 0.2905137, -0.0603288), atol=6e-8)
    assert_allclose(mean_gradient(0.0, unlike), (-0.1499396, 0.2016845, -0.0517449), atol=6e-8)
    assert_allclose(mean_gradient(value, unlike), (-0.1611294, 0.2033596, -0.0422301), atol=6e-8)


def test_s20_scale_before_shift():
    assert processed(2.0, scale=3.0, shift=-1.0) == 5.0
    assert_array_equal(processed([(0, 1), (2, 3)], 2, -2), [(-2, 0), (2, 4)])
    assert_array_equal(processed((1.5, 0)), (1.5, 0))


# --- groups of any numbers ---

groups = st.lists(numbers, min_size=2, max_size=6)


@relaxed
@given(groups, st.sampled_from(MODES), st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_a_group_does_not_matter(group, mode, normalise, random):
    order = random.sample(range(len(group)), len(group))
    expected = group_advantage(group, mode, normalise)[order]
    assert_allclose(group_advantage(np.array(group)[order], mode, normalise), expected, atol=1e-9)


@relaxed
@given(groups)
def test_baselines(group):
    count, mean = len(group), group_advantage(group, "mean")
    assert_allclose(mean, np.subtract(group, np.mean(group)), atol=1e-9)
    assert_allclose(group_advantage(group, "rloo"), mean * count / (count - 1), atol=1e-9)
    assert_allclose(group_advantage(group, "rloo"), [a - (sum(group) - a) / (count - 1) for a in group], atol=1e-9)
    assert_array_equal(group_advantage(group, "max"), np.subtract(group, max(group)))
    assert_array_equal(group_advantage(group, "raw"), group)


def test_groups_do_not_mix():
    batch = np.array([[(0.0, 1.0), (5.0, 9.0)], [(3.0, 3.0), (-2.0, 0.0)]])
    for mode, normalise in product(MODES, (False, True)):
        found = group_advantage(batch, mode, normalise)
        for where in product((0, 1), repeat=2):
            assert_array_equal(found[where], group_advantage(batch[where], mode, normalise))


@relaxed
@given(groups, st.sampled_from(["mean", "sum"]))
def test_cross_with_one_agent_is_aligned(group, reduce):
    assert_array_equal(cross_returns(group, 1, reduce), [group])


def test_cross_by_hand():
    # Agent 1 picks the row, agent 2 the column.
    joint = np.array([(1, 2, 3), (4, 5, 6), (7, 8, 12)])
    assert_allclose(cross_returns(joint.ravel(), 2), [(2, 5, 9), (4, 5, 7)])
    assert_allclose(cross_returns(joint.ravel(), 2, "sum"), [(6, 15, 27), (12, 15, 21)])


@pytest.mark.parametrize("reduce", ["mean", "sum"])
@pytest.mark.parametrize("samples", [3, 4])
def test_cross_of_three_agents(samples, reduce):
    agents = 3
    joint = np.random.default_rng(0).normal(size=(2, samples**agents))
    found = cross_returns(joint, agents, reduce)
    assert found.shape == (2, agents, samples)
    for item, agent, completion in product(range(2), range(agents), range(samples)):
        held = [value for value, picks in zip(joint[item], product(range(samples), repeat=agents)) if picks[agent] == completion]
        assert found[item, agent, completion] == pytest.approx(getattr(np, reduce)(held))


def test_cross_agents_swap_with_their_axes():
    joint = np.random.default_rng(1).normal(size=(2, 2, 2))
    for order in permutations(range(3)):
        found = cross_returns(joint.transpose(order).ravel(), 3)
        assert_allclose(found, cross_returns(joint.ravel(), 3)[list(order)])


# --- wrong arguments ---

PLAIN = ((1.0, 2.0), (0.0, 0.0), 0.0, True, GAMMA, 0.5)


def changed(place, value):
    return (*PLAIN[:place], value, *PLAIN[place + 1 :])


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (group_advantage, ((1, 2), "median"), "unknown mode 'median'; choose from: mean, rloo, max, raw"),
        (group_advantage, ((1,), "rloo"), "at least 2 sample.*'rloo'.*got \\(1,\\); .* 'raw'"),
        (group_advantage, ((1,), "raw", True), "at least 2 sample"),
        (group_advantage, ((), "raw"), "at least 1 sample"),
        (group_advantage, (1.0,), "got \\(\\)"),
        (group_advantage, ((1, np.nan),), "returns must be finite, got 1 of 2"),
        (group_advantage, ((1, 2), "mean", True, 0.0), "floor must be above 0"),
        (cross_returns, ((1, 2, 3, 4), 2, "median"), "unknown reduce 'median'; choose from: mean, sum"),
        (cross_returns, ((1, 2, 3), 2), "samples \\*\\* 2.*got \\(3,\\)"),
        (cross_returns, ((), 2), "got \\(0,\\)"),
        (cross_returns, (1.0, 1), "got \\(\\)"),
        (cross_returns, ((1,), 0), "agents must be in 1..16"),
        (n_call, (2, 2, 2, "crossed"), "unknown mode 'crossed'; choose from: aligned, cross, trajectory"),
        (n_call, (2, 2, 2, "trajectory"), "1 sample per node, got 2; choose mode 'aligned' or 'cross'"),
        (n_call, (0, 2, 2), "agents must be in"),
        (n_call, (2, 2, 0), "horizon must be in"),
        (n_call_of_paper, (2, 0, 2), "samples must be in"),
        (tree_returns, ([], 0.9), "at least one level"),
        (tree_returns, ([(1, 2)], 0.9), "rewards\\[0\\] must have shape \\(nodes, branches\\).*got \\(2,\\)"),
        (tree_returns, ([np.zeros((1, 0))], 0.9), "at least one branch"),
        (tree_returns, ([[(1, 2)]], 1.1), "gamma must be in \\[0, 1\\], got 1.1"),
        (tree_returns, ([[(1, 2)], [(1, 2)]], 0.9), "level 1 has 1 nodes.*shape \\(1,\\), got \\(2,\\)"),
        (tree_returns, ([[(1, 2)], [(1, 2)]], 0.9, []), "2 levels need 1 arrays of parents, got 0"),
        (tree_returns, ([[(1, 2)], [(1, 2)]], 0.9, [[2]]), "whole numbers in 0..1"),
        (tree_returns, ([[(1, 2)], [(1, 2)]], 0.9, [[-1]]), "whole numbers in 0..1"),
        (tree_returns, ([[(1, 2)], [(1, 2)]], 0.9, [[0.5]]), "whole numbers"),
        (tree_returns, ([[(1, 2)], [(1, 2), (1, 2)]], 0.9, [[1, 1]]), "a branch grows one node"),
        (tree_returns, ([[(1, np.inf)]], 0.9), "rewards\\[0\\] must be finite"),
        (lambda_returns, changed(0, 1.0), "rewards must have shape \\(..., turns\\).*got \\(\\)"),
        (lambda_returns, changed(0, ()), "at least one turn"),
        (lambda_returns, changed(0, (1.0, np.nan)), "rewards must be finite"),
        (lambda_returns, changed(1, (1.0,)), "values must have shape \\(2,\\), got \\(1,\\)"),
        (lambda_returns, changed(2, (0.0, 0.0)), "last_value must be a scalar or have one entry per trajectory"),
        (lambda_returns, (*PLAIN[:2], np.nan, False, GAMMA, 0.5), "last_value must be finite"),
        (lambda_returns, changed(3, 1.0), "terminated must be bool, got float64"),
        (lambda_returns, changed(3, [True, False]), "terminated must be a scalar or"),
        (lambda_returns, changed(4, -0.1), "gamma must be in"),
        (lambda_returns, changed(5, np.nan), "lam must be in"),
        (advantages, (*PLAIN, (True,)), "mask must have shape \\(2,\\), got \\(1,\\)"),
        (advantages, (*PLAIN, (1, 0)), "mask must be bool"),
        (advantages, (*PLAIN, (False, True)), "without holes"),
        (discounted, ((1, 2), 2), "gamma must be in"),
        (standardise, ((1, 2), None, 1), "axis must be None or in -1..0"),
        (standardise, ((1, 2), (True,)), "mask must have shape \\(2,\\), got \\(1,\\)"),
        (standardise, ((1, 2), None, None, 0), "floor must be above 0"),
        (clip_value_loss, ((1, 2), (1,), (1, 2), 0.2), "one shape, got \\(2,\\), \\(1,\\), \\(2,\\)"),
        (clip_value_loss, (1, 1, 1, 0), "clip must be above 0"),
        (k3, ((0.0, np.inf),), "log_ratio must be finite"),
        (processed, ((0.0, np.nan),), "rewards must be finite"),
        (processed, (0.0, np.inf), "scale must be finite"),
    ],
)
def test_wrong_arguments(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


def test_nothing_heavy_is_imported():
    code = "import sys, collm_agents.groups; print([name for name in ('torch', 'transformers', 'rich') if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "[]"
