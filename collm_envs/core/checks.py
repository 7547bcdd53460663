"""Argument checks that name the valid choices, so that a typing slip is mended at first reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def one_of(what: str, value: Any, valid: Iterable[Any]) -> Any:
    """Return ``value`` if it is among ``valid``; raise ValueError naming the choices otherwise."""
    choices = list(valid)
    if value not in choices:
        names = ", ".join(str(choice) for choice in choices)
        raise ValueError(f"unknown {what} {value!r}; choose from: {names}")
    return value


def flag(what: str, value: Any) -> bool:
    """Return ``value`` if it is True or False; raise TypeError otherwise, for any other value would pass for one."""
    if not isinstance(value, bool):
        raise TypeError(f"{what} must be True or False, got {value!r}")
    return value


def whole(what: str, value: Any, low: int, high: int) -> int:
    """Return ``value`` as an int if it is a whole number in ``[low, high]``."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{what} must be a whole number, got {value!r}")
    number = int(value)
    if not low <= number <= high:
        raise ValueError(f"{what} must be in {low}..{high}, got {number}")
    return number


def fields_of(what: str, given: Any, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Any]:
    """Return ``given`` as a dict holding every required key and nothing unknown."""
    if not isinstance(given, Mapping):
        raise TypeError(f"{what} must be a mapping, got {type(given).__name__}")
    required, optional = list(required), list(optional)
    missing = [key for key in required if key not in given]
    if missing:
        raise ValueError(f"{what} lacks {', '.join(missing)}; required: {', '.join(required)}")
    known = required + optional
    for key in given:
        one_of(f"field of {what}", key, known)
    return dict(given)


def text_of(what: str, value: Any, longest: int) -> str:
    """Return ``value`` if it is a str of at most ``longest`` characters."""
    if not isinstance(value, str):
        raise TypeError(f"{what} must be a str, got {type(value).__name__}")
    if len(value) > longest:
        raise ValueError(f"{what} has {len(value)} characters; at most {longest} are allowed")
    return value
