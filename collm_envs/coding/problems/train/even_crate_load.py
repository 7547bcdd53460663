def aux(crates: list[int], limit: int) -> list[set[int]]:
    """For every number of crates, all total weights up to the limit that so many crates can have."""
    totals: list[set[int]] = [{0}]
    for crate in crates:
        totals.append(set())
        # From many to few, so that a crate is never loaded twice.
        for count in range(len(totals) - 1, 0, -1):
            for total in totals[count - 1]:
                if total + crate <= limit:
                    totals[count].add(total + crate)
    return totals


def even_crate_load(crates: list[int], limit: int) -> tuple[int, int]:
    """A mule carries the same number of crates on its left and on its right, whatever they weigh, so the number of crates is
    even; it may be 0. Return the heaviest total weight that is at most `limit`, and the smallest even number of crates that
    has this weight. Weights are positive and each crate can be taken once.

    >>> even_crate_load([5, 4, 3], 10)
    (9, 2)
    >>> even_crate_load([6], 100)
    (0, 0)
    """
    best = (0, 0)
    for count, totals in enumerate(aux(crates, limit)):
        if count % 2 == 1 or not totals:
            continue
        heaviest = max(totals)
        if heaviest > best[0]:
            best = (heaviest, count)
    return best


def check(candidate):
    assert candidate([5, 4, 3], 10) == (9, 2)
    assert candidate([6], 100) == (0, 0)
    assert candidate([], 5) == (0, 0)
    assert candidate([2, 2], 3) == (0, 0)
    assert candidate([1, 1, 1, 1], 4) == (4, 4)
    assert candidate([1, 1, 1, 1, 4], 5) == (5, 2)
    assert candidate([9, 8, 2, 2, 2, 2], 8) == (8, 4)
    assert candidate([7, 7, 7], 21) == (14, 2)
    assert candidate([3, 5, 6, 10], 20) == (16, 2)
    assert candidate([10, 1, 2, 3, 4], 12) == (12, 2)
    assert candidate([1, 2, 3, 5, 8, 13], 18) == (18, 2)
    assert candidate([1, 2, 3, 5, 8, 13], 24) == (24, 4)
