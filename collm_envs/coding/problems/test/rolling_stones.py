def aux(heights: list[list[int]], row: int, column: int) -> list[tuple[int, int]]:
    """The cells over which a stone rolls from its start to the cell where it rests."""
    path = [(row, column)]
    while True:
        row, column = path[-1]
        lower: list[tuple[int, int, int]] = []
        for r, c in ((row - 1, column), (row, column - 1), (row, column + 1), (row + 1, column)):
            if 0 <= r < len(heights) and 0 <= c < len(heights[0]) and heights[r][c] < heights[row][column]:
                lower.append((heights[r][c], r, c))
        if not lower:
            return path
        _, r, c = min(lower)
        path.append((r, c))


def rolling_stones(heights: list[list[int]], drops: list[tuple[int, int]]) -> tuple[list[list[int]], int, int]:
    """Let stones roll down a hillside, one after the other.

    The hillside has rows of equal length with the height of each cell. A stone is dropped on the cell (row, column) of
    the map. As long as some of the up to four cells beside it (above, left, right, below) are lower than its cell, it
    rolls to the lowest of them, of equally low ones to the uppermost and of these to the leftmost. Where it rests, the
    cell becomes higher by one. Return the heights after all stones, the largest number of cells that a stone moved, and
    the number of cells on which there was never a stone.

    >>> rolling_stones([[3, 2, 1]], [(0, 0), (0, 0)])
    ([[3, 3, 2]], 2, 0)
    >>> rolling_stones([[5], [5]], [(1, 0)])
    ([[5], [6]], 0, 1)
    """
    now = [list(line) for line in heights]
    farthest = 0
    touched: set[tuple[int, int]] = set()
    for row, column in drops:
        path = aux(now, row, column)
        touched.update(path)
        farthest = max(farthest, len(path) - 1)
        row, column = path[-1]
        now[row][column] += 1
    return now, farthest, sum(len(line) for line in heights) - len(touched)


def check(candidate):
    assert candidate([[3, 2, 1]], [(0, 0), (0, 0)]) == ([[3, 3, 2]], 2, 0)
    assert candidate([[5], [5]], [(1, 0)]) == ([[5], [6]], 0, 1)
    assert candidate([], []) == ([], 0, 0)
    assert candidate([[7, 1]], []) == ([[7, 1]], 0, 2)
    assert candidate([[0]], [(0, 0), (0, 0), (0, 0)]) == ([[3]], 0, 0)
    assert candidate([[9, 1, 9], [1, 5, 1], [9, 1, 9]], [(1, 1), (1, 1)]) == ([[9, 2, 9], [2, 5, 1], [9, 1, 9]], 1, 6)
    assert candidate([[4, 3], [1, 2]], [(0, 0), (0, 1), (0, 0)]) == ([[4, 3], [3, 3]], 1, 0)
    assert candidate([[2, 0, -1], [2, 2, -1], [0, 1, 2]], [(0, 0), (2, 2)]) == ([[2, 0, 0], [2, 2, 0], [0, 1, 2]], 2, 4)
