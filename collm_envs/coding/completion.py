"""From completions to a program: the two functions, what may stand beside them, and how they are put together."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from collm_envs.coding import reading
from collm_envs.coding.reading import Statement
from collm_envs.coding.usage import AUX, NO_USAGE, Usage, bound_names, returns_value, usage

Support = Literal["keep", "drop"]

STUB = f"def {AUX}(*args, **kwargs):\n    return None"
"""What takes the place of the helper where it is asked whether the helper matters."""

_FUTURE = "from __future__ import annotations"
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_KEPT = (ast.Import, ast.ImportFrom, ast.Assign, ast.AugAssign, ast.AnnAssign, *_DEFINITIONS)
_NOT_THERE = ("input", "open")


@dataclass(frozen=True)
class Part:
    """What one coder contributes.

    Attributes:
        name: the function asked for.
        code: the function as it was found; "" if it was not.
        support: other code of the completion that is kept, one statement after another.
        missing: why the function does not count as defined; "" if it does.
        fault: why ``code`` does not parse, with line and column in it; "" if it does.
        where: the line at fault.
        usage: how the function uses the helper, where it parses.
        postponed: whether the completion asks for annotations that are never evaluated.
    """

    name: str
    code: str = ""
    support: str = ""
    missing: str = ""
    fault: str = ""
    where: str = ""
    usage: Usage = NO_USAGE
    postponed: bool = False

    @property
    def defined(self) -> bool:
        """Whether the function is there and returns something."""
        return not self.missing


@dataclass(frozen=True)
class Pair:
    """Both coders' parts."""

    aux: Part
    main: Part

    @property
    def parses(self) -> bool:
        """Whether the program that they make together parses."""
        return not (self.aux.fault or self.main.fault)

    @property
    def runs(self) -> bool:
        """Whether there is a program to be run."""
        return self.main.defined and self.parses

    @property
    def mentions_aux(self) -> bool:
        """Whether the helper can make a difference at all."""
        return bool(self.aux.code) and any(AUX in text for text in (self.main.code, self.main.support, self.aux.support))

    def program(self, given: str = "", stub: bool = False) -> str:
        """The program: code that the problem gives, then the helper's side, then the main function's.

        Args:
            given: imports and the like of the problem.
            stub: put a helper that returns None in the helper's place.
        """
        first = _FUTURE if self.aux.postponed or self.main.postponed else ""
        parts = (first, given, self.aux.support, STUB if stub else self.aux.code, self.main.support, self.main.code)
        return "\n\n".join(part for part in parts if part) + "\n"


def read_pair(joint_action: Sequence[str], entry_point: str, support: Support = "keep") -> Pair:
    """The parts of a joint action: the helper's coder first. Total."""
    aux, main = joint_action
    return Pair(read_part(aux, AUX, (AUX, entry_point), support), read_part(main, entry_point, (AUX, entry_point), support))


def read_part(text: str, name: str, reserved: Collection[str], support: Support = "keep") -> Part:
    """What a completion contributes. Total.

    Args:
        text: the completion.
        name: the function asked for.
        reserved: names that nothing but the functions asked for may bind.
        support: ``keep`` imports, assignments, classes, other functions and decorators at the left margin, or ``drop`` them.
    """
    found = reading.statements(text, name)
    block = reading.function(found, name)
    kept = _support(found, reserved) if support == "keep" else []
    beside = "\n".join(item.text for item in kept)
    postponed = support == "keep" and any(_is_future(item) for item in found)
    if block is None:
        return Part(name, "", beside, _why_missing(found, name), postponed=postponed)
    code = block.text if support == "keep" else _undecorated(block)
    if isinstance(block.node, ast.FunctionDef):
        returns, used = returns_value(block.node), usage(block.node) if AUX in code and name != AUX else NO_USAGE
    else:
        returns, used = "return" in reading.words(code), NO_USAGE
    return Part(name, code, beside, "" if returns else "it has no return statement", block.fault, block.where, used, postponed)


@lru_cache(maxsize=4096)
def given_code(prompt: str, entry_point: str, support: Support = "keep") -> str:
    """What the prompt of a problem gives a program: its imports, and with ``keep`` its other definitions and constants."""
    found = _support(reading.statements(prompt, entry_point), (AUX, entry_point))
    return "\n".join(item.text for item in found if support == "keep" or isinstance(item.node, (ast.Import, ast.ImportFrom)))


def _support(found: Iterable[Statement], reserved: Collection[str]) -> list[Statement]:
    """Code that can stand beside the functions asked for: before them, and whatever became of the rest of the completion.

    Left out are statements that do something (calls, loops, prints), bindings of the reserved names, and assignments that need
    what is not there yet or was left out: an example of use, ``result = f([1, 2])``, must not break the program.
    """
    kept, lacking = [], {*reserved, *_NOT_THERE}
    for item in found:
        node = item.node
        bound = set(bound_names(_at_margin(node))) if node else {item.name}
        if not isinstance(node, _KEPT) or _is_from_future(node) or bound.intersection(reserved) or _needs(node, lacking):
            lacking |= bound
        elif not (isinstance(node, ast.AnnAssign) and node.value is None):
            kept.append(item)
            lacking -= bound
    return kept


def _at_margin(node: ast.stmt) -> Iterable[ast.AST]:
    """The nodes that may bind names where the statement stands."""
    return [node] if isinstance(node, _DEFINITIONS) else ast.walk(node)


def _needs(node: ast.stmt, lacking: Collection[str]) -> bool:
    """Whether an assignment reads one of these names at once."""
    changed = isinstance(node, ast.AugAssign)
    stack: list[ast.AST] = [] if isinstance(node, _DEFINITIONS) else [node]
    while stack:
        inner = stack.pop()
        if isinstance(inner, ast.Name) and inner.id in lacking and (changed or isinstance(inner.ctx, ast.Load)):
            return True
        if not isinstance(inner, ast.Lambda):
            stack += ast.iter_child_nodes(inner)
    return False


def _is_from_future(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _is_future(item: Statement) -> bool:
    """Whether it is the one statement that has to stand before all others, and still means something."""
    node = item.node
    return _is_from_future(node) and any(alias.name == "annotations" for alias in node.names)  # type: ignore[union-attr]


def _undecorated(block: Statement) -> str:
    lines = block.text.split("\n")
    return "\n".join(lines[next((number for number, line in enumerate(lines) if line.startswith("def")), 0) :])


def _why_missing(found: Iterable[Statement], name: str) -> str:
    for item in found:
        if isinstance(item.node, ast.AsyncFunctionDef) and item.node.name == name:
            return "it is an `async def`, which cannot be called like a function"
        if item.node is not None and any(isinstance(node, ast.FunctionDef) and node.name == name for node in ast.walk(item.node)):
            return f"`def {name}(...)` stands inside of something else, not at the left margin"
    return f"no `def {name}(...)` at the left margin"
