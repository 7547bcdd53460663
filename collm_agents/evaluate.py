"""Whole episodes of one team on one split, and what is recorded of each."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from collm_agents.policies import Team
from collm_envs.core.checks import whole
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import version_module
from collm_envs.core.task import BackendLost, Number

DISCOUNT = 0.9
MOST_EPISODES = 10_000_000


@dataclass(frozen=True)
class EpisodeResult:
    """One episode; one line of ``episodes.jsonl``, with these keys in this order.

    | key | type | meaning |
    |---|---|---|
    | `task` | str | the task's name, `strbuild` |
    | `env` | str | with its version, `strbuild_v0`: rewards of different versions do not compare |
    | `team` | str | the team's name |
    | `split`, `index` | str, int | the instance |
    | `seed` | int | of `env.reset`, and of the team's own chance |
    | `turns` | int | joint actions played |
    | `rewards` | list of float | raw reward of each turn, the same for every agent |
    | `last_reward`, `best_reward` | float | of the last turn, of the best turn |
    | `episode_return` | float | sum of the rewards |
    | `discounted_return` | float | sum of 0.9^t times the reward of turn t = 0, 1, ... |
    | `solved` | bool | whether the last turn's reward was above the task's threshold |
    | `metrics` | {str: number} | the task's metrics after the last turn, the one that matters most first |
    | `characters` | {agent: int} | length of all answers of each agent |
    | `seconds` | {agent: float} | time each agent took for all its answers |
    | `env_seconds` | float | time spent in `env.reset` and `env.step` alone |
    | `instance` | dict | fields for `reset(options={"task": ...})`, with all chance resolved |
    | `transcript` | list of dict | `env.transcript`: prompts, actions, reward terms, notes of each turn |

    All but the times (:data:`TIMES`) is a function of task, options, team, split, index and seed.
    """

    task: str
    env: str
    team: str
    split: str
    index: int
    seed: int
    turns: int
    rewards: list[float]
    last_reward: float
    best_reward: float
    episode_return: float
    discounted_return: float
    solved: bool
    metrics: dict[str, Number]
    characters: dict[str, int]
    seconds: dict[str, float]
    env_seconds: float
    instance: dict[str, Any]
    transcript: list[dict[str, Any]]

    def to_json(self) -> str:
        """The result as one line of JSON in plain ASCII, which every reader on every system takes."""
        record = {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}
        return json.dumps(record, ensure_ascii=True, allow_nan=False)

    @classmethod
    def from_json(cls, line: str) -> EpisodeResult:
        """The result that a line of ``episodes.jsonl`` holds."""
        return cls(**json.loads(line))


TIMES = ("seconds", "env_seconds")
"""The fields of a result that differ from run to run."""


def evaluate(
    task: str | Callable[[], CollabEnv],
    team: Team,
    split: str = "test",
    episodes: int | None = None,
    seed: int = 0,
    on_episode: Callable[[EpisodeResult], None] | None = None,
) -> list[EpisodeResult]:
    """Play episodes 0, 1, ...: episode i is instance ``i % len(split)`` with seed ``seed + i``.

    Args:
        task: a task's name, for its default options, or a function that makes the environment.
        team: plays all agents.
        split: the instances.
        episodes: how many (None: each instance once).
        seed: of the first episode, 0 or more.
        on_episode: called after each episode: to show progress, to write the result down before the next one begins.

    Raises:
        ValueError: for an unknown task, split or team, or a split without end where ``episodes`` is None.
        BackendLost: if the task's backend cannot be had or is lost; what ``on_episode`` was called with stands.
    """
    env = version_module(task).parallel_env() if isinstance(task, str) else task()
    results = []
    for result in play_split(env, team, split, episodes, seed):
        results.append(result)
        if on_episode:
            on_episode(result)
    return results


def play_split(env: CollabEnv, team: Team, split: str, episodes: int | None, seed: int) -> Iterator[EpisodeResult]:
    """The results of :func:`evaluate`, one by one."""
    count = len(env.task.tasks[split])
    for number in range(episode_count(env, split, episodes)):
        yield play_episode(env, team, split, number % count, seed + number)


def episode_count(env: CollabEnv, split: str, episodes: int | None) -> int:
    """How many episodes to play: ``episodes``, or one for each instance of the split.

    Raises:
        ValueError: for an unknown split, or one without end where ``episodes`` is None.
    """
    count = len(env.task.tasks[split])
    if episodes is not None:
        return whole("episodes", episodes, 1, MOST_EPISODES)
    if count > MOST_EPISODES:
        raise ValueError(f"split {split} has no end: say how many episodes")
    return count


def play_episode(env: CollabEnv, team: Team, split: str, index: int, seed: int) -> EpisodeResult:
    """Play one episode and record it; raises BackendLost if a turn could not be scored."""
    clock = _Clock()
    observations, _ = clock(env.reset, seed=seed, options={"split": split, "index": index})
    team.reset(env, seed)
    seconds = dict.fromkeys(env.possible_agents, 0.0)
    characters = dict.fromkeys(env.possible_agents, 0)
    while env.agents:
        actions = team.act(env, observations)
        for agent, action in actions.items():
            seconds[agent] += team.seconds.get(agent, 0.0)
            characters[agent] += len(action)
        observations = clock(env.step, actions)[0]
    check_scored(env)
    rewards = [turn.score.total for turn in env.turns]
    last = env.turns[-1].score
    main_first = [*env.task.headline, *(name for name in last.metrics if name not in env.task.headline)]
    return EpisodeResult(
        task=env.task.name,
        env=env.metadata["name"],
        team=team.name,
        split=split,
        index=index,
        seed=seed,
        turns=len(rewards),
        rewards=rewards,
        last_reward=rewards[-1],
        best_reward=max(rewards),
        episode_return=sum(rewards),
        discounted_return=sum(DISCOUNT**turn * reward for turn, reward in enumerate(rewards)),
        solved=env.turns[-1].solved,
        metrics={name: last.metrics[name] for name in main_first},
        characters=characters,
        seconds=seconds,
        env_seconds=clock.seconds,
        instance=env.instance.fields(),
        transcript=env.transcript,
    )


def check_scored(env: CollabEnv) -> None:
    """Raise BackendLost with the reason if the last turn could not be scored: the episode says nothing about a team."""
    if env.turns and env.turns[-1].lost:
        raise BackendLost(f"{env.task.name}: turn {len(env.turns)} could not be scored: {env.turns[-1].lost}")


class _Clock:
    """Calls functions and adds up the time they take."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        start = perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            self.seconds += perf_counter() - start
