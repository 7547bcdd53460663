"""A table of results as text: Markdown, CSV, LaTeX, JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping

from collm_agents.grid.config import GridConfig
from collm_agents.grid.rows import MAIN, Column
from collm_agents.grid.summary import REFERENCE, Figure, GridTable, Line, Section, to_json
from collm_agents.statistics import Interval

ABOUT = (
    "Means over seeds and instances; in brackets their 95 % interval (bootstrap over both). The best mean of a column is bold. "
    "Time: of generation alone, of those who answer at once the slowest. Cost: generated tokens of an agent on average, or of the "
    "one model that answers for all; prompt tokens apart. n: seeds x instances."
)
PAPER_NOTE = "The paper's figures are taken at second hand; a dash is for one that could not be had."


def number(column: Column, value: float) -> str:
    """A value with its column's digits."""
    return f"{_rounded(column, value):,.{column.digits}f}"


def _rounded(column: Column, value: float) -> float:
    return round(value, column.digits) + 0.0  # Nothing is "-0.0".


def bounds(column: Column, interval: Interval) -> str:
    """An interval's bounds in brackets."""
    return f"[{number(column, interval.low)}, {number(column, interval.high)}]"


def paper(section: Section, line: Line) -> str:
    """The paper's figures of a row in the order of its columns."""
    shown = line.figures[: section.wide]
    return " / ".join("-" if figure.paper is None else f"{figure.paper:g}" for figure in shown)


def paper_head(section: Section) -> str:
    """The heading over :func:`paper`."""
    return "paper: " + " / ".join(column.short.partition(" (")[0] for column in section.columns[: section.wide])


def behind_head(table: GridTable, section: Section) -> str:
    """The heading over :func:`behind`."""
    return f"{table.reference} minus it ({MAIN[section.task].short.partition(' (')[0]})"


def behind(section: Section, line: Line) -> str:
    """By how much the reference is better than a row."""
    column = MAIN[section.task]
    return f"{_rounded(column, line.behind.mean):+,.{column.digits}f} {bounds(column, line.behind)}" if line.behind else ""


def count(line: Line) -> str:
    """How many seeds and instances a row's figures are of."""
    return f"{len(line.seeds)} x {line.instances}"


def lacking(section: Section) -> str:
    """Which rows are not there, or cannot be compared; "" if there are none."""
    said = [f"Not there yet, or not with all seeds: {', '.join(section.missing)}."] if section.missing else []
    if section.apart:
        said.append(f"On other instances or with other options of the task than {REFERENCE}: {', '.join(section.apart)}.")
    return " ".join(said)


# -- Markdown -------------------------------------------------------------------------------------------------------------


def markdown(table: GridTable) -> str:
    """A Markdown table for each task, its columns aligned so that it reads well as plain text."""
    return "\n\n".join([*(_markdown_section(table, section) for section in table.sections), ABOUT, PAPER_NOTE]) + "\n"


def _markdown_section(table: GridTable, section: Section) -> str:
    lines = [["", *(column.label for column in section.columns), behind_head(table, section), "n", paper_head(section)]]
    for line in section.lines:
        figures = [_marked(figure, "**{}**") for figure in line.figures]
        lines.append([line.row.label, *figures, behind(section, line), count(line), paper(section, line)])
    widths = [max(3, *(len(row[place]) for row in lines)) for place in range(len(lines[0]))]
    ruler = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    aligned = [
        [row[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(row[1:], widths[1:]))]
        for row in (lines[0], *lines[1:])
    ]
    text = "\n".join("| " + " | ".join(cells) + " |" for cells in (aligned[0], ruler, *aligned[1:]))
    missing = lacking(section)
    return f"## {section.task}, split {section.split}\n\n{text}" + (f"\n\n{missing}" if missing else "")


def _marked(figure: Figure, mark: str) -> str:
    mean = number(figure.column, figure.interval.mean)
    return f"{mark.format(mean) if figure.best else mean} {bounds(figure.column, figure.interval)}"


