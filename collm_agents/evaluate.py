"""Whole episodes of one team on one split, and what is recorded of each."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from threading import Event
from time import perf_counter, sleep
from typing import Any

from collm_agents.arguments import full_options
from collm_agents.installed import version_of, versions
from collm_agents.policies import Team, Usage
from collm_envs.core.checks import whole
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import version_module
from collm_envs.core.task import BackendLost, Number

DISCOUNT = 0.9
MOST_EPISODES = 10_000_000
_PATIENCE = 0.05
"""Seconds after which a wait for answers looks up."""


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


Results = Generator[EpisodeResult, None, None]
"""Episodes as they are played; to close it is to stop."""


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


def play_split(env: CollabEnv, team: Team, split: str, episodes: int | None, seed: int, at_once: int = 1) -> Results:
    """The results of :func:`evaluate`, one by one, in order.

    Args:
        env, team, split, episodes, seed: as there.
        at_once: how many episodes are under way at the same time; more than one needs a team with ``another``. Only teams wait at
            the same time: the environments' turns are still played one after the other.
    """
    count = len(env.task.tasks[split])
    numbers = range(episode_count(env, split, episodes))
    if at_once > 1:
        yield from _play_at_once(env, team, [(split, number % count, seed + number) for number in numbers], at_once)
        return
    for number in numbers:
        yield play_episode(env, team, split, number % count, seed + number)


def _play_at_once(env: CollabEnv, team: Any, episodes: Sequence[tuple[str, int, int]], at_once: int) -> Results:
    waiting, done, told = iter(enumerate(episodes)), dict[int, EpisodeResult](), 0
    running: dict[Future[dict[str, str]], tuple[int, _Episode]] = {}
    asking, stopped = set[_Episode](), Event()

    def answers(episode: _Episode) -> dict[str, str]:
        asking.add(episode)
        try:
            return {} if stopped.is_set() else episode.answers()
        finally:
            asking.discard(episode)

    with ThreadPoolExecutor(at_once) as pool:
        try:
            while True:
                for number, which in islice(waiting, at_once - len(running)):
                    episode = _Episode(env.fork(), team.another(), *which)
                    running[pool.submit(answers, episode)] = number, episode
                if not running:
                    return
                # Not without end: an interrupt that comes just before a wait is heard only after it.
                for future in wait(running, _PATIENCE, FIRST_COMPLETED).done:
                    number, episode = running.pop(future)
                    episode.step(future.result())
                    if episode.over:
                        done[number] = episode.result()
                    else:
                        running[pool.submit(answers, episode)] = number, episode
                while told in done:
                    yield done.pop(told)
                    told += 1
        except BaseException:
            # The pool waits for whoever still asks. Closed voices give up, but one may just be about to ask; and of what an
            # interrupt found being submitted there is no future.
            stopped.set()
            team.close()
            while asking:
                sleep(_PATIENCE)
                team.close()
            raise


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


def config_of(env: CollabEnv, team: Team) -> str:
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


def about_match(env: CollabEnv, team: Team, split: str, episodes: int, **more: Any) -> dict[str, Any]:
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


def protocol_of(team: Team) -> str:
    """How a team answers; what does not say answers in parallel."""
    protocol: str = getattr(team, "protocol", "parallel")
    return protocol


def play_episode(env: CollabEnv, team: Team, split: str, index: int, seed: int) -> EpisodeResult:
    """Play one episode and record it; raises BackendLost if a turn could not be scored."""
    episode = _Episode(env, team, split, index, seed)
    while not episode.over:
        episode.step(episode.answers())
    return episode.result()


class _Episode:
    """An episode under way and what is recorded of it."""

    def __init__(self, env: CollabEnv, team: Team, split: str, index: int, seed: int) -> None:
        self._env, self._team, self._split, self._index, self._seed = env, team, split, index, seed
        self._clock = _Clock()
        self._observations, _ = self._clock(env.reset, seed=seed, options={"split": split, "index": index})
        team.reset(env, seed)
        self._seconds: dict[str, float] = {}
        self._usage: dict[str, Usage] = {}
        self._turn_seconds: list[float] = []
        self._exchanges: list[list[dict[str, Any]]] = []
        self._characters = dict.fromkeys(env.possible_agents, 0)

    @property
    def over(self) -> bool:
        return not self._env.agents

    def answers(self) -> dict[str, str]:
        """What the team says now; may be called in another thread."""
        return self._team.act(self._env, self._observations)

    def step(self, actions: dict[str, str]) -> None:
        team = self._team
        for agent, action in actions.items():
            self._characters[agent] += len(action)
        for speaker, each in team.usage.items():
            self._usage[speaker] = self._usage.get(speaker, Usage()) + each
            self._seconds[speaker] = self._seconds.get(speaker, 0.0) + team.seconds.get(speaker, 0.0)
        self._turn_seconds.append(team.turn_seconds)
        self._exchanges.append([dict(each) for each in getattr(team, "exchanges", ())])
        self._observations = self._clock(self._env.step, actions)[0]

    def result(self) -> EpisodeResult:
        """Raises BackendLost if a turn could not be scored."""
        env, team, usage = self._env, self._team, self._usage
        check_scored(env)
        return EpisodeResult(
            task=env.task.name,
            env=env.metadata["name"],
            team=team.name,
            protocol=protocol_of(team),
            config=config_of(env, team),
            split=self._split,
            index=self._index,
            seed=self._seed,
            **outcome(env),
            characters=self._characters,
            tokens={speaker: each.tokens for speaker, each in usage.items()},
            prompt_tokens={speaker: each.prompt_tokens for speaker, each in usage.items()},
            completions={speaker: each.completions for speaker, each in usage.items()},
            cut={speaker: each.cut for speaker, each in usage.items()},
            seconds=self._seconds,
            turn_seconds=self._turn_seconds,
            team_seconds=sum(self._turn_seconds, 0.0),
            env_seconds=self._clock.seconds,
            versions=dict(packages()),
            instance=env.instance.fields(),
            transcript=env.transcript,
            exchanges=self._exchanges,
        )


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
