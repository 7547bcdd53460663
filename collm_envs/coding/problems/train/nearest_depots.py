from collections import deque


def aux(roads: list[tuple[str, str]], start: str) -> dict[str, int]:
    """How many roads each reachable village lies away from the start."""
    away = {start: 0}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for one, other in roads:
            if here in (one, other):
                there = other if here == one else one
                if there not in away:
                    away[there] = away[here] + 1
                    queue.append(there)
    return away


def nearest_depots(roads: list[tuple[str, str]], depots: list[str]) -> dict[str, list[str]]:
    """Share out the villages among the depots of a parcel service.

    Roads can be used both ways. A village is served by the depot from which it is the fewest roads away; if several are
    equally near, by the one that stands first in `depots`. A depot is a village too, even one without roads. Map each
    depot to its villages in alphabetical order; villages that no depot reaches are listed under "", and that key is
    there only if there are any.

    >>> nearest_depots([("ash", "bay"), ("bay", "cob")], ["ash", "cob"])
    {'ash': ['ash', 'bay'], 'cob': ['cob']}
    >>> nearest_depots([("ash", "bay")], [])
    {'': ['ash', 'bay']}
    """
    best: dict[str, tuple[int, str]] = {}
    for depot in depots:
        for village, steps in aux(roads, depot).items():
            if village not in best or steps < best[village][0]:
                best[village] = (steps, depot)
    served: dict[str, list[str]] = {depot: [] for depot in depots}
    for village in sorted({end for road in roads for end in road} | set(depots)):
        owner = best[village][1] if village in best else ""
        served.setdefault(owner, []).append(village)
    return served


def check(candidate):
    assert candidate([("ash", "bay"), ("bay", "cob")], ["ash", "cob"]) == {"ash": ["ash", "bay"], "cob": ["cob"]}
    assert candidate([("ash", "bay")], []) == {"": ["ash", "bay"]}
    assert candidate([], []) == {}
    assert candidate([], ["elm"]) == {"elm": ["elm"]}
    assert candidate([("a", "b"), ("b", "c")], ["c", "a"]) == {"c": ["b", "c"], "a": ["a"]}
    assert candidate([("a", "b"), ("c", "d")], ["b"]) == {"b": ["a", "b"], "": ["c", "d"]}
    assert candidate([("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")], ["d", "b"]) == {"d": ["a", "c", "d"], "b": ["b"]}
