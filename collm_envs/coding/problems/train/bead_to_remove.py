def aux(weights: list[int]) -> list[int]:
    """How unevenly the string hangs without each of the beads."""
    whole = sum(weights)
    left = 0
    leanings = []
    for weight in weights:
        right = whole - left - weight
        leanings.append(abs(left - right))
        left += weight
    return leanings


def bead_to_remove(weights: list[int]) -> int:
    """A string of beads hangs over a nail. Return the index of the one bead to take off so that the beads before it and the
    beads after it differ least in total weight. Among equally good beads take the lightest, among those the leftmost. Return
    -1 if there are no beads.

    >>> bead_to_remove([3, 9, 1, 2])
    1
    >>> bead_to_remove([])
    -1
    """
    leanings = aux(weights)
    if not weights:
        return -1
    least = min(leanings)
    best = -1
    for place, leaning in enumerate(leanings):
        if leaning == least and (best < 0 or weights[place] < weights[best]):
            best = place
    return best


def check(candidate):
    assert candidate([3, 9, 1, 2]) == 1
    assert candidate([]) == -1
    assert candidate([7]) == 0
    assert candidate([5, 2]) == 0
    assert candidate([2, 5]) == 1
    assert candidate([4, 4, 4, 4]) == 1
    assert candidate([1, 6, 2, 5, 1]) == 2
    assert candidate([2, 4, 0, 0, 6]) == 2
    assert candidate([10, 1, 1, 1, 1]) == 0
    assert candidate([0, 0]) == 0
