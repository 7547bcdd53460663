"""Determinism, copies and aliases, broken in one thing each."""

from __future__ import annotations

import random
from typing import ClassVar

import numpy as np

from .good import GoodEnv, caught_by

# -- determinism ----------------------------------------------------------------------------------------------------


@caught_by("determinism")
class SeededOnce(GoodEnv):
    """The seed decides the first turn only; PettingZoo's parallel_seed_test compares no other."""

    def ends(self, agents, over):
        if len(self.transcript) > 1:
            self.word = str(random.SystemRandom().random())
        return super().ends(agents, over)


@caught_by("determinism")
class IgnoresSeed(GoodEnv):
    """The generator is never seeded."""

    def draw(self):
        return str(random.SystemRandom().random())


@caught_by("forgetting")
class LongMemory(GoodEnv):
    """What was said in the episode before is in the first prompt."""

    def reset(self, seed=None, options=None):
        before = self.said[0]
        _, infos = super().reset(seed, options)
        self.said[0] = before
        return self.observations(), infos


@caught_by("forgetting")
class SeededAtFirst(GoodEnv):
    """Only the first seed counts."""

    def reset(self, seed=None, options=None):
        return super().reset(None if self.word else seed, options)


@caught_by("processes")
class HashOrder(GoodEnv):
    """The word is picked by hash(), which differs between processes."""

    def draw(self):
        return f"number {hash(super().draw())}"


@caught_by("processes")
class SetOrder(GoodEnv):
    """The prompt lists a set of words, in whatever order it comes."""

    def prompt(self, said):
        return super().prompt(said) + " Not about: " + ", ".join(set(self.WORDS))


@caught_by("global_random")
class GlobalRandom(GoodEnv):
    """The word comes from the global generator, seeded by reset: works, and ruins the generator of everybody else."""

    def reset(self, seed=None, options=None):
        if seed is not None:
            random.seed(seed)
        return super().reset(seed, options)

    def draw(self):
        return str(random.random())


@caught_by("global_random")
class GlobalNumpy(GoodEnv):
    """Scoring draws from numpy's global generator and does not use the number."""

    def terms(self, left, right):
        np.random.random()  # noqa: NPY002  (the fault)
        return super().terms(left, right)


# -- copies and aliases ---------------------------------------------------------------------------------------------


@caught_by("deepcopy")
class SharedWithCopies(GoodEnv):
    """Copies share the list of what was said."""

    class Shared(list):
        def __deepcopy__(self, memo):
            return self

    def reset(self, seed=None, options=None):
        observations, infos = super().reset(seed, options)
        self.transcript = self.Shared()
        return observations, infos


@caught_by("pickle")
class Unpicklable(GoodEnv):
    """A lambda is kept in an attribute."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.helper = lambda text: text


@caught_by("pickle")
class ForgetfulPickle(GoodEnv):
    """The pickle leaves the generator out: the copy goes on, but not as the original would."""

    def __getstate__(self):
        return {**self.__dict__, "rng": np.random.default_rng(0)}


@caught_by("instances")
class ClassState(GoodEnv):
    """The turns are counted in the class, for all environments at once."""

    counted: ClassVar[list[int]] = []

    def reset(self, seed=None, options=None):
        self.counted.clear()
        return super().reset(seed, options)

    def terms(self, left, right):
        self.counted.append(1)
        return {"turns": len(self.counted) / 10}


@caught_by("returned_dicts")
class KeptInfos(GoodEnv):
    """The infos that are returned are kept, and returned again."""

    def infos(self, info):
        self.kept = getattr(self, "kept", None) or super().infos(info)
        for mine in self.kept.values():
            mine.update(info)
        return self.kept


@caught_by("returned_dicts")
class SharedInfos(GoodEnv):
    """All agents get the very same dict of infos."""

    def infos(self, info):
        return dict.fromkeys(self.possible_agents, info)


@caught_by("returned_dicts")
class KeptActions(GoodEnv):
    """The caller's dict of actions is kept and read a turn later."""

    actions: ClassVar[dict[str, str]] = {}

    def reset(self, seed=None, options=None):
        self.actions = {}
        return super().reset(seed, options)

    def step(self, actions):
        before, self.actions = self.actions, actions
        observations, *rest = super().step(actions)
        return {agent: text + before.get(agent, "") for agent, text in observations.items()}, *rest
