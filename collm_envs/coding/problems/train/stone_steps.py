def aux(heights: list[int], step: int) -> list[int]:
    """For each stone the largest number of stones of a way that begins there."""
    counts = [1] * len(heights)
    for here in range(len(heights) - 1, -1, -1):
        for there in range(here + 1, min(here + 4, len(heights))):
            if 0 < heights[there] - heights[here] <= step:
                counts[here] = max(counts[here], 1 + counts[there])
    return counts


def stone_steps(heights: list[int], step: int) -> list[int]:
    """Climb a row of stones from left to right.

    You may begin and end on any stone. Each next stone must be higher than the last by at least 1 and at most `step`,
    and at most two stones may be left out between them. Return the heights of the stones on a way with as many stones as
    possible; of several, the list that is smallest when compared number by number from the left.

    >>> stone_steps([3, 1, 2, 9, 4], 2)
    [1, 2, 4]
    >>> stone_steps([5, 5], 3)
    [5]
    """
    counts = aux(heights, step)
    way: list[int] = []
    spots = list(range(len(heights)))
    for left in range(max(counts, default=0), 0, -1):
        good = [spot for spot in spots if counts[spot] == left]
        lowest = min(heights[spot] for spot in good)
        way.append(lowest)
        reach = {there for spot in good if heights[spot] == lowest for there in range(spot + 1, min(spot + 4, len(heights)))}
        spots = [there for there in sorted(reach) if 0 < heights[there] - lowest <= step]
    return way


def check(candidate):
    assert candidate([3, 1, 2, 9, 4], 2) == [1, 2, 4]
    assert candidate([5, 5], 3) == [5]
    assert candidate([], 3) == []
    assert candidate([4], 0) == [4]
    assert candidate([1, 9, 9, 9, 2], 5) == [1]
    assert candidate([1, 3, 2, 5, 4], 2) == [1, 2, 4]
    assert candidate([-3, -3, 0, -1, 2], 3) == [-3, -1, 2]
    assert candidate([7, 2, 8, 3, 9], 1) == [7, 8, 9]
    assert candidate([1, 1, 9, 9, 2, 3], 1) == [1, 2, 3]
    assert candidate([0, 5, 2, 6, 1], 2) == [0, 2]
