"""The paper's ordering, on Relay with tables: the longer and sparser a task, the more a critic that sees everything is worth.

All learners have the same settings, are given the same number of joint rewards, and are compared by the area under the curve of
their policies' exact expected return: 20 seeds, mean and standard error. With the gauge ``first``, relay_0 is told how well both
are doing and relay_1 nothing, so that one critic of CoLLM-DC is informed and the other is not, while CoLLM-CC's always is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from collm_agents.learners.actor_critic import CoLLMConfig
from collm_agents.learners.base import Learner
from collm_agents.learners.collm_cc import CoLLMCC
from collm_agents.learners.collm_dc import CoLLMDC
from collm_agents.learners.magrpo import MAGRPO, MAGRPOConfig
from collm_agents.models.relay_tables import relay_tables
from collm_agents.models.tabular import TabularTeam
from collm_envs import relay_v0
from collm_envs.diagnostic import exact

SEEDS = 20


pytestmark = pytest.mark.usefixtures("one_thread")


def make(method: str, env: Any, model: TabularTeam, seed: int, warmup: int) -> Learner:
    shared: dict[str, Any] = {"seed": seed, "episodes": 4, "actor_lr": 0.1, "grad_clip": 10.0, "normalise_advantages": "batch"}
    if method == "mc":
        # Trajectories, as the critics' learners play them: a binary tree of eight turns would cost 510 joint rewards an episode.
        return MAGRPO(env, model, MAGRPOConfig(**shared, samples=1, joint="trajectory", baseline="raw", group="batch"))
    config = CoLLMConfig(**shared, critic_lr=0.1, critic_warmup=warmup, critic_steps=5, critic_batch=32)
    return (CoLLMCC if method == "cc" else CoLLMDC)(env, model, config)


def policies(model: TabularTeam, turns: int) -> Any:
    """p[agent, turn, colour, symbol]."""
    chances = [model.logits[agent].detach().double().softmax(1).numpy() for agent in model.agents]
    return np.stack(chances).reshape(len(chances), turns, -1, len(model.actions))


def area(method: str, seed: int, turns: int, reward: Any, iterations: int, warmup: int) -> float:
    """The mean of the exact return after each iteration."""
    env = relay_v0.parallel_env(max_cycles=turns, reward=reward, gauge="first")
    model = relay_tables(env)
    learner = make(method, env, model, seed, warmup)
    code, found = exact.table(env.task.secret, turns), []
    for _ in range(iterations):
        learner.iterate()
        found.append(exact.expected_return(code, policies(model, turns)))
    assert learner.joint_rewards == iterations * 4 * turns
    return float(np.mean(found))


def areas(turns: int, reward: str, iterations: int, warmup: int) -> dict[str, Any]:
    methods = ("mc", "dc", "cc")
    return {
        method: np.array([area(method, seed, turns, reward, iterations, warmup) for seed in range(SEEDS)]) for method in methods
    }


def gap(better: Any, worse: Any) -> tuple[float, float]:
    """The difference of two means, and its standard error."""
    return better.mean() - worse.mean(), float(np.sqrt((better.var(ddof=1) + worse.var(ddof=1)) / SEEDS))


@pytest.mark.slow
def test_where_only_the_end_of_eight_turns_pays_cc_learns_faster_than_dc_and_dc_faster_than_mc() -> None:
    found = areas(8, "sparse", iterations=50, warmup=1)
    for better, worse in (("cc", "dc"), ("dc", "mc")):
        difference, error = gap(found[better], found[worse])
        print(f"{better} {found[better].mean():.3f} > {worse} {found[worse].mean():.3f}: {difference / error:.1f} standard errors")
        assert difference > 3 * error


@pytest.mark.slow
@pytest.mark.parametrize("turns", [1, 2])
def test_where_every_one_of_few_turns_pays_all_learn_alike(turns: int) -> None:
    found = areas(turns, "dense", iterations=25, warmup=0)
    for better, worse in (("cc", "dc"), ("dc", "mc"), ("cc", "mc")):
        difference, error = gap(found[better], found[worse])
        print(f"{better} {found[better].mean():.3f}, {worse} {found[worse].mean():.3f}: {difference / error:.1f} standard errors")
        assert abs(difference) < 0.03
