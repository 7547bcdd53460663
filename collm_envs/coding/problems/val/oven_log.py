def aux(cuts: list[tuple[int, int]], start: int, minutes: int) -> int:
    """When a loaf is done that goes in at `start` and needs so many minutes with power."""
    now, left = start, minutes
    for begin, end in sorted(cuts):
        if end <= now:
            continue
        if now + left <= begin:
            break
        left -= max(0, begin - now)
        now = end
    return now + left


def oven_log(loaves: list[int], shelves: int, cuts: list[tuple[int, int]]) -> list[int]:
    """Write down when each loaf of a bakery is done.

    Loaf i needs loaves[i] > 0 minutes of heat. The oven has `shelves` >= 1 places; loaves go in in the given order, each
    at minute 0 or as soon as a place is free, also during a power cut, and a place is free at the very minute at which
    its loaf is done. From the first minute of a cut (begin, end) up to, but not including, the last there is no heat;
    cuts come in any order and never overlap. Return the minute at which each loaf is done.

    >>> oven_log([10, 30, 10], 2, [])
    [10, 30, 20]
    >>> oven_log([10, 5], 1, [(4, 6), (12, 20)])
    [12, 25]
    """
    busy = [0] * shelves
    done: list[int] = []
    for minutes in loaves:
        place = busy.index(min(busy))
        busy[place] = aux(cuts, busy[place], minutes)
        done.append(busy[place])
    return done


def check(candidate):
    assert candidate([10, 30, 10], 2, []) == [10, 30, 20]
    assert candidate([10, 5], 1, [(4, 6), (12, 20)]) == [12, 25]
    assert candidate([], 3, [(0, 9)]) == []
    assert candidate([7], 1, [(0, 5)]) == [12]
    assert candidate([5, 5], 1, [(5, 8)]) == [5, 13]
    assert candidate([4, 4, 4, 4], 4, [(10, 20), (2, 3)]) == [5, 5, 5, 5]
    assert candidate([20, 3, 3, 3], 2, [(30, 40), (5, 7)]) == [22, 3, 8, 11]
    assert candidate([9, 1, 1, 1], 2, [(2, 4), (4, 6), (11, 12)]) == [14, 1, 2, 7]
