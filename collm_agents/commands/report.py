"""``collm report``: read runs, write the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from collm_agents.arguments import UsageError, user_input
from collm_agents.checkpoint import write
from collm_agents.commands.console import make_console, say

WANTED = "folders of collm train, or of collm eval --out"
_MANY = 10_000_000
_BEGINNING = 1000


def report(folders: Sequence[Path], out: Path) -> int:
    """Write a page on some runs and say how large it is.

    Raises:
        UsageError: without folders, for one that holds no run or a file that cannot be read or written, and where ``out`` is a
            file that is no report.
    """
    from collm_agents.report.data import read_runs
    from collm_agents.report.page import MARK, make_page

    if not folders:
        raise UsageError(f"collm report needs RUN ...: {WANTED}")
    with user_input():
        if out.is_dir():
            raise UsageError(f"--out takes a file, and {out} is a folder")
        if out.exists():
            with out.open("rb") as file:
                if MARK.encode() not in file.read(_BEGINNING):
                    raise UsageError(f"{out} is there and is no report: choose another --out")
        runs = read_runs(folders)
        page = make_page(runs)
        out.parent.mkdir(parents=True, exist_ok=True)
        write(out, page)
    size = len(page.encode())
    console = make_console()
    say(
        console, f"wrote {out}: {len(runs)} run{'s' * (len(runs) != 1)}, {size / 1e6:.1f} MB; it needs no other file and no network"
    )
    if size > _MANY:
        say(console, "that is a large page; fewer runs make a smaller one")
    return 0
