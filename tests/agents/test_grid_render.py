"""The table in every format: all of them say the same, and a terminal gets all of it."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from collm_agents.commands.table import terminal
from collm_agents.grid.config import GridConfig, grid_of
from collm_agents.grid.render import FORMATS, as_csv, as_json, latex, markdown, number
from collm_agents.grid.rows import COST, REWARD, ROWS, TASKS, columns_of
from collm_agents.grid.summary import GridTable, Section, summarise
from tests.agents.grid_results import asked, figure_of, made

ODD = {"raw": [[1234.5678, 0.0, 99.999]], "discussion": [[-0.0001, 0.0, 0.0]], "collm-cc": [[1.0, 2.0, 3.5]]}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[GridTable, GridConfig]:
    config, cells = asked(tmp_path_factory.mktemp("odd"), ODD, "strbuild")
    return summarise(config, cells), config


def test_markdown_is_aligned_and_says_the_same(odd: tuple[GridTable, GridConfig]) -> None:
    text = markdown(odd[0])
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(row) for row in rows}) == 1
    assert len({tuple(place for place, sign in enumerate(row) if sign == "|") for row in rows}) == 1
    head, ruler, *body = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert all(re.fullmatch(r"-+:", cell) for cell in ruler[1:])
    for line, cells in zip(odd[0].sections[0].lines, body):
        told = dict(zip(head, cells))
        assert told[""] == line.row.label
        assert told["n"] == "1 x 3"
        for each in line.figures:
            mean, low, high = map(float, re.findall(r"-?[\d.]+", told[each.column.label].replace(",", "").replace("[", " ")))
            assert [mean, low, high] == pytest.approx(list(each.interval), abs=0.5 * 10**-each.column.digits + 1e-9)
            assert told[each.column.label].startswith("**") == each.best
    assert not re.search(r"-0\.0+\b", text)
    assert "9.5 / 239 / 7.3 / 68.5" in text


def test_nothing_is_minus_nought() -> None:
    assert [number(REWARD, value) for value in (-0.0001, 0.0, -0.0006)] == ["0.000", "0.000", "-0.001"]
    assert number(COST, 1234.4) == "1,234"


def test_csv_holds_the_numbers_of_the_json_in_full(odd: tuple[GridTable, GridConfig]) -> None:
    told = json.loads(as_json(*odd))["tasks"]["strbuild"]["rows"]
    lines = list(csv.DictReader(io.StringIO(as_csv(odd[0]))))
    assert len(lines) == 3 * len(columns_of("strbuild"))
    for line in lines:
        row = told[line["row"]]
        own = row["figures"][line["column"]]
        assert [float(line[key]) for key in ("mean", "low", "high")] == [own[key] for key in ("mean", "low", "high")]
        assert (line["best"] == "1") == own["best"]
        assert (float(line["paper"]) if line["paper"] else None) == own["paper"]
        counts = [int(line[key]) for key in ("seeds", "instances", "episodes")]
        assert counts == [len(row["seeds"]), row["instances"], row["episodes"]] == [1, 3, 3]


def test_json_is_strict_and_holds_the_settings(odd: tuple[GridTable, GridConfig]) -> None:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    told = json.loads(as_json(*odd), parse_constant=refuse)
    assert grid_of(told["config"]) == odd[1]
    assert told["versions"] == {"python": "3"}
    behind = told["tasks"]["strbuild"]["rows"]["raw"]["behind_reference"]
    assert behind.keys() == {"mean", "low", "high"}
    assert as_json(*odd).isascii()


def test_latex_is_balanced_and_every_line_has_as_many_cells(tmp_path: Path, odd: tuple[GridTable, GridConfig]) -> None:
    more = made(tmp_path, {"raw": [[1.0]], "ac": [[2.0]]}, "coophe")
    table = GridTable((*odd[0].sections, *more.sections), odd[0].reference, {})
    text = latex(table)
    depth = 0
    for sign in re.sub(r"\\[{}]", "", text):
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0
    assert not re.search(r"(?<!\\)%(?!$)", text, re.MULTILINE)
    assert not re.search(r"(?<!\\)[_#~^]", text)
    wide = sum(section.wide for section in table.sections)
    body = text[text.index(r"\midrule") : text.index(r"\bottomrule")].splitlines()[1:]
    units = next(line for line in text.splitlines() if "Time (s)" in line)
    assert {line.count("&") for line in [*body, units]} == {wide}
    assert all(line.endswith(r" \\") for line in body)
    assert len(body) == len({line.row.label for section in table.sections for line in section.lines}) == 4
    assert rf"{{l{'r' * wide}}}" in text
    assert "1 $\\times$ 1, 1 $\\times$ 3" in text
    assert "444{,}" not in text
    assert "-- & -- " in text


def test_a_long_name_and_a_split_with_signs_of_markup_stand_as_they_are(tmp_path: Path) -> None:
    config, cells = asked(tmp_path, {"raw": [[1.0]], "collm-cc": [[2.0]]}, split="[red]|x")
    table = summarise(config, cells)
    for make in (make for _, make in FORMATS.values()):
        assert make(table, config)
    shown = draw(table, table.sections[0], 80)
    assert "Raw model" in shown


def draw(table: GridTable, section: Section, width: int) -> str:
    console = Console(width=width, highlight=False, markup=False)
    with console.capture() as capture:
        for part in terminal(table, section, width):
            console.print(part)
    return capture.get()


@pytest.mark.parametrize("width", [50, 80, 100, 120, 200])
@pytest.mark.parametrize("task", TASKS)
def test_a_terminal_gets_all_of_it_however_narrow(width: int, task: str, tmp_path: Path) -> None:
    values = {row: [[12.3, 98.7, 55.5]] * 3 for row in ROWS}
    table = made(tmp_path, values, task, team_seconds=123.456, tokens={"a_0": 2345, "a_1": 3456})
    shown = draw(table, table.sections[0], width)
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= width
    for row in ROWS.values():
        assert row.label in shown
    assert "CoLLM-CC minus it" in shown
    assert "in the paper" in shown
    assert shown.count("3 x 3") >= len(ROWS)


def test_a_terminal_shows_both_bounds_of_an_interval(odd: tuple[GridTable, GridConfig]) -> None:
    line = next(line for line in odd[0].sections[0].lines if line.row.name == "collm-cc")
    mean, low, high = figure_of(line, "iou").interval
    assert f"{mean:.1f} [{low:.1f}, {high:.1f}]" in draw(odd[0], odd[0].sections[0], 200)


def test_a_table_that_is_not_whole_says_so_in_print_and_praises_no_row_that_is_alone(tmp_path: Path) -> None:
    config, cells = asked(tmp_path, {"raw": [[1.0, 2.0]], "collm-cc": [None]})
    table = summarise(config, cells)
    for make in (markdown, latex):
        assert "Not there yet, or not with all seeds: collm-cc." in make(table)
        assert "**" not in make(table)
        assert "textbf" not in make(table)
