"""From ``check(candidate)`` of a HumanEval-style test to single tests that can pass or fail one by one."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from collm_envs.coding import reading
from collm_envs.coding.completion import given_code
from collm_envs.coding.usage import bound_names

CHECK, CANDIDATE = "check", "candidate"
MOST_TESTS = 500
LONGEST_SUITE = 400_000

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_ASSERTING = (ast.Assert, ast.Raise)
_BOUND_TO_A_FUNCTION = (ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.Nonlocal, ast.Global)
_ALWAYS_BINDING = (*_DEFINITIONS, ast.Assign, ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class Suite:
    """The tests of a problem.

    Attributes:
        prelude: trusted code that runs before each test.
        tests: what each test runs: the set-up before it in ``check``, then the test itself.
        shown: each test as people and agents read it: with the set-up that it needs, and the entry point's own name.
    """

    prelude: str
    tests: tuple[str, ...]
    shown: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.tests)


@lru_cache(maxsize=4096)
def suite(test: str, entry_point: str, prompt: str = "") -> Suite:
    """The single tests of ``test``; how many there are does not depend on any program.

    A test is a statement in the body of ``check(candidate)``, or without one at the left margin, that asserts something
    about the entry point: an ``assert`` however long, or a loop, a ``with``, a ``try`` or an ``if`` around some, or a call
    of a helper of the tests that asserts. What cannot reach the entry point is no test, and what stands there twice counts
    once. All other statements are set-up, which each later test runs first.

    Args:
        test: the source.
        entry_point: the function under test.
        prompt: the problem; its imports and helper functions are there for the tests, too.

    Raises:
        ValueError: if ``test`` does not parse, holds no test or too many.
    """
    try:
        return _suite(test, entry_point, given_code(prompt, entry_point))
    except SyntaxError as error:
        raise ValueError(f"test does not parse: {reading.described(error)}") from None
    except RecursionError:
        raise ValueError("test is nested too deeply") from None


def _suite(test: str, entry_point: str, given: str) -> Suite:
    module = [node for node in reading.parse(test).body if not (isinstance(node, ast.ImportFrom) and node.module == "__future__")]
    check = next((node for node in module if isinstance(node, ast.FunctionDef) and node.name == CHECK), None)
    splitter = _Splitter({CANDIDATE, entry_point})
    for node in reading.parse(given).body:
        splitter.add(node, prelude=True)
    if check:
        for node in module:
            if node is not check and not _starts_tests(node):
                splitter.add(node, prelude=True)
    for node in _body(check) if check else module:
        splitter.add(node)
    shown = _Renaming({CANDIDATE, *(argument.arg for argument in check.args.args[:1])} if check else {CANDIDATE}, entry_point).shown
    tests = {_source([*case.setup, case.item]): shown([*case.needed, case.item]) for case in splitter.cases}
    if not tests:
        raise ValueError(f"test holds no test of {entry_point}; write asserts that call it in `def {CHECK}({CANDIDATE})`")
    if sum(map(len, tests)) > LONGEST_SUITE:
        raise ValueError(f"test has {len(tests)} tests with so much set-up that they are longer than {LONGEST_SUITE} characters")
    return Suite(_source(splitter.prelude), tuple(tests), tuple(tests.values()))


def _source(items: Iterable[_Item]) -> str:
    return "\n".join(item.text for item in items)


def _starts_tests(node: ast.stmt) -> bool:
    """Whether a statement only starts the tests: ``check(f)``, be it under ``if __name__ == "__main__"``."""
    names = set(_reads(node))
    return isinstance(node, (ast.Expr, ast.If)) and (CHECK in names or "__name__" in names)


def _body(check: ast.FunctionDef) -> list[ast.stmt]:
    """The body of ``check`` as statements that can stand alone, after its parameters."""
    given = check.args
    parameters: list[ast.arg] = [*given.posonlyargs, *given.args]
    defaults: list[ast.expr | None] = [None] * (len(parameters) - len(given.defaults)) + list(given.defaults)
    others = [*zip(parameters[1:], defaults[1:]), *zip(given.kwonlyargs, given.kw_defaults)]
    if not parameters or any(default is None for _, default in others):
        raise ValueError(f"`{CHECK}` must take the candidate, and nothing else without a default")
    body = check.body[:-1] if isinstance(check.body[-1], ast.Return) else check.body
    if any(isinstance(inner, _BOUND_TO_A_FUNCTION) for node in body for inner in _outside_functions(node)):
        # A function that returns half-way is more than the sum of its statements.
        return [check, *ast.parse(f"{CHECK}({CANDIDATE})").body]
    values: list[tuple[ast.arg, ast.expr | None]] = [*others]
    if parameters[0].arg != CANDIDATE:
        values.insert(0, (parameters[0], ast.Name(CANDIDATE, ast.Load())))
    bound = [ast.Assign([ast.Name(parameter.arg, ast.Store())], value) for parameter, value in values if value]
    return [ast.fix_missing_locations(ast.copy_location(node, check)) for node in bound] + body


class _Item(NamedTuple):
    """A statement and what its names say about it."""

    node: ast.stmt
    text: str
    reads: frozenset[str]
    binds: frozenset[str]
    changes: frozenset[str]
    asserts: bool


class _Case(NamedTuple):
    """A test, all set-up before it, and the part of that which it cannot do without."""

    item: _Item
    setup: list[_Item]
    needed: list[_Item]


class _Splitter:
    """Reads statements in order and tells tests from set-up."""

    def __init__(self, reaching: set[str]) -> None:
        self.prelude: list[_Item] = []
        self.cases: list[_Case] = []
        self._reaching = set(reaching)
        self._asserting: set[str] = set()
        self._before: list[tuple[_Item, bool]] = []
        self._seen: set[str] = set()

    def add(self, node: ast.stmt, prelude: bool = False) -> None:
        """Take the next statement; if it is set-up, it goes to the ``prelude`` on demand."""
        item = self._item(node)
        reaches = not item.reads.isdisjoint(self._reaching)
        if isinstance(node, _DEFINITIONS):
            self._asserting |= item.binds if item.asserts else frozenset()
        elif item.asserts:
            if reaches:
                self._add_case(item)
            if reaches or isinstance(node, ast.Assert):
                self._before.append((item, True))
                return
        if reaches:
            self._reaching |= item.binds | item.changes
        if prelude:
            self.prelude.append(item)
        else:
            self._before.append((item, False))

    def _item(self, node: ast.stmt) -> _Item:
        reads, inside = frozenset(_reads(node)), ast.walk(node) if isinstance(node, _DEFINITIONS) else _outside_functions(node)
        asserts = not reads.isdisjoint(self._asserting) or any(isinstance(inner, _ASSERTING) for inner in inside)
        return _Item(node, ast.unparse(node), reads, frozenset(_binds(node)), frozenset(_changed(node)), asserts)

    def _add_case(self, item: _Item) -> None:
        """Of the tests before this one, only those that bind a variable which it needs are set-up for it."""
        if len(self.cases) == MOST_TESTS:
            raise ValueError(f"test holds more than {MOST_TESTS} tests")
        setup, needed, reads = [], [], item.reads - item.binds
        for earlier, is_test in reversed(self._before):
            wanted = not reads.isdisjoint(earlier.binds) or (not is_test and not reads.isdisjoint(earlier.changes))
            if wanted:
                needed.append(earlier)
                reads = (reads - earlier.binds if isinstance(earlier.node, _ALWAYS_BINDING) else reads) | earlier.reads
            if wanted or not is_test:
                setup.append(earlier)
        case = _Case(item, setup[::-1], needed[::-1])
        told = _source([*case.needed, item])
        if told not in self._seen:
            self._seen.add(told)
            self.cases.append(case)


class _Renaming(ast.NodeTransformer):
    """Shows statements with the candidate called by its own name."""

    def __init__(self, names: set[str], entry_point: str) -> None:
        self._names, self._entry_point = names, entry_point

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self._entry_point, node.ctx) if node.id in self._names else node

    def shown(self, items: Iterable[_Item]) -> str:
        """Their source."""
        lines = [ast.unparse(self.visit(deepcopy(item.node))) for item in items]
        return "\n".join(line for line in lines if line != f"{self._entry_point} = {self._entry_point}")


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """A node and all below it, but for the functions and classes among these."""
    stack = [node]
    while stack:
        inner = stack.pop()
        yield inner
        if not isinstance(inner, _DEFINITIONS):
            stack += ast.iter_child_nodes(inner)


def _reads(node: ast.AST) -> Iterator[str]:
    """Names that a statement reads, in nested functions too."""
    changed = isinstance(node, ast.AugAssign)
    return (item.id for item in ast.walk(node) if isinstance(item, ast.Name) and (changed or isinstance(item.ctx, ast.Load)))


def _binds(node: ast.stmt) -> Iterator[str]:
    """Names that a statement binds where it stands."""
    inner: Iterable[ast.AST] = [node] if isinstance(node, _DEFINITIONS) else _outside_functions(node)
    return bound_names(inner)


def _changed(node: ast.stmt) -> Iterator[str]:
    """Variables whose contents a statement may change: ``found`` in ``found.append(x)`` and in ``found[x] = y``."""
    for item in _outside_functions(node):
        if isinstance(item, (ast.Attribute, ast.Subscript)):
            root = item.value
            while isinstance(root, (ast.Attribute, ast.Subscript)):
                root = root.value
            if isinstance(root, ast.Name):
                yield root.id
