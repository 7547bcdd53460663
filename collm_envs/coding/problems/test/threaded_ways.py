def aux(colours: str, clashes: list[str]) -> dict[str, str]:
    """For each colour the colours that may hang next to it."""
    allowed: dict[str, str] = {}
    for colour in colours:
        banned = {pair[1] for pair in clashes if pair[0] == colour} | {pair[0] for pair in clashes if pair[1] == colour}
        allowed[colour] = "".join(other for other in colours if other not in banned)
    return allowed


def threaded_ways(beads: int, colours: str, clashes: list[str]) -> int:
    """Count the ways to thread a ring of beads.

    The ring has `beads` >= 0 numbered places, and each gets a bead of one of the `colours`, all different letters. Each
    string in `clashes` names two colours ("rb"), in any order, that must not be neighbours; "rr" means that two beads of
    that colour must not be neighbours. Neighbours are places with following numbers, and the last and the first place if
    there are more than two beads; one bead has no neighbour. Ways that differ at some place count as different, and an
    empty ring can be threaded in one way.

    >>> threaded_ways(3, "rgb", ["rr", "gg", "bb"])
    6
    >>> threaded_ways(2, "rg", ["gr"])
    2
    """
    if beads == 0:
        return 1
    allowed = aux(colours, clashes)
    total = 0
    for first in colours:
        ways = {first: 1}
        for _ in range(beads - 1):
            longer: dict[str, int] = {}
            for colour, count in ways.items():
                for following in allowed[colour]:
                    longer[following] = longer.get(following, 0) + count
            ways = longer
        closing = colours if beads < 3 else allowed[first]
        total += sum(count for colour, count in ways.items() if colour in closing)
    return total


def check(candidate):
    assert candidate(3, "rgb", ["rr", "gg", "bb"]) == 6
    assert candidate(2, "rg", ["gr"]) == 2
    assert candidate(0, "", []) == 1
    assert candidate(1, "rg", ["rr"]) == 2
    assert candidate(4, "", []) == 0
    assert candidate(4, "rgb", []) == 81
    assert candidate(3, "rg", ["rr", "gg"]) == 0
    assert candidate(5, "rb", ["bb"]) == 11
    assert candidate(4, "rgb", ["rg", "bb", "xy"]) == 18
    assert candidate(12, "rgb", ["rr", "gg", "bb"]) == 4098
