def aux(start: int, factor: int, shift: int, size: int) -> tuple[list[int], int]:
    """The positions up to the first repetition, and the index at which the repeating part begins."""
    first_seen: dict[int, int] = {}
    positions: list[int] = []
    position = start % size
    while position not in first_seen:
        first_seen[position] = len(positions)
        positions.append(position)
        position = (position * factor + shift) % size
    return positions, first_seen[position]


def long_run_total(start: int, factor: int, shift: int, size: int, rounds: int) -> int:
    """A dial with the positions 0 to size - 1 begins at `start` (reduced modulo size). In each round the present position is
    added to a total, then the dial goes from position p to (p * factor + shift) modulo size. Return the total after the
    given number of rounds, which may be as large as 10 ** 15, so that the rounds cannot be played one by one.

    >>> long_run_total(1, 2, 0, 10, 5)
    21
    >>> long_run_total(7, 1, 0, 8, 1000000000000)
    7000000000000
    """
    positions, loop = aux(start, factor, shift, size)
    if rounds <= len(positions):
        return sum(positions[:rounds])
    repeating = positions[loop:]
    turns, rest = divmod(rounds - loop, len(repeating))
    return sum(positions[:loop]) + turns * sum(repeating) + sum(repeating[:rest])


def check(candidate):
    assert candidate(1, 2, 0, 10, 5) == 21
    assert candidate(7, 1, 0, 8, 1000000000000) == 7000000000000
    assert candidate(3, 5, 2, 9, 0) == 0
    assert candidate(4, 0, 0, 5, 100) == 4
    assert candidate(0, 1, 1, 4, 10) == 13
    assert candidate(-1, 1, 1, 6, 2) == 5
    assert candidate(1, 2, 0, 10, 1000000000000000) == 4999999999999995
    assert candidate(12, 3, 0, 27, 4) == 21
    assert candidate(5, 9, 9, 1, 123456789) == 0
