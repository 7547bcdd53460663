"""Playing episodes of any text environment and recording them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from collm_envs.testing.verdicts import ConformanceError, Words, demand, plain, shown

Env: TypeAlias = Any
"""A ``ParallelEnv[str, str, str]``; Any, as the checks look at attributes that PettingZoo's class does not declare."""
Factory = Callable[..., Env]
"""Makes an environment; called without arguments, and with ``render_mode=...`` if it takes that."""
Policy = Callable[[Env, str, str], str]
"""What an agent answers: ``policy(env, agent, observation)``."""


@dataclass(frozen=True)
class Settings:
    """What the checks assume of an environment, and how they play it.

    Attributes:
        episodes: how many episodes the checks of plain play look at, seeded ``seed``, ``seed + 1``, ...
        seed: first seed.
        shared_reward: all agents get the same reward.
        together: all agents end in the same turn.
        cross_process: True demands the check in other processes, False leaves it out, None makes it where ``make_env`` can be
            imported there (see :mod:`collm_envs.testing.processes`).
        policy: what agents answer; None draws seeded samples of their action spaces.
        hostile_texts: texts to try besides the built-in ones, e.g. near-valid commands of your task.
        max_turns: where an episode of an environment that does not end is cut.
    """

    episodes: int = 3
    seed: int = 0
    shared_reward: bool = True
    together: bool = True
    cross_process: bool | None = None
    policy: Policy | None = None
    hostile_texts: tuple[str, ...] = ()
    max_turns: int = 200

    @property
    def seeds(self) -> range:
        """The seeds of the episodes of plain play."""
        return range(self.seed, self.seed + self.episodes)


DEFAULT = Settings()


# -- one moment -----------------------------------------------------------------------------------------------------


@dataclass
class Moment:
    """What one reset (turn 0) or step gave.

    Attributes:
        turn: 0 at reset, then 1, 2, ...
        agents: who was to act in the step; at reset, who is to act first.
        live: who is to act next.
        given: the environment's own objects, of which the other fields are copies.
    """

    turn: int
    agents: tuple[str, ...]
    live: tuple[str, ...]
    observations: dict[str, Any]
    infos: dict[str, Any]
    state: Any
    actions: dict[str, str] = field(default_factory=dict)
    rewards: dict[str, Any] = field(default_factory=dict)
    terminations: dict[str, Any] = field(default_factory=dict)
    truncations: dict[str, Any] = field(default_factory=dict)
    given: tuple[dict[str, Any], ...] = ()

    @property
    def ended(self) -> list[str]:
        """Agents for whom the episode ended in this turn."""
        return [agent for agent in self.agents if self.terminations.get(agent) or self.truncations.get(agent)]

    def plain(self) -> dict[str, Any]:
        """The moment as JSON values."""
        names = ("agents", "live", "observations", "infos", "state", "actions", "rewards", "terminations", "truncations")
        return {name: plain(getattr(self, name)) for name in names}


def start(env: Env, seed: int | None, options: dict[str, Any] | None = None) -> Moment:
    """Reset ``env``."""
    given = _called(f"reset(seed={seed})", env.reset, seed=seed, options=options)
    observations, infos = _dicts("reset", given, 2)
    live = tuple(env.agents)
    return Moment(0, live, live, dict(observations), _copied(infos), _state(env), given=(observations, infos))


def advance(env: Env, before: Moment, actions: Mapping[str, str]) -> Moment:
    """Step ``env``, which is at the moment ``before``."""
    passed, turn = dict(actions), before.turn + 1
    given = _dicts(f"turn {turn}: step", _called(f"turn {turn}: step", env.step, passed), 5)
    observations, rewards, terminations, truncations = (dict(item) for item in given[:4])
    return Moment(
        turn,
        agents=before.live,
        live=tuple(env.agents),
        observations=observations,
        infos=_copied(given[4]),
        state=_state(env),
        actions=dict(actions),
        rewards=rewards,
        terminations=terminations,
        truncations=truncations,
        given=(*given, passed),
    )


