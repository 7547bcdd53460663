"""The reward of the writing tasks: one gated score, two sets of constants.

Four gates in a row; a failed gate stops the sum:

    structure    0.5 if both texts have a number of words in range, else the reward is 0
    length       up to 1.0 by the ratio of characters, second text to first
    vocabulary   up to 0.5 by the ratio of distinct words, second text to first
    style        0.4 * transitions + 0.6 * overlap, open when all gates before are

Source: arXiv:2601.21972, TLDR and arXiv, with the constants of the code released with it. The attainable maximum is 2.98, since
twelve categories of transitions give 0.95; scores out of 100 are taken over the nominal 3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from collm_envs.core.task import Score
from collm_envs.writing.source import Source
from collm_envs.writing.transitions import in_substrings, in_words
from collm_envs.writing.words import Words, jaccard, words_of

STRUCTURE = 0.5
LENGTH = 1.0
VOCABULARY = 0.5
TRANSITIONS = 0.4
OVERLAP = 0.6
NOMINAL = 3.0

FIRST_CATEGORY = 0.4
FURTHER_CATEGORY = 0.05

Matching = Literal["word", "substring"]


@dataclass(frozen=True)
class Band:
    """A ratio's worth: 0 at ``low``, rising to 1 from ``best_low`` to ``best_high``, falling to 0 at ``high``; the gate is
    closed outside."""

    low: float
    best_low: float
    best_high: float
    high: float

    def worth(self, ratio: float) -> float | None:
        """In [0, 1]; None where the gate is closed."""
        if not self.low <= ratio <= self.high:
            return None
        if ratio < self.best_low:
            return (ratio - self.low) / (self.best_low - self.low)
        if ratio <= self.best_high:
            return 1.0
        return 1.0 - (ratio - self.best_high) / (self.high - self.best_high)


@dataclass(frozen=True)
class Constants:
    """What differs between the tasks.

    Attributes:
        words: least and largest number of words (split at white space) of each text.
        length: the length ratio's band.
        vocabulary: the vocabulary ratio's band.
        overlap: Jaccard similarity of the texts' words, stop-words apart, from which overlap counts in full.
        both: count transitions in both texts, not in the second alone.
    """

    words: tuple[int, int]
    length: Band
    vocabulary: Band
    overlap: float
    both: bool


TLDR = Constants((8, 256), Band(1.1, 1.6, 3.2, 5.0), Band(1.3, 2.0, math.inf, math.inf), overlap=0.03, both=False)
ARXIV = Constants((128, 256), Band(0.8, 1.3, 1.6, 2.0), Band(0.5, 0.7, 1.3, 1.7), overlap=0.23, both=True)
ARXIV_AAAI26 = Constants((128, 256), Band(0.8, 1.0, 1.3, 1.5), Band(0.5, 0.7, 1.3, 1.7), overlap=0.23, both=True)

MAXIMUM = STRUCTURE + LENGTH + VOCABULARY + (TRANSITIONS * (FIRST_CATEGORY + 11 * FURTHER_CATEGORY) + OVERLAP)


def score(source: Source, joint_action: Sequence[str], constants: Constants = TLDR, matching: Matching = "word") -> Score:
    """Score a pair of texts. Pure; total over all strings.

    Args:
        source: what they are about. The score looks at the pair alone, as the reference does.
        joint_action: the first and the second writer's text.
        constants: the task's: ``TLDR``, ``ARXIV`` or ``ARXIV_AAAI26``.
        matching: a connective counts where its words stand in a row (``word``) or where its letters do (``substring``).

    Returns:
        Terms ``structure``, ``length``, ``vocabulary``, ``style``; metrics: the same four, ``length_ratio``,
        ``vocabulary_ratio`` (stop-words included), ``transition_categories`` (0..12), ``jaccard`` and ``score``
        (0 to 100). The metrics are measured whether the gates are open or not.
    """
    first, second = joint_action
    a, b = words_of(first), words_of(second)
    length_ratio = len(second) / len(first) if first else 0.0
    vocabulary_ratio = len(b.distinct) / len(a.distinct) if a.distinct else 0.0
    similarity = jaccard(a, b)
    categories = _categories(first, second, a, b, constants.both, matching)

    structure = length = vocabulary = style = 0.0
    low, high = constants.words
    if low <= a.tokens <= high and low <= b.tokens <= high:
        structure = STRUCTURE
        length_worth = constants.length.worth(length_ratio)
        if length_worth is not None:
            length = LENGTH * length_worth
            vocabulary_worth = constants.vocabulary.worth(vocabulary_ratio)
            if vocabulary_worth is not None:
                vocabulary = VOCABULARY * vocabulary_worth
                style = TRANSITIONS * transitions(categories) + OVERLAP * min(similarity, constants.overlap) / constants.overlap

    terms = {"structure": structure, "length": length, "vocabulary": vocabulary, "style": style}
    measured = {
        "length_ratio": length_ratio,
        "vocabulary_ratio": vocabulary_ratio,
        "transition_categories": categories,
        "jaccard": similarity,
        "score": 100.0 * (structure + length + vocabulary + style) / NOMINAL,
    }
    return Score(terms=terms, metrics={**terms, **measured})


def transitions(categories: int) -> float:
    """The worth of connectives of so many categories: 0.4 for the first, 0.05 for each further one, at most 1."""
    return min(1.0, FIRST_CATEGORY + FURTHER_CATEGORY * (categories - 1)) if categories else 0.0


def _categories(first: str, second: str, a: Words, b: Words, both: bool, matching: Matching) -> int:
    if matching == "substring":
        return in_substrings((first + second if both else second).lower()).bit_count()
    found = in_words(b)
    return (found | in_words(a) if both else found).bit_count()
