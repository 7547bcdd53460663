"""What a stage is: one step of a generated problem, in English, as source and as the function that it means."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Words = Mapping[str, str]
"""What the things of a problem are called: ``item`` and ``items``, ``who`` and ``what``, ``group``, ``left``, ``right``, ..."""

ANNOTATIONS = {
    "numbers": "list[int]",
    "words": "list[str]",
    "sentence": "str",
    "letters": "str",
    "note": "str",
    "grid": "list[list[int]]",
    "groups": "list[list[int]]",
    "pairs": "list[tuple[int, int]]",
    "records": "list[tuple[str, int]]",
    "tally": "dict[str, int]",
    "ledger": "dict[str, list[int]]",
    "piles": "dict[str, list[str]]",
}
"""The kinds of values between stages, and how a signature spells them."""

BY_LETTER = {"records": "letter records", "tally": "letter tally", "ledger": "letter ledger"}
"""Kinds of values by name, and what they are where the names are single letters."""

ANNOTATIONS |= {BY_LETTER[kind]: ANNOTATIONS[kind] for kind in BY_LETTER}

_MARK = re.compile(r"\$([a-z]+)")


@dataclass(frozen=True)
class Knob:
    """A whole number inside a stage: a constant of the problem, or a further argument of its function.

    Attributes:
        name: what the argument is called.
        low: the least value, in words and in tests.
        high: the largest value that is drawn.
    """

    name: str
    low: int
    high: int


@dataclass(frozen=True)
class Rule:
    """A property or a function of one item: ``say`` in English, ``code`` as an expression of ``$v``, ``run`` as it is meant."""

    say: str
    code: str
    run: Callable[..., Any]
    knob: Knob | None = None
    level: int = 1
    nouns: tuple[str, str] = ("value", "values")

    def of(self, value: Any, number: int = 0) -> Any:
        """What it says of a value; the number is the knob's, if there is one."""
        return self.run(value, number) if self.knob else self.run(value)


@dataclass(frozen=True)
class Stage:
    """One step from a value of one kind to a value of another.

    Attributes:
        family: stages of one family are variants of each other; a problem has at most one of them.
        takes: kind of the value it works on.
        gives: kind of its result; "" for the last stage of a problem.
        say: wordings, each an order ("keep only the $items that are even"); ``$k`` is the knob.
        code: sources, each some lines that make ``$y`` of ``$x``, one statement a line; the last line may assign ``$y``.
        run: the trusted meaning, a function of the value and, with a knob, of its number; changes nothing.
        out: what ``$y`` is called.
        knob: its number, if it has one.
        level: 1 to 3, how hard it is.
        nouns: what things are called from here on.
        answer: the annotation of the result of a last stage.
        goal: how a last stage names the function.
    """

    family: str
    takes: str
    gives: str
    say: tuple[str, ...]
    code: tuple[str, ...]
    run: Callable[..., Any]
    out: str
    knob: Knob | None = None
    level: int = 1
    nouns: Words = field(default_factory=dict)
    answer: str = ""
    goal: str = ""

    def of(self, value: Any, number: int = 0) -> Any:
        """The result for a value; the number is the knob's, if there is one."""
        return self.run(value, number) if self.knob else self.run(value)


_SINGULAR = {"are": "is", "have": "has", "do": "does", "begin": "begins", "contain": "contains", "use": "uses", "end": "ends"}


def singular(rule: str) -> str:
    """A rule as it is said of one thing: "are even" as "is even"."""
    verb, _, rest = rule.partition(" ")
    return f"{_SINGULAR[verb]} {rest}"


def fill(template: str, words: Words) -> str:
    """The template with each ``$name`` replaced; an unknown name raises KeyError."""
    return _MARK.sub(lambda mark: words[mark[1]], template)


def step(
    family: str,
    takes: str,
    gives: str,
    say: str | tuple[str, ...],
    code: str | tuple[str, ...],
    run: Callable[..., Any],
    out: str,
    *,
    knob: Knob | None = None,
    level: int = 1,
    **nouns: str,
) -> Stage:
    """A stage that is not the last; further keywords are its nouns."""
    return Stage(family, takes, gives, _several(say), _several(code), run, out, knob, level, nouns)


def ending(
    goal: str,
    takes: str,
    answer: str,
    say: str | tuple[str, ...],
    code: str | tuple[str, ...],
    run: Callable[..., Any],
    out: str,
    *,
    knob: Knob | None = None,
    level: int = 1,
) -> Stage:
    """A last stage; ``say`` lacks the word "return"."""
    says = tuple(f"return {text}" for text in _several(say))
    return Stage(goal, takes, "", says, _several(code), run, out, knob, level, {}, answer, goal)


LEFT_ITEM, LEFT_ITEMS = "remaining $item", "remaining $items"
"""What things are called after a stage that leaves out some of them."""


def _several(texts: str | tuple[str, ...]) -> tuple[str, ...]:
    return (texts,) if isinstance(texts, str) else texts
