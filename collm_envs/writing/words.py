r"""Texts as words. A word is a run of ``\w`` characters, in lower case."""

from __future__ import annotations

import re
from typing import NamedTuple

from collm_envs.writing.lexicon import STOPWORDS

_WORD = re.compile(r"\w+")
# For ASCII text, which nearly all is, a table and a split find the same words several times faster than the pattern.
_TABLE = {code: chr(code).lower() if _WORD.match(chr(code)) else " " for code in range(128)}


class Words(NamedTuple):
    """The words of a text in order, and the set of them."""

    row: list[str]
    distinct: set[str]


def words_of(text: str) -> Words:
    """The words of any string."""
    row = text.translate(_TABLE).split() if text.isascii() else _WORD.findall(text.lower())
    return Words(row, set(row))


def jaccard(a: Words, b: Words) -> float:
    """Jaccard similarity of two texts' distinct words without stop-words; 1 if neither has any."""
    mine, yours = a.distinct - STOPWORDS, b.distinct - STOPWORDS
    shared = len(mine & yours)
    union = len(mine) + len(yours) - shared
    return shared / union if union else 1.0
