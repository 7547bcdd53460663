def aux(entries: list[tuple[int, int]], months: int) -> list[tuple[int, int]]:
    """For every month, what it adds to the balance, and the lowest point on the way, relative to its start."""
    totals = [0] * months
    lows = [0] * months
    for month, cents in entries:
        if 0 <= month < months:
            totals[month] += cents
            lows[month] = min(lows[month], totals[month])
    return list(zip(totals, lows))


def interest_ledger(entries: list[tuple[int, int]], months: int, rate: int) -> tuple[int, int]:
    """An account starts empty. Entries (month, cents) are booked in the given order within their month; the months are 0 to
    months - 1, and entries of other months are void. At the end of each month, if the lowest balance of the month (its
    opening balance included) is above 0, the bank adds `rate` thousandths of this lowest balance, rounded down; if it is
    below 0, the bank takes a fee of 500 cents. Return the final balance and the number of fees.

    >>> interest_ledger([(0, 1000), (1, -400)], 3, 10)
    (612, 0)
    >>> interest_ledger([(0, -1), (0, 2000)], 1, 50)
    (1499, 1)
    """
    balance = fees = 0
    for total, low in aux(entries, months):
        lowest = balance + low
        balance += total
        if lowest > 0:
            balance += lowest * rate // 1000
        elif lowest < 0:
            balance -= 500
            fees += 1
    return balance, fees


def check(candidate):
    assert candidate([(0, 1000), (1, -400)], 3, 10) == (612, 0)
    assert candidate([(0, -1), (0, 2000)], 1, 50) == (1499, 1)
    assert candidate([], 5, 30) == (0, 0)
    assert candidate([(0, 900)], 0, 30) == (0, 0)
    assert candidate([(0, 900), (3, 50), (-1, 70)], 1, 30) == (900, 0)
    assert candidate([(0, -10)], 3, 10) == (-1510, 3)
    assert candidate([(1, 199), (0, 199)], 3, 5) == (399, 0)
    assert candidate([(0, 5000), (1, -6000), (1, 3000), (2, 500)], 3, 100) == (2150, 1)
    assert candidate([(0, 100), (1, -100), (1, 100)], 2, 1000) == (100, 0)
