def aux(expenses: list[tuple[str, int, list[str]]]) -> dict[str, int]:
    """What everybody is still owed; negative for those who owe."""
    balances: dict[str, int] = {}
    for payer, cents, sharers in expenses:
        names = sorted(set(sharers)) or [payer]
        share, odd = divmod(cents, len(names))
        balances[payer] = balances.get(payer, 0) + cents
        for place, name in enumerate(names):
            balances[name] = balances.get(name, 0) - share - (place < odd)
    return balances


def even_up_trip(expenses: list[tuple[str, int, list[str]]]) -> list[tuple[str, str, int]]:
    """Friends share what a trip cost: (who paid, cents >= 0, who shares it). The cents are split evenly among the different
    sharers; cents that are left over are paid one each by the first sharers in alphabetical order. If nobody shares, the
    payer bears it alone. Then, until everybody is even, the one who owes most pays the one who is owed most as much as is
    possible without owing or being owed too much; equals are taken in alphabetical order. Return these payments in order as
    (from, to, cents).

    >>> even_up_trip([("Ann", 100, ["Ann", "Bob", "Cy"])])
    [('Bob', 'Ann', 33), ('Cy', 'Ann', 33)]
    >>> even_up_trip([("Ann", 30, []), ("Bob", 8, ["Ann"])])
    [('Ann', 'Bob', 8)]
    """
    balances = dict(sorted(aux(expenses).items()))
    payments = []
    while any(balances.values()):
        debtor = min(balances, key=lambda name: balances[name])
        creditor = max(balances, key=lambda name: balances[name])
        cents = min(-balances[debtor], balances[creditor])
        balances[debtor] += cents
        balances[creditor] -= cents
        payments.append((debtor, creditor, cents))
    return payments


def check(candidate):
    assert candidate([("Ann", 100, ["Ann", "Bob", "Cy"])]) == [("Bob", "Ann", 33), ("Cy", "Ann", 33)]
    assert candidate([("Ann", 30, []), ("Bob", 8, ["Ann"])]) == [("Ann", "Bob", 8)]
    assert candidate([]) == []
    assert candidate([("Z", 7, ["Z"]), ("Z", 0, ["A", "B"])]) == []
    assert candidate([("Z", 5, ["C", "B", "C"])]) == [("B", "Z", 3), ("C", "Z", 2)]
    assert candidate([("A", 10, ["B"]), ("B", 10, ["C"]), ("C", 10, ["A"])]) == []
    assert candidate([("A", 6, ["D"]), ("B", 6, ["C"])]) == [("C", "A", 6), ("D", "B", 6)]
    assert candidate([("B", 10, ["C"]), ("A", 4, ["D"])]) == [("C", "B", 10), ("D", "A", 4)]
    assert candidate([("A", 9, ["D"]), ("B", 5, ["D", "C"])]) == [("D", "A", 9), ("C", "B", 3), ("D", "B", 2)]
    assert candidate([("A", 90, ["A", "B", "C"]), ("B", 30, ["C"])]) == [("C", "A", 60)]
