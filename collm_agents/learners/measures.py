"""What is to be known of an iteration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from collm_agents import distributed
from collm_agents.groups import tree_returns
from collm_agents.rollouts import Node, nodes, parents, term_means, trajectories


class Averages:
    """Means of figures that come up several times in an iteration."""

    def __init__(self) -> None:
        self._sums: dict[str, list[float]] = defaultdict(list)
        self._parts: dict[str, list[tuple[float, int]]] = defaultdict(list)

    def add(self, name: str, value: float) -> None:
        """Another figure of that name, which every process knows."""
        self._sums[name].append(value)

    def part(self, name: str, total: float, count: int) -> None:
        """The sum over this process's part of what a figure is the mean of, and how much that is."""
        self._parts[name].append((total, count))

    def means(self) -> dict[str, float]:
        """The mean of each. All processes must ask for it."""
        everywhere: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for parts in distributed.gather([dict(self._parts)]):
            for name, found in parts.items():
                everywhere[name] += found
        shared = {name: sum(t for t, _ in found) / sum(c for _, c in found) for name, found in everywhere.items()}
        return {**{name: float(np.mean(values)) for name, values in self._sums.items()}, **shared}


def played(roots: Sequence[Node], gamma: float) -> dict[str, float]:
    """What the episodes of an iteration were like; rewards are raw.

    Returns:
        ``return`` and ``discounted_return``: of an episode, expected over its tree; ``last_reward``, ``best_reward``, ``solved``,
        ``turns``: means over all ways to a leaf; ``response_length`` (tokens) and ``cut_share`` (of responses that were cut): means
        over responses; ``joint_rewards``, ``responses``, ``tokens``: sums; ``term.NAME``: see :func:`.term_means`.
    """
    levels = nodes(roots)
    rewards = [np.array([[branch.reward for branch in node.branches] for node in level]) for level in levels]
    grown = [parents(level) for level in levels[:-1]]
    paths = trajectories(roots)
    each = [response for level in levels for node in level for own in node.responses.values() for response in own]
    along = [[step.branch.reward for step in path] for path in paths]
    return {
        "return": float(tree_returns(rewards, 1.0, grown)[0].mean()),
        "discounted_return": float(tree_returns(rewards, gamma, grown)[0].mean()),
        "last_reward": float(np.mean([way[-1] for way in along])),
        "best_reward": float(np.mean([max(way) for way in along])),
        "solved": float(np.mean([path[-1].branch.solved for path in paths])),
        "turns": float(np.mean([len(path) for path in paths])),
        "response_length": float(np.mean([len(response.ids) for response in each])),
        "cut_share": float(np.mean([not response.ended for response in each])),
        "joint_rewards": sum(level.size for level in rewards),
        "responses": len(each),
        "tokens": sum(len(response.ids) for response in each),
        **term_means(levels),
    }
