"""How checks say what is wrong, and how two records are compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import SkipTest

import numpy as np


class ConformanceError(AssertionError):
    """An environment breaks the contract; the message says what, where, what was expected and what came instead."""


class NotApplicable(SkipTest):
    """A check has nothing to look at in this environment. Pytest and unittest report it as a skipped test."""


def demand(fine: bool, where: str, what: str, expected: object, got: object) -> None:
    """Raise a :class:`ConformanceError` of one sentence unless ``fine``."""
    if not fine:
        raise ConformanceError(f"{where}: {what}: expected {shown(expected)}, got {shown(got)}")


def shown(value: object) -> str:
    """``value`` in a message: words as they are, other values as code, long ones cut."""
    text = str(value) if isinstance(value, Words) else ascii(value)
    return text if len(text) <= 200 else f"{text[:120]} ... ({len(text)} characters)"


class Words(str):
    """Part of a sentence, as opposed to a text that an environment gave."""

    __slots__ = ()


def plain(value: Any) -> Any:
    """``value`` as JSON values; objects become the name of their type, since their addresses differ anyway."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return f"<{type(value).__qualname__}>"


def same(what: str, expected: Any, got: Any) -> None:
    """Raise a :class:`ConformanceError` that names the first difference between two records, if there is one."""
    for where, left, right in _differences(expected, got, ()):
        raise ConformanceError(f"{', '.join(where)}: {what}: expected {shown(left)}, got {shown(right)}")


def _differences(expected: Any, got: Any, where: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in (key for key in expected if key in got):
            yield from _differences(expected[key], got[key], (*where, key))
        if list(expected) != list(got):
            yield (*where, "keys"), list(expected), list(got)
    elif isinstance(expected, list) and isinstance(got, list):
        for number, (left, right) in enumerate(zip(expected, got)):
            yield from _differences(left, right, (*where, f"item {number}"))
        if len(expected) != len(got):
            yield (*where, "length"), len(expected), len(got)
    # As JSON, 1, 1.0 and True differ while NaN equals itself.
    elif json.dumps(expected) != json.dumps(got):
        yield where, *_excerpts(expected, got)


def _excerpts(expected: Any, got: Any) -> tuple[Any, Any]:
    if not (isinstance(expected, str) and isinstance(got, str)):
        return expected, got
    differing = (number for number, (left, right) in enumerate(zip(expected, got)) if left != right)
    first = next(differing, min(len(expected), len(got)))
    begin = max(0, first - 20)
    return expected[begin : first + 60], got[begin : first + 60]
