def aux(board: list[str], column: int) -> tuple[str, int]:
    """The side at which a marble dropped into a column leaves the board, and the number of cells it rolled over."""
    down, right = 1, 0
    r, c, cells = 0, column, 0
    while 0 <= r < len(board) and 0 <= c < len(board[r]):
        cells += 1
        if board[r][c] == "L":
            down, right = -right, down
        elif board[r][c] == "R":
            down, right = right, -down
        r, c = r + down, c + right
    if r < 0:
        return "top", cells
    if r >= len(board):
        return "bottom", cells
    return ("left" if c < 0 else "right"), cells


def marble_ends(board: list[str]) -> tuple[dict[str, int], int]:
    """A board has rows of equal length. Into every column a marble is dropped from above, one after the other; it rolls on
    straight, but at a cell 'L' it turns left and at 'R' right, as seen by the marble (one that rolls down and turns left
    then rolls to the right of the board), until it leaves the board. Return how many marbles left at each side ("top",
    "bottom", "left", "right"; only sides with marbles), and the column whose marble rolled over the most cells, counting a
    cell each time; among equals the leftmost, -1 if there are no columns.

    >>> marble_ends([".R", ".."])
    ({'bottom': 1, 'left': 1}, 0)
    >>> marble_ends([])
    ({}, -1)
    """
    sides: dict[str, int] = {}
    longest, most = -1, 0
    for column in range(len(board[0]) if board else 0):
        side, cells = aux(board, column)
        sides[side] = sides.get(side, 0) + 1
        if cells > most:
            longest, most = column, cells
    return sides, longest


def check(candidate):
    assert candidate([".R", ".."]) == ({"bottom": 1, "left": 1}, 0)
    assert candidate([]) == ({}, -1)
    assert candidate([""]) == ({}, -1)
    assert candidate(["."]) == ({"bottom": 1}, 0)
    assert candidate(["L"]) == ({"right": 1}, 0)
    assert candidate(["...", "...", "..."]) == ({"bottom": 3}, 0)
    assert candidate(["LL"]) == ({"top": 1, "right": 1}, 0)
    assert candidate(["LR", ".."]) == ({"bottom": 2}, 0)
    assert candidate(["....", "R..R", "L..L"]) == ({"left": 1, "bottom": 2, "top": 1}, 3)
    assert candidate([".R", "L.", "RR"]) == ({"right": 1, "left": 1}, 0)
    assert candidate(["L..R.", ".....", "...L.", "R...R"]) == ({"right": 1, "bottom": 2, "left": 2}, 4)
