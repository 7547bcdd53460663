"""Scripted agents, as yardsticks: what chance, half the code and the whole code earn."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING

from collm_envs.core.task import Policy, silent
from collm_envs.diagnostic.deal import Deal
from collm_envs.diagnostic.prompts import press
from collm_envs.diagnostic.secret import SYMBOLS

if TYPE_CHECKING:
    from collm_envs.diagnostic.relay import Relay


def random(task: Relay, deal: Deal, agent: int, rng: Random, turn: int = 1) -> str:
    """Any symbol: right in one of S cases."""
    return press(rng.choice(SYMBOLS[: task.symbols]))


def greedy(task: Relay, deal: Deal, agent: int, rng: Random, turn: int = 1) -> str:
    """The right symbol for the first colour, a guess for the others: right in a share of 1/C + (1 - 1/C) / S."""
    first = deal.colour(agent, turn, task.colours) == 0
    return oracle(task, deal, agent, rng, turn) if first else random(task, deal, agent, rng, turn)


def oracle(task: Relay, deal: Deal, agent: int, rng: Random, turn: int = 1) -> str:
    """The right symbol."""
    return press(SYMBOLS[task.secret.right(agent, turn, deal.colour(agent, turn, task.colours))])


RELAY: Mapping[str, Policy] = {"silent": silent, "random": random, "greedy": greedy, "oracle": oracle}
