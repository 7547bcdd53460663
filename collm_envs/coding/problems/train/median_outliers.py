def aux(numbers: list[float]) -> float:
    """The median; 0.0 without numbers."""
    ordered = sorted(numbers)
    if not ordered:
        return 0.0
    middle = len(ordered) // 2
    if len(ordered) % 2 == 1:
        return float(ordered[middle])
    return (ordered[middle - 1] + ordered[middle]) / 2


def median_outliers(readings: list[int | None]) -> list[int]:
    """A thermometer gives whole readings, None where it failed. The centre is the median of the readings (for an even number
    the mean of the two in the middle); the spread is the median, in the same sense, of the distances of all the readings
    from the centre. Return the indices of the readings whose distance from the centre is more than three times the spread,
    in order. Failures are neither readings nor outliers.

    >>> median_outliers([20, 21, None, 19, 60, 20])
    [4]
    >>> median_outliers([5, 5, 6, 5])
    [2]
    """
    values = [float(reading) for reading in readings if reading is not None]
    centre = aux(values)
    spread = aux([abs(value - centre) for value in values])
    outliers = []
    for place, reading in enumerate(readings):
        if reading is not None and abs(reading - centre) > 3 * spread:
            outliers.append(place)
    return outliers


def check(candidate):
    assert candidate([20, 21, None, 19, 60, 20]) == [4]
    assert candidate([5, 5, 6, 5]) == [2]
    assert candidate([]) == []
    assert candidate([None, None]) == []
    assert candidate([-40]) == []
    assert candidate([0, 100]) == []
    assert candidate([1, 2, 3, 4, 5, 6]) == []
    assert candidate([3, 1, 2, 5, 4, 6, 9]) == []
    assert candidate([3, 1, 2, 5, 4, 6, 11]) == [6]
    assert candidate([7, 7, None, 7, -7, 7, 8]) == [4, 6]
    assert candidate([10, 12, 13, 15, 20, None, 3]) == [6]
    assert candidate([0, 4, 15]) == []
