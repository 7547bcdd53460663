def aux(levels: list[int], window: int) -> list[int]:
    """For every place from `window` on, the sum of the `window` levels just before it."""
    sums = []
    running = 0
    for place, level in enumerate(levels):
        if place >= window:
            sums.append(running)
            running -= levels[place - window]
        running += level
    return sums


def jump_alarms(levels: list[int], window: int) -> list[int]:
    """A river gauge sounds an alarm at a level that is more than twice the mean of the `window` >= 1 levels just before it; it
    stays silent at levels with fewer levels before them. After an alarm it also stays silent for the next `window` levels,
    which still count for later means. Return the indices of the alarms.

    >>> jump_alarms([2, 2, 5, 30, 2, 9], 2)
    [2]
    >>> jump_alarms([1, 3, 7], 1)
    [1]
    """
    alarms: list[int] = []
    for place, before in enumerate(aux(levels, window), start=window):
        if alarms and place - alarms[-1] <= window:
            continue
        if levels[place] * window > 2 * before:
            alarms.append(place)
    return alarms


def check(candidate):
    assert candidate([2, 2, 5, 30, 2, 9], 2) == [2]
    assert candidate([1, 3, 7], 1) == [1]
    assert candidate([], 3) == []
    assert candidate([9, 9], 2) == []
    assert candidate([1, 2, 4, 8], 1) == []
    assert candidate([1, 3, 9, 27, 81], 1) == [1, 3]
    assert candidate([0, 0, 0, 1], 3) == [3]
    assert candidate([-4, -4, -4, -9], 2) == [2]
    assert candidate([1, 1, 3, 9, 9, 25, 1], 2) == [2, 5]
    assert candidate([5, 0, 1, 2, 5], 3) == [4]
