"""A small grammar that turns a block of text with marks into many different texts.

A block (a frame) has one sentence per line; an empty line starts a new paragraph:

    title: words of the title
    @slot: first option; second option, with a second form / its second form; ...
    A sentence that is always there.
    ? A sentence that is there when the text should be longer; an indented
      line continues the one before.

Marks inside a sentence or an option:

    [x|y|z]     one of the alternatives (an empty one is allowed; may be nested)
    {slot}      an option of that slot: drawn once, the same throughout one text
    {slot.1}    the second form of that same option ({slot} is {slot.0})
    {3-9}       a whole number in that range; {100-900x50} in steps of 50; {1.5-2.5} keeps one decimal; always drawn afresh
    a_          "a" or "an", as the next word asks

Only the given `random.Random` decides, and nothing depends on the order of a set, so a seed gives the same text everywhere.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

Slots = Mapping[str, Sequence[str]]

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_NUMBER = re.compile(r"\{(\d+)(?:\.(\d+))?-(\d+)(?:\.(\d+))?(?:x(\d+))?\}")
_SLOT = re.compile(r"\{([a-z_]+)(?:\.(\d))?\}")
_ARTICLE = re.compile(r"\b([Aa])_ (?=(\w+))")
_SENTENCE_START = re.compile(r"(^|[.!?]\s+)([a-z]|(?:\d|1[0-2])\b)")

_CONTINUED = re.compile(r"(?<=\S)\n +(?=\S)")

_NUMBER_WORDS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve")

# Where spelling and sound disagree: "an hour", "a university".
_VOWEL_SOUND = re.compile(r"(?!uni|use|usual|one\b|once|eu)[aeiou]|hour|honest|8|11\b|18\b", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One sentence of a frame."""

    text: str
    optional: bool
    paragraph: int


@dataclass(frozen=True)
class Frame:
    """A parsed block: title template (may be empty), slots of its own, and sentences in order."""

    title: str
    slots: Slots
    lines: tuple[Line, ...]


def parse_slot(line: str) -> tuple[str, tuple[str, ...]]:
    """`@name: a; b; c` as (name, options)."""
    name, _, options = line[1:].partition(":")
    return name.strip(), tuple(option.strip() for option in options.split(";"))


def parse_slots(block: str) -> dict[str, tuple[str, ...]]:
    """All `@` lines of a block."""
    return dict(parse_slot(line) for line in _CONTINUED.sub(" ", block).splitlines() if line.startswith("@"))


def parse(block: str) -> Frame:
    """Read one block."""
    title, paragraph, lines = "", 0, list[Line]()
    for line in _CONTINUED.sub(" ", block.strip()).splitlines():
        if not line.strip():
            paragraph += 1
        elif line.startswith("title:"):
            title = line.removeprefix("title:").strip()
        elif not line.startswith("@"):
            lines.append(Line(line.removeprefix("?").strip(), line.startswith("?"), paragraph))
    return Frame(title, parse_slots(block), tuple(lines))


@lru_cache(maxsize=8)
def load(name: str) -> tuple[Slots, tuple[Frame, ...]]:
    """The shared slots and the frames of ``frames/NAME.txt``: blocks headed by ``== title``, the first one ``== shared``."""
    text = files("collm_envs.writing").joinpath("frames").joinpath(f"{name}.txt").read_text(encoding="utf-8")
    _, shared, *blocks = [block.partition("\n")[2] for block in re.split(r"^== ", text, flags=re.MULTILINE)]
    return parse_slots(shared), tuple(parse(block) for block in blocks)


def article(word: str) -> str:
    """The indefinite article before a word."""
    return "an" if _VOWEL_SOUND.match(word) else "a"


class Expander:
    """Expands templates of one text; remembers what each slot was filled with."""

    def __init__(self, rng: random.Random, slots: Slots) -> None:
        self._rng = rng
        self._slots = slots
        self._bound: dict[str, list[str]] = {}

    def __call__(self, template: str) -> str:
        """The template without marks; each sentence starts with a capital, or with a number from zero to twelve in words."""
        text = _ARTICLE.sub(lambda m: m[1] + article(m[2])[1:] + " ", self._fill(template))
        text = re.sub(r"\s+", " ", text).strip()
        return _SENTENCE_START.sub(lambda m: m[1] + (_NUMBER_WORDS[int(m[2])] if m[2].isdigit() else m[2].upper()), text)

    def _fill(self, template: str) -> str:
        while _CHOICE.search(template):
            template = _CHOICE.sub(lambda m: self._rng.choice(m[1].split("|")), template)
        return _SLOT.sub(self._slot, _NUMBER.sub(self._number, template))

    def _slot(self, mark: re.Match[str]) -> str:
        name = mark[1]
        if name not in self._bound:
            self._bound[name] = [form.strip() for form in self._fill(self._rng.choice(self._slots[name])).split("/")]
        return self._bound[name][int(mark[2] or 0)]

    def _number(self, mark: re.Match[str]) -> str:
        decimals = len(mark[2] or "")
        low, high = int(mark[1] + (mark[2] or "")), int(mark[3] + (mark[4] or ""))
        number = self._rng.randrange(low, high + 1, int(mark[5] or 1))
        return f"{number / 10**decimals:.{decimals}f}" if decimals else f"{number:,}"


def compose(rng: random.Random, frame: Frame, shared: Slots, low: int, high: int) -> tuple[str, str]:
    """A title and a body with between `low` and `high` words together.

    Every sentence is expanded first, so that the slots do not depend on which optional sentences are taken; then optional ones are
    added in random order until a random length is reached.
    """
    expand = Expander(rng, {**shared, **frame.slots})
    title = expand(frame.title)
    sentences = [expand(line.text) for line in frame.lines]
    sizes = [len(sentence.split()) for sentence in sentences]
    chosen = {i for i, line in enumerate(frame.lines) if not line.optional}
    total = len(title.split()) + sum(sizes[i] for i in chosen)
    target = rng.randint(low, high)
    spare = [i for i, line in enumerate(frame.lines) if line.optional]
    rng.shuffle(spare)
    for i in spare:
        if total < target and total + sizes[i] <= high:
            chosen.add(i)
            total += sizes[i]
    if not low <= total <= high:
        raise ValueError(f"a frame gives {total} words where {low} to {high} are wanted: {title or sentences[0]!r}")
    paragraphs: dict[int, list[str]] = {}
    for i in sorted(chosen):
        paragraphs.setdefault(frame.lines[i].paragraph, []).append(sentences[i])
    return title, "\n\n".join(" ".join(paragraph) for paragraph in paragraphs.values())
