def aux(grid: list[list[int]]) -> dict[int, list[int]]:
    """The numbers in each ring, the outermost being ring 0."""
    rings: dict[int, list[int]] = {}
    height = len(grid)
    for r, row in enumerate(grid):
        for c, number in enumerate(row):
            ring = min(r, c, height - 1 - r, len(row) - 1 - c)
            rings.setdefault(ring, []).append(number)
    return rings


def heaviest_ring(grid: list[list[int]]) -> tuple[int, int]:
    """A rectangular cake is cut into rings one cell wide: ring 0 are the cells on the border, ring 1 those next to ring 0, and
    so on. Return the number of the ring whose cells have the largest mean, and the sum of its cells. If the exact means of
    several rings are equal, take the innermost of them. Return (-1, 0) for a cake without cells.

    >>> heaviest_ring([[1, 1, 1], [1, 4, 1], [1, 1, 1]])
    (1, 4)
    >>> heaviest_ring([[2, 3]])
    (0, 5)
    """
    best, best_sum, best_size = -1, 0, 1
    rings = aux(grid)
    for ring in sorted(rings):
        total, size = sum(rings[ring]), len(rings[ring])
        # Whole numbers only: the means are compared without dividing.
        if best < 0 or total * best_size >= best_sum * size:
            best, best_sum, best_size = ring, total, size
    return best, best_sum


def check(candidate):
    assert candidate([[1, 1, 1], [1, 4, 1], [1, 1, 1]]) == (1, 4)
    assert candidate([[2, 3]]) == (0, 5)
    assert candidate([]) == (-1, 0)
    assert candidate([[], []]) == (-1, 0)
    assert candidate([[-7]]) == (0, -7)
    assert candidate([[3, 3, 3], [3, 3, 3], [3, 3, 3]]) == (1, 3)
    assert candidate([[-1, -1, -1], [-1, -9, -1], [-1, -1, -1]]) == (0, -8)
    assert candidate([[5, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]) == (1, 1)
    assert candidate([[1, 2, 1, 2], [2, 1, 1, 2], [1, 1, 2, 1], [2, 1, 2, 1]]) == (0, 18)
    assert candidate([[0, 0, 0, 0, 0], [0, 6, 6, 6, 0], [0, 6, 7, 6, 0], [0, 6, 6, 6, 0], [0, 0, 0, 0, 0]]) == (2, 7)
