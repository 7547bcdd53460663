def aux(order: list[tuple[str, int]]) -> dict[str, int]:
    """The pieces of each article in an order, under tidied names."""
    totals: dict[str, int] = {}
    for name, pieces in order:
        tidy = name.strip().lower()
        if tidy:
            totals[tidy] = totals.get(tidy, 0) + pieces
    return {name: pieces for name, pieces in totals.items() if pieces > 0}


def bulk_price(tiers: dict[str, list[tuple[int, int]]], order: list[tuple[str, int]]) -> tuple[int, list[str]]:
    """Tiers give for every article, by its name in lower case, (least pieces, price of each piece) in any order. The lines
    (name, pieces) of an order may repeat an article, with other capitals or blanks around it, and may take pieces back with
    a negative number; the pieces of an article are added up first. Lines with a blank name are void, and articles with no
    pieces left are not ordered. All the pieces of an article cost the price of the tier with the largest least number that
    they reach. Return the total price, and in alphabetical order the articles that cannot be had: unknown ones and those
    below their smallest tier.

    >>> bulk_price({"nail": [(1, 5), (100, 3)]}, [("Nail", 60), ("nail ", 60), ("bolt", 1)])
    (360, ['bolt'])
    >>> bulk_price({"nail": [(10, 5)]}, [("nail", 12), ("nail", -3)])
    (0, ['nail'])
    """
    total = 0
    missing = []
    for name, pieces in aux(order).items():
        reached = [tier for tier in tiers.get(name, []) if tier[0] <= pieces]
        if reached:
            total += pieces * max(reached)[1]
        else:
            missing.append(name)
    return total, sorted(missing)


def check(candidate):
    assert candidate({"nail": [(1, 5), (100, 3)]}, [("Nail", 60), ("nail ", 60), ("bolt", 1)]) == (360, ["bolt"])
    assert candidate({"nail": [(10, 5)]}, [("nail", 12), ("nail", -3)]) == (0, ["nail"])
    assert candidate({}, []) == (0, [])
    assert candidate({"cup": [(1, 9)]}, []) == (0, [])
    assert candidate({"cup": [(1, 9)]}, [("cup", 1)]) == (9, [])
    assert candidate({"cup": [(1, 9)]}, [("cup", 3), ("CUP", -3), ("pan", 0), (" ", 4)]) == (0, [])
    assert candidate({"cup": [(50, 2), (1, 9), (10, 4)]}, [("cup", 10), (" Cup", 39)]) == (196, [])
    assert candidate({"cup": [(50, 2), (1, 9), (10, 4)]}, [("cup", 50)]) == (100, [])
    assert candidate({"a": [(2, 7)], "c": []}, [("d", 1), ("C", 1), ("a", 2), ("B", 5)]) == (14, ["b", "c", "d"])
