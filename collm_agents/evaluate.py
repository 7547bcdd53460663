"""Whole episodes of one team on one split."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from threading import Event
from time import perf_counter, sleep
from typing import Any

from collm_agents.policies import Team, Usage
from collm_agents.results import EpisodeResult, config_of, outcome, packages, protocol_of
from collm_envs.core.checks import whole
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import version_module
from collm_envs.core.task import BackendLost

MOST_EPISODES = 10_000_000
_PATIENCE = 0.05
"""Seconds after which a wait for answers looks up."""


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


def play_split(
    env: CollabEnv, team: Team, split: str, episodes: int | None, seed: int, at_once: int = 1, start: int = 0
) -> Results:
    """The results of :func:`evaluate`, one by one, in order.

    Args:
        env, team, split, episodes, seed: as there.
        at_once: how many episodes are under way at the same time; more than one needs a team with ``another``. Only teams wait at
            the same time: the environments' turns are still played one after the other.
        start: the first episode; those before it were played by another process. An episode is the same whatever went before.
    """
    count = len(env.task.tasks[split])
    numbers = range(start, episode_count(env, split, episodes))
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
