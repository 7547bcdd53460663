def aux(bookings: list[tuple[int, int]], opening: int, closing: int) -> list[tuple[int, int]]:
    """The booked stretches within the opening hours, in order and without overlaps."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(bookings):
        start, end = max(start, opening), min(end, closing)
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def free_minutes(bookings: list[tuple[int, int]], opening: int, closing: int, useful: int) -> int:
    """A practice room is open from minute `opening` to minute `closing`. Bookings are (start, end) pairs in any order, may
    overlap and may reach beyond the opening hours; one whose end is not after its start is void. Return how many minutes are
    free in total, counting only unbroken free stretches of at least `useful` minutes.

    >>> free_minutes([(10, 20), (25, 40)], 0, 60, 10)
    30
    >>> free_minutes([], 5, 9, 4)
    4
    """
    total = 0
    free_from = opening
    for start, end in [*aux(bookings, opening, closing), (closing, closing)]:
        if start - free_from >= useful:
            total += start - free_from
        free_from = end
    return total


def check(candidate):
    assert candidate([(10, 20), (25, 40)], 0, 60, 10) == 30
    assert candidate([], 5, 9, 4) == 4
    assert candidate([], 5, 9, 5) == 0
    assert candidate([(25, 40), (10, 20)], 0, 60, 1) == 35
    assert candidate([(0, 30), (10, 20), (28, 35)], 0, 50, 15) == 15
    assert candidate([(-10, 5), (55, 90)], 0, 60, 1) == 50
    assert candidate([(20, 10), (30, 30)], 0, 60, 60) == 60
    assert candidate([(0, 60)], 0, 60, 1) == 0
    assert candidate([(70, 80), (-9, -2)], 0, 60, 30) == 60
