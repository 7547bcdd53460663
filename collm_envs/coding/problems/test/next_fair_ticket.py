def aux(ticket: str) -> tuple[int, int]:
    """The sum of the digits at odd places, counted from 1, and that of the others."""
    odd = even = 0
    for place, digit in enumerate(ticket, start=1):
        if place % 2:
            odd += int(digit)
        else:
            even += int(digit)
    return odd, even


def next_fair_ticket(ticket: str) -> tuple[str, int]:
    """Find the next fair ticket of a roll.

    Tickets have a fixed number of digits, at least one, such as 0478, and after 9999 the roll goes on with 0000. A ticket
    is fair if its digits at the first, third, fifth, ... place have the same sum as all its other digits. Return the next
    fair ticket after the given one, which itself does not count, even if it is fair, and how many tickets later it comes.

    >>> next_fair_ticket("0478")
    ('0484', 6)
    >>> next_fair_ticket("99")
    ('00', 1)
    """
    width = len(ticket)
    number = int(ticket)
    steps = 0
    while True:
        number = (number + 1) % 10**width
        steps += 1
        following = str(number).zfill(width)
        odd, even = aux(following)
        if odd == even:
            return following, steps


def check(candidate):
    assert candidate("0478") == ("0484", 6)
    assert candidate("99") == ("00", 1)
    assert candidate("00") == ("11", 11)
    assert candidate("7") == ("0", 3)
    assert candidate("0") == ("0", 10)
    assert candidate("121") == ("132", 11)
    assert candidate("990") == ("000", 10)
    assert candidate("10000") == ("10010", 10)
    assert candidate("0999") == ("1001", 2)
