def aux(readings: list[int | None], size: int) -> list[tuple[int, int]]:
    """The days and the distance from each known reading to the next known one."""
    parts: list[tuple[int, int]] = []
    last_day, last_value = -1, 0
    for day, value in enumerate(readings):
        if value is None:
            continue
        if last_day >= 0:
            parts.append((day - last_day, (value - last_value) % size))
        last_day, last_value = day, value
    return parts


def odometer_total(readings: list[int | None], size: int) -> tuple[int, int]:
    """Read the distances off an old mileage counter.

    The counter shows 0 to size - 1 and goes on with 0; `readings` are what it showed at the end of each day, None where
    nobody looked. Between two days on which somebody looked, and nobody did in between, the cart went fewer than `size`
    miles, the same distance on each of the days. Return the miles from the first to the last known reading, and the
    greatest distance of a day, rounded up to whole miles; (0, 0) with fewer than two known readings.

    >>> odometer_total([970, 995, None, 4], 1000)
    (34, 25)
    >>> odometer_total([None, 7], 100)
    (0, 0)
    """
    total = 0
    greatest = 0
    for days, distance in aux(readings, size):
        total += distance
        greatest = max(greatest, -(-distance // days))
    return total, greatest


def check(candidate):
    assert candidate([970, 995, None, 4], 1000) == (34, 25)
    assert candidate([None, 7], 100) == (0, 0)
    assert candidate([], 10) == (0, 0)
    assert candidate([5, 5, 5], 10) == (0, 0)
    assert candidate([3, 2, 1], 10) == (18, 9)
    assert candidate([None, 0, None, None, 7, None], 50) == (7, 3)
    assert candidate([90, None, 20, 21, None, None, None, 60], 100) == (70, 15)
    assert candidate([0, 0, None, 0, 1], 2) == (1, 1)
