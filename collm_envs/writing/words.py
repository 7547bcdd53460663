r"""Texts as words. A word is a run of ``\w`` characters, in lower case, kept as UTF-8: bytes are quicker to cut and to look up."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from collm_envs.writing.lexicon import STOPWORDS

_WORD = re.compile(r"\w+")
# For ASCII text, which most is, tables find the same words several times faster than the pattern.
_FLAT = bytes(ord(chr(code).lower()) if code < 128 and _WORD.match(chr(code)) else ord(" ") for code in range(256))
_SHAPE = bytes(ord(" ") if code < 128 and chr(code).isspace() else ord("x") for code in range(256))
_STOPWORDS = frozenset(word.encode() for word in STOPWORDS)


class Words(NamedTuple):
    """What a text says, as far as the score asks.

    Attributes:
        flat: the text in lower case with one space for each character that is in no word, and one at either end.
        distinct: its different words; not to be changed.
        tokens: how many pieces it has between white space.
    """

    flat: bytes
    distinct: set[bytes]
    tokens: int


@lru_cache(maxsize=256)
def words_of(text: str) -> Words:
    """The words of any string.

    Remembered for a while: where every answer of a group is paired with every other one, a text is scored many times.
    """
    if text.isascii():
        raw = text.encode()
        flat, shape = b" %b " % raw.translate(_FLAT), b" " + raw.translate(_SHAPE)
        return Words(flat, set(flat.split()), shape.count(b" x"))
    lowered = text.lower()
    distinct = {word.encode() for word in _WORD.findall(lowered)}
    return Words(encoded(lowered), distinct, len(text.split()))


def encoded(lowered: str) -> bytes:
    """The ``flat`` form of a text in lower case."""
    return re.sub(r"\W", " ", f" {lowered} ").encode()


def jaccard(a: Words, b: Words) -> float:
    """Jaccard similarity of two texts' distinct words without stop-words; 1 if neither has any."""
    mine, yours = a.distinct - _STOPWORDS, b.distinct - _STOPWORDS
    shared = len(mine & yours)
    union = len(mine) + len(yours) - shared
    return shared / union if union else 1.0
