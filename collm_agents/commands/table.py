"""``collm table``: the paper's table, run and shown."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from collm_agents.arguments import UsageError, user_input
from collm_agents.commands.console import make_console, make_progress, make_table, say
from collm_agents.commands.words.fields import FORMATS
from collm_envs.core.checks import one_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from collm_agents.grid.cells import Cell
    from collm_agents.grid.config import GridConfig
    from collm_agents.grid.run import Ended
    from collm_agents.grid.summary import Figure, GridTable, Section

SETTINGS = "grid.yaml"
"""What was asked, with which a folder becomes a table's."""


def table(
    config: Path | None,
    quick: bool,
    out: Path,
    tasks: Sequence[str],
    rows: Sequence[str],
    seeds: Sequence[int],
    workers: int,
    form: str | None,
    run: bool,
) -> int:
    """Play what is not done, write the table in every format, and print it in one; with ``run`` off it is printed alone.

    Returns:
        0, or 1 if cells failed: the table is of the others.

    Raises:
        UsageError: for settings that do not fit, or a folder that holds or makes another table, before anything is played.
        OSError: if the table cannot be written; it was printed.
    """
    from collm_agents.grid.cells import cells_of
    from collm_agents.grid.config import QUICK, grid_of, read_grid, with_changes
    from collm_agents.grid.summary import summarise

    with user_input():
        if form:
            one_of("format", form, FORMATS)
        if (config is None) == (not quick):
            raise UsageError("collm table needs --config FILE, or --quick for toys, and not both")
        asked = with_changes(grid_of(QUICK) if config is None else read_grid(config), tasks=tasks, rows=rows, seeds=seeds)
        _check_home(out)
        cells = cells_of(asked, out)
        for cell in cells:
            cell.check()
        if run and not workers:
            raise UsageError("--workers must be 1 or more, got 0")
    start = perf_counter()
    failed = _play(asked, cells, workers, out) if run else []
    with user_input():
        made = summarise(asked, cells)
    if not any(section.lines for section in made.sections):
        if not failed:
            raise UsageError(f"{out} holds no cell of this table that was played to the end")
        return 1
    about = f"{sum(cell.done for cell in cells)} of {len(cells)} cells done"
    about += f", {(perf_counter() - start) / 60:.0f} min" if run else ""
    _publish(made, asked, out, form, about, run)
    return 1 if failed else 0


def _check_home(out: Path) -> None:
    """Raise UsageError for a folder that is none, or has files that a table would replace and is no table's."""
    from collm_agents.grid import render

    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is no folder")
    strange = [file for file, _ in render.FORMATS.values() if (out / file).exists()]
    if strange and not (out / SETTINGS).exists():
        why = f"there is no {SETTINGS} beside it"
        raise UsageError(f"{out / strange[0]} was not written by collm table ({why}): choose another --out")


def _publish(made: GridTable, asked: GridConfig, out: Path, form: str | None, about: str, kept: bool) -> None:
    from collm_agents.checkpoint import write
    from collm_agents.grid import render

    texts = {name: make(made, asked) for name, (_, make) in render.FORMATS.items()}
    problem = None
    try:
        for name, (file, _) in render.FORMATS.items() if kept else ():
            write(out / file, texts[name])
    except OSError as error:
        problem = error  # What took a night to come about is shown all the same.
    if form:
        print(texts[form], end="")
    else:
        console = make_console()
        _show(made, console)
        if not problem:
            wrote = "; wrote " + ", ".join(str(out / file) for file, _ in render.FORMATS.values()) if kept else ""
            say(console, f"{about}{wrote}")
            say(console, f"a page of all runs: collm report {out}")
    if problem:
        raise problem


def _rehearse(cells: Sequence[Cell]) -> None:
    """What would fail in the middle of a night fails now."""
    first = {(cell.task, cell.row): cell for cell in reversed(cells) if not cell.done}
    for cell in reversed(first.values()):
        try:
            cell.rehearse()
        except (ValueError, TypeError, LookupError, ImportError, RuntimeError) as error:
            raise ValueError(f"{cell.task}, {cell.row}: {error}") from error


