"""An instance of StrBuild: a word to draw."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from collm_envs.core.checks import fields_of, text_of, whole
from collm_envs.core.taskset import Instance
from collm_envs.minecraft.font import LETTERS, word_box, word_mask
from collm_envs.minecraft.world import Box

LONGEST_WORD = 24
WIDEST_SPACING = 8
_LENGTHS = {"tiny": (1, 1), "easy": (1, 2), "medium": (3, 5), "hard": (6, 8)}
_FEW_CELLS = "CJKLTUVXY"
"""The letters of 7 to 11 cells: three to six lines for each of two builders."""


@dataclass(frozen=True)
class Mural(Instance):
    """A word in upper case, drawn one block thick.

    Attributes:
        text: the word; characters other than A-Z are blank.
        spacing: blank columns between letters.
    """

    text: str
    spacing: int = 2

    @cached_property
    def box(self) -> Box:
        """The bounding box: 5 cells high, 1 deep."""
        return word_box(self.text, self.spacing)

    @cached_property
    def target(self) -> int:
        """The mask of the cells to cover."""
        return word_mask(self.text, self.spacing)

    @cached_property
    def target_cells(self) -> int:
        """Number of cells to cover."""
        return self.target.bit_count()

    @cached_property
    def background_cells(self) -> int:
        """Number of cells to leave free; no letter fills its square."""
        return self.box.volume - self.target_cells

    @property
    def grid(self) -> str:
        """The target as rows from the top, ``#`` to cover and ``.`` to leave free."""
        full = {(x, y) for x, y, _ in self.box.cells(self.target)}
        rows = range(self.box.height - 1, -1, -1)
        return "\n".join("".join("#" if (x, y) in full else "." for x in range(self.box.width)) for y in rows)

    def fields(self) -> dict[str, Any]:
        return {"text": self.text, "spacing": self.spacing}

    @property
    def content(self) -> str:
        return self.text


def parse(given: Any) -> Mural:
    """A mural from ``{"text": str, "spacing": int}``; the text is stripped and put in upper case.

    Raises:
        ValueError, TypeError: unless 1 to 24 characters with at least one of A-Z, spacing 0..8.
    """
    data = fields_of("a StrBuild task", given, ["text"], ["spacing"])
    text = text_of("text", data["text"], 10_000).strip().upper()
    if len(text) > LONGEST_WORD:
        raise ValueError(f"text has {len(text)} characters; at most {LONGEST_WORD} are allowed")
    if not any(letter in LETTERS for letter in text):
        raise ValueError(f"text must contain at least one letter A-Z, got {text!r}")
    return Mural(text, whole("spacing", data.get("spacing", 2), 0, WIDEST_SPACING))


def generate(rng: Random, difficulty: str) -> dict[str, Any]:
    """Fields of a random word: one letter of few cells (tiny), 1-2 letters of any kind (easy), 3-5 (medium), 6-8 (hard)."""
    length = rng.randint(*_LENGTHS[difficulty])
    letters = _FEW_CELLS if difficulty == "tiny" else LETTERS
    return {"text": "".join(rng.choice(letters) for _ in range(length)), "spacing": 2}


PAPER_WORDS = ("I", "C", "M", "L", "MC", "CM", "LI", "LLM", "ICML", "CLIM")
"""The paper's ten words, in its order: the first eight to train on, the last two to test on."""
