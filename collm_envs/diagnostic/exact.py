"""What a policy of Relay earns, exactly: a learner's estimates are checked against these numbers.

A tabular policy is an array ``p[agent, turn, colour, symbol]`` of shape (2, T, C, S), axes counted from 0: the chance that an
agent presses a symbol in a turn at a colour. What a row lacks to 1 is the chance of an answer that cannot be read. Colours are
taken to be independent and equally likely, as generated deals are; the agents draw independently of each other.

    task = Relay(symbols=4)
    code = table(task.secret, turns=8)
    expected_return(code, knowing(code, 4))         # uniform play: 0.25
    expected_return(code, knowing(code, 4, 2))      # the oracle: 1.0

Rewards are those of :mod:`collm_envs.diagnostic.reward`; with T turns a right answer is worth 1 / (2 T), whenever it is paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collm_envs.core.checks import one_of, whole
from collm_envs.diagnostic.deal import AGENTS, Deal
from collm_envs.diagnostic.reward import Reward
from collm_envs.diagnostic.secret import Code

Table = NDArray[np.int64]
"""Right symbols by (agent, turn, colour)."""
Floats = NDArray[np.float64]

_TOLERANCE = 1e-9


def table(code: Code, turns: int) -> Table:
    """The right symbols of a code in the first so many turns: shape (2, turns, colours), in 0..symbols - 1."""
    turns = whole("turns", turns, 1, 1_000_000)
    places = np.ndindex(AGENTS, turns, code.colours)
    right = [code.right(agent, turn + 1, colour) for agent, turn, colour in places]
    return np.array(right, dtype=np.int64).reshape(AGENTS, turns, code.colours)


def knowing(right: Table, symbols: int, colours: int = 0) -> Floats:
    """The policy that is right at the first so many colours and guesses at the others.

    0 is uniform play (``random``), 1 is ``greedy``, all of them is the ``oracle``; ``knowing(...) * 0`` is ``silent``.
    """
    colours = whole("colours", colours, 0, right.shape[2])
    policy = np.full((*right.shape, symbols), 1.0 / symbols)
    policy[:, :, :colours] = np.eye(symbols)[right[:, :, :colours]]
    return policy


def chances(right: Table, policy: Any) -> Floats:
    """The chance of a right answer by (agent, turn, colour), in [0, 1].

    Raises:
        ValueError: if the policy's shape does not fit the table's, or a row holds no chances.
    """
    given = np.asarray(policy, dtype=np.float64)
    if given.ndim != 4 or given.shape[:3] != right.shape or given.shape[3] <= right.max():
        raise ValueError(f"a policy of shape {(*right.shape, 'symbols')} is needed, got {given.shape}")
    # Written so that a number that is none fails, too.
    if not (np.all(given >= 0.0) and np.all(given.sum(axis=3) <= 1.0 + _TOLERANCE)):
        raise ValueError("a policy must hold chances: none below 0, and none that sum to more than 1 over the symbols")
    found: Floats = np.take_along_axis(given, right[..., np.newaxis], axis=3)[..., 0]
    return found


def shares(right: Table, policy: Any, deal: Deal | None = None) -> Floats:
    """The expected share of right answers in each turn, shape (turns,), in [0, 1]; with a deal, at its colours."""
    chance = chances(right, policy)
    if deal is None:
        return np.asarray(chance.mean(axis=(0, 2)))
    _, turns, colours = right.shape
    seen = [[deal.colour(agent, turn + 1, colours) for turn in range(turns)] for agent in range(AGENTS)]
    at_seen: Floats = np.take_along_axis(chance, np.array(seen)[..., np.newaxis], axis=2)[..., 0]
    return np.asarray(at_seen.mean(axis=0))


def rewards(right: Table, policy: Any, reward: Reward = "sparse", deal: Deal | None = None) -> Floats:
    """The expected reward of each turn, shape (turns,)."""
    one_of("reward", reward, ("sparse", "dense"))
    share = shares(right, policy, deal)
    if reward == "dense":
        return share / len(share)
    return np.append(np.zeros(len(share) - 1), share.mean())


def expected_return(right: Table, policy: Any, deal: Deal | None = None) -> float:
    """The expected sum of an episode's rewards, in [0, 1]; the same for sparse and dense ones."""
    return float(shares(right, policy, deal).mean())


def values(right: Table, policy: Any, reward: Reward = "sparse", discount: float = 1.0) -> Floats:
    """The expected discounted sum of the rewards from each turn on, before anything was played: shape (turns,)."""
    to_come, found = 0.0, []
    for paid in rewards(right, policy, reward)[::-1]:
        to_come = float(paid) + discount * to_come
        found.append(to_come)
    return np.array(found[::-1])


def value(
    right: Table,
    policy: Any,
    turn: int,
    counted: int,
    seen: Sequence[int | None] = (None, None),
    reward: Reward = "sparse",
    discount: float = 1.0,
) -> float:
    """The value of a joint history, as a critic should read it: the expected discounted rewards from ``turn`` on.

    Args:
        right: the code.
        policy: what both agents play from now on.
        turn: the turn to be played, 1 to T.
        counted: the team's right answers before it, 0 to 2 (turn - 1).
        seen: the colour that each agent sees now; None for one that is not known.
        reward: as the task's.
        discount: a turn's.

    Raises:
        ValueError: for a turn, a count or a colour that cannot be, or unless ``seen`` has one for each agent.
    """
    one_of("reward", reward, ("sparse", "dense"))
    chance = chances(right, policy)
    agents, turns, colours = chance.shape
    now = whole("turn", turn, 1, turns) - 1
    counted = whole("counted", counted, 0, agents * now)
    if len(seen) != agents:
        raise ValueError(f"seen must hold {agents} colours or None, got {len(seen)}")
    # Expected right answers in each turn from now on; in the present one at the colours that are seen.
    hits = chance[:, now:].mean(axis=2).sum(axis=0)
    hits[0] = sum(
        chance[agent, now].mean() if colour is None else chance[agent, now, whole("seen", colour, 0, colours - 1)]
        for agent, colour in enumerate(seen)
    )
    worth = discount ** np.arange(turns - now)
    paid = (hits * worth).sum() if reward == "dense" else (counted + hits.sum()) * worth[-1]
    return float(paid / (agents * turns))
