from itertools import permutations


def aux(walks: list[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """The fewest minutes between any two places that are connected; a place is 0 minutes from itself."""
    minutes: dict[str, dict[str, int]] = {}
    for one, other, length in walks:
        for start, end in ((one, other), (other, one)):
            row = minutes.setdefault(start, {start: 0})
            row[end] = min(length, row.get(end, length))
    for middle in minutes:
        for row in minutes.values():
            if middle in row:
                for end, length in minutes[middle].items():
                    row[end] = min(row[middle] + length, row.get(end, row[middle] + length))
    return minutes


def sightseeing_minutes(walks: list[tuple[str, str, int]], start: str, sights: list[str]) -> tuple[int, list[str]]:
    """Plan a day in an old town.

    Each walk (one place, another, minutes) can be used in both directions, and a walk may lead past any other place. You
    begin at `start` and want to see each of the sights, all different, in an order of your choice, and end at the last
    one. Return the fewest minutes that this takes and the order; of the orders that take as long, the alphabetically
    first. If it is impossible, return (-1, []).

    >>> sightseeing_minutes([("inn", "mill", 5), ("inn", "tower", 3), ("tower", "mill", 4)], "inn", ["mill", "tower"])
    (7, ['tower', 'mill'])
    >>> sightseeing_minutes([], "inn", ["mill"])
    (-1, [])
    """
    minutes = aux(walks)
    best: tuple[int, list[str]] = (-1, [])
    for order in permutations(sorted(sights)):
        total = 0
        here = start
        for sight in order:
            step = 0 if sight == here else minutes.get(here, {}).get(sight, -1)
            if step < 0:
                break
            total += step
            here = sight
        else:
            if best[0] < 0 or total < best[0]:
                best = (total, list(order))
    return best


def check(candidate):
    assert candidate([("p", "m", 5), ("p", "t", 3), ("t", "m", 4)], "p", ["m", "t"]) == (7, ["t", "m"])
    assert candidate([], "inn", ["mill"]) == (-1, [])
    assert candidate([("a", "b", 2)], "a", []) == (0, [])
    assert candidate([], "a", ["a"]) == (0, ["a"])
    assert candidate([("a", "b", 9), ("b", "a", 4), ("b", "c", 1)], "a", ["c"]) == (5, ["c"])
    assert candidate([("hub", "x", 1), ("hub", "y", 1), ("hub", "z", 1)], "hub", ["z", "y", "x"]) == (5, ["x", "y", "z"])
    assert candidate([("s", "a", 10), ("s", "b", 1), ("b", "a", 2), ("a", "c", 3)], "s", ["a", "c", "b"]) == (6, ["b", "a", "c"])
    assert candidate([("a", "b", 1), ("c", "d", 1)], "a", ["b", "c"]) == (-1, [])
