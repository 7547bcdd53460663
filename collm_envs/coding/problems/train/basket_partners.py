from collections import Counter
from itertools import combinations


def aux(baskets: list[list[str]]) -> Counter[tuple[str, str]]:
    """How many baskets hold each pair of different goods, the pair in alphabetical order."""
    pairs: Counter[tuple[str, str]] = Counter()
    for basket in baskets:
        goods = sorted(set(basket))
        for pair in combinations(goods, 2):
            pairs[pair] += 1
    return pairs


def basket_partners(baskets: list[list[str]], least: int) -> dict[str, str]:
    """A grocer wants to know what is bought together. The partner of a good is the other good which is in the most baskets
    together with it, among equals the first by alphabet, provided that these are at least `least` >= 1 baskets. How often a
    good lies in one basket does not matter. Return a dict from every good that occurs to its partner, or to the empty text
    if it has none.

    >>> basket_partners([["tea", "milk"], ["tea", "milk", "rice"], ["rice"]], 2)
    {'milk': 'tea', 'rice': '', 'tea': 'milk'}
    >>> basket_partners([["egg", "egg"]], 1)
    {'egg': ''}
    """
    partners = dict.fromkeys(sorted({good for basket in baskets for good in basket}), "")
    most = dict.fromkeys(partners, least - 1)
    # In alphabetical order of pairs, so that an equal count never replaces an earlier partner.
    for (first, second), count in sorted(aux(baskets).items()):
        for good, other in ((first, second), (second, first)):
            if count > most[good]:
                most[good] = count
                partners[good] = other
    return partners


def check(candidate):
    assert candidate([["tea", "milk"], ["tea", "milk", "rice"], ["rice"]], 2) == {"milk": "tea", "rice": "", "tea": "milk"}
    assert candidate([["egg", "egg"]], 1) == {"egg": ""}
    assert candidate([], 1) == {}
    assert candidate([[], []], 1) == {}
    assert candidate([["c", "a", "b"]], 1) == {"a": "b", "b": "a", "c": "a"}
    assert candidate([["c", "a", "b"]], 2) == {"a": "", "b": "", "c": ""}
    assert candidate([["m", "z"], ["m", "a"], ["z", "m"]], 1) == {"m": "z", "z": "m", "a": "m"}
    assert candidate([["m", "z"], ["m", "a"], ["z", "a"]], 1) == {"m": "a", "z": "a", "a": "m"}
    assert candidate([["x", "y", "x", "y"], ["x", "w"], ["w", "x"]], 2) == {"x": "w", "w": "x", "y": ""}
