def aux(votes: dict[str, int]) -> tuple[str, int]:
    """Who won a district and by how many votes more than the next; ("", 0) if nobody did."""
    order = sorted(votes, key=lambda party: -votes[party])
    first = votes[order[0]] if order else 0
    second = votes[order[1]] if len(order) > 1 else 0
    if first == second:
        return "", 0
    return order[0], first - second


def narrow_wins(districts: dict[str, dict[str, int]], margin: int) -> dict[str, list[str]]:
    """List the districts of an election that were won narrowly.

    `districts` maps each district to the votes (0 or more) for each party that stood there. The party with more votes
    than every other wins a district, and its lead is what it has more than the second; a party that stood alone leads by
    all its votes. With equal votes at the top, or no votes at all, nobody wins. Map each party to the districts that it
    won with a lead of at most `margin`, by rising lead and then by name; leave out parties without any.

    >>> narrow_wins({"north": {"sun": 5, "oak": 4}, "south": {"oak": 9, "sun": 1}}, 3)
    {'sun': ['north']}
    >>> narrow_wins({"west": {"sun": 4, "oak": 4}}, 3)
    {}
    """
    close: dict[str, list[tuple[int, str]]] = {}
    for district, votes in districts.items():
        party, lead = aux(votes)
        if 0 < lead <= margin:
            close.setdefault(party, []).append((lead, district))
    return {party: [district for _, district in sorted(wins)] for party, wins in close.items()}


def check(candidate):
    assert candidate({"north": {"sun": 5, "oak": 4}, "south": {"oak": 9, "sun": 1}}, 3) == {"sun": ["north"]}
    assert candidate({"west": {"sun": 4, "oak": 4}}, 3) == {}
    assert candidate({}, 10) == {}
    assert candidate({"a": {}, "b": {"x": 0}, "c": {"x": 0, "y": 0}, "d": {"x": 2}}, 2) == {"x": ["d"]}
    assert candidate({"c": {"x": 3, "y": 1}, "a": {"x": 1, "y": 3}, "b": {"x": 8, "y": 6}}, 2) == {"x": ["b", "c"], "y": ["a"]}
    assert candidate({"p": {"x": 9, "y": 5, "z": 8}, "q": {"x": 7, "y": 7, "z": 1}}, 1) == {"x": ["p"]}
    assert candidate({"m": {"x": 10, "y": 6}, "k": {"x": 10, "y": 9}, "l": {"x": 4, "y": 0}}, 4) == {"x": ["k", "l", "m"]}
    assert candidate({"m": {"x": 10, "y": 6}}, 0) == {}
