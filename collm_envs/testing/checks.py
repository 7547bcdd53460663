"""The checks: each plays the environment in one way and raises ConformanceError where it breaks the contract."""

from __future__ import annotations

import copy
import pickle
import random
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import zip_longest
from typing import Any

import numpy as np

from collm_envs.testing import invariants
from collm_envs.testing.episodes import (
    DEFAULT,
    Env,
    Factory,
    Moment,
    Settings,
    assign_horizon,
    episode,
    going_on,
    players,
    record,
    refused,
    replay,
    replay_in,
    scripted,
    start,
    write_script,
)
from collm_envs.testing.verdicts import ConformanceError, NotApplicable, Words, demand, same

Check = Callable[[Factory, Settings], None]


# -- plain play -----------------------------------------------------------------------------------------------------


def _watch(make_env: Factory, how: Settings, *rules: invariants.Invariant) -> None:
    with closing(make_env()) as env:
        for seed in how.seeds:
            for moment in episode(env, seed, players(how, seed)):
                for rule in rules:
                    rule(env, moment, how)


def check_agents(make_env: Factory, how: Settings = DEFAULT) -> None:
    """Agent names match ``[a-z]+_[0-9]+``; every returned dict is keyed by exactly the live agents; possible_agents stays."""
    with closing(make_env()) as env:
        before = list(env.possible_agents)
    _watch(make_env, how, invariants.agents_fit, _Unchanged(before))


class _Unchanged:
    def __init__(self, possible: list[str]) -> None:
        self._possible = possible

    def __call__(self, env: Env, moment: Moment, how: Settings) -> None:
        now = list(env.possible_agents)
        demand(now == self._possible, f"turn {moment.turn}", "possible_agents", self._possible, now)


def check_spaces(make_env: Factory, how: Settings = DEFAULT) -> None:
    """Spaces are the same object on every call and contain every str up to their max_length, and nothing else."""
    probes = ["", " ", "\t\r\n", "\x00", "\xe9", "\u202e", "\U0001f642"]
    with closing(make_env()) as env:
        for name, more in (("observation_space", []), ("action_space", ["\ud800"])):
            for agent in env.possible_agents:
                space = getattr(env, name)(agent)
                demand(getattr(env, name)(agent) is space, agent, f"{name}() called twice", Words("one object"), Words("two"))
                for text in probes + more:
                    demand(space.contains(text), agent, f"{text!a} in {name}", True, False)
                for value in (None, 0, b"text", ["text"]):
                    demand(not space.contains(value), agent, f"{value!r} in {name}", False, True)
                _check_length(agent, name, space)
                sample = space.sample()
                fine = isinstance(sample, str) and space.contains(sample)
                demand(fine, agent, f"a sample of {name}", Words("a str in it"), sample)


def _check_length(agent: str, name: str, space: Any) -> None:
    longest = getattr(space, "max_length", None)
    if longest is not None:
        demand(space.contains("a" * longest), agent, f"a text of max_length {longest} in {name}", True, False)
        demand(not space.contains("a" * (longest + 1)), agent, f"a text longer than max_length {longest} in {name}", False, True)


def check_observations(make_env: Factory, how: Settings = DEFAULT) -> None:
    """Observations are texts in their spaces that can be encoded; the state is in its space."""
    _watch(make_env, how, invariants.observations_fit)


def check_rewards(make_env: Factory, how: Settings = DEFAULT) -> None:
    """Rewards are finite floats in ``reward_range``, the same for all if they are shared."""
    _watch(make_env, how, invariants.rewards_fit)


def check_infos(make_env: Factory, how: Settings = DEFAULT) -> None:
    """Infos hold finite numbers under keys that are the same from the first reset on."""
    _watch(make_env, how, invariants.InfosFit())


def check_transcript(make_env: Factory, how: Settings = DEFAULT) -> None:
    """The transcript is strict JSON with one record per turn."""
    _need(make_env, "transcript")
    _watch(make_env, how, invariants.transcript_fits)


