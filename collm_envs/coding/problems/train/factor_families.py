def aux(number: int) -> tuple[int, ...]:
    """The exponents of the number's prime factors, largest first."""
    exponents = []
    prime = 2
    while prime * prime <= number:
        exponent = 0
        while number % prime == 0:
            number //= prime
            exponent += 1
        if exponent:
            exponents.append(exponent)
        prime += 1
    if number > 1:
        exponents.append(1)
    return tuple(sorted(exponents, reverse=True))


def factor_families(numbers: list[int]) -> list[list[int]]:
    """Two whole numbers above 1 are cousins if one can be turned into the other by swapping prime factors for other primes:
    12 = 2*2*3 and 75 = 5*5*3 are cousins, 12 and 30 are not. Ignore numbers below 2 and repetitions. Return the families of
    cousins that have at least two members, each in ascending order, largest family first, then by smallest member.

    >>> factor_families([12, 75, 30, 7])
    [[12, 75]]
    >>> factor_families([2, 3, 4, 9, 5])
    [[2, 3, 5], [4, 9]]
    """
    families: dict[tuple[int, ...], list[int]] = {}
    for number in sorted(set(numbers)):
        if number > 1:
            families.setdefault(aux(number), []).append(number)
    shared = [family for family in families.values() if len(family) > 1]
    shared.sort(key=lambda family: (-len(family), family[0]))
    return shared


def check(candidate):
    assert candidate([12, 75, 30, 7]) == [[12, 75]]
    assert candidate([2, 3, 4, 9, 5]) == [[2, 3, 5], [4, 9]]
    assert candidate([]) == []
    assert candidate([11]) == []
    assert candidate([1, 0, -4, -9, 1]) == []
    assert candidate([6, 6, 6]) == []
    assert candidate([49, 10, 21, 4]) == [[4, 49], [10, 21]]
    assert candidate([8, 27, 18, 12, 30, 42, 70]) == [[30, 42, 70], [8, 27], [12, 18]]
    assert candidate([36, 100, 16, 97, 89]) == [[36, 100], [89, 97]]
