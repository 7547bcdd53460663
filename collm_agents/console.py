"""The terminal: consoles, progress bars, and text from others made safe to print."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from collm_envs.core.prompting import printable


def make_console() -> Console:
    """Standard output: with colours and codes on a terminal that takes them, plain text elsewhere or under ``NO_COLOR``."""
    return Console(highlight=False, markup=False, emoji=False)


def make_progress() -> Progress:
    """A progress bar on stderr that goes away when done; nothing at all where stderr is no terminal.

    Its tasks have a field ``note``, shown after the count.
    """
    console = Console(stderr=True, highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"))
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    return Progress(*columns, *times, console=console, transient=True, disable=not console.is_interactive)


def plain(text: str) -> Text:
    """Text written by others, to be printed as it is but for control characters."""
    return Text(printable(text))


def picture(text: str) -> Text:
    """A drawing with ANSI colours, in the colours that the terminal has; never folded at the right margin."""
    return Text.from_ansi(text, no_wrap=True, overflow="ignore")