def check_terms(make_env: Factory, how: Settings = DEFAULT) -> None:
    """The reward terms in the transcript sum to the reward."""
    if not how.shared_reward:
        raise NotApplicable("terms are compared with a shared reward only")
    seen = []
    _watch(make_env, how, invariants.terms_fit, lambda env, *_: seen.append(invariants.newest_terms(env)))
    if not any(terms is not None for terms in seen):
        raise NotApplicable("the environment keeps no transcript with terms")


def _need(make_env: Factory, attribute: str) -> None:
    with closing(make_env()) as env:
        if not hasattr(env, attribute):
            raise NotApplicable(f"the environment has no {attribute}")


# -- the course of an episode ---------------------------------------------------------------------------------------


def check_endings(make_env: Factory, how: Settings = DEFAULT) -> None:
    """Terminations and truncations are bools that agree with ``env.agents``; agents end together if ``how`` says so."""
    _watch(make_env, how, invariants.endings_fit)


def check_horizon(make_env: Factory, how: Settings = DEFAULT) -> None:
    """An episode ends within ``max_cycles``, also after another number was assigned."""
    _need(make_env, "max_cycles")
    with closing(make_env()) as env:
        for horizon in (env.max_cycles, 1, 2, env.max_cycles):
            assign_horizon(env, horizon)
            for moment in episode(env, how.seed, players(how, how.seed)):
                late = moment.turn >= horizon and bool(moment.live)
                demand(not late, f"turn {moment.turn}", f"agents left with max_cycles={horizon}", (), moment.live)


def check_order(make_env: Factory, how: Settings = DEFAULT) -> None:
    """A step before the first reset or after the end raises; then a reset starts over."""
    script = write_script(make_env, how, how.seed)
    with closing(make_env()) as env:
        refused(env, script[0], "before reset: step")
        moments = list(episode(env, how.seed, scripted(script)))
        if moments[-1].live:
            raise NotApplicable(f"no episode ended within {how.max_turns} turns")
        refused(env, script[-1], "after the end: step")
        same("an episode after a refused step", replay(make_env, how.seed, script), replay_in(env, how.seed, script))


# -- determinism ----------------------------------------------------------------------------------------------------


def check_determinism(make_env: Factory, how: Settings = DEFAULT) -> None:
    """The same seed and actions give the same episode in a fresh environment, to the last byte."""
    for seed in how.seeds:
        script = write_script(make_env, how, seed)
        same(f"reset(seed={seed}) replayed", replay(make_env, seed, script), replay(make_env, seed, script))


def check_forgetting(make_env: Factory, how: Settings = DEFAULT) -> None:
    """A seeded episode does not depend on what was played before, in whole or in part."""
    script = write_script(make_env, how, how.seed)
    expected = replay(make_env, how.seed, script)
    with closing(make_env()) as env:
        for seed in how.seeds:
            record(env, episode(env, seed, players(how, seed)))
        same("an episode after others", expected, replay_in(env, how.seed, script))
        moments = episode(env, how.seed + 1, players(how, how.seed + 1))
        _ = next(moments), next(moments, None)
        same("an episode after one broken off", expected, replay_in(env, how.seed, script))
        start(env, how.seed)
        same("an episode after the same reset twice", expected, replay_in(env, how.seed, script))


def check_global_random(make_env: Factory, how: Settings = DEFAULT) -> None:
    """The generators of ``random`` and ``numpy.random`` are neither used nor seeded."""
    script = write_script(make_env, how, how.seed)
    records = []
    for number in (1, 2):
        with _global_seed(number):
            before = _global_state()
            records.append(replay(make_env, how.seed, script))
            moved = [name for name, left, right in zip(("random", "numpy.random"), before, _global_state()) if left != right]
            demand(not moved, "an episode", "global generators whose state it changed", [], moved)
    same("an episode with other seeds of random and numpy.random", *records)


