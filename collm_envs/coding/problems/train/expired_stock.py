from collections import deque


def aux(deliveries: list[tuple[int, int]], sales: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Day by day, for the days with a delivery or a sale: (day, bottles delivered, bottles asked for)."""
    days: dict[int, list[int]] = {}
    for column, events in enumerate((deliveries, sales)):
        for day, bottles in events:
            if bottles > 0:
                days.setdefault(day, [0, 0])[column] += bottles
    return [(day, days[day][0], days[day][1]) for day in sorted(days)]


def expired_stock(deliveries: list[tuple[int, int]], sales: list[tuple[int, int]], keeps: int) -> tuple[int, int, int]:
    """A dairy gets bottles of milk, (day, bottles) in any order, and customers ask for bottles, also (day, bottles); entries
    without a positive number of bottles are void. Milk delivered on day d can be sold from d to d + keeps - 1 and is then
    thrown away; keeps is at least 1. A delivery comes before the sales of its day, and the oldest milk that is still good is
    sold first. Return the bottles sold, the bottles asked for in vain, and the bottles thrown away up to and including the
    last day that has a valid entry (milk is thrown away in the morning of the first day on which it may not be sold).

    >>> expired_stock([(0, 10), (2, 5)], [(1, 4), (3, 6)], 3)
    (9, 1, 6)
    >>> expired_stock([(0, 10)], [], 1)
    (0, 0, 0)
    """
    sold = missed = thrown = 0
    shelf: deque[tuple[int, int]] = deque()
    for day, delivered, asked in aux(deliveries, sales):
        while shelf and shelf[0][0] + keeps <= day:
            thrown += shelf.popleft()[1]
        if delivered:
            shelf.append((day, delivered))
        while asked and shelf:
            since, bottles = shelf.popleft()
            used = min(bottles, asked)
            sold += used
            asked -= used
            if used < bottles:
                shelf.appendleft((since, bottles - used))
        missed += asked
    return sold, missed, thrown


def check(candidate):
    assert candidate([(0, 10), (2, 5)], [(1, 4), (3, 6)], 3) == (9, 1, 6)
    assert candidate([(0, 10)], [], 1) == (0, 0, 0)
    assert candidate([], [], 5) == (0, 0, 0)
    assert candidate([], [(4, 3), (4, 2)], 2) == (0, 5, 0)
    assert candidate([(3, 8)], [(3, 8)], 1) == (8, 0, 0)
    assert candidate([(3, 8)], [(2, 8)], 1) == (0, 8, 0)
    assert candidate([(0, 4)], [(1, 4)], 2) == (4, 0, 0)
    assert candidate([(0, 4)], [(2, 4)], 2) == (0, 4, 4)
    assert candidate([(5, 3), (1, 2), (5, 1)], [(6, 5), (2, 1)], 4) == (5, 1, 1)
    assert candidate([(1, 2), (2, 2), (3, 2)], [(3, 3), (4, 3)], 3) == (6, 0, 0)
    assert candidate([(1, 5), (9, -2)], [(7, 0), (3, 1)], 3) == (1, 0, 0)
    assert candidate([(0, 1), (1, 1), (2, 1), (3, 1)], [(1, 1), (3, 3)], 2) == (3, 1, 1)
