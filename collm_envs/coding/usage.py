"""How the main function uses the helper ``aux``, by its syntax tree alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

AUX = "aux"

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
_SCOPES = (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)


@dataclass(frozen=True)
class Usage:
    """What a main function does with ``aux``.

    Attributes:
        called: whether it calls it, in any branch, comprehension or nested function. A name of its own is another matter.
        own_name: whether it has a variable, parameter or function ``aux`` of its own instead, and calls that.
        wrapper: whether it does nothing but hand on what ``aux`` returns.
        ignored: whether it calls ``aux`` and never looks at what any call returns.
    """

    called: bool = False
    own_name: bool = False
    wrapper: bool = False
    ignored: bool = False


NO_USAGE = Usage()


def usage(main: ast.FunctionDef) -> Usage:
    """Look at a main function."""
    calls, others, nodes = _calls(main)
    return Usage(
        called=bool(calls),
        own_name=bool(others) and not calls,
        wrapper=_is_wrapper(main),
        ignored=bool(calls) and calls <= _unread(nodes),
    )


def returns_value(function: ast.FunctionDef) -> bool:
    """Whether the function itself, not one nested in it, has a return statement."""
    stack: list[ast.AST] = [*function.body]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Return):
            return True
        if not isinstance(node, _SCOPES):
            for field in _BLOCKS:
                stack += getattr(node, field, ())
    return False


def _own(scope: ast.AST) -> tuple[list[ast.AST], list[ast.AST]]:
    """The nodes of a scope without those of scopes nested in it, and the nested scopes."""
    own: list[ast.AST] = []
    nested: list[ast.AST] = []
    stack = [scope]
    while stack:
        node = stack.pop()
        # As ast.iter_child_nodes, at a third of the time.
        for field in node._fields:
            value = getattr(node, field, None)
            for child in value if value.__class__ is list else (value,):
                if isinstance(child, _SCOPES):
                    nested.append(child)
                elif isinstance(child, ast.AST) and child._fields:
                    own.append(child)
                    stack.append(child)
    return own, nested


def _calls(main: ast.FunctionDef) -> tuple[set[ast.AST], set[ast.AST], list[ast.AST]]:
    """Calls of the helper, calls of something else that goes by its name there, and all nodes."""
    helper: set[ast.AST] = set()
    other: set[ast.AST] = set()
    nodes: list[ast.AST] = []
    stack: list[tuple[ast.AST, bool]] = [(main, False)]
    while stack:
        scope, hidden = stack.pop()
        own, nested = _own(scope)
        nodes += own
        hidden_here = hidden or _binds(own, nested)
        (other if hidden_here else helper).update(node for node in own if _is_call(node))
        # What a class binds is not seen by the functions in it.
        stack += [(inner, hidden if isinstance(scope, ast.ClassDef) else hidden_here) for inner in nested]
    return helper, other, nodes


def _is_call(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == AUX


def _binds(own: Iterable[ast.AST], nested: Iterable[ast.AST]) -> bool:
    """Whether a scope gives the name ``aux`` to something of its own."""
    return AUX in bound_names(own) or any(getattr(scope, "name", "") == AUX for scope in nested)


def bound_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names that these nodes themselves bind: variables, parameters, definitions, imports, handlers, patterns."""
    for node in nodes:
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
            yield node.name or ""
        elif isinstance(node, ast.MatchMapping):
            yield node.rest or ""


def _unread(nodes: Sequence[ast.AST]) -> set[ast.AST]:
    """What goes nowhere: values alone on a line, or put into variables that none of the nodes reads."""
    read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    for node in nodes:
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            read.update(node.names)  # read elsewhere, perhaps
    dropped: set[ast.AST] = set()
    for node in nodes:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Expr):
            value: ast.expr | None = node.value
            if isinstance(value, ast.NamedExpr):
                targets, value = [value.target], value.value
        elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            value = node.value
        else:
            continue
        if value and all(name not in read for target in targets for name in _variables(target)):
            dropped.add(value)
    return dropped


def _variables(target: ast.expr) -> Iterator[str]:
    """Variables of a target; for an attribute or an item the object it belongs to, which is read there."""
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name))


def _is_wrapper(main: ast.FunctionDef) -> bool:
    # Constants on their own (the docstring, an ellipsis) do nothing.
    body = [
        item
        for item in main.body
        if not (isinstance(item, ast.Pass) or (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)))
    ]
    if len(body) == 1 and isinstance(body[0], ast.Return):
        return any(_is_call(node) for node in ast.walk(body[0]))
    if len(body) == 2 and isinstance(body[0], (ast.Assign, ast.AnnAssign)) and isinstance(body[1], ast.Return):
        targets = body[0].targets if isinstance(body[0], ast.Assign) else [body[0].target]
        handed, kept = body[1].value, targets[0]
        same = isinstance(kept, ast.Name) and isinstance(handed, ast.Name) and kept.id == handed.id
        return len(targets) == 1 and same and _is_call(body[0].value)
    return not body
