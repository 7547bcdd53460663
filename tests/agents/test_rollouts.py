"""Trees of any depth: counted, walked and sent between processes."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from collm_agents.models.base import Response
from collm_agents.rollouts import Branch, Node, nodes, term_means, trajectories

LONG = 5000
BRANCH = ("picks", "reward", "terminated", "truncated", "observations", "solved", "terms")


def answer(text: str) -> Response:
    return Response("a", np.array([1]), np.array([2]), np.zeros(1, np.float32), text, True)


def grow(turn: int, path: tuple[int, ...], leaves: list[str]) -> Node:
    """A tree of two branches per node, three turns deep, but for one branch that stops early."""
    node = Node(7, turn, path, {"a": f"asked {path}"}, {"a": [answer(f"{path} {pick}") for pick in range(2)]})
    for pick in range(2):
        ends = turn == 3 or (*path, pick) == (0, 1)
        terms = {"turn": turn, "pick": pick / 10} if pick else {"turn": turn}
        node.branches.append(Branch({"a": pick}, turn + pick / 10, ends, False, {"a": "next"}, solved=ends, terms=terms))
        if ends:
            leaves.append("".join(map(str, (*path, pick))))
        else:
            node.branches[-1].child = grow(turn + 1, (*path, pick), leaves)
    return node


def chain(turns: int) -> Node:
    root = node = Node(0, 1, (), {"a": "asked"}, {"a": [answer("said")]})
    for turn in range(2, turns + 1):
        child = Node(0, turn, (0,), {"a": "asked"}, {"a": [answer("said")]})
        node.branches.append(Branch({"a": 0}, float(turn), False, False, {}, child=child))
        node = child
    node.branches.append(Branch({"a": 0}, 0.0, True, False, {}))
    return root


def described(root: Node) -> list[str]:
    """All that a tree holds, level by level; responses are compared by what they say."""
    told = []
    for level in nodes([root]):
        for node in level:
            told.append(f"{node.episode} {node.turn} {node.path} {node.observations}")
            told += [f"{agent} {response.text} {response.ids}" for agent, own in node.responses.items() for response in own]
            told += [str((*(getattr(each, name) for name in BRANCH), each.child is None)) for each in node.branches]
    return told


@pytest.mark.parametrize("send", [lambda tree: pickle.loads(pickle.dumps(tree)), copy.deepcopy], ids=["pickled", "copied"])
def test_a_tree_arrives_as_it_was_sent_whatever_its_depth(send) -> None:  # type: ignore[no-untyped-def]
    tree, long = grow(1, (), []), chain(LONG)
    for one in (tree, long, tree.branches[1].child):
        there = send(one)
        assert described(there) == described(one)
        assert not {id(node) for level in nodes([there]) for node in level} & {id(node) for level in nodes([one]) for node in level}


def test_several_trees_arrive_in_one_piece() -> None:
    """As processes send them to each other."""
    trees = [grow(1, (), []), chain(300)]
    assert [described(tree) for tree in pickle.loads(pickle.dumps(trees))] == [described(tree) for tree in trees]


def test_means_of_terms_are_over_all_joint_actions_and_add_up_to_that_of_the_reward() -> None:
    """One that lacks a term has 0 of it; where nobody has any there is none."""
    levels = nodes([grow(1, (), [])])
    rewards = [branch.reward for level in levels for node in level for branch in node.branches]
    # Of turn 1 there are 2, of turn 2 4 and of turn 3, for one branch stops early, 6.
    means = term_means(levels)
    assert means == {"term.turn": pytest.approx((2 * 1 + 4 * 2 + 6 * 3) / 12), "term.pick": pytest.approx(0.05)}
    assert sum(means.values()) == pytest.approx(np.mean(rewards))
    assert term_means(nodes([chain(3)])) == {}


def test_ways_are_walked_in_the_order_of_branches_whatever_their_length() -> None:
    leaves: list[str] = []
    tree = grow(1, (), leaves)
    ways = trajectories([tree, tree.branches[1].child])  # type: ignore[list-item]
    assert ["".join(str(step.branch.picks["a"]) for step in way) for way in ways] == [
        *leaves, *(leaf[1:] for leaf in leaves if leaf[0] == "1"),
    ]  # fmt: skip
    assert all(step.branch in step.node.branches for way in ways for step in way)
    (way,) = trajectories([chain(LONG)])
    assert [step.node.turn for step in way] == list(range(1, LONG + 1))
