from math import lcm


def aux(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """The flashes that two lamps (some flash, period) share, as one such lamp; the period is 0 if there are none."""
    moment, period = one
    target, step = other
    for _ in range(step):
        if (moment - target) % step == 0:
            return moment, lcm(period, step)
        moment += period
    return 0, 0


def next_alignment(lamps: list[tuple[int, int]], after: int) -> int:
    """Find when all lighthouses of a coast flash at once.

    A lamp (first, period) flashes at the second `first` and then every `period` seconds (first >= 0, period >= 1), and
    never before `first`. Return the earliest second, not before `after` >= 0, at which all lamps flash, or -1 if there is
    none. Without lamps every second will do.

    >>> next_alignment([(1, 3), (0, 4)], 0)
    4
    >>> next_alignment([(0, 2), (1, 4)], 10)
    -1
    """
    shared = (0, 1)
    earliest = after
    for first, period in lamps:
        shared = aux(shared, (first, period))
        if shared[1] == 0:
            return -1
        earliest = max(earliest, first)
    moment, period = shared
    return earliest + (moment - earliest) % period


def check(candidate):
    assert candidate([(1, 3), (0, 4)], 0) == 4
    assert candidate([(0, 2), (1, 4)], 10) == -1
    assert candidate([], 17) == 17
    assert candidate([(5, 10)], 0) == 5
    assert candidate([(1, 3), (0, 4)], 5) == 16
    assert candidate([(2, 5), (100, 1)], 3) == 102
    assert candidate([(2, 3), (3, 5), (2, 7)], 0) == 23
    assert candidate([(2, 3), (3, 5), (2, 7)], 1000) == 1073
    assert candidate([(4, 6), (10, 9), (1, 15)], 0) == 46
    assert candidate([(4, 6), (1, 9), (7, 12)], 0) == -1
