def aux(stencil: list[str]) -> list[tuple[int, list[str]]]:
    """The stencil after 0 to 3 quarter turns clockwise, without turns that look like an earlier one."""
    views: list[tuple[int, list[str]]] = []
    rows = list(stencil)
    for turns in range(4):
        if all(rows != seen for _, seen in views):
            views.append((turns, rows))
        rows = ["".join(column) for column in zip(*rows[::-1])]
    return views


def stencil_spots(board: list[str], stencil: list[str]) -> list[tuple[int, int, int]]:
    """Find where a stencil matches a board of letters.

    Board and stencil each have rows of equal length, and the stencil has at least one cell. It may be turned clockwise by
    0, 1, 2 or 3 quarter turns, and is laid on the board without sticking out. It matches if each of its letters is the
    letter below; "?" in the stencil matches any letter. Return (row of the top edge, column of the left edge, quarter
    turns) of each match in rising order; turns after which the stencil looks the same as after fewer turns are left out.

    >>> stencil_spots(["aba", "bab"], ["ab"])
    [(0, 0, 0), (0, 0, 1), (0, 1, 2), (0, 1, 3), (0, 2, 1), (1, 0, 2), (1, 1, 0)]
    >>> stencil_spots(["xx"], ["x", "x"])
    [(0, 0, 1)]
    """
    spots: list[tuple[int, int, int]] = []
    views = aux(stencil)
    for turns, rows in views:
        for top in range(len(board) - len(rows) + 1):
            for left in range(len(board[0]) - len(rows[0]) + 1):
                cells = [(r, c) for r in range(len(rows)) for c in range(len(rows[0]))]
                if all(rows[r][c] in ("?", board[top + r][left + c]) for r, c in cells):
                    spots.append((top, left, turns))
    return sorted(spots)


def check(candidate):
    assert candidate(["xx"], ["x", "x"]) == [(0, 0, 1)]
    assert candidate([], ["a"]) == []
    assert candidate(["q"], ["q"]) == [(0, 0, 0)]
    assert candidate(["q"], ["qq"]) == []
    assert candidate(["ab", "cd"], ["?"]) == [(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 0)]
    assert candidate(["ab", "cd"], ["ca", "db"]) == [(0, 0, 3)]
    assert candidate(["aba", "bab"], ["ab"]) == [(0, 0, 0), (0, 0, 1), (0, 1, 2), (0, 1, 3), (0, 2, 1), (1, 0, 2), (1, 1, 0)]
    assert candidate(["oxo", "xxx", "oxo"], ["xx", "x?"]) == [(0, 0, 2), (0, 1, 3), (1, 0, 1), (1, 1, 0)]
    assert candidate(["axb", "bxa"], ["a?b"]) == [(0, 0, 0), (1, 0, 2)]
