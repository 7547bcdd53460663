def aux(orders: list[str]) -> list[int]:
    """The orders that count: floors up as a positive number, down as a negative one, 0 for opening the door."""
    moves = []
    for order in orders:
        word, _, number = order.partition(" ")
        floors = int(number) if number.isdigit() else 0
        if order == "open":
            moves.append(0)
        elif floors and word in ("up", "down"):
            moves.append(floors if word == "up" else -floors)
    return moves


def elevator_stops(start: int, top: int, orders: list[str]) -> tuple[list[int], int]:
    """A lift stands at floor `start` of the floors 0 to `top`. Its orders are "up 3", "down 1" and "open", spelt exactly so,
    with any number of digits; anything else is ignored, and so is a move by 0 floors. A move that would leave the building
    ends at its last floor, and a bell rings. Return the floors at which the door was opened, in order and leaving out
    repeated openings at one stop (no move that counts in between), and how often the bell rang.

    >>> elevator_stops(0, 5, ["up 3", "open", "up 4", "open"])
    ([3, 5], 1)
    >>> elevator_stops(2, 9, ["open", "open", "down 0", "jump", "open"])
    ([2], 0)
    """
    floor, bells = start, 0
    opened: list[int] = []
    is_open = False
    for move in aux(orders):
        if move == 0:
            if not is_open:
                opened.append(floor)
            is_open = True
            continue
        goal = floor + move
        floor = min(max(goal, 0), top)
        bells += floor != goal
        is_open = False
    return opened, bells


def check(candidate):
    assert candidate(0, 5, ["up 3", "open", "up 4", "open"]) == ([3, 5], 1)
    assert candidate(2, 9, ["open", "open", "down 0", "jump", "open"]) == ([2], 0)
    assert candidate(4, 7, []) == ([], 0)
    assert candidate(1, 3, ["down 5", "open", "down 1", "open"]) == ([0, 0], 2)
    assert candidate(0, 20, ["up 12", "open", "UP 1", "up", "up -1", "up x", "open"]) == ([12], 0)
    assert candidate(0, 0, ["up 1", "open", "up 00", "open", "down 01"]) == ([0], 2)
    assert candidate(3, 6, ["up 1", "down 1", "open", "up 3", "open"]) == ([3, 6], 0)
    assert candidate(5, 6, ["open ", " open", "open up", "down 2"]) == ([], 0)
