def aux(levels: list[int], sizes: list[int], first: int, amount: int) -> tuple[list[int], int]:
    """The levels after pouring into one tank and all it spills over to, and what runs off behind the last."""
    new = list(levels)
    for tank in range(first, len(sizes)):
        room = sizes[tank] - new[tank]
        kept = min(room, amount)
        new[tank] += kept
        amount -= kept
    return new, amount


def cascade_tanks(sizes: list[int], actions: list[tuple[int, int]]) -> tuple[list[int], int]:
    """Tanks of the given sizes stand on steps, the first at the top; all are empty. An action (tank, litres) with positive
    litres pours water into the tank with this index; what it cannot hold flows into the next one, and from there on, and what
    the last cannot hold is lost. With negative litres so much is taken out of this tank, or all that is in it if there is
    less. Return the levels at the end and the litres lost.

    >>> cascade_tanks([5, 4], [(0, 7), (0, -3), (1, 4)])
    ([2, 4], 2)
    >>> cascade_tanks([3], [(0, 2), (0, -9)])
    ([0], 0)
    """
    levels = [0] * len(sizes)
    lost = 0
    for tank, litres in actions:
        if litres < 0:
            levels[tank] = max(levels[tank] + litres, 0)
        else:
            levels, spilt = aux(levels, sizes, tank, litres)
            lost += spilt
    return levels, lost


def check(candidate):
    assert candidate([5, 4], [(0, 7), (0, -3), (1, 4)]) == ([2, 4], 2)
    assert candidate([3], [(0, 2), (0, -9)]) == ([0], 0)
    assert candidate([], []) == ([], 0)
    assert candidate([4, 4], []) == ([0, 0], 0)
    assert candidate([0, 0, 2], [(0, 3)]) == ([0, 0, 2], 1)
    assert candidate([5, 5, 5], [(1, 8), (0, 9), (2, 3)]) == ([5, 5, 5], 5)
    assert candidate([1, 2, 3], [(2, 3), (1, 1), (0, 2)]) == ([1, 2, 3], 0)
    assert candidate([10, 1], [(0, 10), (0, 0), (0, -4), (0, 5), (1, -1), (0, 6)]) == ([10, 1], 5)
