"""A small correct text environment, and broken ones that differ from it in one thing each."""

from __future__ import annotations

import random
from typing import Any, ClassVar

import numpy as np
from pettingzoo import ParallelEnv

from collm_envs.core.spaces import Text


class GoodEnv(ParallelEnv[str, str, str]):
    """Two writers must write alike, about a word; three turns."""

    WORDS = ("apple", "bread", "cloud", "dream", "eagle", "flame")
    reward_range: ClassVar[tuple[float, float]] = (-1.0, 2.0)

    def __init__(self, render_mode: str | None = None) -> None:
        self.metadata = {"name": "good_v0", "render_modes": ["human", "ansi", "rgb_array"]}
        self.render_mode, self.max_cycles, self.split = render_mode, 3, "train"
        self.possible_agents, self.agents = ["writer_0", "writer_1"], []
        self.spaces = {agent: (Text(2000), Text(500)) for agent in self.possible_agents}
        self.state_space = Text(100_000)
        self.rng, self.word, self.said, self.transcript = np.random.default_rng(), "", [""], []

    def observation_space(self, agent):
        return self.spaces[agent][0]

    def action_space(self, agent):
        return self.spaces[agent][1]

    def reset(self, seed=None, options=None):
        if (options or {}).get("split", "train") != "train":
            raise ValueError("unknown split; choose from: train")
        if seed is not None:
            self.rng = np.random.default_rng(seed)
        self.word, self.said, self.transcript = self.draw(), ["", ""], []
        self.agents = self.possible_agents[:]
        return self.observations(), self.infos({"turn": 0, "score": 0.0, "alike": False})

    def draw(self):
        return str(self.rng.choice(self.WORDS)) + str(self.rng.integers(1000))

    def observations(self):
        return {agent: self.prompt(self.quote(said)) for agent, said in zip(self.possible_agents, self.said)}

    def prompt(self, said):
        return f"Turn {len(self.transcript) + 1}. Write about {self.word}. You wrote: {said}"

    def quote(self, text):
        return text[:500].encode("utf-8", "replace").decode()

    def infos(self, info):
        return {agent: dict(info) for agent in self.possible_agents}

    def step(self, actions):
        self.check(actions)
        self.said = [actions[agent] for agent in self.agents]
        terms = self.terms(*self.said)
        reward = sum(terms.values())
        self.transcript.append(self.record(terms, reward))
        over, agents, turn = len(self.transcript) >= self.max_cycles, self.agents, len(self.transcript)
        self.agents = [] if over else agents
        infos = self.infos({"turn": turn, "score": reward, "alike": self.said[0] == self.said[1]})
        return self.observations(), dict.fromkeys(agents, reward), *self.ends(agents, over), infos

    def check(self, actions):
        if not self.agents:
            raise RuntimeError("call reset() before step()")
        for agent in [*self.agents, *actions]:
            if agent not in self.agents or not isinstance(actions.get(agent), str):
                raise ValueError(f"a str is needed from each of {self.agents} and nobody else; look at {agent}")

    def terms(self, left, right):
        return {"alike": float(left == right), "length": max(-1.0, 1.0 - abs(len(left) - len(right)) / 100)}

    def record(self, terms, reward):
        return {"terms": terms, "reward": reward, "said": self.said}

    def ends(self, agents, over):
        return dict.fromkeys(agents, over), dict.fromkeys(agents, False)

    def state(self):
        return "\n".join(f"{self.quote(text)}" for record in self.transcript for text in record["said"])

    def render(self):
        if self.render_mode == "rgb_array":
            return np.full((8, 8, 3), 40 * len(self.transcript), np.uint8)
        return f"{self.word}: " + " / ".join(self.quote(text).replace("\x1b", "?") for text in self.said)


class BareEnv(ParallelEnv[str, str, str]):
    """One writer, one turn, and nothing that is optional: no horizon, state, transcript, splits or pictures."""

    metadata: ClassVar[dict[str, Any]] = {"name": "bare_v0"}

    def __init__(self) -> None:
        self.possible_agents, self.agents, self.space = ["writer_0"], [], Text(100)

    def observation_space(self, agent):
        return self.space

    action_space = observation_space

    def reset(self, seed=None, options=None):
        self.agents = ["writer_0"]
        return {"writer_0": "Be brief."}, {"writer_0": {}}

    def step(self, actions):
        if not self.agents or list(actions) != self.agents or not isinstance(actions["writer_0"], str):
            raise ValueError(f"a str is needed from writer_0 after reset(), got {actions}")
        self.agents = []
        reward = -float(len(actions["writer_0"]))
        return {"writer_0": ""}, {"writer_0": reward}, {"writer_0": False}, {"writer_0": True}, {"writer_0": {}}


BROKEN: dict[type[GoodEnv], str] = {}
"""Broken environments, each with the name of the check that must catch it."""


