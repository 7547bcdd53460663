def aux(costs: list[int], height: int) -> list[int]:
    """The least cost for each final height of the next picket, given those for the picket before it."""
    following: list[int] = []
    for level in range(len(costs)):
        near = [costs[other] for other in (level - 1, level + 1) if 0 <= other < len(costs)]
        following.append(min(near) + abs(level - height))
    return following


def picket_cost(heights: list[int], top: int) -> int:
    """Find the least work that gives a garden fence the right look.

    The pickets have whole heights from 0 to `top` >= 1. Making a picket one higher or one lower costs one hour, as often
    as you like, but it must stay within 0 and `top`. In the end each picket must differ from the next by exactly one, and
    the first and the last must not be lower than they were. Return the least number of hours, 0 for no pickets and -1 if it
    cannot be done.

    >>> picket_cost([3, 3, 3], 5)
    1
    >>> picket_cost([2, 9], 9)
    6
    """
    if not heights:
        return 0
    never = 10**9
    costs = [level - heights[0] if level >= heights[0] else never for level in range(top + 1)]
    for height in heights[1:]:
        costs = aux(costs, height)
    least = min(costs[heights[-1] :])
    return least if least < never else -1


def check(candidate):
    assert candidate([3, 3, 3], 5) == 1
    assert candidate([2, 9], 9) == 6
    assert candidate([], 4) == 0
    assert candidate([2], 4) == 0
    assert candidate([1, 1], 1) == -1
    assert candidate([0, 0, 0, 0], 1) == 2
    assert candidate([5, 0, 5], 9) == 4
    assert candidate([4, 2, 2, 1, 3], 4) == 4
    assert candidate([1, 2, 3, 3, 3, 2], 6) == 1
