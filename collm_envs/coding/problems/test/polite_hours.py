def aux(zone: str) -> set[int]:
    """The hours of world time at which it is a polite hour in a zone."""
    shift = int(zone[3:] or "0")
    polite: set[int] = set()
    for hour in range(24):
        if 8 <= (hour + shift) % 24 <= 20:
            polite.add(hour)
    return polite


def polite_hours(zones: list[str]) -> tuple[int, int]:
    """Find the best hours for a call between many towns.

    A zone such as "UTC+9", "UTC-3" or "UTC" says how many hours the clocks of a town are ahead of world time (behind it
    for "-", the same for "UTC"). An hour of world time, 0 to 23, is polite if it is one of the hours 8 to 20 on the clocks
    of each town. Hour 0 follows hour 23. Return (first hour, number of hours) of the longest row of polite hours; of
    several, that with the smallest first hour; (-1, 0) if there is none and (0, 24) if every hour is polite.

    >>> polite_hours(["UTC", "UTC+5"])
    (8, 8)
    >>> polite_hours(["UTC-9"])
    (17, 13)
    """
    polite = set(range(24))
    for zone in zones:
        polite &= aux(zone)
    best = (-1, 0)
    for first in range(24):
        length = 0
        while length < 24 and (first + length) % 24 in polite:
            length += 1
        if length > best[1]:
            best = (first, length)
    return best


def check(candidate):
    assert candidate(["UTC", "UTC+5"]) == (8, 8)
    assert candidate(["UTC-9"]) == (17, 13)
    assert candidate([]) == (0, 24)
    assert candidate(["UTC+9", "UTC-6", "UTC+1"]) == (-1, 0)
    assert candidate(["UTC+0", "UTC", "UTC-0"]) == (8, 13)
    assert candidate(["UTC+12", "UTC"]) == (8, 1)
    assert candidate(["UTC+11", "UTC-1"]) == (9, 1)
    assert candidate(["UTC+10", "UTC+8"]) == (0, 11)
    assert candidate(["UTC-12", "UTC-10"]) == (20, 11)