# -- CSV ------------------------------------------------------------------------------------------------------------------

_CSV = ("task", "split", "row", "column", "label", "mean", "low", "high", "best", "paper", "seeds", "instances", "episodes")


def as_csv(table: GridTable) -> str:
    """A line for each figure, numbers in full."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_CSV)
    for section in table.sections:
        for line in section.lines:
            for figure in line.figures:
                column, paper = figure.column, "" if figure.paper is None else figure.paper
                counts = (len(line.seeds), line.instances, line.episodes)
                head = (section.task, section.split, line.row.name, column.name, column.label)
                writer.writerow((*head, *figure.interval, int(figure.best), paper, *counts))
    return file.getvalue()


# -- LaTeX ----------------------------------------------------------------------------------------------------------------


def latex(table: GridTable) -> str:
    """One ``table*`` in the form of the paper's, with its columns of all tasks; needs ``booktabs`` and ``graphicx``."""
    rows = list(dict.fromkeys(line.row.label for section in table.sections for line in section.lines))
    heads, units, rules, place = [], [], [], 2
    for section in table.sections:
        heads.append(rf"\multicolumn{{{section.wide}}}{{c}}{{{section.task}}}")
        units += [column.short.replace("%", r"\%") for column in section.columns[: section.wide]]
        rules.append(rf"\cmidrule(lr){{{place}-{place + section.wide - 1}}}")
        place += section.wide
    body = []
    for label in rows:
        cells = []
        for section in table.sections:
            found = next((line for line in section.lines if line.row.label == label), None)
            cells += [_latex(figure) for figure in found.figures[: section.wide]] if found else ["--"] * section.wide
        body.append(" & ".join([label, *cells]) + r" \\")
    lines = [
        r"\begin{table*}",
        r"\centering",
        r"\resizebox{\textwidth}{!}{%",
        rf"\begin{{tabular}}{{l{'r' * (place - 2)}}}",
        r"\toprule",
        " & ".join(["", *heads]) + r" \\",
        "".join(rules),
        " & ".join(["", *units]) + r" \\",
        r"\midrule",
        *body,
        r"\bottomrule",
        r"\end{tabular}}",
        rf"\caption{{{_caption(table)}}}",
        r"\end{table*}",
    ]
    return "\n".join(lines) + "\n"


def _latex(figure: Figure) -> str:
    mean, interval = figure.interval.mean, figure.interval
    bold = number(figure.column, mean).replace(",", "{,}")
    around = bounds(figure.column, interval).replace(",", "{,}").replace("{,} ", ", ")
    return (rf"\textbf{{{bold}}}" if figure.best else bold) + rf" {{\scriptsize {around}}}"


def _caption(table: GridTable) -> str:
    counts = sorted({count(line) for section in table.sections for line in section.lines})
    said = ABOUT.partition(" n: ")[0].replace("%", r"\%")
    there = "".join(f" {section.task}: {missing}" for section in table.sections if (missing := lacking(section)))
    return f"{said}{there} Seeds $\\times$ instances: {', '.join(counts).replace('x', '$' + chr(92) + 'times$')}."


# -- by name --------------------------------------------------------------------------------------------------------------


def as_json(table: GridTable, config: GridConfig) -> str:
    """All figures with the settings they follow from."""
    return json.dumps(to_json(table, config), indent=1, ensure_ascii=True, allow_nan=False) + "\n"


FORMATS: Mapping[str, tuple[str, Callable[[GridTable, GridConfig], str]]] = {
    "md": ("table.md", lambda table, _: markdown(table)),
    "csv": ("table.csv", lambda table, _: as_csv(table)),
    "latex": ("table.tex", lambda table, _: latex(table)),
    "json": ("table.json", as_json),
}
"""By name: the file of a table's folder, and what makes it."""
