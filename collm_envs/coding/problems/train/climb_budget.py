from itertools import pairwise


def aux(heights: list[int]) -> list[int]:
    """What each stage of the path costs."""
    costs = []
    for here, there in pairwise(heights):
        if there > here:
            costs.append(1 + 3 * (there - here))
        else:
            costs.append(1 + (here - there) // 2)
    return costs


def climb_budget(heights: list[int], energy: int) -> tuple[int, int]:
    """A hiker follows posts of the given heights. A stage to the next post costs 1 unit of energy, plus 3 for each metre up
    or 1 for each full two metres down. The first time that a stage costs more than is left, the hiker rests once and gains
    10 units; after that, or if it is still not enough, the walk ends before the first stage that cannot be paid. Return the
    index of the last post reached and the energy left; without any posts the index is -1.

    >>> climb_budget([0, 2, 2, 0], 9)
    (3, 9)
    >>> climb_budget([5, 5], 0)
    (1, 9)
    """
    if not heights:
        return -1, energy
    post = 0
    rested = False
    for cost in aux(heights):
        if cost > energy and not rested:
            energy += 10
            rested = True
        if cost > energy:
            break
        energy -= cost
        post += 1
    return post, energy


def check(candidate):
    assert candidate([0, 2, 2, 0], 9) == (3, 9)
    assert candidate([5, 5], 0) == (1, 9)
    assert candidate([], 4) == (-1, 4)
    assert candidate([8], 3) == (0, 3)
    assert candidate([0, 10], 20) == (0, 30)
    assert candidate([0, 10], 21) == (1, 0)
    assert candidate([3, 0, -4], 5) == (2, 0)
    assert candidate([0, 1, 2, 3, 4], 4) == (3, 2)
    assert candidate([1, 0, 1, 0, 1], 6) == (4, 6)
