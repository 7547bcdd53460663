"""Text from models made safe to look at, and short enough."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

from collm_envs.core.prompting import printable

LONGEST = 20_000
"""Characters of one text that a page shows: more than any answer has."""

_LINE_ENDS = (("\r\n", "\n"), ("\r", "\n"))
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def visible(text: str) -> str:
    """``text`` with control characters as the pictures that Unicode has of them; what turns the direction of writing and lone
    surrogates become U+FFFD."""
    for old, new in _LINE_ENDS:
        text = text.replace(old, new)
    return printable(_CONTROL.sub(_picture, text))


def _picture(control: re.Match[str]) -> str:
    """An escape sequence is to be seen, not obeyed."""
    return "\u2421" if control[0] == "\x7f" else chr(0x2400 + ord(control[0]))


def shown(text: str, most: int = LONGEST) -> str:
    """:func:`visible` text that says so where it was cut."""
    if len(text) <= most:
        return visible(text)
    return f"{visible(text[:most])}\n[{len(text) - most:,} more characters are in the run's file]"


def html(value: object, most: int = 400) -> str:
    """A value as text of a page."""
    return escape(shown(value if isinstance(value, str) else str(value), most))


def as_data(content: Any) -> str:
    """JSON in plain ASCII that ends no script element and begins no comment."""
    return json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
