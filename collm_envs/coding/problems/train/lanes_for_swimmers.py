def aux(swims: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """(start, minute from which the lane is clean again, swimmer), in the order in which lanes are given out."""
    plans = []
    for swimmer, (start, minutes) in enumerate(swims):
        booked = max(minutes, 10)
        plans.append((start, -booked, swimmer))
    plans.sort()
    return [(start, start - negative + 5, swimmer) for start, negative, swimmer in plans]


def lanes_for_swimmers(swims: list[tuple[int, int]]) -> list[int]:
    """Swims are (start minute, minutes) in order of sign-up. A swim shorter than 10 minutes is booked as 10, and after each
    swim the lane is closed for 5 minutes of cleaning; it can be used again from the minute in which that is over. Lanes are
    given out in order of start, for equal starts the longer booking first, then by sign-up; each swimmer gets the lane with
    the smallest number (from 1) that is usable at the start. Return the lanes in order of sign-up.

    >>> lanes_for_swimmers([(0, 20), (10, 30), (25, 10)])
    [1, 2, 1]
    >>> lanes_for_swimmers([])
    []
    """
    lanes = [0] * len(swims)
    usable_from: list[int] = []
    for start, clean, swimmer in aux(swims):
        lane = 0
        while lane < len(usable_from) and usable_from[lane] > start:
            lane += 1
        if lane == len(usable_from):
            usable_from.append(clean)
        else:
            usable_from[lane] = clean
        lanes[swimmer] = lane + 1
    return lanes


def check(candidate):
    assert candidate([(0, 20), (10, 30), (25, 10)]) == [1, 2, 1]
    assert candidate([]) == []
    assert candidate([(7, 1)]) == [1]
    assert candidate([(0, 10), (0, 30), (0, 20)]) == [3, 1, 2]
    assert candidate([(0, 3), (14, 10)]) == [1, 2]
    assert candidate([(0, 3), (15, 10)]) == [1, 1]
    assert candidate([(40, 10), (0, 60), (5, 20), (30, 15)]) == [3, 1, 2, 2]
    assert candidate([(0, 4), (0, 9)]) == [1, 2]
    assert candidate([(30, 10), (20, 10), (10, 10), (0, 10)]) == [2, 1, 2, 1]
