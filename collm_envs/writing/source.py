"""An instance of the writing tasks: a text to write about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from collm_envs.core.checks import fields_of, text_of
from collm_envs.core.prompting import quotable
from collm_envs.core.taskset import Instance

LONGEST_SOURCE = 32_000


@dataclass(frozen=True)
class Source(Instance):
    """A text to write about."""

    text: str

    def fields(self) -> dict[str, Any]:
        return {"text": self.text}

    @property
    def content(self) -> str:
        return self.text


def parse(given: Any) -> Source:
    """A source from ``{"text": str}``: 1 to 32,000 characters, not only white space; lone surrogates are replaced.

    Raises:
        ValueError, TypeError: for anything else.
    """
    text = text_of("text", fields_of("a writing task", given, ["text"])["text"], LONGEST_SOURCE)
    if not text.strip():
        raise ValueError("text must not be empty")
    return Source(quotable(text))
