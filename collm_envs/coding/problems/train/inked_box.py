def aux(page: list[str]) -> tuple[list[int], list[int], int]:
    """The rows and the columns that have ink, in order, and the number of inked cells."""
    rows, columns = set(), set()
    dots = 0
    for r, line in enumerate(page):
        for c, mark in enumerate(line):
            if mark != " ":
                rows.add(r)
                columns.add(c)
                dots += 1
    return sorted(rows), sorted(columns), dots


def inked_box(page: list[str]) -> tuple[int, int, int, int]:
    """A page is a list of lines, perhaps of different lengths; every character but a blank is ink. Return the height and the
    width of the smallest box of whole lines and columns that holds all the ink, how many percent of its cells are inked
    (rounded down), and how many of its lines and columns, taken together, have no ink at all. Return (0, 0, 0, 0) for a
    page without ink.

    >>> inked_box(["", "  x", " xx"])
    (2, 2, 75, 0)
    >>> inked_box(["o   o"])
    (1, 5, 40, 3)
    """
    rows, columns, dots = aux(page)
    if not dots:
        return 0, 0, 0, 0
    height = rows[-1] - rows[0] + 1
    width = columns[-1] - columns[0] + 1
    empty = height - len(rows) + width - len(columns)
    return height, width, 100 * dots // (height * width), empty


def check(candidate):
    assert candidate(["", "  x", " xx"]) == (2, 2, 75, 0)
    assert candidate(["o   o"]) == (1, 5, 40, 3)
    assert candidate([]) == (0, 0, 0, 0)
    assert candidate(["   ", "", " "]) == (0, 0, 0, 0)
    assert candidate(["", "", "   #"]) == (1, 1, 100, 0)
    assert candidate(["#", "", "#"]) == (3, 1, 66, 1)
    assert candidate(["a", "  b", "", "  c"]) == (4, 3, 25, 2)
    assert candidate(["###", "###"]) == (2, 3, 100, 0)
    assert candidate([" .", "", "", ".    ."]) == (4, 6, 12, 5)
