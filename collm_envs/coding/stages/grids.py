"""Stages on grids, lists of rows of numbers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from collm_envs.coding.stages.numbers import PLAIN_MAPS, PLAIN_RULES
from collm_envs.coding.stages.stage import Rule, Stage, ending, step

Grid = list[list[int]]


def _select_cells(rule: Rule) -> Stage:
    test = rule.code.replace("$v", "cell")
    return step(
        "clear",
        "grid",
        "grid",
        f"replace by 0 every number of the grid, except those that {rule.say}",
        f"$y = [[cell if {test} else 0 for cell in row] for row in $x]",
        lambda g, k=0: [[cell * rule.of(cell, k) for cell in row] for row in g],
        "cleared",
        knob=rule.knob,
    )


def _map(rule: Rule) -> Stage:
    expression = rule.code.replace("$v", "cell")
    return step(
        "map cells",
        "grid",
        "grid",
        f"replace each $item of the grid by {rule.say}",
        f"$y = [[{expression} for cell in row] for row in $x]",
        lambda g, k=0: [[rule.of(cell, k) for cell in row] for row in g],
        "mapped",
        knob=rule.knob,
    )


def _picture(rule: Rule) -> Stage:
    test = rule.code.replace("$v", "cell")
    return ending(
        "picture_of_rows",
        "grid",
        "list[str]",
        f"a picture of the grid, a list with one text for each row, where # stands for the numbers that {rule.say} and . for all "
        f"others",
        (
            f"$y = [''.join('#' if {test} else '.' for cell in row) for row in $x]",
            f"$y = []\nfor row in $x:\n    marks = ['#' if {test} else '.' for cell in row]\n    $y.append(''.join(marks))",
        ),
        lambda g, k=0: ["".join(".#"[bool(rule.of(cell, k))] for cell in row) for row in g],
        "picture",
        knob=rule.knob,
    )


def _spots(rule: Rule) -> Stage:
    test = rule.code.replace("$v", "cell")
    return step(
        "spots",
        "grid",
        "pairs",
        f"list the places of the numbers that {rule.say}, as pairs (row, column), row by row from left to right; rows and "
        "columns count from 0",
        f"$y = []\nfor r, row in enumerate($x):\n    for c, cell in enumerate(row):\n        if {test}:\n"
        f"            $y.append((r, c))",
        lambda g, k=0: [(r, c) for r in range(len(g)) for c in range(len(g[r])) if rule.of(g[r][c], k)],
        "spots",
        knob=rule.knob,
        level=2,
        left="row number",
        lefts="row numbers",
        right="column number",
    )


def _neighbours(grid: Grid, r: int, c: int) -> list[int]:
    places = [(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)]
    return [grid[a][b] for a, b in places if 0 <= a < len(grid) and 0 <= b < len(grid[0])]


def _hills(grid: Grid) -> int:
    return sum(all(grid[r][c] > x for x in _neighbours(grid, r, c)) for r in range(len(grid)) for c in range(len(grid[0])))


def _rim(grid: Grid) -> list[int]:
    last_row, last_column = len(grid) - 1, len(grid[0]) - 1
    return [x for r, row in enumerate(grid) for c, x in enumerate(row) if r in (0, last_row) or c in (0, last_column)]


def _snake(grid: Grid) -> list[int]:
    return [x for r, row in enumerate(grid) for x in (row[::-1] if r % 2 else row)]


def _spot_of_largest(grid: Grid) -> tuple[int, int]:
    return min(((r, c) for r, row in enumerate(grid) for c in range(len(row))), key=lambda spot: (-grid[spot[0]][spot[1]], spot))


def _line(say: str, code: str | tuple[str, ...], run: Callable[[Grid], list[int]], one: str, many: str, level: int = 1) -> Stage:
    return step("flatten", "grid", "numbers", say, code, lambda g: run(g), "values", level=level, item=one, items=many)


STEPS = (
    *map(_select_cells, PLAIN_RULES),
    *map(_map, PLAIN_MAPS),
    *map(_spots, PLAIN_RULES),
    step(
        "turn grid",
        "grid",
        "grid",
        ("turn the rows of the grid into columns: the first row becomes the first column, and so on",),
        (
            "$y = [list(column) for column in zip(*$x)]",
            "$y = []\nfor c in range(len($x[0])):\n    $y.append([row[c] for row in $x])",
        ),
        lambda g: [[row[c] for row in g] for c in range(len(g[0]))],
        "turned",
    ),
    step(
        "turn grid",
        "grid",
        "grid",
        "mirror the grid, so that each row reads from right to left",
        "$y = [row[::-1] for row in $x]",
        lambda g: [list(reversed(row)) for row in g],
        "mirrored",
    ),
    step(
        "turn grid",
        "grid",
        "grid",
        "turn the grid clockwise by a quarter, so that the first row becomes the last column",
        "$y = []\nfor c in range(len($x[0])):\n    $y.append([row[c] for row in reversed($x)])",
        lambda g: [list(column) for column in zip(*g[::-1])],
        "turned",
        level=2,
    ),
    step(
        "order rows",
        "grid",
        "grid",
        "sort the numbers within each row, smallest first",
        "$y = [sorted(row) for row in $x]",
        lambda g: [sorted(row) for row in g],
        "ordered",
    ),
    step(
        "order rows",
        "grid",
        "grid",
        "sort the rows by their sums, largest first; rows of equal sum stay in their order",
        "$y = sorted($x, key=lambda row: -sum(row))",
        lambda g: sorted(g, key=lambda row: -sum(row)),
        "ordered",
        level=2,
    ),
    step(
        "blur",
        "grid",
        "grid",
        "replace each number by the sum of itself and all numbers to its left in the same row",
        "$y = []\nfor row in $x:\n    sums = [sum(row[:c + 1]) for c in range(len(row))]\n    $y.append(sums)",
        lambda g: [[sum(row[: c + 1]) for c in range(len(row))] for row in g],
        "summed",
        level=2,
    ),
    step(
        "blur",
        "grid",
        "grid",
        "replace each number by the number itself minus the smallest number of its row",
        "$y = []\nfor row in $x:\n    lowest = min(row)\n    $y.append([cell - lowest for cell in row])",
        lambda g: [[cell - sorted(row)[0] for cell in row] for row in g],
        "levelled",
        level=2,
    ),
    _line(
        "add up each row",
        ("$y = [sum(row) for row in $x]", "$y = []\nfor row in $x:\n    $y.append(sum(row))"),
        lambda g: [sum(row) for row in g],
        "row sum",
        "row sums",
    ),
    _line(
        "take the largest number of each row",
        "$y = [max(row) for row in $x]",
        lambda g: [sorted(row)[-1] for row in g],
        "row maximum",
        "row maxima",
    ),
    _line(
        "add up each column",
        (
            "$y = [sum(column) for column in zip(*$x)]",
            "$y = [0] * len($x[0])\nfor row in $x:\n    for c, cell in enumerate(row):\n        $y[c] += cell",
        ),
        lambda g: [sum(row[c] for row in g) for c in range(len(g[0]))],
        "column sum",
        "column sums",
    ),
    _line(
        "take the smallest number of each column",
        "$y = [min(column) for column in zip(*$x)]",
        lambda g: [min(row[c] for row in g) for c in range(len(g[0]))],
        "column minimum",
        "column minima",
    ),
    _line(
        "list all numbers of the grid row by row, from left to right",
        ("$y = [cell for row in $x for cell in row]", "$y = []\nfor row in $x:\n    $y.extend(row)"),
        lambda g: list(chain.from_iterable(g)),
        "number",
        "numbers",
    ),
    _line(
        "list all numbers of the grid row by row, the first row from left to right, the second from right to left, and so on in "
        "turn",
        "$y = []\nfor r, row in enumerate($x):\n    $y.extend(row if r % 2 == 0 else row[::-1])",
        lambda g: _snake(g),
        "number",
        "numbers",
        2,
    ),
    _line(
        "list the numbers on the rim of the grid (first and last row, first and last column) row by row, from left to right, "
        "each place once",
        "$y = []\nfor r, row in enumerate($x):\n    inner = 0 < r < len($x) - 1 and len(row) > 2\n"
        "    $y.extend([row[0], row[-1]] if inner else row)",
        lambda g: _rim(g),
        "rim number",
        "rim numbers",
        3,
    ),
    _line(
        "list the numbers on the diagonal that begins at the top left, one step down and right at a time, as far as the grid goes",
        "$y = []\nfor index in range(min(len($x), len($x[0]))):\n    $y.append($x[index][index])",
        lambda g: [x for r, row in enumerate(g) for c, x in enumerate(row) if r == c],
        "diagonal number",
        "diagonal numbers",
        2,
    ),
)


ENDINGS = (
    *map(_picture, PLAIN_RULES),
    ending(
        "place_of_largest_number",
        "grid",
        "tuple[int, int]",
        "the place (row, column) of the largest number, both counted from 0; of several such places the one in the topmost row, "
        "and there the leftmost",
        "$y = (0, 0)\nfor r, row in enumerate($x):\n    for c, cell in enumerate(row):\n        if cell > $x[$y[0]][$y[1]]:\n"
        "            $y = (r, c)",
        _spot_of_largest,
        "place",
    ),
    ending(
        "grid_as_text",
        "grid",
        "str",
        "a text of the grid, with single spaces between the numbers of one row and a slash between two rows",
        "lines = []\nfor row in $x:\n    lines.append(' '.join(str(cell) for cell in row))\n$y = '/'.join(lines)",
        lambda g: "/".join(" ".join(map(str, row)) for row in g),
        "text",
    ),
    ending(
        "framed_grid",
        "grid",
        "list[list[int]]",
        "the grid as a list of rows, with one more number at the end of each row, the sum of that row",
        ("$y = [row + [sum(row)] for row in $x]", "$y = []\nfor row in $x:\n    total = sum(row)\n    $y.append([*row, total])"),
        lambda g: [[*row, sum(row)] for row in g],
        "framed",
    ),
    ending(
        "hills_of_grid",
        "grid",
        "int",
        "the number of places whose number is larger than each of its neighbours above, below, left and right, as far as these "
        "exist",
        "$y = 0\nfor r, row in enumerate($x):\n    for c, cell in enumerate(row):\n"
        "        around = row[max(0, c - 1):c] + row[c + 1:c + 2]\n"
        "        around += [$x[other][c] for other in (r - 1, r + 1) if 0 <= other < len($x)]\n        if all(cell > other for "
        "other in around):\n"
        "            $y += 1",
        _hills,
        "hills",
        level=2,
    ),
)
