"""Scripted writers, as yardsticks: what chance, a sensible but lonely writer and a perfect pair earn."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import cycle, islice
from random import Random
from typing import TYPE_CHECKING

from collm_envs.core.task import Policy, silent
from collm_envs.writing import reward
from collm_envs.writing.reward import Constants, Matching
from collm_envs.writing.source import Source
from collm_envs.writing.transitions import CATEGORIES

if TYPE_CHECKING:
    from collm_envs.writing.pair import WritingTask

_LONGEST_RANDOM = 300
_LONGEST_WORD = 24
_SHORTEST_TOLD = 28

# One opener for each category of connectives, in the lexicon's order.
_OPENERS = {
    "elaboration": "Moreover,",
    "examples": "For example,",
    "explanation": "In other words,",
    "cause_effect": "Therefore,",
    "contrast": "However,",
    "sequence": "Next,",
    "emphasis": "Indeed,",
    "summary": "Overall,",
    "comparison": "Similarly,",
    "concession": "Even so,",
    "condition": "If so,",
    "time": "Meanwhile,",
}


def random(task: WritingTask, source: Source, agent: int, rng: Random, turn: int = 1) -> str:
    """Words of the source in any order, 1 to 300 of them."""
    words = source.text.split()
    return " ".join(rng.choice(words) for _ in range(rng.randint(1, _LONGEST_RANDOM)))


def greedy(task: WritingTask, source: Source, agent: int, rng: Random, turn: int = 1) -> str:
    """The beginning of the source, without a thought for the other text: all of an abstract; of a post a quarter or a half."""
    low, high = task.constants.words
    words = source.text.split()
    share = 1.0 if task.constants.both else (0.25, 0.5)[agent]
    return _take(words, min(high, max(low, int(share * len(words)))))


def oracle(task: WritingTask, source: Source, agent: int, rng: Random, turn: int = 1) -> str:
    """Its text of a pair that earns the maximum."""
    return _best_pair(source, task.constants, task.matching)[agent]


@lru_cache(maxsize=512)
def _best_pair(source: Source, constants: Constants, matching: Matching) -> tuple[str, str]:
    """Retellings of the source of various lengths, the first pair with the largest score.

    The second text opens its sentences with a connective of each category, the first one too where both count; lengths
    are tried until the ratios are right.
    """
    words = [word for word in source.text.split() if len(word) <= _LONGEST_WORD] or ["this"]
    low, high = constants.words
    best, best_total = ("", ""), -1.0
    # A short source is told in fewer words than a long one.
    for shorter in range(max(low + 4, min(_SHORTEST_TOLD, len(words))), high, 6):
        first = _told(words, shorter) if constants.both else _take(words, shorter)
        for longer in range(max(low, shorter), high + 1, 4):
            pair = (first, _told(words, longer))
            total = reward.score(source, pair, constants, matching).total
            if total == reward.MAXIMUM:
                return pair
            if total > best_total:
                best, best_total = pair, total
    return best


def _told(words: list[str], count: int) -> str:
    """``count`` words (or a few more) of the source in sentences, one for each category of connectives."""
    left = max(count - sum(len(opener.split()) for opener in _OPENERS.values()), len(CATEGORIES))
    stream = cycle(words)
    told = []
    for place, category in enumerate(CATEGORIES):
        share = left // len(CATEGORIES) + (place < left % len(CATEGORIES))
        told.append(f"{_OPENERS[category]} {' '.join(islice(stream, share)).rstrip('.,;:!?')}.")
    return " ".join(told)


def _take(words: list[str], count: int) -> str:
    return " ".join(islice(cycle(words), count))


WRITING: Mapping[str, Policy] = {"silent": silent, "random": random, "greedy": greedy, "oracle": oracle}
