def aux(number: int) -> int:
    """The stamp weight of a number."""
    weight = 0
    place = 1
    for digit in str(abs(number)):
        value = int(digit) or 10
        weight += place * value
        place += 1
    return weight


def digit_twins(numbers: list[int]) -> dict[int, list[int]]:
    """A stamping press wears out by the weight of the numbers it stamps: each digit is multiplied by its place, counted from
    the left and from 1, a digit 0 counting as 10, and the products are added; the sign weighs nothing. Return a dict from
    every weight that at least two different numbers share to these numbers in ascending order. A number given twice is one
    number.

    >>> digit_twins([21, 4, 12, 7])
    {4: [4, 21]}
    >>> digit_twins([5, 12, -5, 5])
    {5: [-5, 5, 12]}
    """
    groups: dict[int, list[int]] = {}
    for number in sorted(set(numbers)):
        groups.setdefault(aux(number), []).append(number)
    shared = {}
    for weight, members in groups.items():
        if len(members) > 1:
            shared[weight] = members
    return shared


def check(candidate):
    assert candidate([21, 4, 12, 7]) == {4: [4, 21]}
    assert candidate([5, 12, -5, 5]) == {5: [-5, 5, 12]}
    assert candidate([]) == {}
    assert candidate([8]) == {}
    assert candidate([8, 8, 8]) == {}
    assert candidate([0, 24, 13, 7]) == {7: [7, 13], 10: [0, 24]}
    assert candidate([10, 93, 31]) == {}
    assert candidate([100, 39, 51, 201, -100]) == {51: [-100, 100]}
    assert candidate([11, 3, -3, 111, 6]) == {3: [-3, 3, 11], 6: [6, 111]}
