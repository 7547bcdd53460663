def aux(sun: list[int], use: list[int]) -> list[int]:
    """What each day adds to the battery."""
    gains = []
    snow_left = 0
    for day, wanted in enumerate(use):
        light = sun[day] if day < len(sun) else 0
        if light < 0:
            snow_left = 2
        gains.append((light if snow_left == 0 else 0) - wanted)
        snow_left = max(snow_left - 1, 0)
    return gains


def blackout_days(charge: int, capacity: int, sun: list[int], use: list[int]) -> tuple[list[int], int]:
    """A hut has a battery with `charge` of `capacity` units. Each day its panel adds the day's sun, then the day's use is
    taken; only the charge after both counts, and it is cut to the range 0 to `capacity`. A negative sun means snow: the
    panel adds nothing on that day and on the next. A day without an entry in `sun` adds nothing; there are as many days as
    entries in `use`. Return the days, from 0, on which the charge would have fallen below 0, and the charge at the end.

    >>> blackout_days(5, 10, [4, 0, 0], [2, 6, 3])
    ([2], 0)
    >>> blackout_days(3, 8, [9, -1, 9, 9], [1, 1, 1, 1])
    ([], 8)
    """
    dark = []
    for day, gain in enumerate(aux(sun, use)):
        charge += gain
        if charge < 0:
            dark.append(day)
            charge = 0
        charge = min(charge, capacity)
    return dark, charge


def check(candidate):
    assert candidate(5, 10, [4, 0, 0], [2, 6, 3]) == ([2], 0)
    assert candidate(3, 8, [9, -1, 9, 9], [1, 1, 1, 1]) == ([], 8)
    assert candidate(6, 9, [5, 5], []) == ([], 6)
    assert candidate(0, 4, [], [1, 0, 2]) == ([0, 2], 0)
    assert candidate(2, 5, [3], [3]) == ([], 2)
    assert candidate(4, 20, [-1, -1, 7, 7], [1, 1, 1, 1]) == ([], 7)
    assert candidate(4, 20, [-9, 7, 7], [3, 3, 3]) == ([1], 4)
    assert candidate(0, 3, [10, 0, 0], [0, 2, 2]) == ([2], 0)
    assert candidate(1, 6, [5, -2], [0, 4, 4, 4]) == ([2, 3], 0)
    assert candidate(1, 9, [0, 5], [0, 1]) == ([], 5)
