"""What K samples of one node are worth to each other: trees of joint actions, group baselines, and what they cost.

At a node (one turn, one joint history) each of n agents samples K completions. In the *aligned* form the g-th completions of all
agents make the g-th of K joint actions; in the *cross* form every combination is one, K^n in all. Each joint action is a branch:
it earns a reward and, unless the episode ends there, grows one node of the next level. This is the Monte Carlo family (MAGRPO,
arXiv:2508.04652, and its variants); learners with a critic walk one branch, K = 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from collm_agents.returns import FLOOR, Floats, finite, share, standardise
from collm_envs.core.checks import one_of, whole

Baseline = Literal["mean", "rloo", "max", "raw"]
Reduce = Literal["mean", "sum"]
Joint = Literal["aligned", "cross", "trajectory"]

_MOST = 10_000


class Counts(NamedTuple):
    """What one item costs: completions sampled, ``generate`` calls (K completions of one prompt of one agent each), joint actions
    rewarded, and branches that end at the horizon."""

    responses: int
    calls: int
    rewards: int
    leaves: int


def tree_returns(rewards: Sequence[ArrayLike], gamma: float, parents: Sequence[ArrayLike] | None = None) -> list[Floats]:
    """The return of every branch: its reward, plus gamma times the mean return of the node that it grew.

    R = r where the branch stopped, whether at the horizon or before; else R = r + gamma * mean over the child's branches.

    The tree is given as it is collected, level by level, with the trees of many items side by side:

        rewards[t]   (N_t, B_t)    N_t nodes at turn t with B_t branches each; N_0 items
        parents[t]   (N_{t+1},)    the branch of level t that grew each node of level t + 1: node * B_t + branch

    A collector that keeps ``alive``, the (N_t, B_t) flags of branches that go on, has ``parents[t] = np.flatnonzero(alive)``.

    Args:
        rewards: one array per level, at least one; processed joint rewards.
        gamma: discount per turn, in [0, 1].
        parents: one array of whole numbers per level but the first. None for full trees, where no branch stopped early.

    Returns:
        One array per level, of the shape of its rewards.

    Raises:
        ValueError: if levels and parents do not fit together, a branch has two children, or gamma is outside [0, 1].
    """
    share("gamma", gamma)
    levels = [finite(f"rewards[{turn}]", level) for turn, level in enumerate(rewards)]
    if not levels:
        raise ValueError("a tree needs at least one level")
    for turn, level in enumerate(levels):
        if level.ndim != 2 or not level.shape[1]:
            raise ValueError(f"rewards[{turn}] must have shape (nodes, branches) with at least one branch, got {level.shape}")
    if parents is None:
        parents = [np.arange(level.size) for level in levels[:-1]]
    if len(parents) != len(levels) - 1:
        raise ValueError(f"{len(levels)} levels need {len(levels) - 1} arrays of parents, got {len(parents)}")
    grown = [_branches(turn, parents[turn], levels[turn].size, len(levels[turn + 1])) for turn in range(len(parents))]
    returns = levels[-1:]
    for level, branches in zip(reversed(levels[:-1]), reversed(grown)):
        total = level.flatten()
        total[branches] += gamma * returns[0].mean(axis=1)
        returns.insert(0, total.reshape(level.shape))
    return returns


def group_advantage(returns: ArrayLike, mode: Baseline = "mean", normalise: bool = False, floor: float = FLOOR) -> Floats:
    """How much better each of the K samples of a node is than its group.

    | mode | advantage of sample g | learner | mean gradient |
    |---|---|---|---|
    | `mean` | R_g - mean | MAGRPO | (K - 1) / K of the true one |
    | `rloo` | R_g - mean of the others = (K R_g - sum) / (K - 1) | leave-one-out | true |
    | `max` | R_g - max | the reference's ReMax, which has no greedy decode | biased |
    | `raw` | R_g | MA-REINFORCE, no baseline | true |

    Args:
        returns: (..., K), the group along the last axis; K >= 2, or K >= 1 for plain `raw`.
        mode: see the table.
        normalise: standardise each group by its population deviation. That removes shifts and scales, so that all modes become
            one; with K = 2 only the sign is left, above the floor.
        floor: least divisor of ``normalise``, > 0; the reference's is 1e-6.

    Returns:
        (..., K). Groups of equal returns give exactly 0, except in plain `raw`.

    Raises:
        ValueError: for an unknown mode, too few samples, returns that are not finite, or a floor <= 0.
    """
    one_of("mode", mode, get_args(Baseline))
    group = finite("returns", returns)
    least = 1 if mode == "raw" and not normalise else 2
    if not group.ndim or group.shape[-1] < least:
        raise ValueError(
            f"returns must have shape (..., samples) with at least {least} sample(s) for mode {mode!r} with normalise={normalise}, "
            f"got {group.shape}; for one sample choose mode 'raw' without normalise, or a learner with a critic"
        )
    samples = group.shape[-1]
    # Measured from the largest, equal returns are exactly 0; their mean may differ from them in the last digit.
    below = group - group.max(axis=-1, keepdims=True)
    centred = below - below.mean(axis=-1, keepdims=True)
    # With one sample only plain `raw` is left, and the divisor of `rloo` is never used.
    advantage = {"mean": centred, "rloo": centred * samples / max(samples - 1, 1), "max": below, "raw": group}[mode]
    return standardise(advantage, axis=-1, floor=floor) if normalise else advantage


def cross_returns(returns: ArrayLike, agents: int, reduce: Reduce = "mean") -> Floats:
    """What each agent's each completion is worth in the cross form: over the K^(n-1) joint actions that hold it.

    Args:
        returns: (..., K^n), the joint actions in the order of ``itertools.product(range(K), repeat=n)``: the last agent's
            completion changes fastest.
        agents: n, 1 to 16.
        reduce: `mean`, or the reference's `sum`, which makes the gradient K^(n-1) times as large.

    Returns:
        (..., n, K), each agent's group along the last axis, ready for :func:`group_advantage`.

    Raises:
        ValueError: for an unknown reduce, or a number of joint actions that is no n-th power.
        TypeError: for a number of agents that is not whole.
    """
    one_of("reduce", reduce, get_args(Reduce))
    whole("agents", agents, 1, 16)
    joint = finite("returns", returns)
    size = joint.shape[-1] if joint.ndim else 0
    samples = round(size ** (1 / agents))
    if not size or samples**agents != size:
        raise ValueError(
            f"returns must have shape (..., samples ** {agents}), one per joint action of {agents} agents, got {joint.shape}"
        )
    first = joint.ndim - 1
    table = joint.reshape(joint.shape[:-1] + (samples,) * agents)
    others = [tuple(first + other for other in range(agents) if other != agent) for agent in range(agents)]
    return np.stack([table.mean(axis=axes) if reduce == "mean" else table.sum(axis=axes) for axes in others], axis=-2)


def n_call(agents: int, samples: int, horizon: int, mode: Joint = "aligned") -> Counts:
    """What one item costs if no branch stops early.

    With b branches per node (K aligned, K^n cross) there are N = 1 + b + ... + b^(H-1) nodes, and

        responses n K N      calls n N      rewards b N      leaves b^H

    Aligned, the responses are n K (K^H - 1) / (K - 1). :func:`n_call_of_paper` is what the paper prints instead.

    Args:
        agents: n >= 1.
        samples: K >= 1, completions per agent and node.
        horizon: H >= 1, turns.
        mode: `aligned`, `cross`, or `trajectory`, a single branch, which needs K = 1.

    Raises:
        ValueError: for an unknown mode, a number out of range, or a trajectory with K > 1.
        TypeError: for a number that is not whole.
    """
    one_of("mode", mode, get_args(Joint))
    _sizes(agents, samples, horizon)
    if mode == "trajectory" and samples != 1:
        raise ValueError(f"a trajectory has 1 sample per node, got {samples}; choose mode 'aligned' or 'cross' for more")
    branches: int = samples**agents if mode == "cross" else samples
    nodes: int = sum(branches**turn for turn in range(horizon))
    return Counts(responses=agents * samples * nodes, calls=agents * nodes, rewards=branches * nodes, leaves=branches**horizon)


def n_call_of_paper(agents: int, samples: int, horizon: int) -> int:
    """N_call as the paper prints it, n K (K^(H-1) - 1) / (K - 1): the responses of an aligned tree without those of its last turn.

    Arguments and errors are those of :func:`n_call`. For K = 1, where the fraction is 0/0, its limit n (H - 1).
    """
    _sizes(agents, samples, horizon)
    nodes: int = sum(samples**turn for turn in range(1, horizon))
    return agents * nodes


def _sizes(agents: int, samples: int, horizon: int) -> None:
    for what, value in (("agents", agents), ("samples", samples), ("horizon", horizon)):
        whole(what, value, 1, _MOST)


def _branches(turn: int, parents: ArrayLike, branches: int, nodes: int) -> NDArray[np.intp]:
    """The branches of level ``turn`` that grew the nodes of the next level, checked."""
    indices = np.asarray(parents)
    if indices.shape != (nodes,):
        raise ValueError(
            f"level {turn + 1} has {nodes} nodes, so that parents[{turn}] must have shape {(nodes,)}, got {indices.shape}"
        )
    if nodes and (indices.dtype.kind not in "iu" or indices.min() < 0 or indices.max() >= branches):
        raise ValueError(f"parents[{turn}] must be whole numbers in 0..{branches - 1}, the branches of level {turn}")
    if len(np.unique(indices)) < nodes:
        raise ValueError(f"parents[{turn}] must differ: a branch grows one node")
    return indices.astype(np.intp)
