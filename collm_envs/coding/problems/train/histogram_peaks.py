def aux(values: list[int], width: int) -> tuple[int, list[int]]:
    """The number of the lowest bin that is used, and the counts from there to the highest one."""
    bins = [value // width for value in values]
    lowest = min(bins, default=0)
    counts = [0] * (max(bins, default=lowest - 1) - lowest + 1)
    for number in bins:
        counts[number - lowest] += 1
    return lowest, counts


def histogram_peaks(values: list[int], width: int) -> list[tuple[int, int]]:
    """Values are sorted into bins of `width` >= 1: bin k holds those from k * width up to, not including, (k + 1) * width,
    also for negative k. A peak is a longest possible row of neighbouring bins with one and the same count such that the bin
    before it and the bin after it both hold fewer values. Return the peaks in order as (start, end): the smallest value of
    the first bin and the smallest value no longer in the last bin.

    >>> histogram_peaks([1, 2, 11, 12, 25, 31, 32, 33], 10)
    [(0, 20), (30, 40)]
    >>> histogram_peaks([], 5)
    []
    """
    lowest, counts = aux(values, width)
    padded = [0, *counts, 0]
    peaks = []
    start = 0
    for place in range(1, len(padded)):
        if padded[place] > padded[place - 1]:
            start = place
        elif padded[place] < padded[place - 1]:
            if start:
                peaks.append(((lowest + start - 1) * width, (lowest + place - 1) * width))
            start = 0
    return peaks


def check(candidate):
    assert candidate([1, 2, 11, 12, 25, 31, 32, 33], 10) == [(0, 20), (30, 40)]
    assert candidate([], 5) == []
    assert candidate([7], 5) == [(5, 10)]
    assert candidate([-1, 0], 4) == [(-4, 4)]
    assert candidate([-1, -2, 0], 2) == [(-2, 0)]
    assert candidate([3, 9], 1) == [(3, 4), (9, 10)]
    assert candidate([1, 1, 2, 3, 3, 3, 4, 5], 1) == [(1, 2), (3, 4)]
    assert candidate([1, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5, 6], 1) == [(4, 6)]
    assert candidate([1, 1, 2, 3, 4, 4, 5, 6, 6], 1) == [(1, 2), (4, 5), (6, 7)]
    assert candidate([20, 3, 12, 5, 8, 27], 10) == [(0, 10), (20, 30)]
