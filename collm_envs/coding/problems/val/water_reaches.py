def aux(channels: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Where each place sends its water, the keys in such an order that water only flows to later ones."""
    outlets: dict[str, list[str]] = {}
    sources: dict[str, int] = {}
    for upper, lower in channels:
        outlets.setdefault(upper, []).append(lower)
        outlets.setdefault(lower, [])
        sources[lower] = sources.get(lower, 0) + 1
    ready = [place for place in outlets if place not in sources]
    ordered: dict[str, list[str]] = {}
    while ready:
        place = ready.pop()
        ordered[place] = outlets[place]
        for lower in outlets[place]:
            sources[lower] -= 1
            if sources[lower] == 0:
                ready.append(lower)
    return ordered


def water_reaches(springs: dict[str, int], channels: list[tuple[str, str]]) -> dict[str, int]:
    """Follow the water from the springs of a valley down to where it stays.

    `springs` gives the litres that come out at some places; a channel (upper, lower) leads from one place to another, and
    channels never form a circle. A place shares all the water that it gets, from its own spring and from above, among
    the channels that begin there: each takes the same number of whole litres, as many as possible, and what is left over
    stays. A channel that is given twice is two channels, and where none begins all water stays. Map the places where some
    water stays to their litres.

    >>> water_reaches({"top": 7}, [("top", "west"), ("top", "east")])
    {'top': 1, 'west': 3, 'east': 3}
    >>> water_reaches({"pond": 5, "dry": 0}, [])
    {'pond': 5}
    """
    outlets = aux(channels)
    litres = dict(springs)
    for place, lowers in outlets.items():
        if not lowers:
            continue
        share, litres[place] = divmod(litres.get(place, 0), len(lowers))
        for lower in lowers:
            litres[lower] = litres.get(lower, 0) + share
    return {place: amount for place, amount in litres.items() if amount > 0}


def check(candidate):
    assert candidate({"top": 7}, [("top", "west"), ("top", "east")]) == {"top": 1, "west": 3, "east": 3}
    assert candidate({"pond": 5, "dry": 0}, []) == {"pond": 5}
    assert candidate({}, [("a", "b")]) == {}
    assert candidate({"a": 8}, [("b", "c"), ("a", "c"), ("a", "b")]) == {"c": 8}
    assert candidate({"a": 5, "b": 4}, [("a", "b"), ("b", "c"), ("b", "d")]) == {"b": 1, "c": 4, "d": 4}
    assert candidate({"a": 10}, [("a", "b"), ("a", "b"), ("a", "c")]) == {"a": 1, "b": 6, "c": 3}
    assert candidate({"s": 1}, [("s", "x"), ("s", "y"), ("x", "z")]) == {"s": 1}
    assert candidate({"p": 9, "q": 6, "r": 2}, [("r", "s"), ("q", "r"), ("p", "q"), ("p", "r"), ("q", "s")]) == {"p": 1, "s": 16}
