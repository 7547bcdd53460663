"""Learners find what is best, and critics what is true, in games small enough to know both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest

from collm_agents.learners.actor_critic import ActorCritic, CoLLMConfig
from collm_agents.learners.base import Learner
from collm_agents.learners.collm_cc import CoLLMCC
from collm_agents.learners.collm_dc import CoLLMDC
from collm_agents.learners.magrpo import MAGRPO, MAGRPOConfig
from collm_agents.learners.single import AC, GRPO
from collm_agents.models.tabular import TabularTeam
from collm_envs import relay_v0
from collm_envs.diagnostic.secret import COLOURS
from collm_envs.wrappers.single_agent import SoloEnv, join
from tests.agents import tables
from tests.agents.tables import AGENTS, Game, matrix, one_hot

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize("kind", [CoLLMCC, CoLLMDC])
def test_s15_critics_learners_find_the_best_joint_action(kind: type[ActorCritic]) -> None:
    model = tables.team()
    learner = kind(matrix(), model, CoLLMConfig(episodes=16, actor_lr=0.1, critic_lr=0.05, critic_warmup=2, critic_steps=2))
    for _ in range(60):
        learner.iterate()
    assert tables.expected_return(model, tables.MATRIX) > 0.95


@pytest.mark.parametrize("joint", ["aligned", "cross", "trajectory"])
@pytest.mark.parametrize("baseline", ["mean", "rloo", "max", "raw"])
def test_s15_the_monte_carlo_family_finds_the_best_joint_action(baseline: Any, joint: Any) -> None:
    model = tables.team()
    # Without a baseline all actions that are paid are reinforced, which takes longer.
    iterations = 120 if baseline == "raw" else 60
    learner = MAGRPO(matrix(), model, MAGRPOConfig(episodes=8, samples=4, actor_lr=0.1, baseline=baseline, joint=joint))
    for _ in range(iterations):
        learner.iterate()
    assert tables.expected_return(model, tables.MATRIX) > 0.95


@pytest.mark.parametrize("kind", ["grpo", "ac"])
def test_s15_learners_of_one_agent_find_the_best_action(kind: str) -> None:
    paid = {("up",): 1.0, ("down",): 0.4, ("left",): 0.0}
    model = tables.team(1, ["team"], ("up", "down", "left"))
    game = matrix(paid, agents=["team"])
    learner: Learner
    if kind == "grpo":
        learner = GRPO(game, model, MAGRPOConfig(episodes=4, samples=4, actor_lr=0.1))
    else:
        learner = AC(game, model, CoLLMConfig(episodes=16, actor_lr=0.1, critic_lr=0.05, critic_warmup=2, critic_steps=2))
    for _ in range(60):
        learner.iterate()
    assert tables.expected_return(model, paid) > 0.95


@pytest.mark.parametrize("kind", ["grpo", "ac"])
def test_one_agent_learns_to_answer_for_a_team(kind: str) -> None:
    """Relay with one turn: the only agent reads both colours and presses for both."""
    team = relay_v0.parallel_env(max_cycles=1, symbols=2)
    colours = re.compile(r"Your colour: (\w+)")
    actions = [join({"relay_0": f"press {a}", "relay_1": f"press {b}"}) for a, b in product("AB", repeat=2)]

    def state_of(observation: str) -> int:
        first, second = (COLOURS.index(colour) for colour in colours.findall(observation))
        return 2 * first + second

    def features_of(history: Sequence[str]) -> Any:
        return np.eye(5)[state_of(history[-1]) if history[-1] else 4]

    model = TabularTeam(["team"], actions, 4, state_of, features_of)
    shared: dict[str, Any] = {"episodes": 16, "actor_lr": 0.2}
    if kind == "grpo":
        learner: Learner = GRPO(SoloEnv(team), model, MAGRPOConfig(**shared, samples=2))
    else:
        learner = AC(SoloEnv(team), model, CoLLMConfig(**shared, critic_lr=0.05, critic_warmup=1, critic_steps=2))
    last = [learner.iterate()["return"] for _ in range(40)][-5:]
    assert sum(last) / 5 > 0.9


TURNS = 3


def delayed() -> Game:
    """Three turns, one right action each; the last turn pays the share of right answers of both. An agent knows its own."""

    def rights(agent: str, played: Sequence[Mapping[str, str]]) -> int:
        return sum(move[agent] == "up" for move in played)

    return Game(
        lambda played: sum(rights(agent, played) for agent in AGENTS) / 6 if len(played) == TURNS else 0.0,
        turns=TURNS,
        state=lambda agent, played, _: 4 * len(played) + rights(agent, played),
    )


@pytest.mark.parametrize("kind", [CoLLMCC, CoLLMDC])
def test_s15_values_of_a_delayed_reward_come_within_a_twentieth_of_the_exact_ones(kind: type[ActorCritic]) -> None:
    """The policies stay uniform. Exact: what was right, and half of what is to come; a DC critic knows its own agent's alone."""
    model = tables.team(16, features=one_hot(16))
    config = CoLLMConfig(episodes=64, actor_lr=1e-12, critic_lr=0.05, replay=8, critic_steps=20, critic_batch=0, critic_warmup=0)
    learner = kind(delayed(), model, config)
    for _ in range(8):
        learner.iterate()
    (mean, spread), critic = learner.scale[next(iter(learner.views))], learner.critics[next(iter(learner.views))]
    for turn in range(TURNS):
        for own, other in product(range(turn + 1), repeat=2):
            seen = [f"a_0 in turn {turn + 1}, state {4 * turn + own}", f"a_1 in turn {turn + 1}, state {4 * turn + other}"]
            history = "\n".join(seen if kind is CoLLMCC else seen[:1])
            value = mean + spread * critic.values([(history,)], None)[0].item()
            others = other if kind is CoLLMCC else turn / 2
            assert value == pytest.approx((own + others + TURNS - turn) / 6, abs=0.05)
