"""What several test files need: the version modules, scripted joint actions, golden rows."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from collm_envs import arxiv_v0, coophe_v0, housebuild_v0, relay_v0, strbuild_v0, tldr_v0

MODULES = {
    "tldr": tldr_v0,
    "arxiv": arxiv_v0,
    "coophe": coophe_v0,
    "strbuild": strbuild_v0,
    "housebuild": housebuild_v0,
    "relay": relay_v0,
}
GOLDEN = Path(__file__).parent.parent / "golden"


def golden(task: str) -> list[dict[str, Any]]:
    """Rows of joint actions with the reference's rewards and metrics."""
    return [json.loads(line) for line in (GOLDEN / f"{task}.jsonl").read_text().splitlines()]


def scripted(env: Any, policy: str, seed: int = 0) -> dict[str, str]:
    """The joint action of a scripted team in the running episode."""
    play, turn = env.task.policies[policy], len(env.turns) + 1
    rngs = [Random(f"{seed}/{agent}") for agent in range(len(env.possible_agents))]
    return {name: play(env.task, env.instance, agent, rngs[agent], turn) for agent, name in enumerate(env.possible_agents)}


def play(env: Any, policy: str, seed: int = 0, **options: Any) -> list[float]:
    """Rewards of an episode played by a scripted team."""
    env.reset(seed=seed, options=options)
    rewards = []
    while env.agents:
        _, reward, *_ = env.step(scripted(env, policy, seed + len(rewards)))
        rewards.append(next(iter(reward.values())))
    return rewards


def perfect(env: Any) -> list[float]:
    """Rewards of a perfect team's episode: the largest at once, but Relay pays for the whole episode in its last turn."""
    return [0.0] * (env.max_cycles - 1 if env.task.name == "relay" else 0) + [env.reward_range[1]]


def planned(observations: dict[str, str]) -> dict[str, str]:
    """The joint action that ``fixes`` feedback asks for, to the letter."""
    told = {agent: text.split("The team's plan gives you")[1].splitlines() for agent, text in observations.items()}
    return {agent: "\n".join(line for line in lines if line.startswith("/")) for agent, lines in told.items()}
