import re


def aux(slips: list[str]) -> dict[str, list[int]]:
    """For each article, by its name in lower case, the price in pence of every single piece."""
    pieces: dict[str, list[int]] = {}
    for slip in slips:
        found = re.fullmatch(r"([0-9]+) +(.+?) *@ *([0-9]+)", slip.strip())
        if found:
            name = " ".join(found[2].lower().split())
            pieces.setdefault(name, []).extend([int(found[3])] * int(found[1]))
    return pieces


def owed_at_counter(slips: list[str]) -> int:
    """Work out what a customer of the canteen owes, in pence.

    A slip is "3 Black Tea @ 120": how many, the article and the pence for each. Case and extra spaces in a name do not
    matter, and a slip of any other form is ignored. Of each article every third piece is free, counted over all slips,
    and the free ones are the cheapest: of seven teas the two cheapest. The sum is rounded up to a multiple of five.

    >>> owed_at_counter(["2 tea @ 120", "1 Tea @ 98"])
    240
    >>> owed_at_counter(["1 bun @ 61"])
    65
    """
    total = 0
    for prices in aux(slips).values():
        free = len(prices) // 3
        total += sum(sorted(prices)[free:])
    return -(-total // 5) * 5


def check(candidate):
    assert candidate(["2 tea @ 120", "1 Tea @ 98"]) == 240
    assert candidate(["1 bun @ 61"]) == 65
    assert candidate([]) == 0
    assert candidate(["tea @ 120", "2 tea 120", "two tea @ 5", ""]) == 0
    assert candidate(["0 tea @ 50", "2 bun @ 50", "1 roll @ 50"]) == 150
    assert candidate(["  3  Black   Tea @60", "3 black tea @ 40"]) == 220
    assert candidate(["5 nut @ 1", "1 nut @ 1", "1 fig @ 1"]) == 5
    assert candidate(["7 jam @ 10", "2 pie @ 33"]) == 120
