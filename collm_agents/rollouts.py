"""What was played: trees of joint actions, whose special case is the trajectory.

A node is a turn of an episode at one joint history. There every agent samples its completions; each joint action made of them is a
branch, with the reward it earned, and grows a node of the next turn unless the episode ended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

import numpy as np

from collm_agents.history import HistoryBuilder
from collm_agents.models.base import History, Response
from collm_agents.returns import Flags, Floats


@dataclass(slots=True)
class Node:
    """A turn at one joint history.

    Attributes:
        episode: which episode of the iteration.
        turn: 1 and up.
        path: the branch taken in each turn before; () at the root.
        observations: what each agent that is still there sees.
        responses: the completions that each of them sampled.
        branches: the joint actions played.
    """

    episode: int
    turn: int
    path: tuple[int, ...]
    observations: dict[str, str]
    responses: dict[str, list[Response]] = field(default_factory=dict)
    branches: list[Branch] = field(default_factory=list)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled and copied as a list of turns: a hundred of them, one inside the other, exceed Python's recursion limit."""
        flat = [node for level in nodes([self]) for node in level]
        return _grown, (
            [_but(node, "branches") for node in flat],
            [[_but(each, "child") for each in node.branches] for node in flat],
            [[each.child is not None for each in node.branches] for node in flat],
        )


@dataclass(slots=True)
class Branch:
    """A joint action and what came of it.

    Attributes:
        picks: which of its samples each agent played.
        reward: the joint reward, raw.
        terminated: the task ended the episode, or a stopping rule did: nothing is worth anything after it.
        truncated: the episode was cut: it would have gone on.
        observations: what the agents see next; after the end what they would have seen.
        solved: whether the task calls the turn solved.
        terms: what the task's reward is the sum of, by name; empty where the environment is not a task's own.
        child: the next turn; None after the end.
    """

    picks: dict[str, int]
    reward: float
    terminated: bool
    truncated: bool
    observations: dict[str, str]
    solved: bool = False
    terms: Mapping[str, float] = field(default_factory=dict)
    child: Node | None = None


class Step(NamedTuple):
    """A node and one of its branches."""

    node: Node
    branch: Branch

    def response(self, agent: str) -> Response:
        """What an agent answered."""
        return self.node.responses[agent][self.branch.picks[agent]]

    @property
    def answers(self) -> dict[str, str]:
        """What each agent answered, as text."""
        return {agent: self.response(agent).text for agent in self.branch.picks}


Trajectory = tuple[Step, ...]
"""The turns from a root to a leaf."""

TERM = "term."
"""Stands before the name of a reward term among metrics."""


def _but(part: Node | Branch, left_out: str) -> dict[str, Any]:
    return {item.name: getattr(part, item.name) for item in fields(part) if item.name != left_out}


def _grown(own: list[dict[str, Any]], branches: list[list[dict[str, Any]]], going_on: list[list[bool]]) -> Node:
    """A tree from its nodes and their branches, level by level; a branch that goes on has the next node that has no parent yet."""
    made = [Node(**each) for each in own]
    orphans = iter(made[1:])
    for node, rows, goes_on in zip(made, branches, going_on):
        node.branches = [Branch(**row, child=next(orphans) if on else None) for row, on in zip(rows, goes_on)]
    return made[0]


def nodes(roots: Sequence[Node]) -> list[list[Node]]:
    """All nodes, level by level: a list for each turn, in order of their parents' branches."""
    levels, level = [], list(roots)
    while level:
        levels.append(level)
        level = [branch.child for node in level for branch in node.branches if branch.child]
    return levels


def parents(level: Sequence[Node]) -> list[int]:
    """The branches of a level that grew the nodes of the next, numbered through the level: see ``groups.tree_returns``."""
    grown = [branch.child is not None for node in level for branch in node.branches]
    return [place for place, going_on in enumerate(grown) if going_on]


def trajectories(roots: Sequence[Node]) -> list[Trajectory]:
    """Every way from a root to a leaf. Where nodes after the root have one branch each, no turn but the first is in two of them."""
    return [path for root in roots for path in _paths(root)]


def _paths(root: Node) -> Iterator[Trajectory]:
    """Depth first, without recursion: episodes may be longer than Python's stack."""
    way: list[Step] = []
    left = [Step(root, branch) for branch in reversed(root.branches)]
    while left:
        step = left.pop()
        del way[step.node.turn - root.turn :]
        way.append(step)
        child = step.branch.child
        if child is None:
            yield tuple(way)
        else:
            left += [Step(child, branch) for branch in reversed(child.branches)]


def term_means(levels: Sequence[Sequence[Node]]) -> dict[str, float]:
    """The mean of each reward term over all joint actions played.

    Args:
        levels: as :func:`nodes` gives them.

    Returns:
        By ``term.NAME``. A joint action that lacks a term has 0 of it, so that the means add up to the mean raw reward of a turn.
        Empty where the environment tells no terms.
    """
    played = [branch.terms for level in levels for node in level for branch in node.branches]
    names = dict.fromkeys(name for terms in played for name in terms)
    return {f"{TERM}{name}": float(np.mean([terms.get(name, 0.0) for terms in played])) for name in names}


class Table(NamedTuple):
    """Trajectories as padded arrays: E of them, of at most T turns.

    Attributes:
        rewards: (E, T), raw.
        mask: (E, T), True on the turns played.
        terminated: (E,), False where a trajectory was cut.
    """

    rewards: Floats
    mask: Flags
    terminated: Flags


def table(paths: Sequence[Trajectory]) -> Table:
    """The rewards of trajectories."""
    longest = max(map(len, paths))
    rewards, mask = np.zeros((len(paths), longest)), np.zeros((len(paths), longest), dtype=np.bool_)
    for row, path in enumerate(paths):
        rewards[row, : len(path)] = [step.branch.reward for step in path]
        mask[row, : len(path)] = True
    return Table(rewards, mask, np.array([path[-1].branch.terminated for path in paths]))


def history(path: Trajectory, agents: Sequence[str], builder: HistoryBuilder) -> History:
    """What a critic of ``agents`` reads of a trajectory: a segment per turn, and one more after a trajectory that was cut."""
    answers: Mapping[str, str] | None = None
    segments = []
    for step in path:
        segments.append(builder.segment(step.node.turn, agents, step.node.observations, answers))
        answers = step.answers
    last = path[-1]
    if not last.branch.terminated:
        segments.append(builder.segment(last.node.turn + 1, agents, last.branch.observations, answers))
    return tuple(segments)
