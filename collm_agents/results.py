"""What is recorded of an episode: its result, a line of ``results.jsonl``, and what it says of who played what."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, Protocol

from collm_agents.arguments import full_options
from collm_agents.installed import version_of, versions
from collm_envs.core.env import CollabEnv
from collm_envs.core.task import Number

DISCOUNT = 0.9


@dataclass(frozen=True)
class EpisodeResult:
    """One episode; one line of ``results.jsonl``, with these keys in this order.

    | key | type | meaning |
    |---|---|---|
    | `task` | str | the task's name, `strbuild` |
    | `env` | str | with its version, `strbuild_v0`: rewards of different versions do not compare |
    | `team` | str | the team's name |
    | `protocol` | str | how it answers: `single`, `parallel`, `pipeline`, `discussion` |
    | `config` | str | hash of task, options, team, protocol and settings: equal ones make one row of a table |
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
    | `tokens` | {speaker: int} | generated, drafts included; a speaker is an agent, or `team` where one model answers for all |
    | `prompt_tokens` | {speaker: int} | read |
    | `completions` | {speaker: int} | answers generated, drafts included; of a script none |
    | `cut` | {speaker: int} | how many of these the length limit ended |
    | `seconds` | {speaker: float} | time each speaker took for all its answers |
    | `turn_seconds` | list of float | time the team took for each turn: the slowest of those who answer at once, the sum of calls |
    | `team_seconds` | float | sum of these: what an episode takes |
    | `env_seconds` | float | time spent in `env.reset` and `env.step` alone |
    | `versions` | {package: str} | of Python and of the packages that results may depend on |
    | `instance` | dict | fields for `reset(options={"task": ...})`, with all chance resolved |
    | `transcript` | list of dict | `env.transcript`: prompts, actions, reward terms, notes of each turn |
    | `exchanges` | list of lists of dict | of each turn, all that untrained models were asked and said, in the protocol's words |

    All but the times (:data:`TIMES`) is a function of task, options, team, split, index, seed and versions, as far as the team is.
    Reward is earned by the team, so tokens per agent are the sum over speakers divided by how many they are.
    """

    task: str
    env: str
    team: str
    protocol: str
    config: str
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
    tokens: dict[str, int]
    prompt_tokens: dict[str, int]
    completions: dict[str, int]
    cut: dict[str, int]
    seconds: dict[str, float]
    turn_seconds: list[float]
    team_seconds: float
    env_seconds: float
    versions: dict[str, str]
    instance: dict[str, Any]
    transcript: list[dict[str, Any]]
    exchanges: list[list[dict[str, Any]]]

    def to_json(self) -> str:
        """The result as one line of JSON in plain ASCII, which every reader on every system takes."""
        record = {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}
        return json.dumps(record, ensure_ascii=True, allow_nan=False)

    def brief(self) -> EpisodeResult:
        """Itself without what was said: all that tables need, where the transcripts of a long run would fill the memory."""
        return dataclasses.replace(self, transcript=[], exchanges=[], instance={})

    @classmethod
    def from_json(cls, line: str) -> EpisodeResult:
        """The result that a line of ``results.jsonl`` holds; ValueError if it is none."""
        record = json.loads(line)
        names = [item.name for item in dataclasses.fields(cls)]
        if not isinstance(record, dict) or sorted(record) != sorted(names):
            raise ValueError(f"this is no line of results; it must be an object with: {', '.join(names)}")
        return cls(**record)


TIMES = ("seconds", "turn_seconds", "team_seconds", "env_seconds")
"""The fields of a result that differ from run to run."""


class Player(Protocol):
    """Who played: a :class:`~collm_agents.policies.Team`, or what is left of one. It may have ``protocol`` and ``settings``."""

    @property
    def name(self) -> str: ...


def config_of(env: CollabEnv, team: Player) -> str:
    """What a team is and plays as 16 hexadecimal digits: task, options, team, protocol and settings; instances and seeds are not
    in it. Of what has no plain representation only its ``repr`` counts."""
    told = {
        "env": env.metadata["name"],
        "max_cycles": env.max_cycles,
        "task": {item.name: getattr(env.task, item.name) for item in dataclasses.fields(env.task)},
        "team": team.name,
        "protocol": protocol_of(team),
        "settings": dict(getattr(team, "settings", {})),
    }
    return sha256(json.dumps(told, sort_keys=True, default=repr).encode()).hexdigest()[:16]


def about_match(env: CollabEnv, team: Player, split: str, episodes: int, **more: Any) -> dict[str, Any]:
    """What is played by whom, JSON-ready, as ``run.json`` has it; of a team only name, protocol and settings are asked for."""
    return {
        "task": env.task.name,
        "env": env.metadata["name"],
        "team": team.name,
        "protocol": protocol_of(team),
        "settings": dict(getattr(team, "settings", {})),
        "config": config_of(env, team),
        "split": split,
        "episodes": episodes,
        **more,
        "options": full_options(env),
    }


def protocol_of(team: Player) -> str:
    """How a team answers; what does not say answers in parallel."""
    protocol: str = getattr(team, "protocol", "parallel")
    return protocol


def outcome(env: CollabEnv) -> dict[str, Any]:
    """What came of an episode that is over, as fields of its result: rewards and what follows from them, metrics."""
    rewards = [turn.score.total for turn in env.turns]
    last = env.turns[-1].score
    main_first = [*env.task.headline, *(name for name in last.metrics if name not in env.task.headline)]
    return {
        "turns": len(rewards),
        "rewards": rewards,
        "last_reward": rewards[-1],
        "best_reward": max(rewards),
        "episode_return": sum(rewards),
        "discounted_return": sum(DISCOUNT**turn * reward for turn, reward in enumerate(rewards)),
        "solved": env.turns[-1].solved,
        "metrics": {name: last.metrics[name] for name in main_first},
    }


@lru_cache(maxsize=1)
def packages() -> dict[str, str]:
    """Versions of what results may depend on: what models are computed by, and what endpoints are asked by."""
    of_models = {package: version_of(package) for package in ("torch", "transformers", "peft", "tokenizers", "httpx2")}
    return versions() | {package: version for package, version in of_models.items() if version}
