"""Tables for Relay: anyone checks a learner on it in seconds, without a language model.

from collm_agents import CoLLMCC, CoLLMConfig
env = relay_v0.parallel_env()
learner = CoLLMCC(env, relay_tables(env), CoLLMConfig(actor_lr=0.3, critic_lr=0.05))
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from collm_agents.models.base import History
from collm_agents.models.tabular import TabularTeam
from collm_envs.core.env import CollabEnv
from collm_envs.diagnostic.prompts import press
from collm_envs.diagnostic.relay import Relay
from collm_envs.diagnostic.secret import COLOURS, SYMBOLS

_COLOUR = re.compile(r"Your colour: (\w+)\.")
_TURN = re.compile(r"This is turn (\d+) of")
_OBSERVATION = re.compile(r'<observation turn="(\d+)" agent="relay_(\d+)">\n(.*?)\n</observation>', re.DOTALL)
_COUNT = re.compile(r"(?:partner's|yours) (\d+)")


def relay_tables(env: CollabEnv) -> TabularTeam:
    """A team for an environment of :mod:`collm_envs.relay_v0`, that reads turn and colour, with critics that also read the gauges.

    A critic is linear in: the turn; the colour that each agent it serves sees, by turn; the counts that each of them is told.

    Raises:
        TypeError: for another task.
    """
    if not isinstance(env.task, Relay):
        raise TypeError(f"relay_tables needs an environment of relay_v0, got {env.task.name}")
    turns, colours, agents = env.max_cycles, env.task.colours, len(env.possible_agents)

    def state_of(observation: str) -> int:
        found = _TURN.search(observation)
        return (int(found[1]) - 1 if found else 0) * colours + _colour(observation)

    def features_of(history: History) -> NDArray[np.float64]:
        now = np.zeros(turns)
        seen = np.zeros((agents, turns, colours))
        counts = np.zeros((agents, 2))
        for turn, agent, observation in _OBSERVATION.findall(history[-1]):
            # After the last turn of an episode that was cut there is no turn of its own.
            place = min(int(turn), turns) - 1
            now[place] = 1
            seen[int(agent), place, _colour(observation)] = 1
            told = [int(count) / turns for count in _COUNT.findall(observation)]
            counts[int(agent), : len(told)] = told
        return np.concatenate([now, seen.ravel(), counts.ravel()])

    actions = [press(symbol) for symbol in SYMBOLS[: env.task.symbols]]
    return TabularTeam(env.possible_agents, actions, turns * colours, state_of, features_of)


def _colour(observation: str) -> int:
    found = _COLOUR.search(observation)
    return COLOURS.index(found[1]) if found else 0
