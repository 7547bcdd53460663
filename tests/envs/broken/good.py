"""A small correct text environment, from which the broken ones differ in one thing each."""

from __future__ import annotations

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
