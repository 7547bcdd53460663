def aux(shifts: list[tuple[int, int]], opening: int, closing: int) -> list[tuple[int, int]]:
    """The shifts that no other one makes needless, cut to the opening hours; starts and ends both grow."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(shifts, key=lambda shift: (max(shift[0], opening), -shift[1])):
        start, end = max(start, opening), min(end, closing)
        if start >= end:
            continue
        if not kept or end > kept[-1][1]:
            kept.append((start, end))
    return kept


def fewest_guards(shifts: list[tuple[int, int]], opening: int, closing: int) -> int:
    """A gallery must be watched without a break from hour `opening` to hour `closing`. Every guard offers one shift (start,
    end) and may also be there outside the opening hours; two guards whose shifts only touch leave no break. Return the
    smallest number of guards that is enough, 0 if the gallery does not open at all (closing <= opening), or -1 if all the
    guards together are not enough.

    >>> fewest_guards([(8, 12), (10, 15), (12, 18)], 9, 17)
    2
    >>> fewest_guards([(8, 12), (13, 18)], 9, 17)
    -1
    """
    useful = aux(shifts, opening, closing)
    watched = opening
    guards = 0
    place = 0
    while watched < closing:
        reach = watched
        while place < len(useful) and useful[place][0] <= watched:
            reach = useful[place][1]
            place += 1
        if reach == watched:
            return -1
        watched = reach
        guards += 1
    return guards


def check(candidate):
    assert candidate([(8, 12), (10, 15), (12, 18)], 9, 17) == 2
    assert candidate([(8, 12), (13, 18)], 9, 17) == -1
    assert candidate([], 9, 17) == -1
    assert candidate([], 17, 17) == 0
    assert candidate([(0, 24)], 9, 17) == 1
    assert candidate([(9, 10), (10, 11), (11, 12)], 9, 12) == 3
    assert candidate([(0, 4), (1, 9), (3, 7), (4, 6), (8, 12), (9, 11)], 0, 12) == 3
    assert candidate([(2, 5), (5, 8)], 0, 8) == -1
    assert candidate([(0, 3), (0, 5), (0, 4), (5, 5), (4, 9), (5, 10)], 0, 10) == 2
    assert candidate([(5, 10), (-3, 6), (6, 2)], 0, 10) == 2
    assert candidate([(0, 9)], 0, 10) == -1
    assert candidate([(0, 6), (4, 5)], 0, 6) == 1
