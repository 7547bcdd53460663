def aux(customers: list[tuple[int, int]]) -> list[tuple[int, int, bool, int]]:
    """In the order in which they queue: arrival, seconds at the till, whether the basket is small, place in the list."""
    line = []
    for place, (arrival, items) in enumerate(customers):
        small = items <= 5
        seconds = 20 + 3 * items
        line.append((arrival, seconds, small, place))
    line.sort(key=lambda entry: (entry[0], entry[3]))
    return line


def checkout_waits(customers: list[tuple[int, int]], tills: int) -> list[int]:
    """Customers are (arrival second, items). They choose a till in order of arrival, for equal arrivals in the given order,
    and stay there until all before them at that till are served; serving takes 20 seconds and 3 for each item. Till 0 only
    serves customers with at most 5 items, unless it is the only one. Each customer goes to the till (among those that serve
    this customer) which will begin with this customer first; among equals to the one with the smallest number. Return each
    customer's seconds from arrival to the start of being served, in the given order. There is at least one till.

    >>> checkout_waits([(0, 10), (5, 10), (6, 1)], 2)
    [0, 45, 0]
    >>> checkout_waits([(0, 10), (5, 10), (6, 1)], 1)
    [0, 45, 94]
    """
    waits = [0] * len(customers)
    free_from = [0] * tills
    for arrival, seconds, small, place in aux(customers):
        first = 0 if small or tills == 1 else 1
        best = first
        for till in range(first, tills):
            if max(free_from[till], arrival) < max(free_from[best], arrival):
                best = till
        begin = max(free_from[best], arrival)
        waits[place] = begin - arrival
        free_from[best] = begin + seconds
    return waits


def check(candidate):
    assert candidate([(0, 10), (5, 10), (6, 1)], 2) == [0, 45, 0]
    assert candidate([(0, 10), (5, 10), (6, 1)], 1) == [0, 45, 94]
    assert candidate([], 3) == []
    assert candidate([(7, 40)], 1) == [0]
    assert candidate([(0, 5), (0, 6)], 2) == [0, 0]
    assert candidate([(0, 6), (0, 6)], 2) == [0, 38]
    assert candidate([(0, 5), (0, 5), (0, 5)], 2) == [0, 0, 35]
    assert candidate([(30, 0), (0, 10), (20, 0)], 1) == [40, 0, 30]
    assert candidate([(0, 2), (0, 20), (1, 20), (2, 2), (3, 20)], 3) == [0, 0, 0, 24, 77]
    assert candidate([(0, 1), (23, 1), (45, 1)], 1) == [0, 0, 1]
