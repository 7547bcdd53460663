"""What holds at every moment of every episode, whoever plays."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

import numpy as np

from collm_envs.testing.episodes import Env, Moment, Settings
from collm_envs.testing.verdicts import Words, demand

Invariant = Callable[[Env, Moment, Settings], None]

_NAME = re.compile("[a-z]+_[0-9]+")
_ROUNDING = 1e-12


def _at(moment: Moment, agent: str = "") -> str:
    return f"turn {moment.turn}" + f", {agent}" * bool(agent)


def agents_fit(env: Env, moment: Moment, how: Settings) -> None:
    """Agents are among ``possible_agents``, well named, and what is returned is keyed by exactly those who were live."""
    possible = list(env.possible_agents)
    demand(len(set(possible)) == len(possible), _at(moment), "possible_agents", Words("no name twice"), possible)
    for agent in possible:
        fine = isinstance(agent, str) and _NAME.fullmatch(agent) is not None
        demand(fine, _at(moment), "the name of an agent", Words(f"a match of {_NAME.pattern}"), agent)
    demand(set(moment.live) <= set(possible), _at(moment), "agents", Words(f"some of {possible}"), moment.live)
    for name in ("observations", "infos") + ("rewards", "terminations", "truncations") * bool(moment.turn):
        keys = set(getattr(moment, name))
        demand(keys == set(moment.agents), _at(moment), f"keys of the {name}", sorted(moment.agents), sorted(keys, key=str))


def observations_fit(env: Env, moment: Moment, how: Settings) -> None:
    """Observations are texts in their spaces that can be encoded; the state is in its space."""
    for agent, observation in moment.observations.items():
        where = _at(moment, agent)
        demand(isinstance(observation, str), where, "type of the observation", str, type(observation))
        inside = env.observation_space(agent).contains(observation)
        demand(inside, where, "the observation", Words(f"an element of {env.observation_space(agent)}"), observation)
        _encodable(where, "the observation", observation)
    space = getattr(env, "state_space", None)
    if space is not None:
        demand(space.contains(moment.state), _at(moment), "state()", Words(f"an element of {space}"), moment.state)
    if isinstance(moment.state, str):
        _encodable(_at(moment), "state()", moment.state)


def _encodable(where: str, what: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        excerpt = text[max(0, error.start - 20) : error.end + 20]
        demand(False, where, f"{what} in UTF-8 (tokenizers refuse others)", Words("no lone surrogate"), excerpt)


def rewards_fit(env: Env, moment: Moment, how: Settings) -> None:
    """Rewards are finite floats in ``reward_range``, the same for all if they are shared."""
    low, high = getattr(env, "reward_range", None) or (-math.inf, math.inf)
    for agent, reward in moment.rewards.items():
        where = _at(moment, agent)
        demand(isinstance(reward, float), where, "type of the reward", float, type(reward))
        demand(math.isfinite(reward), where, "the reward", Words("a finite number"), reward)
        demand(low - _ROUNDING <= reward <= high + _ROUNDING, where, "the reward", Words(f"{low} to {high}"), reward)
        if how.shared_reward:
            first = next(iter(moment.rewards.values()))
            demand(reward == first, where, "the reward that all agents share", first, reward)


def endings_fit(env: Env, moment: Moment, how: Settings) -> None:
    """Who is terminated or truncated acts no more, the others do; together if ``how`` says so."""
    for name in ("terminations", "truncations"):
        for agent, value in getattr(moment, name).items():
            demand(type(value) is bool, _at(moment, agent), f"type in the {name}", bool, type(value))
    for agent in moment.agents:
        live = agent in moment.live
        demand(live != (agent in moment.ended), _at(moment, agent), "being in env.agents after the step", not live, live)
    if how.together:
        some = moment.ended in ([], list(moment.agents))
        demand(some, _at(moment), "who ended in this turn", Words(f"all of {list(moment.agents)} or none"), moment.ended)


class InfosFit:
    """Infos hold finite numbers under keys that never change, over turns and episodes; numbers keep their kind.

    Learners lay out their buffers by the infos of the first reset.
    """

    def __init__(self) -> None:
        self._first: dict[str, dict[str, str]] = {}

    def __call__(self, env: Env, moment: Moment, how: Settings) -> None:
        for agent, info in moment.infos.items():
            where = _at(moment, agent)
            demand(isinstance(info, dict), where, "type of the infos", dict, type(info))
            kinds = {key: self._kind(where, key, value) for key, value in info.items()}
            first = self._first.setdefault(agent, kinds)
            demand(set(kinds) == set(first), where, "keys of the infos", sorted(first), sorted(kinds))
            for key, kind in kinds.items():
                demand(kind == first[key], where, f"kind of infos[{key!r}]", Words(f"{first[key]} as at first"), Words(kind))

    @staticmethod
    def _kind(where: str, key: Any, value: Any) -> str:
        demand(isinstance(key, str), where, "type of a key of the infos", str, type(key))
        kinds = {"bool": (bool, np.bool_), "int": (int, np.integer), "float": (float, np.floating)}
        # A subclass of a builtin number is something else (an enum, say); numpy's scalars are numbers of many sizes.
        number = type(value) in (bool, int, float) or isinstance(value, (np.bool_, np.integer, np.floating))
        demand(number, where, f"type of infos[{key!r}]", Words("bool, int, float or a numpy scalar of these"), type(value))
        demand(math.isfinite(value), where, f"infos[{key!r}]", Words("a finite number"), value)
        return next(kind for kind, types in kinds.items() if isinstance(value, types))


def transcript_fits(env: Env, moment: Moment, how: Settings) -> None:
    """The transcript, if any, is strict JSON with one record per turn."""
    if not hasattr(env, "transcript"):
        return
    transcript = env.transcript
    demand(isinstance(transcript, list), _at(moment), "type of the transcript", list, type(transcript))
    demand(len(transcript) == moment.turn, _at(moment), "number of records in the transcript", moment.turn, len(transcript))
    try:
        json.dumps(transcript, allow_nan=False)
    except (TypeError, ValueError) as error:
        demand(False, _at(moment), "the transcript", Words("strict JSON"), Words(f"{type(error).__name__}: {error}"))


def terms_fit(env: Env, moment: Moment, how: Settings) -> None:
    """The terms in the transcript, if any, sum to the reward that all agents share."""
    terms = newest_terms(env)
    if terms is None or not how.shared_reward or not moment.turn:
        return
    for name, value in terms.items():
        fine = isinstance(value, Real) and math.isfinite(value)
        demand(fine, _at(moment), f"reward term {name!r} in the transcript", Words("a finite number"), value)
    total = math.fsum(terms.values())
    for agent, reward in moment.rewards.items():
        fits = isinstance(reward, Real) and math.isclose(total, reward, rel_tol=_ROUNDING, abs_tol=_ROUNDING)
        demand(fits, _at(moment, agent), f"the sum of the reward terms {shown_terms(terms)}", reward, total)


def newest_terms(env: Env) -> Mapping[str, Any] | None:
    """The reward terms of the turn just played, None if the environment keeps none."""
    transcript = getattr(env, "transcript", None)
    terms = transcript[-1].get("terms") if isinstance(transcript, list) and transcript else None
    return terms if isinstance(terms, Mapping) else None


def shown_terms(terms: Mapping[str, Any]) -> str:
    """The terms in a message."""
    return " + ".join(f"{name} {value!r}" for name, value in terms.items())


def all_invariants() -> list[Invariant]:
    """Every invariant, with no memory of earlier episodes."""
    return [agents_fit, observations_fit, rewards_fit, endings_fit, InfosFit(), transcript_fits, terms_fit]
