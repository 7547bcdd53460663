"""Letters of five by five blocks, and words as sets of cells."""

from __future__ import annotations

from functools import lru_cache

from collm_envs.minecraft.world import Box

SIZE = 5

# Rows from the top; "#" is a block. Anything but A-Z is five blank columns.
_LETTERS = {
    "A": ".###. #...# ##### #...# #...#",
    "B": "####. #...# ####. #...# ####.",
    "C": ".#### #.... #.... #.... .####",
    "D": "####. #...# #...# #...# ####.",
    "E": "##### #.... ####. #.... #####",
    "F": "##### #.... ####. #.... #....",
    "G": ".#### #.... #.### #...# .###.",
    "H": "#...# #...# ##### #...# #...#",
    "I": "##### ..#.. ..#.. ..#.. #####",
    "J": "..### ...#. ...#. #..#. .##..",
    "K": "#...# #..#. ###.. #..#. #...#",
    "L": "#.... #.... #.... #.... #####",
    "M": "#...# ##.## #.#.# #...# #...#",
    "N": "#...# ##..# #.#.# #..## #...#",
    "O": ".###. #...# #...# #...# .###.",
    "P": "####. #...# ####. #.... #....",
    "Q": ".###. #...# #...# #..## .####",
    "R": "####. #...# ####. #..#. #...#",
    "S": ".#### #.... .###. ....# ####.",
    "T": "##### ..#.. ..#.. ..#.. ..#..",
    "U": "#...# #...# #...# #...# .###.",
    "V": "#...# #...# #...# .#.#. ..#..",
    "W": "#...# #...# #.#.# ##.## #...#",
    "X": "#...# .#.#. ..#.. .#.#. #...#",
    "Y": "#...# .#.#. ..#.. ..#.. ..#..",
    "Z": "##### ...#. ..#.. .#... #####",
}

LETTERS = "".join(_LETTERS)


def word_box(text: str, spacing: int) -> Box:
    """The bounding box of a word with ``spacing`` blank columns between letters."""
    return Box(SIZE * len(text) + spacing * (len(text) - 1), SIZE, 1)


@lru_cache(maxsize=4096)
def word_mask(text: str, spacing: int) -> int:
    """The cells of a word, as a mask in its :func:`word_box`."""
    box, mask = word_box(text, spacing), 0
    for place, letter in enumerate(text):
        for row, line in enumerate(_LETTERS.get(letter, "").split()):
            for column, mark in enumerate(line):
                if mark == "#":
                    mask |= box.bit(place * (SIZE + spacing) + column, SIZE - 1 - row, 0)
    return mask
