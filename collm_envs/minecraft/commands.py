"""Reading an agent's commands: which lines count, which do not, and why.

Rules (``/`` optional, command words in any case, block ids in lower case with or without ``minecraft:``):

- ``/setblock x y z block`` (further words are ignored), ``/fill x1 y1 z1 x2 y2 z2 block`` (nothing may follow),
  ``/kill`` (anything may follow); a :class:`Reader` takes those that its task has;
- coordinates are plain whole numbers inside the box; blocks are the agent's own palette and ``air``;
- with two or more code fences only the text between the first two is read; list markers before a command are dropped;
- a line over the agent's command limit, or a fill over what is left of a block, is rejected whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from collm_envs.core.prompting import quotable
from collm_envs.minecraft.world import AIR, Box

_FENCE = "```"
_LANGUAGE = re.compile(r"\A[\w+#.-]*[ \t]*\r?(?:\n|\Z)")
_MARKER = re.compile(r"(?:[-*]+|[0-9]+[.)])\s*")
# How nearly all commands are spelled; any other spelling is read word by word.
_PLAIN = re.compile(r"/?(setblock|fill) ((?:-?[0-9]{1,4} ){3,6})(?:minecraft:)?([a-z0-9_.:]+)")
_COORDINATES = {"setblock": 3, "fill": 6}
# Leading zeros apart: int() refuses numbers of thousands of digits, and no box is that large.
_INTEGER = re.compile(r"(-?)0*([0-9]{1,9})")
_READERS = 64
_REMEMBERED_BITS = 4_000_000
_LEAST_BITS = 2_048
_REMEMBERED_LENGTH = 80


class Command(NamedTuple):
    """One accepted line. ``kill`` has no block and no cells."""

    block: str
    mask: int
    volume: int
    verb: str
    numbers: tuple[int, ...]

    @property
    def text(self) -> str:
        """The command as a server takes it, spelled from checked parts only."""
        return " ".join(["/" + self.verb, *map(str, self.numbers), self.block]).strip()


class Rejection(NamedTuple):
    """A line that does not count, and why; an empty line has no reason and is passed over."""

    line: str
    reason: str


KILL = Command("", 0, 0, "kill", ())


class Commands(NamedTuple):
    """What an agent's completion came to."""

    accepted: list[Command]
    rejected: list[Rejection]

    @property
    def killed(self) -> bool:
        """Whether one of the accepted commands is ``/kill``."""
        return KILL in self.accepted


