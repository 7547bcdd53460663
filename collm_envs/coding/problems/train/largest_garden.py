def aux(field: list[str]) -> list[list[int]]:
    """For every corner (r, c): the stones above it and to its left."""
    width = len(field[0]) if field else 0
    sums = [[0] * (width + 1)]
    for row in field:
        line = [0]
        so_far = 0
        for c, cell in enumerate(row):
            so_far += cell == "o"
            line.append(sums[-1][c + 1] + so_far)
        sums.append(line)
    return sums


def largest_garden(field: list[str], stones: int) -> tuple[int, int, int]:
    """A field has rows of equal length, 'o' marking a stone. A gardener wants a square piece along the grid in which there
    are at most `stones` >= 0 stones to carry away. Return (side, row, column) of the largest such square, with the place of
    its top left cell; among equally large ones the topmost, then the leftmost. Return (0, -1, -1) if there is none.

    >>> largest_garden(["o..", "...", "..o"], 0)
    (2, 0, 1)
    >>> largest_garden(["oo", "oo"], 2)
    (1, 0, 0)
    """
    sums = aux(field)
    height, width = len(sums) - 1, len(sums[0]) - 1
    for side in range(min(height, width), 0, -1):
        for r in range(height - side + 1):
            for c in range(width - side + 1):
                inside = sums[r + side][c + side] - sums[r][c + side] - sums[r + side][c] + sums[r][c]
                if inside <= stones:
                    return side, r, c
    return 0, -1, -1


def check(candidate):
    assert candidate(["o..", "...", "..o"], 0) == (2, 0, 1)
    assert candidate(["oo", "oo"], 2) == (1, 0, 0)
    assert candidate([], 3) == (0, -1, -1)
    assert candidate(["oo", "oo"], 0) == (0, -1, -1)
    assert candidate(["oo", "oo"], 4) == (2, 0, 0)
    assert candidate(["."], 0) == (1, 0, 0)
    assert candidate(["oooo.oo"], 0) == (1, 0, 4)
    assert candidate(["o..o.", ".....", "....."], 0) == (2, 0, 1)
    assert candidate(["o..o.", ".....", "....."], 1) == (3, 0, 0)
    assert candidate(["oo.", "o..", "...", "...", "..."], 0) == (3, 2, 0)
    assert candidate(["o.o.", ".o.o", "o.o.", ".o.o"], 4) == (3, 0, 1)
