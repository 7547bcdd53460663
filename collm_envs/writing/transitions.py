"""Which categories of connectives a text holds, as bits in the order of the lexicon."""

from __future__ import annotations

from collm_envs.writing.lexicon import CONNECTIVES, STOPWORDS
from collm_envs.writing.words import Words, encoded

CATEGORIES = tuple(CONNECTIVES)


def _rarity(word: bytes) -> tuple[bool, int]:
    return word.decode() not in STOPWORDS, len(word)


_SINGLE: dict[bytes, int] = {}
_PHRASES: dict[bytes, list[tuple[bytes, int]]] = {}
for _place, _entries in enumerate(CONNECTIVES.values()):
    for _entry in _entries:
        _phrase = encoded(_entry)
        _row = _phrase.split()
        if len(_row) == 1:
            _SINGLE[_row[0]] = _SINGLE.get(_row[0], 0) | 1 << _place
        else:
            # A phrase is looked for only where its rarest word occurs: stop-words are in every text.
            _PHRASES.setdefault(max(_row, key=_rarity), []).append((_phrase, 1 << _place))
_KEYS = frozenset({*_SINGLE, *_PHRASES})

# An entry that contains another one of its category can be left out.
_SUBSTRINGS = tuple(
    sorted((entry for entry in entries if not any(other in entry for other in entries if other != entry)), key=len)
    for entries in CONNECTIVES.values()
)


def in_words(words: Words) -> int:
    """Categories with an entry whose words stand in a row in the text, one character between them."""
    found = 0
    for key in words.distinct & _KEYS:
        found |= _SINGLE.get(key, 0)
        for phrase, category in _PHRASES.get(key, ()):
            if not found & category and phrase in words.flat:
                found |= category
    return found


def in_substrings(lowered: str) -> int:
    """Categories with an entry whose letters stand in the text, in lower case, inside words too."""
    found = 0
    for place, entries in enumerate(_SUBSTRINGS):
        if any(entry in lowered for entry in entries):
            found |= 1 << place
    return found
