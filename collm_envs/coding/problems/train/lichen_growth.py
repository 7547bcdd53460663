def aux(cells: str) -> str:
    """For every cell one digit: how many of the five cells from two before it to two after it are alive."""
    size = len(cells)
    digits = ""
    for place in range(size):
        alive = 0
        for step in (-2, -1, 0, 1, 2):
            alive += cells[(place + step) % size] == "#"
        digits += str(alive)
    return digits


def lichen_growth(cells: str, good: set[int], years: int) -> tuple[str, int]:
    """Lichen grows on a ring of cells, '#' alive and '.' bare. Each year every cell counts the living among five cells: two
    before it, itself and two after it, going round the ring (on a ring shorter than five a cell may be counted more than
    once). All at once, the cells whose count is in `good` live next year, the others are bare. Stop after `years` years, or
    before a year that would change nothing. Return the ring and the number of years that passed.

    >>> lichen_growth(".....#.....", {1}, 1)
    ('...#####...', 1)
    >>> lichen_growth("....", {1, 2}, 9)
    ('....', 0)
    """
    for year in range(years):
        grown = ""
        for digit in aux(cells):
            grown += "#" if int(digit) in good else "."
        if grown == cells:
            return cells, year
        cells = grown
    return cells, years


def check(candidate):
    assert candidate(".....#.....", {1}, 1) == ("...#####...", 1)
    assert candidate("....", {1, 2}, 9) == ("....", 0)
    assert candidate("", {0}, 5) == ("", 0)
    assert candidate("#.#", {2}, 0) == ("#.#", 0)
    assert candidate("#", {5}, 3) == ("#", 0)
    assert candidate("#", {4}, 3) == (".", 1)
    assert candidate("......", {0}, 5) == ("######", 5)
    assert candidate("......", {0}, 4) == ("......", 4)
    assert candidate("##......", {2, 3}, 1) == ("###....#", 1)
    assert candidate("#.....#...", {1, 2}, 20) == ("..........", 2)
