"""Reading code that a model wrote: nothing is too broken, too deep or too odd to be read.

A completion may be a clean module, code in fences, code between sentences, or code that was cut off. What parses is read by
``ast``; the rest is cut into pieces that begin at the left margin, and each piece stands or falls alone.
"""

from __future__ import annotations

import ast
import os
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from threading import Lock

from collm_envs.core.prompting import quotable
from collm_envs.core.spaces import MAX_ACTION

DEEPEST = 1000
"""Levels of nesting in a syntax tree that are still read. Python's own limit depends on its version and on the caller."""

Function = ast.FunctionDef

_TOO_DEEP = f"nested more than {DEEPEST} levels deep"
_lock = Lock()
if hasattr(os, "register_at_fork"):
    # A thread that holds the lock is not there in the child.
    os.register_at_fork(after_in_child=lambda: globals().update(_lock=Lock()))
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([\w+-]*)([^`\n]*)$")
_PYTHON = ("", "python", "py", "python3", "py3")
_TOKEN = re.compile(r"\"\"\"|'''|[\"'#\\()\[\]{}\n]")
_TO_LINE_END = re.compile(r"[^\n]*")
_STRING_END = {
    '"': re.compile(r'[^"\\\n]*(?:\\.[^"\\\n]*)*"?', re.DOTALL),
    "'": re.compile(r"[^'\\\n]*(?:\\.[^'\\\n]*)*'?", re.DOTALL),
    '"""': re.compile(r'[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""', re.DOTALL),
    "'''": re.compile(r"[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''", re.DOTALL),
}
# No open bracket of valid code reaches past a line that begins so.
_BEGINNING = re.compile(r"@|(?:async[ \t]+def|def|class|import|from)\b")
_WORD = re.compile(r"\w+")
_MARGIN = re.compile(r"[^\s#]")
# Pieces that can be of use: decorators, definitions, imports, assignments.
_USEFUL = re.compile(r"@|(?:def|class|async|import|from|type)\b|[^\n#]*=")


@dataclass(frozen=True)
class Statement:
    """A statement at the left margin.

    Attributes:
        text: its source, with decorators.
        node: its tree; None for a function definition that does not parse.
        name: what it defines, for a function.
        fault: why it does not parse, with line and column in ``text``.
        where: the line at fault.
    """

    text: str
    node: ast.stmt | None
    name: str = ""
    fault: str = ""
    where: str = ""


def parse(text: str) -> ast.Module:
    """The tree of any text.

    Raises:
        SyntaxError: for whatever cannot be read, whatever Python itself raises for it, and for trees deeper than ``DEEPEST``.
    """
    # Warnings (an invalid escape, say) are errors where the user made them so; the filters belong to the whole process.
    try:
        with _lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError:
        raise
    except (RecursionError, MemoryError):
        raise SyntaxError(_TOO_DEEP) from None
    except Exception as error:  # ValueError and UnicodeError are known
        raise SyntaxError(f"cannot be read: {type(error).__name__}") from None
    if len(text) > DEEPEST and _deep(tree):
        raise SyntaxError(_TOO_DEEP)
    return tree


def _deep(tree: ast.AST) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True


def described(error: SyntaxError) -> str:
    """Line, column and message of a syntax error."""
    said = str(error.msg).partition(" (<unknown>")[0]
    if not error.lineno:
        return said
    return f"line {error.lineno}, column {error.offset or 1}: {said}"


def statements(text: str, name: str) -> list[Statement]:
    """The statements of a completion that may hold a function ``name``; total, and linear in the length of ``text``.

    Of a text that parses, all of it. Else the contents of its fences if there are any, and only if ``name`` is not in
    them, all its lines but the fences. Of broken code, definitions, imports and assignments that parse, and any function
    ``name``.
    """
    text = tidy(text)
    try:
        return _whole(text)
    except SyntaxError:
        pass
    inside, everything = _unfenced(text)
    if inside is None:
        return _pieces(text, name)
    found = _read(inside, name)
    return found if function(found, name) else _read(everything, name)


def function(found: list[Statement], name: str) -> Statement | None:
    """The first definition of the function ``name``."""
    return next((item for item in found if item.name == name), None)


def tidy(text: str) -> str:
    """``text`` with plain line ends and without what no parser takes, moved to the left margin, at most as long as an action."""
    text = quotable(text[:MAX_ACTION]).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    return textwrap.dedent(text) if text.lstrip("\n")[:1] in (" ", "\t") else text


def _read(text: str, name: str) -> list[Statement]:
    try:
        return _whole(text)
    except SyntaxError:
        return _pieces(text, name)


def _whole(text: str) -> list[Statement]:
    tree, lines = parse(text), text.encode().split(b"\n")  # a tree's columns count bytes
    return [Statement(_source(lines, node), node, node.name if isinstance(node, Function) else "") for node in tree.body]


def _source(lines: list[bytes], node: ast.stmt) -> str:
    first, last = node.lineno, node.end_lineno or node.lineno
    if hasattr(node, "body"):
        # Compound statements begin and end with their lines.
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        rows = lines[min([first, *(item.lineno for item in decorators)]) - 1 : last]
    elif first == last:
        rows = [lines[first - 1][node.col_offset : node.end_col_offset]]
    else:
        rows = [lines[first - 1][node.col_offset :], *lines[first : last - 1], lines[last - 1][: node.end_col_offset]]
    return b"\n".join(rows).decode()


# -- fences -----------------------------------------------------------------------------------------------------------


def _unfenced(text: str) -> tuple[str | None, str]:
    """What is in fences (None without any), of Python if some of it is; and the whole text without the fences' lines."""
    blocks: list[tuple[bool, list[str]]] = []
    rest: list[str] = []
    mark, inside = "", False
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if found is None:
            rest.append(line)
            if inside:
                blocks[-1][1].append(line)
        elif not inside:
            mark, inside = found[1], True
            blocks.append((found[2].lower() in _PYTHON, []))
        elif found[1].startswith(mark) and not (found[2] or found[3].strip()):
            inside = False
    everything = "\n".join(rest)
    if not blocks:
        return None, everything
    chosen = [block for python, block in blocks if python] or [block for _, block in blocks]
    return "\n".join(textwrap.dedent("\n".join(block)) for block in chosen), everything


# -- broken code ------------------------------------------------------------------------------------------------------


def _pieces(text: str, name: str) -> list[Statement]:
    defines = re.compile(rf"^def[ \t]+{re.escape(name)}[ \t]*\(", re.MULTILINE)
    found: list[Statement] = []
    for piece in map(str.rstrip, _cut(text)):
        if not _USEFUL.match(piece):
            continue
        try:
            found += _whole(piece)
        except SyntaxError as error:
            if defines.search(piece):
                line = piece.split("\n")[(error.lineno or 1) - 1 :][:1]
                found.append(Statement(piece, None, name, described(error), "".join(line).strip()))
    return found


def _cut(text: str) -> list[str]:
    """``text`` cut before every line that begins at the left margin, outside of strings and brackets."""
    starts: list[int] = []
    depth, decorating = 0, False
    for kind, _, end in chain([("\n", 0, 0)], _tokens(text)):
        if kind in "([{":
            depth += 1
        elif kind in ")]}":
            depth = max(0, depth - 1)
        elif kind == "\n" and _MARGIN.match(text, end):
            beginning = _BEGINNING.match(text, end) is not None
            if depth and not beginning:
                continue
            if not (decorating and beginning):
                starts.append(end)
            depth, decorating = 0, text[end] == "@"
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)])]


def words(text: str) -> set[str]:
    """The words of code, without those in its strings and comments."""
    parts, at = [], 0
    for kind, start, end in _tokens(text):
        if kind in ("text", "comment"):
            parts.append(text[at:start])
            at = end
    return set(_WORD.findall(" ".join([*parts, text[at:]])))


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Brackets and line ends by their own character, strings (``text``) and comments, with where they start and end.

    A line end after a backslash is none. Quotes that are never closed open nothing if triple, else a string to the line's end.
    """
    at, hopeless = 0, set()
    while found := _TOKEN.search(text, at):
        kind, start, at = found[0], found.start(), found.end()
        if kind == "\\":
            at += 1
        elif kind == "#":
            at = _TO_LINE_END.match(text, at).end()  # type: ignore[union-attr]  # it matches anywhere
            yield "comment", start, at
        elif kind in _STRING_END:
            ending = None if kind in hopeless else _STRING_END[kind].match(text, at)
            if ending:
                at = ending.end()
                yield "text", start, at
            else:
                hopeless.add(kind)
        else:
            yield kind, start, at
