"""From the words of a command line to an instance of the command's dataclass; whatever is wrong with them becomes one line."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import tyro

from collm_agents.arguments import UsageError

C = TypeVar("C")

POSITIONAL = ("task", "action", "runs", "folder")
"""The fields that are given without a flag."""


def parse(name: str, command: Callable[..., C], words: Sequence[str], choices: Mapping[str, Iterable[str]]) -> C:
    """The arguments of ``collm name`` as an instance of its dataclass.

    Args:
        name: the command's name, for messages.
        command: a dataclass; a field whose default is ``""`` is required.
        words: the command line after the name.
        choices: valid values by field name, to be named when a required argument is missing.

    Raises:
        UsageError: for an unknown, missing or malformed argument.
        SystemExit: after ``--help`` has been printed, with status 0.
    """
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint), plain_if_asked():
            parsed, unknown = tyro.cli(command, prog=f"collm {name}", args=list(words), return_unknown_args=True)
    except SystemExit as stop:
        if not stop.code:
            raise
        message = condensed(complaint.getvalue())
        valid = next((values for key, values in choices.items() if f"--{key}" in message), None)
        hint = f"choose from: {', '.join(valid)}" if valid else f"see collm {name} --help"
        raise UsageError(f"{message}; {hint}") from None
    fields = dataclasses.fields(command)  # type: ignore[arg-type]
    flags = [field.name.upper() if field.name in POSITIONAL else f"--{field.name.replace('_', '-')}" for field in fields]
    if unknown:
        raise UsageError(f"unknown argument {unknown[0]!r} of collm {name}; choose from: {', '.join([*flags, '--help'])}")
    for field, flag in zip(fields, flags):
        if field.default == "" and not getattr(parsed, field.name):
            raise UsageError(f"collm {name} needs {flag}; choose from: {', '.join(choices[field.name])}")
    return parsed


@contextlib.contextmanager
def plain_if_asked() -> Iterator[None]:
    """Keep tyro from colouring its help where ``NO_COLOR`` is set; of such wishes it knows only ``TERM=dumb``."""
    before = os.environ.get("TERM")
    if before and os.environ.get("NO_COLOR"):
        os.environ["TERM"] = "dumb"
    try:
        yield
    finally:
        if before:
            os.environ["TERM"] = before


def condensed(box: str) -> str:
    """tyro's complaint, a box of several paragraphs, as one line: the first paragraph up to its details."""
    said: list[str] = []
    for line in box.splitlines()[1:]:  # The first holds the title.
        text = line.strip("│| ")
        if set(text) <= set("─-+╰╯"):
            if said:
                break
        else:
            said.append(text)
    text = " ".join(said).partition("Got errors:")[0].strip().removeprefix("Error parsing ").rstrip(".")
    without = re.match(r"Missing value for argument .*?(--[\w-]+)", text)
    return f"{without[1]} needs a value" if without else text or "wrong arguments"
