def aux(months: list[tuple[str, int]], leap_every: int, year: int) -> list[tuple[str, int]]:
    """The months of a year with the number of days that they have in it."""
    lengths = list(months)
    if year % leap_every == 0 and year % (10 * leap_every) != 0:
        name, days = lengths[-1]
        lengths[-1] = (name, days + 1)
    return lengths


def written_date(date: str, plus: int, months: list[tuple[str, int]], leap_every: int) -> str:
    """Find the date some days later in the calendar of an imagined land.

    `months` gives the months of a year, each with a name of its own and its number of days > 0. Years are numbered from
    1, and in a year whose number can be divided by `leap_every` >= 1, but not by ten times `leap_every`, the last month
    has one day more. A date is written "3 Rain 12": day, month, year. `date` is always
    a whole number, a word and a whole number. Return the date that comes `plus` >= 0 days after it, or "?" if it is not a
    day of the calendar.

    >>> written_date("3 Sun 3", 2, [("Rain", 4), ("Sun", 4)], 4)
    '1 Rain 4'
    >>> written_date("4 Sun 4", 1, [("Rain", 4), ("Sun", 4)], 4)
    '5 Sun 4'
    """
    day_text, month, year_text = date.split()
    day, year = int(day_text), int(year_text)
    if year < 1 or not 1 <= day <= dict(aux(months, leap_every, year)).get(month, 0):
        return "?"
    left = plus + day
    for name, days in months:
        if name == month:
            break
        left += days
    while True:
        for name, days in aux(months, leap_every, year):
            if left <= days:
                return f"{left} {name} {year}"
            left -= days
        year += 1


def check(candidate):
    assert candidate("3 Sun 3", 2, [("Rain", 4), ("Sun", 4)], 4) == "1 Rain 4"
    assert candidate("4 Sun 4", 1, [("Rain", 4), ("Sun", 4)], 4) == "5 Sun 4"
    assert candidate("4 Sun 40", 1, [("Rain", 4), ("Sun", 4)], 4) == "1 Rain 41"
    assert candidate("5 Sun 40", 0, [("Rain", 4), ("Sun", 4)], 4) == "?"
    assert candidate("5 Sun 8", 0, [("Rain", 4), ("Sun", 4)], 4) == "5 Sun 8"
    assert candidate("1 Moon 2", 5, [("Rain", 4), ("Sun", 4)], 4) == "?"
    assert candidate("0 Rain 1", 1, [("Rain", 4)], 3) == "?"
    assert candidate("1 Only 1", 29, [("Only", 5)], 2) == "3 Only 6"
    assert candidate("2 B 9", 10, [("A", 2), ("B", 2), ("C", 3)], 1) == "2 C 10"
    assert candidate("1 A 0", 1, [("A", 9)], 7) == "?"
