"""What a user's own code may get wrong is said at once, and names what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from collm_agents import AC, GRPO, MAGRPO, CoLLMCC, CoLLMConfig, Learner, MAGRPOConfig
from collm_agents.collect import Plan
from collm_agents.learners.base import LearnerConfig
from collm_agents.models.relay_tables import relay_tables
from collm_agents.rollouts import Node
from collm_envs import relay_v0

SHORT: Mapping[str, Any] = {"iterations": 2, "episodes": 2}


def learner_that(learns: Any) -> Learner:
    env = relay_v0.parallel_env(max_cycles=2)

    class Own(Learner):
        name = "own"

        @property
        def plan(self) -> Plan:
            return self.config.plan()

        def learn(self, roots: Sequence[Node]) -> Any:
            return learns

    return Own(env, relay_tables(env), LearnerConfig(**SHORT))


def test_a_learner_without_a_name_is_refused_before_it_learns() -> None:
    env = relay_v0.parallel_env(max_cycles=2)

    class Nameless(Learner):
        @property
        def plan(self) -> Plan:
            return self.config.plan()

        def learn(self, roots: Sequence[Node]) -> dict[str, float]:
            return {}

    with pytest.raises(TypeError, match="Nameless needs a name"):
        Nameless(env, relay_tables(env), LearnerConfig(**SHORT))


def test_metrics_are_finite_numbers_by_name_of_whatever_kind() -> None:
    told = learner_that({"a": np.float32(0.5), "b": 1})
    assert {key: (value, type(value)) for key, value in told.iterate().items() if key in "ab"} == {
        "a": (0.5, float),
        "b": (1.0, float),
    }
    with pytest.raises(ValueError, match="the metric a must be finite"):
        learner_that({"a": float("nan")}).iterate()
    with pytest.raises(TypeError, match="learn must return its metrics"):
        learner_that(None).iterate()


@pytest.mark.parametrize(
    ("kind", "config", "message"),
    [
        (CoLLMCC, MAGRPOConfig(), "CoLLMCC takes a CoLLMConfig, got MAGRPOConfig"),
        (MAGRPO, CoLLMConfig(), "MAGRPO takes a MAGRPOConfig, got CoLLMConfig"),
    ],
)
def test_a_config_of_another_learner_is_refused(kind: Any, config: Any, message: str) -> None:
    env = relay_v0.parallel_env(max_cycles=2)
    with pytest.raises(TypeError, match=message):
        kind(env, relay_tables(env), config)


@pytest.mark.parametrize(("kind", "config"), [(AC, CoLLMConfig()), (GRPO, MAGRPOConfig())])
def test_who_answers_for_all_must_be_alone(kind: Any, config: Any) -> None:
    env = relay_v0.parallel_env(max_cycles=2)
    with pytest.raises(ValueError, match=r"one model answers for all 2 agents: give SoloEnv\(env\)"):
        kind(env, relay_tables(env), config)


def test_turns_that_take_turns_are_no_parallel_environment() -> None:
    with pytest.raises(TypeError, match="a parallel environment is needed"):
        CoLLMCC(relay_v0.env(), relay_tables(relay_v0.parallel_env()), CoLLMConfig())


@pytest.mark.parametrize(("name", "value"), [("actor_lr", "2"), ("gamma", None), ("entropy_coef", "0"), ("critic_lr", [1])])
def test_settings_that_are_no_numbers_are_named(name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"{name} must be a number, got "):
        CoLLMConfig(**{name: value})


class Odd:
    """A small environment with one thing wrong."""

    possible_agents: Sequence[str] = ("relay_0", "relay_1")
    max_cycles = 1

    def __init__(self, observation: Any = "look", rewards: Mapping[str, float] | None = None) -> None:
        self.observation, self.rewards = observation, rewards
        self.agents: list[str] = []

    def reset(self, seed: int | None = None, options: Any = None) -> Any:
        self.agents = list(self.possible_agents)
        return dict.fromkeys(self.agents, self.observation), {agent: {} for agent in self.agents}

    def step(self, actions: Mapping[str, str]) -> Any:
        names, self.agents = list(self.agents), []
        over = dict.fromkeys(names, True)
        return dict.fromkeys(names, "end"), self.rewards, over, dict.fromkeys(names, False), {name: {} for name in names}


@pytest.mark.parametrize(
    ("env", "error", "message"),
    [
        (Odd(observation=3), TypeError, "observations must be text, but relay_0 was shown int"),
        (Odd(rewards={}), ValueError, "turn 1 of episode 0 has no rewards"),
    ],
)
def test_what_is_wrong_with_an_environment_is_named(env: Any, error: type[Exception], message: str) -> None:
    team = relay_tables(relay_v0.parallel_env())
    learner = MAGRPO(env, team, MAGRPOConfig(samples=2, **SHORT))
    with pytest.raises(error, match=message):
        learner.iterate()


def test_agents_are_a_list_of_names() -> None:
    from collm_agents import LocalTeam

    with pytest.raises(TypeError, match="agents are a list of names, got the text 'relay_0'"):
        LocalTeam.from_pretrained("nowhere", "relay_0")
