def aux(places: list[int], boats: int) -> int:
    """The points of a boat without its worst race, if it may drop one."""
    points = [place if place > 0 else boats + 1 for place in places]
    if len(points) >= 3:
        points.remove(max(points))
    return sum(points)


def regatta_ranks(results: dict[str, list[int]]) -> dict[str, int]:
    """Rank the boats of a regatta.

    `results` maps each boat to its places in all races, the same number of races for each boat. A place p >= 1 gives p
    points, and 0 means that the boat did not finish and gives one point more than there are boats. After three or more
    races each boat drops its one worst race. Fewest points are best; of boats with equal points the one with more first
    places (counted over all races) is better, and boats equal in both share the better rank, so that the ranks after them
    are left out (1, 2, 2, 4).

    >>> regatta_ranks({"gull": [1, 2], "tern": [2, 1], "auk": [3, 0]})
    {'gull': 1, 'tern': 1, 'auk': 3}
    >>> regatta_ranks({})
    {}
    """
    standing: dict[str, tuple[int, int]] = {}
    for boat, places in results.items():
        standing[boat] = (aux(places, len(results)), -places.count(1))
    ranks: dict[str, int] = {}
    for boat, mine in standing.items():
        ranks[boat] = 1 + sum(other < mine for other in standing.values())
    return ranks


def check(candidate):
    assert candidate({"gull": [1, 2], "tern": [2, 1], "auk": [3, 0]}) == {"gull": 1, "tern": 1, "auk": 3}
    assert candidate({}) == {}
    assert candidate({"solo": [0]}) == {"solo": 1}
    assert candidate({"a": [1, 1, 0], "b": [2, 2, 1], "c": [3, 3, 2]}) == {"a": 1, "b": 2, "c": 3}
    assert candidate({"a": [2, 2], "b": [1, 3], "c": [3, 1], "d": [4, 4]}) == {"a": 3, "b": 1, "c": 1, "d": 4}
    assert candidate({"a": [], "b": []}) == {"a": 1, "b": 1}
    assert candidate({"a": [1, 4, 4], "b": [2, 3, 2], "c": [3, 1, 3], "d": [4, 2, 1]}) == {"a": 4, "b": 3, "c": 2, "d": 1}
    assert candidate({"a": [0, 0, 1], "b": [1, 2, 0]}) == {"a": 2, "b": 1}
