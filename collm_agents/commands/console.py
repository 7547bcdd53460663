"""The terminal: consoles, progress bars, and text from others made safe to print."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.rule import Rule
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from collm_envs.core.env import CollabEnv
from collm_envs.core.prompting import printable

# How wide output is that goes to a file or a pipe.
_FILE_COLUMNS = 120

# rich's own styles for manual pages put code on a black ground, which is a blot on any other.
_THEME = Theme({"markdown.code": "cyan", "markdown.h1": "bold", "markdown.h2": "bold underline", "rule.line": "dim"})


def make_console() -> Console:
    """Standard output: with colours and codes on a terminal that takes them, plain text elsewhere or under ``NO_COLOR``."""
    console = Console(highlight=False, markup=False, emoji=False, theme=_THEME)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _FILE_COLUMNS
    return console


def make_progress() -> Progress:
    """A progress bar on stderr that goes away when done; nothing at all where stderr is no terminal.

    Its tasks have a field ``note``, shown after the count.
    """
    console = Console(stderr=True, highlight=False)
    console.quiet = not console.is_interactive  # rich before 15 ends a disabled bar with an empty line
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"))
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*columns, *times, console=console, transient=True, disable=not console.is_interactive)


def make_table(*headings: str, numbers: Sequence[str] = ()) -> Table:
    """An empty table with a rule under its headings, those in ``numbers`` over right-aligned columns that are never folded."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for heading in headings:
        right = heading in numbers
        table.add_column(heading, justify="right" if right else "left", no_wrap=right)
    return table


def verdict(good: bool, text: str) -> Text:
    """Text in green for good news, in red for bad."""
    return Text(text, style="green" if good else "red")


def say(console: Console, text: str, fold: bool = False) -> None:
    """Print text as it is but for control characters; with ``fold`` a terminal gets its long lines broken between words."""
    console.print(Text(printable(text)), soft_wrap=not (fold and console.is_terminal))


def heading(console: Console, text: str) -> None:
    """A line across the terminal with a title, after an empty one."""
    console.print()
    console.print(Rule(Text(printable(text), style="bold"), align="left"))


def draw(console: Console, env: CollabEnv) -> None:
    """The last turn (before the first one: the instance) as text, in the colours that the terminal has."""
    last = env.turns[-1] if env.turns else None
    colour = console.color_system is not None and not console.no_color
    drawing = env.task.ansi(env.instance, last.actions if last else None, last.score if last else None, colour)
    console.print(Text.from_ansi(drawing), soft_wrap=True)
