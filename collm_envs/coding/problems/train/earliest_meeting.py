def aux(busy: list[tuple[int, int]], opening: int, closing: int, length: int) -> set[int]:
    """All starts at which a person has time for the whole meeting."""
    starts = set(range(opening, closing - length + 1))
    for begin, end in busy:
        if begin < end:
            # A meeting of this length that starts here would still be going on at `begin`, or begin before `end`.
            starts -= set(range(begin - length + 1, end))
    return starts


def earliest_meeting(calendars: dict[str, list[tuple[int, int]]], opening: int, closing: int, length: int) -> tuple[int, str]:
    """Calendars give every person's busy times as (begin, end) in whole hours, the end not included; one whose end is not
    after its begin is void. A meeting takes `length` >= 1 hours between `opening` and `closing`. Return the first start at
    which everybody has time, with an empty text. If there is none, return the first start at which only one person is busy,
    with the name of that person. If there is none either, return (-1, "").

    >>> earliest_meeting({"Ada": [(9, 11)], "Bo": [(12, 13)]}, 8, 17, 2)
    (13, '')
    >>> earliest_meeting({"Ada": [(8, 12)], "Bo": [(11, 14)]}, 8, 14, 2)
    (8, 'Ada')
    """
    free = {name: aux(busy, opening, closing, length) for name, busy in calendars.items()}
    absences = []
    for start in range(opening, closing - length + 1):
        missing = [name for name in free if start not in free[name]]
        if not missing:
            return start, ""
        if len(missing) == 1:
            absences.append((start, missing[0]))
    return absences[0] if absences else (-1, "")


def check(candidate):
    assert candidate({"Ada": [(9, 11)], "Bo": [(12, 13)]}, 8, 17, 2) == (13, "")
    assert candidate({"Ada": [(8, 12)], "Bo": [(11, 14)]}, 8, 14, 2) == (8, "Ada")
    assert candidate({}, 8, 17, 1) == (8, "")
    assert candidate({}, 8, 10, 3) == (-1, "")
    assert candidate({"Ada": []}, 8, 10, 2) == (8, "")
    assert candidate({"Ada": [(8, 10)]}, 8, 10, 2) == (8, "Ada")
    assert candidate({"Ada": [(8, 10)], "Bo": [(9, 10)]}, 8, 10, 2) == (-1, "")
    assert candidate({"Ada": [(9, 9), (12, 10)], "Bo": [(11, 12)]}, 8, 12, 3) == (8, "")
    assert candidate({"Cy": [(0, 9)], "Bo": [(10, 24)], "Al": [(9, 10)]}, 8, 12, 1) == (8, "Cy")
    assert candidate({"Cy": [(0, 24)], "Bo": [(6, 9), (9, 11)]}, 8, 14, 2) == (11, "Cy")
