"""Buildings as text for a terminal, with colours or with letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from collm_envs.minecraft.compare import ANY, RGB, colour, compare
from collm_envs.minecraft.world import Box, Cell, blocks

if TYPE_CHECKING:
    from collm_envs.core.task import Score

COLUMNS = 100
_GAP = "   "
_RESET = "\x1b[0m"
_REPEATED = re.compile(r"(\x1b\[[\d;]+m)([^\x1b]*)\x1b\[0m\1")
_RED, _WHITE = (230, 30, 30), (255, 255, 255)

# What follows a block's letter, and what is drawn over its colour; ASCII alone, which every console can print.
_MARKS = {"right": " ", "missing": "!", "wrong": "x", "extra": "?"}
_SIGNS = {"right": "  ", "missing": "::", "wrong": "><", "extra": "--"}
_MEANINGS = {"missing": "missing", "wrong": "wrong block", "extra": "should be air"}

Lines = list[str]
"""Lines of text that take the same number of columns."""


def draw(box: Box, goal: Mapping[str, int], world: Mapping[str, int], colour: bool = True) -> str:
    """The target and what was built, wrong cells marked, then a legend of the blocks and the counts.

    A world one cell deep is drawn as seen from the front, others in layers from the bottom with a row for each z.

    Args:
        box: the size of both worlds.
        goal: target mask of every block; under ``"*"`` any block is right.
        world: built mask of every block.
        colour: colour the blocks with 24-bit ANSI codes; otherwise write them as letters, with no escape code.
    """
    found = compare(box, goal, world)
    state = {cell: name for name, mask in zip(found._fields, found) for cell in box.cells(mask)}
    target, built = blocks(box, goal), blocks(box, world)
    pen = _Pen([*goal, *sorted(world.keys() - goal.keys())], 2 if 2 * box.width <= COLUMNS else 1, colour)

    def panel(title: str, cells: list[list[Cell]], shown: Mapping[Cell, str], states: Mapping[Cell, str]) -> Lines:
        rows = [_joined(pen.cell(shown.get(cell), states.get(cell, "right")) for cell in row) for row in cells]
        columns = max(len(title), pen.width * box.width)
        # The codes of a row take no columns, so that it is the cells that tell how many blanks are left to add.
        return [title.ljust(columns), *(row + " " * (columns - pen.width * box.width) for row in rows)]

    def pair(label: str, cells: list[list[Cell]]) -> Lines:
        return _beside([panel(f"{label}target", cells, target, {}), panel(f"{label}built", cells, built, state)], _GAP)

    if box.depth == 1:
        pairs = [pair("", [[(x, y, 0) for x in range(box.width)] for y in reversed(range(box.height))])]
    else:
        layers = [[[(x, y, z) for x in range(box.width)] for z in range(box.depth)] for y in range(box.height)]
        pairs = [pair(f"y={y} ", layer) for y, layer in enumerate(layers)]
    marked = [name for name, mask in zip(found._fields[1:], found[1:]) if mask]
    lines = [*_flow(pairs), "", *pen.legend(marked), found.counts]
    if box.depth > 1:
        lines.insert(0, "layers from the bottom; in each x runs right and z down")
    return "\n".join(line.rstrip() for line in lines)


def caption(score: Score, agents: Sequence[str]) -> str:
    """A turn in numbers: the reward and its terms, the team's health if it has one, and a line for each agent.

    Args:
        score: what the turn earned.
        agents: agent names, in the order of ``score.own``.
    """
    terms = " ".join(f"{name} {value:+.3f}" for name, value in score.terms.items())
    health = f", health {score.metrics['hp']:.4g}" if "hp" in score.metrics else ""
    lines = [f"reward {score.total:.4f} ({terms}){health}"]
    for agent, own in zip(agents, score.own):
        told = [f"{own[name]} {name}" for name in ("accepted", "rejected") if name in own]
        told += [f"{own['health']:.4g} health"] if "health" in own else []
        lines.append(f"{agent}: {', '.join(told)}")
    return "\n".join(lines)


class _Pen:
    """Writes cells ``width`` characters wide."""

    def __init__(self, names: Sequence[str], width: int, coloured: bool) -> None:
        self.width = width
        self.coloured = coloured
        self.letters = _letters(names)

    def cell(self, block: str | None, state: str) -> str:
        """A cell that holds ``block`` (None: air), which is right, missing, wrong or extra."""
        if self.coloured:
            sign = _SIGNS[state]
            if block is not None:
                return _paint(sign[: self.width], colour(block))
            code = f"1;38;2;{_code(_RED)}" if sign.strip() else "90"
            return f"\x1b[{code}m{(sign.strip() or ' .')[-self.width :]}{_RESET}"
        letter, mark = self.letters.get(block or "", "."), _MARKS[state]
        return letter + mark if self.width == 2 else mark.strip() or letter

    def legend(self, marked: Sequence[str]) -> Lines:
        """Every block with its letter or colour, then the marks in use, wrapped to the columns of the terminal."""
        swatch = _Pen(list(self.letters), 2, True)
        entries = []
        for block, letter in self.letters.items():
            name = "any block" if block == ANY else block
            entries.append((f"{swatch.cell(block, 'right')} {name}" if self.coloured else f"{letter} {name}", len(name) + 3))
        for state in marked:
            sign = _SIGNS[state] if self.coloured else _MARKS[state]
            entries.append((f"{sign} {_MEANINGS[state]}", len(_MEANINGS[state]) + 3))
        lines, used = [""], 0
        for text, columns in entries:
            if used and used + columns + 2 > COLUMNS:
                lines, used = [*lines, ""], 0
            lines[-1] += "  " * bool(used) + text
            used += columns + 2
        return lines if entries else []


def _letters(names: Sequence[str]) -> dict[str, str]:
    """A character for each block, one of its own name where one is free."""
    letters: dict[str, str] = {}
    for name in names:
        letters[name] = next(letter for letter in _candidates(name) if letter not in letters.values())
    return letters


def _candidates(name: str) -> Iterator[str]:
    if name == ANY:
        yield "#"
    own = name.rpartition(":")[2]
    words = [word for word in own.replace(".", "_").split("_") if word]
    for text in ("".join(word[0] for word in words), own, "abcdefghijklmnopqrstuvwxyz"):
        yield from (letter for letter in text.upper() if letter.isalnum())
    # 'x' is the mark of a wrong block.
    yield from "abcdefghijklmnopqrstuvwyz0123456789"
    yield from (chr(code) for code in range(0x100, 0x10000) if chr(code).isalpha())


def _joined(cells: Iterable[str]) -> str:
    """Cells in a row, where neighbours of one colour share one code."""
    row, before = "".join(cells), ""
    while row != before:
        row, before = _REPEATED.sub(r"\1\2", row), row
    return row


def _beside(panels: Sequence[Lines], gap: str) -> Lines:
    """Panels of equal height next to each other, or one above the other where the terminal is too narrow."""
    # A title has no codes in it, so that its length is the panel's width.
    if sum(len(panel[0]) for panel in panels) + len(gap) * (len(panels) - 1) <= COLUMNS:
        return [gap.join(parts) for parts in zip(*panels)]
    return [line for panel in panels for line in panel]


def _flow(pairs: Sequence[Lines]) -> Lines:
    """Pairs in rows, as many in each as the terminal is wide, with an empty line between rows."""
    fits = max(1, (COLUMNS + len(_GAP)) // (max(len(pair[0]) for pair in pairs) + 2 * len(_GAP)))
    lines: Lines = []
    for start in range(0, len(pairs), fits):
        lines += [""] * bool(lines) + _beside(pairs[start : start + fits], 2 * _GAP)
    return lines


def _paint(text: str, ground: RGB) -> str:
    """Text over a coloured ground: red, but for grounds that red would not show on."""
    ink = _RED if sum(abs(a - b) for a, b in zip(_RED, ground)) > 330 else _WHITE
    return f"\x1b[1;38;2;{_code(ink)};48;2;{_code(ground)}m{text}{_RESET}"


def _code(rgb: RGB) -> str:
    return ";".join(map(str, rgb))
