def aux(ticks: int, wheels: list[int]) -> list[int]:
    """The step at which every wheel stands, fastest first, and the full turns of the slowest one last."""
    steps = []
    carry = ticks
    for size in wheels:
        carry, step = divmod(carry, size)
        steps.append(step)
    steps.append(carry)
    return steps


def gear_display(ticks: int, wheels: list[int]) -> tuple[list[int], int]:
    """A counter has wheels with the given numbers of steps, the fastest first. Each tick turns the fastest wheel by one step
    (a negative number of ticks turns it back), and a full turn of a wheel moves the next one by one. The second, fourth, ...
    wheel is mounted backwards: at step s of n it shows n - s, and 0 at step 0; the others show their step. Return what the
    wheels show, slowest first, and the number of full turns of the slowest wheel, rounded down; without wheels that number
    is `ticks`.

    >>> gear_display(13, [10, 6])
    ([5, 3], 0)
    >>> gear_display(-1, [10])
    ([9], -1)
    """
    *steps, turns = aux(ticks, wheels)
    shown = []
    for place, (size, step) in enumerate(zip(wheels, steps)):
        if place % 2 == 1 and step > 0:
            shown.append(size - step)
        else:
            shown.append(step)
    return shown[::-1], turns


def check(candidate):
    assert candidate(13, [10, 6]) == ([5, 3], 0)
    assert candidate(-1, [10]) == ([9], -1)
    assert candidate(0, [10, 6, 4]) == ([0, 0, 0], 0)
    assert candidate(5, []) == ([], 5)
    assert candidate(60, [10, 6]) == ([0, 0], 1)
    assert candidate(239, [10, 6, 4]) == ([3, 1, 9], 0)
    assert candidate(240, [10, 6, 4]) == ([0, 0, 0], 1)
    assert candidate(-61, [10, 6]) == ([1, 9], -2)
    assert candidate(7, [2, 2, 2, 2]) == ([0, 1, 1, 1], 0)
    assert candidate(9, [1, 5, 1]) == ([0, 1, 0], 1)
    assert candidate(60, [3, 3, 3, 3]) == ([1, 0, 1, 0], 0)