@contextmanager
def _global_seed(number: int) -> Iterator[None]:
    kept = random.getstate(), np.random.get_state()  # noqa: NPY002  (the global generator is what is looked at)
    random.seed(number)
    np.random.seed(number)  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(kept[0])
        np.random.set_state(kept[1])  # noqa: NPY002


def _global_state() -> tuple[str, str]:
    numpy_state: Any = np.random.get_state()  # noqa: NPY002
    return repr(random.getstate()), repr([getattr(part, "tolist", lambda part=part: part)() for part in numpy_state])


# -- copies and aliases ---------------------------------------------------------------------------------------------


def check_deepcopy(make_env: Factory, how: Settings = DEFAULT) -> None:
    """A deep copy made in mid-episode goes on as the original would, and neither moves the other."""
    _check_copies(make_env, how, "copy.deepcopy", copy.deepcopy)


def check_pickle(make_env: Factory, how: Settings = DEFAULT) -> None:
    """An environment pickled in mid-episode goes on as the original would, and neither moves the other."""
    _check_copies(make_env, how, "pickle", lambda env: pickle.loads(pickle.dumps(env)))


def _check_copies(make_env: Factory, how: Settings, what: str, duplicate: Callable[[Env], Env]) -> None:
    script = write_script(make_env, how, how.seed)
    expected = replay(make_env, how.seed, script)
    for copy_first in (True, False):
        with closing(make_env()) as env:
            played = list(episode(env, how.seed, scripted(script[: len(script) // 2])))
            try:
                twin = duplicate(env)
            except Exception as error:
                raise ConformanceError(f"turn {played[-1].turn}: {what}: expected a copy, got {error!r}") from error
            with closing(twin):
                pair = [(f"the copy by {what}", twin), (f"the original of a copy by {what}", env)]
                for name, one in pair if copy_first else pair[::-1]:
                    rest = going_on(one, played[-1], scripted(script))
                    same(name, expected, record(one, [*played, *rest]))


def check_instances(make_env: Factory, how: Settings = DEFAULT) -> None:
    """Two environments that play in turns do not move each other."""
    seeds = (how.seed, how.seed + 1)
    scripts = [write_script(make_env, how, seed) for seed in seeds]
    with closing(make_env()) as left, closing(make_env()) as right:
        pairs = [(env, episode(env, seed, scripted(script))) for env, seed, script in zip((left, right), seeds, scripts)]
        rows = list(zip_longest(*(moments for _, moments in pairs)))
        for number, (env, seed, script) in enumerate(zip((left, right), seeds, scripts)):
            got = record(env, [row[number] for row in rows if row[number] is not None])
            same("an episode beside another environment", replay(make_env, seed, script), got)


def check_returned_dicts(make_env: Factory, how: Settings = DEFAULT) -> None:
    """Whoever writes into returned dicts, or into the actions after the step, does not change the environment."""
    script = write_script(make_env, how, how.seed)
    expected = replay(make_env, how.seed, script)
    with closing(make_env()) as env:
        try:
            moments = []
            for moment in episode(env, how.seed, scripted(script)):
                moments.append(moment)
                infos = moment.given[4 if moment.turn else 1]
                own = len({id(info) for info in infos.values()}) == len(infos)
                demand(own, f"turn {moment.turn}", "infos of the agents", Words("a dict for each"), Words("one for several"))
                _spoil(moment)
            got = record(env, moments)
        except ConformanceError as error:
            raise ConformanceError(f"in an episode whose returned dicts are written into: {error}") from error
    same("an episode whose returned dicts are written into", expected, got)


def _spoil(moment: Moment) -> None:
    for given in moment.given:
        for inner in given.values():
            if isinstance(inner, dict):
                inner.clear()
                inner["spoiled"] = 1.0
        given.clear()
        given["spoiled"] = "spoiled"
