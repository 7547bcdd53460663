def aux(wheels: list[list[int]]) -> dict[int, int]:
    """In how many ways the wheels can stop with each total."""
    ways = {0: 1}
    for wheel in wheels:
        further: dict[int, int] = {}
        for total, count in ways.items():
            for number in wheel:
                further[total + number] = further.get(total + number, 0) + count
        ways = further
    return ways


def likely_totals(wheels: list[list[int]], wanted: int) -> tuple[list[int], int]:
    """Several wheels of fortune are spun at once; each stops with equal chance at any of its numbers, of which some may be
    equal. The total is the sum of the numbers, 0 without wheels. Return all the totals that have the greatest chance, in
    ascending order, and the chance in percent, rounded down, of a total of at least `wanted`. If some wheel has no number,
    nothing can be spun: return ([], 0).

    >>> likely_totals([[1, 2], [1, 2]], 4)
    ([3], 25)
    >>> likely_totals([[0, 5, 5]], 1)
    ([5], 66)
    """
    ways = aux(wheels)
    if not ways:
        return [], 0
    most = max(ways.values())
    favourites = sorted(total for total, count in ways.items() if count == most)
    enough = sum(count for total, count in ways.items() if total >= wanted)
    return favourites, 100 * enough // sum(ways.values())


def check(candidate):
    assert candidate([[1, 2], [1, 2]], 4) == ([3], 25)
    assert candidate([[0, 5, 5]], 1) == ([5], 66)
    assert candidate([], 0) == ([0], 100)
    assert candidate([], 1) == ([0], 0)
    assert candidate([[1, 2], [], [3]], 0) == ([], 0)
    assert candidate([[4]], 4) == ([4], 100)
    assert candidate([[1, 2, 3]], 3) == ([1, 2, 3], 33)
    assert candidate([[-1, 1], [-1, 1], [-1, 1]], 0) == ([-1, 1], 50)
    assert candidate([[0, 1], [0, 1, 1], [0, 2]], 3) == ([1, 2, 3], 41)
    assert candidate([[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]], 18) == ([10, 11], 0)
