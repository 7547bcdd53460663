from itertools import pairwise


def aux(lines: dict[str, list[str]], trip: list[str]) -> list[set[str]]:
    """For each leg of the trip the lines that call at both its ends."""
    calls: dict[str, set[str]] = {}
    for line, stops in lines.items():
        for stop in stops:
            calls.setdefault(stop, set()).add(line)
    legs: list[set[str]] = []
    for start, end in pairwise(trip):
        legs.append(calls.get(start, set()) & calls.get(end, set()))
    return legs


def tram_changes(lines: dict[str, list[str]], trip: list[str]) -> int:
    """Count how often a traveller must change trams.

    `lines` maps each tram line to the stops at which it calls; trams run both ways. The traveller visits the stops of
    `trip` in the given order and goes from each to the next with one tram of a line that calls at both, and may go on with
    the same line or change to another at every stop of the trip. Return the smallest number of changes, or -1 if two
    stops in a row have no line in common; a trip of fewer than two stops needs 0.

    >>> tram_changes({"1": ["zoo", "park", "port"], "2": ["port", "fair"]}, ["zoo", "port", "fair"])
    1
    >>> tram_changes({"1": ["zoo", "park"]}, ["zoo", "moon"])
    -1
    """
    changes = 0
    current: set[str] = set()
    for usable in aux(lines, trip):
        if not usable:
            return -1
        if current and not current & usable:
            changes += 1
            current = set()
        current = current & usable if current else usable
    return changes


def check(candidate):
    assert candidate({"1": ["zoo", "park", "port"], "2": ["port", "fair"]}, ["zoo", "port", "fair"]) == 1
    assert candidate({"1": ["zoo", "park"]}, ["zoo", "moon"]) == -1
    assert candidate({}, []) == 0
    assert candidate({"1": ["a", "b"]}, ["c"]) == 0
    assert candidate({"1": ["a", "b", "c"], "2": ["b", "a"]}, ["a", "b", "a", "c"]) == 0
    assert candidate({"1": ["a", "b"], "2": ["a", "b", "c"], "3": ["c", "d"]}, ["a", "b", "c", "d", "c", "a"]) == 2
    assert candidate({"x": ["p", "q", "r"], "y": ["q", "r", "s"], "z": ["r", "s", "p"]}, ["p", "q", "r", "s", "p"]) == 1
    assert candidate({"k": ["a", "b"], "l": ["c", "d"]}, ["a", "b", "c", "d"]) == -1
