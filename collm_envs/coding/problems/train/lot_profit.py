def aux(lots: list[tuple[int, int]], number: int) -> tuple[int, int, list[tuple[int, int]]]:
    """Take pieces from the oldest lots: how many were there, what they had cost, and the lots that are left."""
    taken = cost = 0
    left = []
    for pieces, price in lots:
        used = min(pieces, number - taken)
        taken += used
        cost += used * price
        if used < pieces:
            left.append((pieces - used, price))
    return taken, cost, left


def lot_profit(trades: list[tuple[str, int, int]]) -> dict[str, tuple[int, int]]:
    """A dealer writes down trades (good, pieces, price of a piece), in order of time. Positive pieces are bought, negative
    ones are sold; of 0 pieces nothing is done. What was bought first is sold first, and what is not in stock cannot be sold:
    of a sale that is too large only the pieces in stock are sold. The profit of a sold piece is its selling price less what
    it cost. Return a dict from every good that was ever bought to its total profit and the pieces left in stock.

    >>> lot_profit([("vase", 2, 10), ("vase", 1, 20), ("vase", -2, 15), ("vase", -5, 18)])
    {'vase': (8, 0)}
    >>> lot_profit([("lamp", -1, 9), ("rug", 3, 5)])
    {'rug': (0, 3)}
    """
    stock: dict[str, list[tuple[int, int]]] = {}
    profit: dict[str, int] = {}
    for good, pieces, price in trades:
        if pieces > 0:
            stock.setdefault(good, []).append((pieces, price))
            profit.setdefault(good, 0)
        elif pieces < 0 and good in stock:
            sold, cost, stock[good] = aux(stock[good], -pieces)
            profit[good] += sold * price - cost
    return {good: (profit[good], sum(pieces for pieces, _ in stock[good])) for good in profit}


def check(candidate):
    assert candidate([("vase", 2, 10), ("vase", 1, 20), ("vase", -2, 15), ("vase", -5, 18)]) == {"vase": (8, 0)}
    assert candidate([("lamp", -1, 9), ("rug", 3, 5)]) == {"rug": (0, 3)}
    assert candidate([]) == {}
    assert candidate([("cup", 0, 4), ("cup", -2, 4)]) == {}
    assert candidate([("cup", 4, 3), ("cup", -1, 3)]) == {"cup": (0, 3)}
    assert candidate([("cup", 2, 10), ("cup", -1, 4), ("cup", -1, 5)]) == {"cup": (-11, 0)}
    assert candidate([("a", 1, 1), ("b", 2, 2), ("a", 1, 5), ("b", -1, 9), ("a", -2, 4)]) == {"a": (2, 0), "b": (7, 1)}
    assert candidate([("a", 3, 2), ("a", -9, 3), ("a", 2, 7), ("a", -1, 8)]) == {"a": (4, 1)}
    assert candidate([("p", 2, 1), ("p", 2, 3), ("p", 2, 5), ("p", -5, 4)]) == {"p": (7, 1)}
