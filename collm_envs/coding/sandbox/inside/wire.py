"""What crosses between processes: frames of JSON that hold plain data, and nothing that can act.

A frame is its length (4 bytes, big-endian) and that many bytes of ASCII JSON. Python values that JSON lacks are objects with
one key: ``{"t": [...]}`` tuple, ``{"d": [[key, value], ...]}`` dict, ``{"s": [...]}`` set, ``{"f": [...]}`` frozenset,
``{"b": hex}`` bytes, ``{"c": [real, imaginary]}`` complex, ``{"r": [start, stop, step]}`` range, ``{"i": hex}`` large int,
``{"x": "nan"}`` float.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from time import monotonic
from typing import Any

MOST_ANSWER = 1 << 20
"""Bytes of a frame that comes from a program."""
MOST_FRAME = 8 << 20
"""Bytes of any other frame."""
LONGEST_TRIAL = 600
"""Seconds that a program with all its tests may take at most."""
DEEPEST = 64
_LARGE = 1 << 53
_MOST_DIGITS = 20
# A set or dict whose keys all collide takes quadratic time to fill; a program can make one, so that filling it is timed.
_UNTIMED_KEYS = 64
_LONGEST_FILLING = 0.25


class NotPlain(ValueError):
    """A value that is no plain data, and cannot be sent."""


class Garbled(ValueError):
    """Bytes that are no frame of plain data."""


def to_frame(message: Any) -> bytes:
    """``message``, which holds only what JSON knows, as a frame."""
    return framed(to_body(message))


def to_body(message: Any) -> bytes:
    """``message`` as the body of a frame."""
    return json.dumps(message, separators=(",", ":"), allow_nan=False).encode("ascii")


def framed(body: bytes) -> bytes:
    """A body as a frame."""
    return len(body).to_bytes(4, "big") + body


def from_body(body: bytes) -> Any:
    """The message of a frame's body. Raises Garbled for anything but JSON as written by :func:`to_frame`."""
    try:
        return _DECODER.decode(body.decode("ascii"))
    except (ValueError, RecursionError, MemoryError) as error:
        raise Garbled(f"no JSON: {type(error).__name__}") from None


def _no_constant(name: str) -> Any:
    raise Garbled(f"{name} is no JSON")


def _small_int(digits: str) -> int:
    # To read a decimal number takes time that grows with the square of its length.
    if len(digits) > _MOST_DIGITS:
        raise Garbled("a large int must be in hexadecimal")
    return int(digits)


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_int=_small_int)


# -- values -------------------------------------------------------------------------------------------------------------


def pack(value: Any, depth: int = 0) -> Any:
    """A value as JSON-ready data; instances of subclasses travel as their base.

    Raises:
        NotPlain: for a value of any other type, or nested more than 64 deep.
    """
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        return value if -_LARGE <= value <= _LARGE else {"i": hex(value)}
    if kind is float:
        return value if math.isfinite(value) else {"x": repr(value)}
    if depth >= DEEPEST:
        raise NotPlain(f"nested more than {DEEPEST} deep")
    depth += 1
    if kind is list:
        return [pack(item, depth) for item in value]
    if kind is tuple:
        return {"t": [pack(item, depth) for item in value]}
    if kind is dict:
        return {"d": [[pack(key, depth), pack(item, depth)] for key, item in value.items()]}
    if kind is set:
        return {"s": [pack(item, depth) for item in value]}
    if kind is frozenset:
        return {"f": [pack(item, depth) for item in value]}
    if kind is bytes:
        return {"b": value.hex()}
    if kind is complex:
        return {"c": [pack(value.real), pack(value.imag)]}
    if kind is range:
        return {"r": [pack(value.start), pack(value.stop), pack(value.step)]}
    for base, plain in _BASES:
        if isinstance(value, base):
            return pack(plain(value), depth)
    raise NotPlain(f"{kind.__name__} is not plain data")


_BASES: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (int, lambda value: int.__add__(0, value)),
    (float, lambda value: float.__add__(0.0, value)),
    (str, lambda value: str.__add__("", value)),
    (bytes, lambda value: bytes.__add__(b"", value)),
    (bytearray, bytes),
    (list, lambda value: list.__getitem__(value, slice(None))),
    (tuple, lambda value: tuple.__getitem__(value, slice(None))),
    (dict, lambda value: dict(dict.items(value))),
    (set, lambda value: set(set.__iter__(value))),
    (frozenset, lambda value: frozenset(frozenset.__iter__(value))),
)


def unpack(data: Any) -> Any:
    """The value that :func:`pack` made ``data`` of, built of exact builtin types only.

    Raises:
        Garbled: for anything else, for nesting too deep, and for keys that take too long to fill in.
    """
    try:
        return _unpacked(data, 0, monotonic() + _LONGEST_FILLING)
    except Garbled:
        raise
    except (TypeError, ValueError, LookupError, OverflowError, RecursionError, MemoryError) as error:
        raise Garbled(f"{type(error).__name__} in a value") from None


def _unpacked(data: Any, depth: int, deadline: float) -> Any:
    kind = type(data)
    if kind is list:
        _check_depth(depth)
        return [_unpacked(item, depth + 1, deadline) for item in data]
    if kind is not dict:
        return data
    _check_depth(depth)
    ((tag, content),) = data.items()
    if tag == "i":
        return int(content, 16)
    if tag == "x":
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[content]
    if tag == "b":
        return bytes.fromhex(content)
    if type(content) is not list:
        raise Garbled("a value without a list")
    depth += 1
    if tag == "t":
        return tuple([_unpacked(item, depth, deadline) for item in content])
    if tag == "d":
        pairs = [(_unpacked(key, depth, deadline), _unpacked(item, depth, deadline)) for key, item in content]
        return dict(pairs) if len(pairs) < _UNTIMED_KEYS else _filled({}, pairs, deadline)
    if tag in ("s", "f"):
        items = [_unpacked(item, depth, deadline) for item in content]
        if len(items) >= _UNTIMED_KEYS:
            items = list(_filled({}, [(item, None) for item in items], deadline))
        return set(items) if tag == "s" else frozenset(items)
    if tag == "r":
        return range(*(_unpacked(item, depth, deadline) for item in content))
    if tag == "c":
        real, imaginary = (_unpacked(item, depth, deadline) for item in content)
        return complex(real, imaginary)
    raise Garbled("a value of no known kind")


def _check_depth(depth: int) -> None:
    if depth >= DEEPEST:
        raise Garbled(f"nested more than {DEEPEST} deep")


def _filled(filling: dict[Any, Any], pairs: list[tuple[Any, Any]], deadline: float) -> dict[Any, Any]:
    for number, (key, item) in enumerate(pairs):
        filling[key] = item
        if number % 64 == 0 and monotonic() > deadline:
            raise Garbled("keys that collide")
    return filling
