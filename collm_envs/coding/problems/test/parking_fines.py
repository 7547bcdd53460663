def aux(stay: tuple[str, int, int, int], rounds: list[int]) -> list[int]:
    """The minutes at which a stay is fined."""
    _, arrival, departure, paid_until = stay
    fined: list[int] = []
    for minute in sorted(rounds):
        overdue = arrival <= minute < departure and minute >= paid_until
        if overdue and (not fined or minute - fined[-1] >= 60):
            fined.append(minute)
    return fined


def parking_fines(stays: list[tuple[str, int, int, int]], rounds: list[int]) -> dict[str, int]:
    """Add up the fines of the cars on a town square.

    A stay (plate, arrival, departure, paid_until) means that the car was there from minute `arrival` up to, but not
    including, `departure`, and had paid up to, but not including, `paid_until`. `rounds` are the minutes, in any order, at
    which the warden looks at all cars there. The warden fines each car that is not paid for, but not within less than 60
    minutes of the last fine for the same stay. The earliest fine of a plate costs 20 and every further one 35. Map each
    plate that was fined to the sum.

    >>> parking_fines([("KX", 0, 300, 60)], [30, 100, 150, 160])
    {'KX': 55}
    >>> parking_fines([("KX", 0, 90, 90), ("LM", 50, 70, 0)], [60])
    {'LM': 20}
    """
    fines: dict[str, int] = {}
    for stay in stays:
        plate = stay[0]
        for _ in aux(stay, rounds):
            fines[plate] = fines[plate] + 35 if plate in fines else 20
    return fines


def check(candidate):
    assert candidate([("KX", 0, 300, 60)], [30, 100, 150, 160]) == {"KX": 55}
    assert candidate([("KX", 0, 90, 90), ("LM", 50, 70, 0)], [60]) == {"LM": 20}
    assert candidate([], [5]) == {}
    assert candidate([("A", 0, 100, 0)], []) == {}
    assert candidate([("A", 10, 20, 0), ("A", 20, 30, 0)], [20, 19]) == {"A": 55}
    assert candidate([("A", 10, 20, 15)], [14, 20, 9]) == {}
    assert candidate([("B", 0, 500, 0), ("C", 200, 400, 250)], [250, 0, 59, 119, 60, 249]) == {"B": 90, "C": 20}
    assert candidate([("Z", 5, 6, 5)], [5, 5, 5]) == {"Z": 20}
