def aux(stops: list[tuple[int, int]], distance: int) -> list[tuple[int, int, int]]:
    """The stops on the way in order, as (place, price, place of the next stop that is not dearer, or of the goal)."""
    ahead: list[tuple[int, int]] = []
    plan = []
    for place, price in sorted(stops, reverse=True):
        if place >= distance:
            continue
        while ahead and ahead[-1][1] > price:
            ahead.pop()
        plan.append((place, price, ahead[-1][0] if ahead else distance))
        ahead.append((place, price))
    return plan[::-1]


def cheapest_trip(stops: list[tuple[int, int]], tank: int, distance: int) -> int:
    """A van drives `distance` km along one road and uses a litre for each km. It sets out at km 0 with an empty tank that
    holds `tank` litres. Stops are (km, price of a litre), in any order, none before km 0; at each the van may buy any whole
    number of litres that fits into the tank. Return the smallest sum for which it can get to the end of the road, 0 for a
    distance of 0, and -1 if it cannot get there.

    >>> cheapest_trip([(0, 5), (4, 2)], 10, 9)
    30
    >>> cheapest_trip([(0, 2), (4, 5)], 6, 9)
    27
    """
    spent = fuel = here = 0
    for place, price, cheaper in aux(stops, distance):
        fuel -= place - here
        if fuel < 0:
            return -1
        here = place
        wanted = min(cheaper - place, tank)
        if wanted > fuel:
            spent += (wanted - fuel) * price
            fuel = wanted
    return spent if here + fuel >= distance else -1


def check(candidate):
    assert candidate([(0, 5), (4, 2)], 10, 9) == 30
    assert candidate([(0, 2), (4, 5)], 6, 9) == 27
    assert candidate([], 10, 0) == 0
    assert candidate([], 10, 5) == -1
    assert candidate([(1, 1)], 10, 5) == -1
    assert candidate([(0, 7)], 5, 5) == 35
    assert candidate([(0, 7)], 5, 6) == -1
    assert candidate([(0, 3), (0, 1), (6, 9), (20, 1)], 8, 9) == 17
    assert candidate([(8, 1), (0, 4), (3, 6), (5, 2)], 5, 12) == 30
    assert candidate([(0, 1), (5, 1), (11, 1)], 5, 12) == -1
    assert candidate([(3, 10), (0, 3), (6, 4), (2, 4), (9, 8)], 4, 12) == 52
