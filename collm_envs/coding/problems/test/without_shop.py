def aux(roads: list[tuple[str, str]]) -> dict[str, str]:
    """For each village on a road the alphabetically first village that can be reached from it."""
    first: dict[str, str] = {}
    for one, other in roads:
        first.setdefault(one, one)
        first.setdefault(other, other)
        low, high = sorted((first[one], first[other]))
        for village, name in first.items():
            if name == high:
                first[village] = low
    return first


def without_shop(roads: list[tuple[str, str]], closed: list[tuple[str, str]], shops: set[str]) -> list[str]:
    """List the villages that lose their way to a shop when roads are closed by snow.

    Roads go both ways, and a closed road may be given from either end; closing one closes it even if it is listed twice,
    and closing a road that does not exist does nothing. Return, in alphabetical order, the villages on at least one road
    from which some shop could be reached before but none can be reached now. A village with a shop of its own always
    reaches one.

    >>> without_shop([("elm", "fir"), ("fir", "oak")], [("oak", "fir")], {"elm"})
    ['oak']
    >>> without_shop([("elm", "fir")], [("elm", "fir")], set())
    []
    """
    shut = {frozenset(road) for road in closed}
    before = aux(roads)
    after = aux([road for road in roads if frozenset(road) not in shut])
    supplied = {before.get(shop, shop) for shop in shops}
    still = {after.get(shop, shop) for shop in shops}
    return sorted(place for place, name in before.items() if name in supplied and after.get(place, place) not in still)


def check(candidate):
    assert candidate([("elm", "fir"), ("fir", "oak")], [("oak", "fir")], {"elm"}) == ["oak"]
    assert candidate([("elm", "fir")], [("elm", "fir")], set()) == []
    assert candidate([], [("a", "b")], {"a"}) == []
    assert candidate([("a", "b"), ("b", "a"), ("b", "c")], [("b", "a")], {"a"}) == ["b", "c"]
    assert candidate([("a", "b"), ("b", "c"), ("c", "a")], [("a", "b")], {"a"}) == []
    assert candidate([("a", "b"), ("c", "d"), ("d", "e")], [("c", "d"), ("x", "y")], {"e", "b"}) == ["c"]
    assert candidate([("p", "q"), ("q", "r"), ("r", "s")], [("p", "q"), ("r", "s")], {"p", "s"}) == ["q", "r"]
    assert candidate([("p", "q"), ("r", "s")], [("q", "p"), ("r", "s")], {"q", "z"}) == ["p"]
