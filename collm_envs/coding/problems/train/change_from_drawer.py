def aux(drawer: dict[int, int], amount: int) -> list[dict[int, int]]:
    """For 0, 1, 2, ... of the smallest kinds of coin: the fewest coins for each amount that they can pay, up to `amount`."""
    tables = [{0: 0}]
    for coin in sorted(drawer):
        table: dict[int, int] = {}
        for paid, coins in tables[-1].items():
            for number in range(drawer[coin] + 1):
                total = paid + number * coin
                if total > amount:
                    break
                table[total] = min(table.get(total, total + 1), coins + number)
        tables.append(table)
    return tables


def change_from_drawer(drawer: dict[int, int], amount: int) -> dict[int, int] | None:
    """A drawer holds coins: a dict from the value of a coin, at least 1, to how many there are. Pay exactly `amount` >= 0 with
    the fewest coins possible; if there are several ways, use as many as possible of the most valuable coin, then of the
    second most valuable, and so on. Return a dict from value to number of the coins used, without zeros, or None if the
    amount cannot be paid.

    >>> change_from_drawer({10: 1, 6: 3, 1: 4}, 12)
    {6: 2}
    >>> change_from_drawer({5: 1, 2: 1}, 4) is None
    True
    """
    tables = aux(drawer, amount)
    if amount not in tables[-1]:
        return None
    paid: dict[int, int] = {}
    left = amount
    kinds = sorted(drawer)
    for place in range(len(kinds) - 1, -1, -1):
        coin = kinds[place]
        for number in range(min(drawer[coin], left // coin), 0, -1):
            if tables[place].get(left - number * coin) == tables[place + 1][left] - number:
                paid[coin] = number
                left -= number * coin
                break
    return paid


def check(candidate):
    assert candidate({10: 1, 6: 3, 1: 4}, 12) == {6: 2}
    assert candidate({5: 1, 2: 1}, 4) is None
    assert candidate({}, 0) == {}
    assert candidate({}, 3) is None
    assert candidate({7: 2}, 7) == {7: 1}
    assert candidate({7: 0, 1: 7}, 7) == {1: 7}
    assert candidate({9: 5, 5: 2, 1: 1}, 10) == {9: 1, 1: 1}
    assert candidate({9: 5, 5: 2, 1: 0}, 10) == {5: 2}
    assert candidate({50: 1, 20: 3, 5: 1}, 60) == {20: 3}
    assert candidate({8: 1, 6: 2, 4: 2, 2: 1}, 12) == {8: 1, 4: 1}
    assert candidate({3: 4, 2: 4, 1: 4}, 24) == {3: 4, 2: 4, 1: 4}
    assert candidate({3: 4, 2: 4, 1: 4}, 25) is None
