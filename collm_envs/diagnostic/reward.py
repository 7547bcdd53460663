"""The reward of Relay: the share of right answers.

    sparse    0 before the last turn; in the last turn   right answers of the episode / (2 T)
    dense     in each turn                               right answers of the turn    / (2 T)

T is the number of turns, so that both sum to the same over an episode, in [0, 1].
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from collm_envs.core.task import Score
from collm_envs.diagnostic.deal import AGENTS, Deal
from collm_envs.diagnostic.secret import SYMBOLS, Code

Reward = Literal["sparse", "dense"]

# A line may be marked up (`press A`, **Press: A.**), but holds nothing else in letters or digits.
_PRESS = re.compile(r"^[^a-z0-9\n]*press[^a-z0-9\n]+([a-z])[^a-z0-9\n]*$", re.ASCII | re.IGNORECASE | re.MULTILINE)


class Progress(NamedTuple):
    """What is carried from turn to turn.

    Attributes:
        horizon: turns of the episode, 1 and up.
        played: turns played.
        right: each agent's right answers so far.
    """

    horizon: int
    played: int = 0
    right: tuple[int, ...] = (0,) * AGENTS


@dataclass(frozen=True, slots=True)
class Played:
    """A turn's evidence, in agent order.

    Attributes:
        seen: number of the colour that each agent saw.
        wanted: the right symbols.
        pressed: the symbols pressed; "" where none could be read.
        after: the counts, this turn included.
    """

    seen: tuple[int, ...]
    wanted: tuple[str, ...]
    pressed: tuple[str, ...]
    after: Progress


def pressed_in(completion: str, symbols: int) -> str:
    """The symbol of the last line that reads ``press X``, in any case; "" if there is none or X is not among the symbols."""
    found = _PRESS.findall(completion)
    symbol = found[-1].upper() if found else ""
    return symbol if symbol in SYMBOLS[:symbols] else ""


def score(deal: Deal, joint_action: Sequence[str], code: Code, before: Progress, reward: Reward = "sparse") -> Score:
    """Score the answers of a turn. Pure; total over all strings.

    Args:
        deal: the colours.
        joint_action: one completion per agent.
        code: what is right.
        before: the counts before this turn.
        reward: when the team is paid, ``sparse`` or ``dense``.

    Returns:
        Term ``right``; metrics ``accuracy`` in [0, 1], ``right`` and ``answers``, all over the episode so far; each agent's
        own ``own_right`` (so far) and ``valid`` (whether this turn's answer could be read).
    """
    agents, turn = range(len(joint_action)), before.played + 1
    seen = tuple(deal.colour(agent, turn, code.colours) for agent in agents)
    wanted = tuple(SYMBOLS[code.right(agent, turn, seen[agent])] for agent in agents)
    pressed = tuple(pressed_in(completion, code.symbols) for completion in joint_action)
    hits = [mine == right for mine, right in zip(pressed, wanted)]
    after = Progress(before.horizon, turn, tuple(count + hit for count, hit in zip(before.right, hits)))

    right, answers = sum(after.right), len(agents) * turn
    paid = sum(hits) if reward == "dense" else right if turn == before.horizon else 0
    return Score(
        terms={"right": paid / (len(agents) * before.horizon)},
        metrics={"accuracy": right / answers, "right": right, "answers": answers},
        own=tuple({"own_right": count, "valid": mine != ""} for count, mine in zip(after.right, pressed)),
        evidence=Played(seen, wanted, pressed, after),
    )
