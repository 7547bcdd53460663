def aux(first: int, period: int, until: int) -> set[int]:
    """The minutes at which a bell rings."""
    minutes = set()
    if 0 <= first <= until:
        minutes.add(first)
    if period > 0:
        for minute in range(first, until + 1, period):
            if minute >= 0:
                minutes.add(minute)
    return minutes


def bell_clashes(bells: list[tuple[int, int]], until: int) -> list[tuple[int, int]]:
    """Every bell of a town is (first minute, period): it rings at the first minute and then again each time the period has
    passed; one with a period of 0 or less rings at its first minute only. A first minute may be negative; the minutes from 0
    to `until`, both included, are of interest. Return (minute, number of bells) for all those at which two or more bells
    ring, loudest first, then by minute.

    >>> bell_clashes([(0, 4), (2, 3)], 12)
    [(8, 2)]
    >>> bell_clashes([(5, 0), (5, 0), (-1, 3)], 10)
    [(5, 3)]
    """
    ringing: dict[int, int] = {}
    for first, period in bells:
        for minute in aux(first, period, until):
            ringing[minute] = ringing.get(minute, 0) + 1
    clashes = [(minute, count) for minute, count in ringing.items() if count > 1]
    clashes.sort(key=lambda clash: (-clash[1], clash[0]))
    return clashes


def check(candidate):
    assert candidate([(0, 4), (2, 3)], 12) == [(8, 2)]
    assert candidate([(5, 0), (5, 0), (-1, 3)], 10) == [(5, 3)]
    assert candidate([], 60) == []
    assert candidate([(0, 1)], 5) == []
    assert candidate([(0, 5), (0, 5)], 9) == [(0, 2), (5, 2)]
    assert candidate([(1, 2), (3, 3), (9, -1)], 10) == [(9, 3), (3, 2)]
    assert candidate([(7, 2), (7, 3)], 6) == []
    assert candidate([(7, 2), (7, 3)], 7) == [(7, 2)]
    assert candidate([(-4, 4), (-6, 3), (-9, 0)], 4) == [(0, 2)]
    assert candidate([(0, 0), (0, 7), (6, -2), (6, 0)], 6) == [(0, 2), (6, 2)]
