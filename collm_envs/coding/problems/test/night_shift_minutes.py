def aux(shift: str) -> tuple[int, int]:
    """Start and end of a shift in minutes after the midnight before it begins."""
    begin, finish = shift.split("-")
    hours, minutes = begin.split(":")
    start = int(hours) * 60 + int(minutes)
    hours, minutes = finish.split(":")
    end = int(hours) * 60 + int(minutes)
    if end <= start:
        end += 24 * 60
    return start, end


def night_shift_minutes(shifts: list[str]) -> int:
    """Add up the minutes for which the guard of a lighthouse is paid.

    A shift "22:30-06:15" begins on one day and ends at the first time of that name after its beginning, so "09:00-09:00"
    lasts a whole day. Each minute is paid once, and each minute between 23:00 and 05:00 once more. A shift that is longer
    than six hours has an unpaid break of 30 minutes, which is taken off the plain minutes, never off the night extra.

    >>> night_shift_minutes(["22:30-06:15"])
    795
    >>> night_shift_minutes(["09:00-15:00", "10:00-16:01"])
    691
    """
    paid = 0
    for shift in shifts:
        start, end = aux(shift)
        paid += end - start
        if end - start > 6 * 60:
            paid -= 30
        for night in (-60, 23 * 60, 47 * 60):
            paid += max(0, min(end, night + 6 * 60) - max(start, night))
    return paid


def check(candidate):
    assert candidate(["22:30-06:15"]) == 795
    assert candidate(["09:00-15:00", "10:00-16:01"]) == 691
    assert candidate([]) == 0
    assert candidate(["09:00-09:00"]) == 1770
    assert candidate(["00:00-05:00", "23:00-00:00"]) == 720
    assert candidate(["04:30-05:30", "22:59-23:01"]) == 93
    assert candidate(["23:30-23:15"]) == 1740
    assert candidate(["12:00-12:01"]) == 1
    assert candidate(["02:00-01:00"]) == 1650