@lru_cache(maxsize=_READERS)
class Reader:
    """Reads completions under one set of rules; equal rules share one reader.

    Args:
        box: the world's size.
        palette: the agent's block ids; ``air`` is always allowed.
        verbs: allowed commands, of ``setblock``, ``fill``, ``kill``.
    """

    def __init__(self, box: Box, palette: tuple[str, ...], verbs: tuple[str, ...]) -> None:
        self.box, self.palette, self.verbs = box, palette, verbs
        self._blocks = {*palette, AIR}
        # What a line means depends on the line alone, and teams repeat themselves: the same few hundred lines make
        # up nearly all of what they say about one instance. Bounded, in large boxes to fewer lines, so that no stream
        # of new lines can grow it: about 1 MB per reader.
        self._known: dict[str, Command | Rejection] = {}
        self._most_known = _REMEMBERED_BITS // max(box.volume, _LEAST_BITS)

    def read(self, text: str, limit: int, budget: Mapping[str, int] | None = None) -> Commands:
        """Read a completion.

        Args:
            text: any string.
            limit: how many commands may be accepted.
            budget: cells that each block may fill in all (cumulative, overlaps count again); a block that is not in it
                is unlimited.
        """
        known, meaning = self._known.get, self._meaning
        lines = _body(text).splitlines()
        meanings = [known(line) or meaning(line) for line in lines]
        accepted = [one for one in meanings if type(one) is Command]
        if budget or len(accepted) > limit:
            return _within(lines, meanings, limit, budget or {})
        rejected = [one for one in meanings if type(one) is Rejection and one[1]]
        return Commands(accepted, rejected)

    def _meaning(self, line: str) -> Command | Rejection:
        """What a line stands for by itself, before limits."""
        meaning = self._interpret(line)
        found = Rejection(line, meaning) if isinstance(meaning, str) else meaning
        if len(line) <= _REMEMBERED_LENGTH:
            if len(self._known) >= self._most_known:
                self._known.clear()
            self._known[line] = found
        return found

    def _interpret(self, line: str) -> Command | str:
        """The command, else the reason why it is none; "" for a line that says nothing."""
        if plain := _PLAIN.fullmatch(line):
            verb, spelled, block = plain.groups()
            numbers = tuple(map(int, spelled.split()))
            if verb in self.verbs and len(numbers) == _COORDINATES[verb]:
                return self._checked(verb, numbers, block)
        words = line.strip()
        if marker := _MARKER.match(words):
            words = words[marker.end() :]
        tokens = words.removeprefix("/").split()
        if not tokens:
            return "not a command" if words else ""
        verb = tokens[0].lower()
        if verb not in self.verbs:
            return f"not a command; allowed: {', '.join('/' + name for name in self.verbs)}"
        if verb == "kill":
            return KILL
        count = _COORDINATES[verb]
        if len(tokens) < count + 2:
            return f"/{verb} takes {count} coordinates and a block"
        found = [_INTEGER.fullmatch(token) for token in tokens[1 : count + 1]]
        numbers = tuple(int(one[1] + one[2]) for one in found if one)
        if len(numbers) < count:
            return "coordinates must be whole numbers"
        if verb == "fill" and len(tokens) > count + 2:
            return "nothing may follow the block of /fill"
        return self._checked(verb, numbers, tokens[count + 1].removeprefix("minecraft:"))

    def _checked(self, verb: str, numbers: tuple[int, ...], block: str) -> Command | str:
        if block not in self._blocks:
            return f"block {quotable(block[:40])} is not yours; yours: {', '.join(sorted(self._blocks))}"
        x, y, z = near = numbers[:3]
        far = numbers[-3:]
        if not (self.box.holds(x, y, z) and (near == far or self.box.holds(*far))):
            return "outside the box"
        if near == far:
            return Command(block, self.box.bit(x, y, z), 1, verb, numbers)
        mask = self.box.fill(near, far)  # type: ignore[arg-type]  # three numbers each
        return Command(block, mask, mask.bit_count(), verb, numbers)


def _within(lines: Sequence[str], meanings: Sequence[Command | Rejection], limit: int, budget: Mapping[str, int]) -> Commands:
    """The same with limits: what goes over one is rejected whole, what comes later may still fit."""
    accepted: list[Command] = []
    rejected: list[Rejection] = []
    left = dict(budget)
    for line, one in zip(lines, meanings):
        if isinstance(one, Rejection):
            if one.reason:
                rejected.append(one)
        elif len(accepted) >= limit:
            rejected.append(Rejection(line, _over(limit)))
        else:
            block, _, volume, _, _ = one
            if block in left:
                if volume > left[block]:
                    rejected.append(Rejection(line, f"needs {volume} {block}, only {left[block]} left"))
                    continue
                left[block] -= volume
            accepted.append(one)
    return Commands(accepted, rejected)


def _body(text: str) -> str:
    """The text between the first two code fences, less a language name; all of it if there are fewer."""
    if _FENCE not in text:
        return text
    parts = text.split(_FENCE, 2)
    return _LANGUAGE.sub("", parts[1], count=1) if len(parts) == 3 else text


def _over(limit: int) -> str:
    return f"over the limit of {limit} commands"


def shares(total: int, agents: int) -> tuple[int, ...]:
    """A team's command limit split among its agents: equal parts, an odd remainder to the first ones."""
    return tuple(total // agents + (agent < total % agents) for agent in range(agents))
