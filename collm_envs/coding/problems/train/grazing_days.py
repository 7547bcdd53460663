def aux(meadow: list[int], patch: int) -> int:
    """Where a sheep goes next."""
    best = patch
    # Nearer patches first, to the right first: only a strictly higher one wins over those before it.
    for step in (1, -1, 2, -2):
        there = (patch + step) % len(meadow)
        if meadow[there] > meadow[best]:
            best = there
    return best


def grazing_days(meadow: list[int], days: int) -> tuple[int, list[int]]:
    """A ring of at least one patch of grass has the given heights, and a sheep on patch 0. Each day it eats up to 3 units
    of the grass on its patch; then every other patch grows by 1 unless it has reached 6 or more; then the sheep looks at the
    patches up to two steps away and goes to the highest of them, but stays if none is higher than its own. Among equally
    high ones it goes to a nearer one, then to the right (larger indices). Return all that it ate and the number of days it
    ate on each patch.

    >>> grazing_days([4, 1, 5], 2)
    (6, [1, 0, 1])
    >>> grazing_days([2], 3)
    (2, [3])
    """
    grass = list(meadow)
    eaten, patch = 0, 0
    visits = [0] * len(meadow)
    for _ in range(days):
        bite = min(3, grass[patch])
        eaten += bite
        visits[patch] += 1
        grass = [height - bite if at == patch else max(height, min(height + 1, 6)) for at, height in enumerate(grass)]
        patch = aux(grass, patch)
    return eaten, visits


def check(candidate):
    assert candidate([4, 1, 5], 2) == (6, [1, 0, 1])
    assert candidate([2], 3) == (2, [3])
    assert candidate([5, 5], 0) == (0, [0, 0])
    assert candidate([9, 0, 0, 0], 2) == (6, [2, 0, 0, 0])
    assert candidate([0, 0, 0, 0, 0], 3) == (3, [1, 1, 1, 0, 0])
    assert candidate([0, 2, 3, 9, 3, 2], 2) == (3, [1, 0, 1, 0, 0, 0])
    assert candidate([0, 2, 3, 9, 3, 2], 5) == (12, [1, 0, 1, 2, 1, 0])
    assert candidate([3, 6, 6], 4) == (12, [1, 2, 1])
    assert candidate([0, 6], 5) == (9, [2, 3])
