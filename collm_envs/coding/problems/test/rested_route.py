from heapq import heappop, heappush


def aux(roads: list[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """From each place the minutes of the shortest road to each neighbour."""
    nearby: dict[str, dict[str, int]] = {}
    for one, other, minutes in roads:
        for start, end in ((one, other), (other, one)):
            row = nearby.setdefault(start, {})
            row[end] = min(minutes, row.get(end, minutes))
    return nearby


def rested_route(roads: list[tuple[str, str, int]], start: str, goal: str, stamina: int, rest: int) -> int:
    """Find how soon a hiker can be at the goal.

    A road (one place, another, minutes > 0) can be walked both ways, but not interrupted. The hiker sets out rested and
    may walk at most `stamina` minutes without a rest; at any place they may rest for `rest` minutes (0 or more), after
    which they can walk `stamina` minutes again. Return the fewest minutes, walking and resting, from start to goal, or -1
    if they cannot get there.

    >>> rested_route([("hut", "pass", 50), ("pass", "lake", 30)], "hut", "lake", 60, 15)
    95
    >>> rested_route([("hut", "pass", 50)], "hut", "pass", 40, 5)
    -1
    """
    nearby = aux(roads)
    queue = [(0, 0, start)]
    freshest: dict[str, int] = {}
    while queue:
        time, walked, place = heappop(queue)
        if place == goal:
            return time
        if freshest.get(place, walked + 1) <= walked:
            continue
        freshest[place] = walked
        for there, minutes in nearby.get(place, {}).items():
            if walked + minutes <= stamina:
                heappush(queue, (time + minutes, walked + minutes, there))
            if walked > 0 and minutes <= stamina:
                heappush(queue, (time + rest + minutes, minutes, there))
    return -1


def check(candidate):
    assert candidate([("hut", "pass", 50), ("pass", "lake", 30)], "hut", "lake", 60, 15) == 95
    assert candidate([("hut", "pass", 50)], "hut", "pass", 40, 5) == -1
    assert candidate([], "hut", "hut", 10, 5) == 0
    assert candidate([("a", "b", 9), ("b", "a", 4)], "a", "b", 5, 1) == 4
    assert candidate([("a", "b", 10), ("b", "c", 10), ("a", "d", 12), ("d", "c", 12)], "a", "c", 24, 30) == 20
    assert candidate([("a", "b", 10), ("b", "c", 15), ("a", "d", 12), ("d", "c", 15)], "a", "c", 25, 30) == 25
    assert candidate([("a", "b", 6), ("b", "c", 6), ("c", "d", 6), ("a", "c", 13)], "a", "d", 13, 20) == 38
    assert candidate([("a", "b", 8), ("b", "c", 5), ("a", "x", 4), ("x", "b", 5), ("c", "d", 4)], "a", "d", 9, 2) == 19
