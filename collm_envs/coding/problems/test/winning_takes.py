def aux(top: int, takes: set[int]) -> list[int]:
    """The Grundy number of a pile of each size from 0 to `top`."""
    numbers: list[int] = []
    for size in range(top + 1):
        reached = {numbers[size - take] for take in takes if take <= size}
        number = 0
        while number in reached:
            number += 1
        numbers.append(number)
    return numbers


def winning_takes(piles: list[int], takes: set[int]) -> list[tuple[int, int]]:
    """List the good moves in a game with piles of pebbles.

    Two players move in turn. A move takes pebbles from one pile, and how many must be one of the numbers in `takes`, all
    greater than 0. Who cannot move loses. Return each move (index of the pile, pebbles taken) after which the player who
    made it wins however well the other plays, in rising order.

    >>> winning_takes([5], {1, 2})
    [(0, 2)]
    >>> winning_takes([4, 4], {1, 3})
    []
    """
    numbers = aux(max(piles, default=0), takes)
    balance = 0
    for pile in piles:
        balance ^= numbers[pile]
    moves: list[tuple[int, int]] = []
    for index, pile in enumerate(piles):
        for take in sorted(takes):
            if take <= pile and balance ^ numbers[pile] ^ numbers[pile - take] == 0:
                moves.append((index, take))
    return moves


def check(candidate):
    assert candidate([5], {1, 2}) == [(0, 2)]
    assert candidate([4, 4], {1, 3}) == []
    assert candidate([], {1}) == []
    assert candidate([3, 0], set()) == []
    assert candidate([3], {1, 3}) == [(0, 1), (0, 3)]
    assert candidate([1, 2, 3], {1, 2, 3}) == []
    assert candidate([9, 2], {2, 3}) == [(0, 2)]
    assert candidate([6, 3, 1], {1, 4}) == [(0, 1), (0, 4), (1, 1), (2, 1)]
    assert candidate([9, 5, 4], {1, 2, 6}) == [(2, 1)]
    assert candidate([2, 3, 5], {1, 2, 3, 4, 5}) == [(2, 4)]
