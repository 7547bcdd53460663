def aux(months: list[int], first: int) -> list[list[int]]:
    """The weekdays, 0 to 6, of all days of each month."""
    weekdays: list[list[int]] = []
    today = first
    for length in months:
        weekdays.append([(today + day) % 7 for day in range(length)])
        today = (today + length) % 7
    return weekdays


def pay_days(months: list[int], first: int, rest: set[int]) -> list[int]:
    """Find the pay day of each month in the calendar of a moon base.

    `months` are the lengths of the months in days, 0 or more, and months follow each other without a gap. Weekdays are
    numbered 0 to 6 in turn; the first day of the first month is weekday `first`, and nobody works on the weekdays in
    `rest`. Wages are paid on the last but one working day of a month; if it has only one, on that day. Return for each
    month the pay day as a day of the month, counted from 1, or 0 if it has no working day.

    >>> pay_days([10, 5], 0, {5, 6})
    [9, 2]
    >>> pay_days([7, 2], 0, {5, 6})
    [4, 1]
    """
    days: list[int] = []
    for month in aux(months, first):
        working = [day for day, weekday in enumerate(month, start=1) if weekday not in rest]
        if len(working) > 1:
            days.append(working[-2])
        else:
            days.append(working[0] if working else 0)
    return days


def check(candidate):
    assert candidate([10, 5], 0, {5, 6}) == [9, 2]
    assert candidate([7, 2], 0, {5, 6}) == [4, 1]
    assert candidate([], 3, {0}) == []
    assert candidate([30, 31, 30], 2, set()) == [29, 30, 29]
    assert candidate([4, 0, 9], 1, {0, 1, 2, 3, 4, 5, 6}) == [0, 0, 0]
    assert candidate([6, 1, 8], 6, {0, 1, 2, 3, 4}) == [1, 1, 7]
    assert candidate([28, 28], 5, {4, 5}) == [26, 26]
    assert candidate([31], 6, {6, 0}) == [28]