def _called(where: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return function(*args, **kwargs)
    except Exception as error:
        what = Words(f"{type(error).__name__}: {error}")
        raise ConformanceError(f"{where}: an exception was raised: expected none, got {shown(what)}") from error


def _dicts(where: str, given: Any, number: int) -> tuple[dict[str, Any], ...]:
    demand(isinstance(given, tuple) and len(given) == number, where, "what it returns", Words(f"a tuple of {number}"), given)
    for item in given:
        demand(isinstance(item, dict), where, "what it returns", Words("a dict by agent"), item)
    return tuple(given)


def _copied(infos: Mapping[str, Any]) -> dict[str, Any]:
    return {agent: dict(info) if isinstance(info, Mapping) else info for agent, info in infos.items()}


def _state(env: Env) -> Any:
    try:
        return env.state()
    except NotImplementedError:  # PettingZoo's way to say that there is none
        return None


# -- whole episodes -------------------------------------------------------------------------------------------------

Script = list[dict[str, str]]
"""The actions of an episode, one joint action per turn."""
Actor = Callable[[Env, Moment], "dict[str, str] | None"]
"""Chooses the next joint action; None leaves the episode there."""


def players(how: Settings, seed: int) -> Actor:
    """The actor of ``how``: its policy, or samples that depend only on seed, turn and agent."""

    def act(env: Env, moment: Moment) -> dict[str, str] | None:
        if moment.turn >= how.max_turns:
            return None
        if how.policy is not None:
            return {agent: how.policy(env, agent, moment.observations[agent]) for agent in moment.live}
        return {agent: _sample(env, agent, (seed, moment.turn, number)) for number, agent in enumerate(moment.live)}

    return act


def _sample(env: Env, agent: str, numbers: tuple[int, int, int]) -> str:
    # A copy is seeded: seeding the environment's own space would hide that it draws from it.
    space = copy.deepcopy(env.action_space(agent))
    space.seed(int(np.random.SeedSequence(numbers).generate_state(1)[0]))
    sample: str = space.sample()
    return sample


def scripted(script: Script) -> Actor:
    """The actor that repeats a recorded episode."""

    def act(env: Env, moment: Moment) -> dict[str, str] | None:
        if moment.turn >= len(script):
            return None
        return {agent: script[moment.turn].get(agent, "") for agent in moment.live}

    return act


def going_on(env: Env, moment: Moment, actor: Actor) -> Iterator[Moment]:
    """The rest of an episode, from the moment after ``moment``."""
    while moment.live and (actions := actor(env, moment)) is not None:
        moment = advance(env, moment, actions)
        yield moment


def episode(env: Env, seed: int | None, actor: Actor) -> Iterator[Moment]:
    """An episode from its reset on."""
    moment = start(env, seed)
    yield moment
    yield from going_on(env, moment, actor)


def record(env: Env, moments: Iterable[Moment]) -> dict[str, Any]:
    """An episode to its end as JSON values, with the transcript (if any) and what an unseeded reset gives next."""
    recorded = {f"turn {moment.turn}": moment.plain() for moment in moments}
    recorded["transcript"] = plain(getattr(env, "transcript", None))
    recorded["the next reset"] = start(env, None).plain()
    return recorded


def replay(make_env: Factory, seed: int, script: Script) -> dict[str, Any]:
    """The record of a scripted episode in a fresh environment."""
    with closing(make_env()) as env:
        return replay_in(env, seed, script)


def replay_in(env: Env, seed: int, script: Script) -> dict[str, Any]:
    """The record of a scripted episode in ``env``."""
    return record(env, episode(env, seed, scripted(script)))


def write_script(make_env: Factory, how: Settings, seed: int) -> Script:
    """Let the players of ``how`` play an episode and return their actions."""
    with closing(make_env()) as env:
        script = [moment.actions for moment in episode(env, seed, players(how, seed)) if moment.turn]
    demand(bool(script), "after reset", "env.agents", Words("somebody to act"), [])
    return script


def assign_horizon(env: Env, turns: int) -> None:
    """Set ``env.max_cycles``."""
    try:
        env.max_cycles = turns
    except Exception as error:
        raise ConformanceError(f"before reset: assigning max_cycles={turns}: expected no exception, got {error!r}") from error


def refused(env: Env, actions: Any, where: str, names: str = "") -> None:
    """Demand that a step raises, with a message that has ``names`` in it."""
    try:
        env.step(actions)
    except Exception as error:
        demand(names in str(error), where, "the message of the exception", Words(f"one that names {names}"), error)
    else:
        raise ConformanceError(f"{where}: expected an exception, got none")
