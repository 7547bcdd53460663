from itertools import pairwise


def aux(grid: list[list[int]]) -> dict[int, list[int]]:
    """The numbers on each diagonal that runs down to the right, by column minus row."""
    diagonals: dict[int, list[int]] = {}
    for r, row in enumerate(grid):
        for c, number in enumerate(row):
            offset = c - r
            diagonals.setdefault(offset, []).append(number)
    return diagonals


def calm_diagonals(grid: list[list[int]], step: int) -> list[int]:
    """On a rectangular sea chart of wave heights, a ship sails down to the right along diagonals; each has the same column
    index minus row index in all its cells, its offset. A diagonal is calm if it has at least two cells and the heights of
    neighbouring cells on it never differ by more than `step`. Return the offsets of the calm diagonals, longest diagonal
    first, then by offset.

    >>> calm_diagonals([[1, 5], [9, 2]], 1)
    [0]
    >>> calm_diagonals([[1, 2, 3], [4, 1, 2]], 0)
    [0, 1]
    """
    diagonals = aux(grid)
    calm = []
    for offset in sorted(diagonals):
        heights = diagonals[offset]
        if len(heights) >= 2 and all(abs(a - b) <= step for a, b in pairwise(heights)):
            calm.append(offset)
    calm.sort(key=lambda offset: -len(diagonals[offset]))
    return calm


def check(candidate):
    assert candidate([[1, 5], [9, 2]], 1) == [0]
    assert candidate([[1, 2, 3], [4, 1, 2]], 0) == [0, 1]
    assert candidate([], 5) == []
    assert candidate([[3, 4, 5]], 9) == []
    assert candidate([[1, 5], [9, 2]], 0) == []
    assert candidate([[1, 1, 1], [1, 1, 1], [1, 1, 1]], 0) == [0, -1, 1]
    assert candidate([[0, 9], [1, 0], [7, -1], [0, 8]], 1) == [-2, 0]
    assert candidate([[-3, 2, 8], [0, 3, 1], [5, 5, 9]], 6) == [0, -1, 1]
    assert candidate([[-3, 2, 8], [0, 3, 1], [5, 5, 9]], 5) == [-1, 1]
