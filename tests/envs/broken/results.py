"""What is returned, and how an episode runs, broken in one thing each."""

from __future__ import annotations

from collm_envs.core.spaces import Text

from .good import GoodEnv, caught_by

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