def _play(config: GridConfig, cells: Sequence[Cell], workers: int, out: Path) -> list[Ended]:
    """Those that failed, told about as they come; on standard error, for the table itself may go to a file."""
    from collm_agents.checkpoint import write
    from collm_agents.grid.run import alone, run_cells
    from collm_agents.settings import dump_yaml
    from collm_envs.core.prompting import printable

    failed: list[Ended] = []
    with user_input(), alone(out) as lock:
        _rehearse(cells)
        write(out / SETTINGS, dump_yaml(config.to_json()))
        with make_progress() as progress:
            bar = progress.add_task("table", total=len(cells), completed=sum(cell.done for cell in cells), note="")

            def tell(text: str) -> None:
                if progress.disable:
                    print(text, file=sys.stderr, flush=True)
                else:
                    progress.console.print(printable(text), markup=False, highlight=False, soft_wrap=True)

            def ended(result: Ended) -> None:
                progress.advance(bar)
                if result.problem:
                    failed.append(result)
                tell(f"{result.cell.name}: " + (f"failed; {result.problem}" if result.problem else "done"))

            def look(under_way: Sequence[Cell]) -> None:
                if not progress.disable:
                    progress.update(bar, note=_note(under_way))

            def stop(under_way: Sequence[Cell]) -> None:
                if any(cell.about.method for cell in under_way):
                    tell("stopping: what is being trained is saved first; Ctrl-C once more does without")

            run_cells(cells, workers, config.threads, ended, look, stop, lock)
    return failed


def _note(under_way: Sequence[Cell]) -> str:
    """What is under way, in as few words as fit beside a bar."""
    first = [f"{cell.name}, {cell.progress()}" for cell in under_way[:1]]
    return first[0] + (f" +{len(under_way) - 1}" if len(under_way) > 1 else "") if first else ""


def _show(made: GridTable, console: Console) -> None:
    from collm_agents.grid import render

    for section in made.sections:
        if section.lines:
            for part in terminal(made, section, console.width):
                console.print(part)
                console.print()
        if missing := render.lacking(section):
            say(console, f"{section.task}: {missing}\n", fold=True)
    say(console, f"{render.ABOUT} {render.PAPER_NOTE}\n", fold=True)


def terminal(made: GridTable, section: Section, width: int) -> list[Table]:
    """One task with the paper's columns, as one rich table or as many as it takes."""
    from rich.console import Console

    parts: list[dict[str, list[Text]]] = []
    wide, left = Console(width=10_000), _columns(made, section)
    counts = {"n": left.pop("n")}
    for head, cells in left.items():
        longer = {**parts[-1], head: cells} if parts else {head: cells}
        if parts and wide.measure(_drawn(section, {**longer, **counts})).maximum <= width:
            parts[-1] = longer
        else:
            parts.append({head: cells})
    return [_drawn(section, {**part, **counts}) for part in parts]


def _columns(made: GridTable, section: Section) -> dict[str, list[Text]]:
    """Cells by heading."""
    from rich.text import Text

    from collm_agents.grid import render

    def shown(figure: Figure) -> Text:
        mean = render.number(figure.column, figure.interval.mean)
        return Text.assemble((mean, "bold" if figure.best else ""), f" {render.bounds(figure.column, figure.interval)}")

    lines = section.lines
    columns = {
        column.short: [shown(line.figures[place]) for line in lines] for place, column in enumerate(section.columns[: section.wide])
    }
    if any(line.behind for line in lines):
        columns[f"{made.reference} minus it"] = [Text(render.behind(section, line)) for line in lines]
    columns["in the paper"] = [Text(render.paper(section, line)) for line in lines]
    return {**columns, "n": [Text(render.count(line)) for line in lines]}


def _drawn(section: Section, columns: Mapping[str, Sequence[Text]]) -> Table:
    from rich.text import Text

    shown = make_table(section.task)
    shown.columns[0].no_wrap = True
    for head in columns:
        shown.add_column(Text(head), justify="right", no_wrap=True)
    for place, line in enumerate(section.lines):
        shown.add_row(Text(line.row.label), *(cells[place] for cells in columns.values()))
    return shown
