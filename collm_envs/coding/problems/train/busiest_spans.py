from itertools import pairwise


def aux(visits: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The moments at which the number of visitors changes, in order, with the change."""
    changes: dict[int, int] = {}
    for enter, leave in visits:
        if enter < leave:
            changes[enter] = changes.get(enter, 0) + 1
            changes[leave] = changes.get(leave, 0) - 1
    return [(moment, changes[moment]) for moment in sorted(changes) if changes[moment] != 0]


def busiest_spans(visits: list[tuple[int, int]]) -> tuple[int, list[tuple[int, int]]]:
    """Each visit to a museum lasts from its first number up to, not including, its second; a visit that ends no later than it
    begins did not happen. Return the largest number of visitors at one time and all the longest possible spans (start, end)
    in which that number were inside, in order. A span goes on if somebody leaves at the very moment somebody else enters.
    Without visits return (0, []).

    >>> busiest_spans([(1, 5), (3, 8), (5, 9)])
    (2, [(3, 8)])
    >>> busiest_spans([])
    (0, [])
    """
    steps = aux(visits)
    most = inside = 0
    spans: list[tuple[int, int]] = []
    for (moment, change), (following, _) in pairwise(steps):
        inside += change
        if inside > most:
            most = inside
            spans = []
        if inside == most:
            spans.append((moment, following))
    return most, spans


def check(candidate):
    assert candidate([(1, 5), (3, 8), (5, 9)]) == (2, [(3, 8)])
    assert candidate([]) == (0, [])
    assert candidate([(4, 4), (9, 2)]) == (0, [])
    assert candidate([(2, 6)]) == (1, [(2, 6)])
    assert candidate([(1, 3), (5, 7)]) == (1, [(1, 3), (5, 7)])
    assert candidate([(1, 3), (3, 7)]) == (1, [(1, 7)])
    assert candidate([(0, 10), (0, 10), (2, 3), (6, 8)]) == (3, [(2, 3), (6, 8)])
    assert candidate([(-5, -1), (-2, 4), (-2, 0)]) == (3, [(-2, -1)])
    assert candidate([(5, 9), (1, 20), (9, 12), (15, 16)]) == (2, [(5, 12), (15, 16)])
