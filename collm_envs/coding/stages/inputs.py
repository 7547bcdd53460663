"""Inputs of problems: random ones and those at the edge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from collm_envs.coding.stages.stage import Words

Draw = Callable[["Story", Random, Sequence[int]], Any]


@dataclass(frozen=True)
class Story:
    """One kind of input in a setting.

    Attributes:
        kind: kind of value.
        param: the name of the argument.
        lead: wordings of what it holds; ``$p`` is the argument.
        nouns: what the things are called.
        low: least number in inputs.
        high: largest number in inputs.
        names: words or names in inputs.
    """

    kind: str
    param: str
    lead: tuple[str, ...]
    nouns: Words
    low: int = 0
    high: int = 20
    names: tuple[str, ...] = ()

    def draw(self, rng: Random, near: Sequence[int]) -> Any:
        """A random input; some of its numbers are within 1 of those in ``near``, where rules change their minds."""
        return _DRAWS[self.kind](self, rng, near)

    def edges(self, rng: Random) -> list[Any]:
        """Inputs at the edge: empty where that is allowed, one element, equal elements, below zero where that can be."""
        return _EDGES[self.kind](self, rng)


def _number(story: Story, rng: Random, near: Sequence[int]) -> int:
    if near and rng.random() < 0.3:
        return min(story.high, max(story.low, rng.choice(near) + rng.randint(-1, 1)))
    return rng.randint(story.low, story.high)


def _again(rng: Random, length: int, make: Callable[[], Any]) -> list[Any]:
    """A list in which some things stand several times, now and then side by side."""
    things: list[Any] = []
    while len(things) < length:
        chance = rng.random()
        if things and chance < 0.15:
            things.append(things[-1])
        elif things and chance < 0.3:
            things.append(rng.choice(things))
        else:
            things.append(make())
    return things


def _numbers(story: Story, rng: Random, near: Sequence[int]) -> list[int]:
    return _again(rng, rng.randint(4, 9), lambda: _number(story, rng, near))


def _words(story: Story, rng: Random, near: Sequence[int]) -> list[str]:
    return _again(rng, rng.randint(3, 8), lambda: rng.choice(story.names))


def _sentence(story: Story, rng: Random, near: Sequence[int]) -> str:
    return " ".join(_words(story, rng, near))


def _letters(story: Story, rng: Random, near: Sequence[int]) -> str:
    alphabet = rng.choice(("abc", "abeo", "aelrst", "adginou", "bceimopuz"))
    row = "".join(_again(rng, rng.randint(4, 11), lambda: rng.choice(alphabet)))
    return row + row[-2::-1] if rng.random() < 0.15 else row


def _records(story: Story, rng: Random, near: Sequence[int]) -> list[tuple[str, int]]:
    names = [rng.choice(story.names) for _ in range(rng.randint(2, 4))]
    amounts = _again(rng, rng.randint(3, 7), lambda: _number(story, rng, near))
    return [(rng.choice(names), amount) for amount in amounts]


def _note(story: Story, rng: Random, near: Sequence[int]) -> str:
    return ", ".join(f"{amount} {name}" for name, amount in _records(story, rng, near))


def _grid(story: Story, rng: Random, near: Sequence[int]) -> list[list[int]]:
    width = rng.randint(2, 4)
    return [_again(rng, width, lambda: _number(story, rng, near)) for _ in range(rng.randint(2, 4))]


_DRAWS: dict[str, Draw] = {
    "numbers": _numbers,
    "words": _words,
    "sentence": _sentence,
    "letters": _letters,
    "records": _records,
    "note": _note,
    "grid": _grid,
}


def _number_edges(story: Story, rng: Random) -> list[Any]:
    one, same = rng.randint(story.low, story.high), rng.randint(story.low, story.high)
    edges: list[Any] = [[], [one], [same] * rng.randint(3, 4)]
    if story.low < 0:
        edges.append([rng.randint(story.low, -1) for _ in range(rng.randint(3, 5))])
    return edges


def _word_edges(story: Story, rng: Random) -> list[Any]:
    return [[], [rng.choice(story.names)], [rng.choice(story.names)] * 3]


def _sentence_edges(story: Story, rng: Random) -> list[Any]:
    return [" ".join(words) for words in _word_edges(story, rng)]


def _letter_edges(story: Story, rng: Random) -> list[Any]:
    return ["", rng.choice("aekz"), rng.choice("bei") * rng.randint(3, 5)]


def _record_edges(story: Story, rng: Random) -> list[Any]:
    amount, name = rng.randint(story.low, story.high), rng.choice(story.names)
    tied = [(other, amount) for other in rng.sample(story.names, 3)]
    return [[], [(name, rng.randint(story.low, story.high))], tied]


def _note_edges(story: Story, rng: Random) -> list[Any]:
    return [", ".join(f"{amount} {name}" for name, amount in records) for records in _record_edges(story, rng)]


def _grid_edges(story: Story, rng: Random) -> list[Any]:
    def number() -> int:
        return rng.randint(story.low, story.high)

    same = number()
    return [[[number()]], [[number() for _ in range(4)]], [[number()] for _ in range(3)], [[same, same], [same, same]]]


_EDGES: dict[str, Callable[[Story, Random], list[Any]]] = {
    "numbers": _number_edges,
    "words": _word_edges,
    "sentence": _sentence_edges,
    "letters": _letter_edges,
    "records": _record_edges,
    "note": _note_edges,
    "grid": _grid_edges,
}