def caught_by(check: str) -> Any:
    def register(cls: type[GoodEnv]) -> type[GoodEnv]:
        BROKEN[cls] = check
        return cls

    return register


# -- what is returned -----------------------------------------------------------------------------------------------


@caught_by("agents")
class BadName(GoodEnv):
    """An agent has a name that TorchRL cannot group by."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.possible_agents = ["Writer A", "writer_1"]
        self.spaces = {agent: (Text(2000), Text(500)) for agent in self.possible_agents}


@caught_by("agents")
class ObservationOfNobody(GoodEnv):
    """After the last turn nobody gets an observation."""

    def observations(self):
        return super().observations() if self.agents else {}


@caught_by("agents")
class TurnedTeam(GoodEnv):
    """possible_agents changes its order during an episode."""

    def ends(self, agents, over):
        self.possible_agents = self.possible_agents[::-1]
        return super().ends(agents, over)


@caught_by("spaces")
class NewSpaces(GoodEnv):
    """Every call makes a new space, so that seeding one has no effect."""

    def action_space(self, agent):
        return Text(500)


@caught_by("spaces")
class NoEmptyText(GoodEnv):
    """The empty text is not an action."""

    class NonEmpty(Text):
        def contains(self, x):
            return super().contains(x) and x != ""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.spaces = {agent: (Text(2000), self.NonEmpty(500)) for agent in self.possible_agents}


@caught_by("spaces")
class AnyLength(GoodEnv):
    """The space contains texts longer than its max_length."""

    class Longer(Text):
        def contains(self, x):
            return isinstance(x, str)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.spaces = {agent: (self.Longer(2000), Text(500)) for agent in self.possible_agents}


@caught_by("observations")
class LongPrompt(GoodEnv):
    """The prompt grows out of its space."""

    def prompt(self, said):
        return super().prompt(said) + "!" * 1000 * len(self.transcript)


@caught_by("observations")
class BytesPrompt(GoodEnv):
    """Observations are bytes."""

    def prompt(self, said):
        return super().prompt(said).encode()


@caught_by("observations")
class StateOutside(GoodEnv):
    """The state is a list of texts, its space one of texts."""

    def state(self):
        return list(self.said)


@caught_by("rewards")
class TextReward(GoodEnv):
    """Rewards are written numbers."""

    def step(self, actions):
        observations, rewards, *rest = super().step(actions)
        return observations, {agent: str(reward) for agent, reward in rewards.items()}, *rest


@caught_by("rewards")
class OwnReward(GoodEnv):
    """The second agent earns a little less than the first."""

    def step(self, actions):
        observations, rewards, *rest = super().step(actions)
        return observations, {**rewards, "writer_1": rewards["writer_1"] - 1e-9}, *rest


@caught_by("rewards")
class NaNReward(GoodEnv):
    """Zero over zero on the second turn."""

    def terms(self, left, right):
        return {"alike": float("nan") if self.transcript else 0.0}


@caught_by("rewards")
class AboveRange(GoodEnv):
    """The reward exceeds the declared range."""

    def terms(self, left, right):
        return {"alike": 2.0001}


@caught_by("terms")
class LostTerm(GoodEnv):
    """A penalty is in the reward, not among the terms."""

    def record(self, terms, reward):
        return super().record({"length": terms["length"] + 1e-9}, reward)


@caught_by("transcript")
class SetInTranscript(GoodEnv):
    """The transcript holds a set, which is no JSON."""

    def record(self, terms, reward):
        return {**super().record(terms, reward), "unique": set(self.said)}


@caught_by("transcript")
class GrowingTranscript(GoodEnv):
    """A record too many from the second turn on."""

    def record(self, terms, reward):
        if self.transcript:
            self.transcript.append(super().record(terms, reward))
        return super().record(terms, reward)


@caught_by("infos")
class LateKey(GoodEnv):
    """An infos key that the reset does not announce."""

    def infos(self, info):
        return super().infos({**info, "late": 1} if info["turn"] else info)


@caught_by("infos")
class TextInfo(GoodEnv):
    """A text in the infos."""

    def infos(self, info):
        return super().infos({**info, "word": self.word})


@caught_by("infos")
class ChangingKind(GoodEnv):
    """A number that is an int at reset and a float after it."""

    def infos(self, info):
        return super().infos({**info, "share": info["turn"] / 3 if info["turn"] else 0})


@caught_by("infos")
class NaNInfo(GoodEnv):
    """A mean of nothing in the infos."""

    def infos(self, info):
        return super().infos({**info, "mean": float("nan")})


# -- the course of an episode ---------------------------------------------------------------------------------------


@caught_by("endings")
class EndsAlone(GoodEnv):
    """One agent stops a turn before the other."""

    def ends(self, agents, over):
        if len(self.transcript) == 2:
            self.agents = ["writer_0"]
            return {"writer_0": False, "writer_1": True}, dict.fromkeys(agents, False)
        return super().ends(agents, over)

    def step(self, actions):
        if self.agents == ["writer_0"]:
            actions, self.agents = {"writer_1": "", **actions}, ["writer_0", "writer_1"]
        return super().step(actions)


@caught_by("endings")
class IntTruncation(GoodEnv):
    """Truncations are 0 and 1."""

    def ends(self, agents, over):
        return dict.fromkeys(agents, over), dict.fromkeys(agents, 0)


@caught_by("endings")
class LiveAfterEnd(GoodEnv):
    """Agents stay in env.agents although all are terminated."""

    def ends(self, agents, over):
        self.agents = agents if len(self.transcript) < 5 else []
        return super().ends(agents, over)


@caught_by("horizon")
class FixedHorizon(GoodEnv):
    """max_cycles can be assigned, to no effect."""

    def ends(self, agents, over):
        over = len(self.transcript) >= 3
        self.agents = [] if over else agents
        return super().ends(agents, over)


@caught_by("order")
class StepsBeforeReset(GoodEnv):
    """A step without a reset plays on, with nobody."""

    def check(self, actions):
        self.agents = self.agents or self.possible_agents
        super().check(actions)


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


# -- hostile input --------------------------------------------------------------------------------------------------


@caught_by("hostile")
class ChokesOnNUL(GoodEnv):
    """A NUL in an action raises."""

    def terms(self, left, right):
        open(left[:0] + "/dev/null" + "\x00" * left.count("\x00")).close()
        return super().terms(left, right)


@caught_by("hostile")
class ChokesOnSurrogates(GoodEnv):
    """Lone surrogates in an action raise."""

    def terms(self, left, right):
        return super().terms(left.encode().decode(), right)


@caught_by("hostile")
class ChokesOnDigits(GoodEnv):
    """Digits that are no decimal digits raise."""

    def terms(self, left, right):
        return super().terms(left, right) if sum(int(mark) for mark in left if mark.isdigit()) >= 0 else {}


@caught_by("hostile")
class LeaksSurrogates(GoodEnv):
    """Lone surrogates in an action come back in the prompt, which no tokenizer takes."""

    def quote(self, text):
        return text[:500]


@caught_by("hostile")
class QuotesAll(GoodEnv):
    """A long action makes a prompt outside its space."""

    def quote(self, text):
        return text.encode("utf-8", "replace").decode()


@caught_by("bad_actions")
class AcceptsSilence(GoodEnv):
    """An agent without an action is taken to have said nothing."""

    def step(self, actions):
        return super().step(dict.fromkeys(self.agents, "") | actions)


@caught_by("bad_actions")
class AcceptsStrangers(GoodEnv):
    """Actions of unknown agents are ignored."""

    def step(self, actions):
        return super().step({agent: text for agent, text in actions.items() if agent in self.possible_agents})


@caught_by("bad_actions")
class AcceptsAnything(GoodEnv):
    """Actions that are no texts are turned into texts."""

    def step(self, actions):
        return super().step({agent: str(text) for agent, text in actions.items()})


@caught_by("bad_actions")
class HalfAStep(GoodEnv):
    """A refused step counts as a turn."""

    def check(self, actions):
        try:
            super().check(actions)
        except ValueError:
            self.transcript.append({"said": []})
            raise


@caught_by("reset_options")
class StrictOptions(GoodEnv):
    """Unknown reset options raise."""

    def reset(self, seed=None, options=None):
        if set(options or {}) - {"split"}:
            raise ValueError("unknown option")
        return super().reset(seed, options)


@caught_by("reset_options")
class AnySplit(GoodEnv):
    """An unknown split is taken for the default one."""

    def reset(self, seed=None, options=None):
        return super().reset(seed)


# -- pictures -------------------------------------------------------------------------------------------------------


@caught_by("render_ansi")
class NoAnsi(GoodEnv):
    """The mode ansi prints, and returns nothing."""

    def render(self):
        return None if self.render_mode == "ansi" else super().render()


@caught_by("render_ansi")
class RawAnsi(GoodEnv):
    """Escape sequences written by an agent reach the reader's terminal."""

    def render(self):
        return " / ".join(map(self.quote, self.said)) if self.render_mode == "ansi" else super().render()


@caught_by("render_ansi")
class DrawingCounts(GoodEnv):
    """Drawing moves the generator."""

    def render(self):
        self.word = self.draw()
        return super().render()


@caught_by("render_rgb_array")
class FloatPicture(GoodEnv):
    """Pictures are floats from 0 to 1."""

    def render(self):
        return np.zeros((8, 8, 3)) if self.render_mode == "rgb_array" else super().render()


@caught_by("render_rgb_array")
class GrowingPicture(GoodEnv):
    """Pictures grow with the episode, which no video writer takes."""

    def render(self):
        return np.zeros((8 + len(self.transcript), 8, 3), np.uint8) if self.render_mode == "rgb_array" else super().render()
