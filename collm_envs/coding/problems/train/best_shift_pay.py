from bisect import bisect_right


def aux(shifts: list[tuple[int, int, int]], rest: int) -> list[tuple[int, int]]:
    """By end of shift: the pay, and how many of the shifts before it in this order end early enough to be followed by it."""
    ordered = sorted(shifts, key=lambda shift: shift[1])
    ends = [end for _, end, _ in ordered]
    plans = []
    for start, _, pay in ordered:
        earlier = bisect_right(ends, start - rest)
        plans.append((pay, earlier))
    return plans


def best_shift_pay(shifts: list[tuple[int, int, int]], rest: int) -> tuple[int, int]:
    """A nurse picks among shifts (start hour, end hour, pay), where start < end and pay > 0. From the end of one picked shift
    to the start of the next there must be at least `rest` >= 0 hours. Return the largest total pay and the smallest number
    of shifts with which it can be earned.

    >>> best_shift_pay([(0, 8, 50), (8, 16, 60), (14, 20, 70)], 4)
    (120, 2)
    >>> best_shift_pay([], 10)
    (0, 0)
    """
    # The number of shifts is kept negative, so that max() prefers few of them.
    best = [(0, 0)]
    for pay, earlier in aux(shifts, rest):
        total, negative = best[earlier]
        best.append(max(best[-1], (total + pay, negative - 1)))
    total, negative = best[-1]
    return total, -negative


def check(candidate):
    assert candidate([(0, 8, 50), (8, 16, 60), (14, 20, 70)], 4) == (120, 2)
    assert candidate([], 10) == (0, 0)
    assert candidate([(5, 6, 9)], 100) == (9, 1)
    assert candidate([(0, 8, 50), (8, 16, 60)], 0) == (110, 2)
    assert candidate([(0, 8, 50), (8, 16, 60)], 1) == (60, 1)
    assert candidate([(0, 2, 10), (2, 4, 10), (0, 4, 20)], 0) == (20, 1)
    assert candidate([(20, 24, 5), (0, 4, 5), (10, 14, 5)], 6) == (15, 3)
    assert candidate([(0, 10, 30), (1, 3, 11), (4, 6, 11), (7, 9, 11)], 1) == (33, 3)
    assert candidate([(0, 10, 30), (1, 3, 11), (4, 6, 11), (7, 9, 11)], 2) == (30, 1)
    assert candidate([(0, 5, 8), (0, 5, 9), (6, 9, 1)], 1) == (10, 2)
