def aux(bids: dict[str, int], purses: dict[str, int]) -> tuple[str, int]:
    """Who gets a lot and for how much; ("", 0) if no bid counts."""
    valid = {name: bid for name, bid in bids.items() if 1 <= bid <= purses.get(name, 0)}
    if not valid:
        return "", 0
    order = sorted(valid, key=lambda name: (-valid[name], -purses[name], name))
    price = valid[order[1]] if len(order) > 1 else (valid[order[0]] + 1) // 2
    return order[0], price


def sealed_sale(purses: dict[str, int], lots: list[dict[str, int]]) -> tuple[list[str], dict[str, int]]:
    """Run an auction with sealed bids.

    `purses` maps each guest to their money, and each lot, sold in order, maps people to their bids. A bid counts if it is
    at least 1 and not more than the money that the bidder, who must be a guest, has left; but who got the lot just before
    sits this one out. The highest bid wins, of equal ones that of the guest with more money left, then the
    alphabetically first. The winner pays the second highest bid that counts, or half of their own, rounded up, if no
    other counts. Return the winner of each lot, "" if it stays unsold, and the money of each guest at the end.

    >>> sealed_sale({"ada": 50, "ben": 40}, [{"ada": 30, "ben": 20}, {"ada": 30, "ben": 7}])
    (['ada', 'ben'], {'ada': 30, 'ben': 36})
    >>> sealed_sale({"ada": 5}, [{"ada": 6, "cy": 2}])
    ([''], {'ada': 5})
    """
    left = dict(purses)
    winners: list[str] = []
    for lot in lots:
        resting = winners[-1] if winners else ""
        bids = {name: bid for name, bid in lot.items() if name != resting}
        winner, price = aux(bids, left)
        if winner:
            left[winner] -= price
        winners.append(winner)
    return winners, left


def check(candidate):
    assert candidate({"a": 50, "b": 40}, [{"a": 30, "b": 20}, {"a": 30, "b": 7}]) == (["a", "b"], {"a": 30, "b": 36})
    assert candidate({"ada": 5}, [{"ada": 6, "cy": 2}]) == ([""], {"ada": 5})
    assert candidate({}, []) == ([], {})
    assert candidate({"a": 9, "b": 9}, [{"b": 4, "a": 4}, {"b": 0, "a": 8}, {"a": 5}]) == (["a", "", "a"], {"a": 2, "b": 9})
    assert candidate({"a": 10, "b": 12}, [{"a": 6, "b": 6}, {"a": 10, "b": 1}]) == (["b", "a"], {"a": 5, "b": 6})
    assert candidate({"x": 20, "y": 8, "z": 9}, [{"x": 30, "y": 8, "z": 9}]) == (["z"], {"x": 20, "y": 8, "z": 1})
    assert candidate({"x": 7, "y": 3}, [{"x": 7}, {}, {"x": 3, "y": 2}]) == (["x", "", "x"], {"x": 1, "y": 3})
    assert candidate({"p": 1, "q": 6}, [{"p": 1}, {"p": 1, "q": 6}, {"p": 1, "q": 9}]) == (["p", "q", ""], {"p": 0, "q": 3})
    assert candidate({"a": 5}, [{"cy": 1}]) == ([""], {"a": 5})
