def aux(gloves: list[str]) -> dict[tuple[str, int], tuple[int, int]]:
    """For each colour and size the number of left and of right gloves."""
    counts: dict[tuple[str, int], tuple[int, int]] = {}
    for glove in gloves:
        side, colour, size = glove.lower().split()
        lefts, rights = counts.get((colour, int(size)), (0, 0))
        counts[colour, int(size)] = (lefts + 1, rights) if side == "l" else (lefts, rights + 1)
    return counts


def paired_gloves(gloves: list[str]) -> tuple[int, int]:
    """Pair the gloves in a box of lost property.

    A glove is "L red 7": L or R for the side, the colour and the size, a whole number; case does not matter. First, as
    many proper pairs as possible are made: a left and a right glove of the same colour and size. Then the gloves that are
    left over make loose pairs: a left glove with a right one of the same colour that is exactly one size larger. Return
    the number of proper pairs and the number of loose pairs.

    >>> paired_gloves(["L red 7", "R red 7", "l Red 7", "r RED 8"])
    (1, 1)
    >>> paired_gloves(["L red 8", "R red 7", "R blue 9"])
    (0, 0)
    """
    counts = aux(gloves)
    proper = 0
    loose = 0
    for (colour, size), (lefts, rights) in counts.items():
        proper += min(lefts, rights)
        larger_lefts, larger_rights = counts.get((colour, size + 1), (0, 0))
        loose += min(max(0, lefts - rights), max(0, larger_rights - larger_lefts))
    return proper, loose


def check(candidate):
    assert candidate(["L red 7", "R red 7", "l Red 7", "r RED 8"]) == (1, 1)
    assert candidate(["L red 8", "R red 7", "R blue 9"]) == (0, 0)
    assert candidate([]) == (0, 0)
    assert candidate(["L tan 5"]) == (0, 0)
    assert candidate(["L tan 5", "L tan 5", "L tan 5", "R tan 5", "R tan 6"]) == (1, 1)
    assert candidate(["L a 9", "R a 10", "L a 10", "R a 11"]) == (1, 0)
    assert candidate(["L a 3", "R a 4", "R a 4", "L b 3", "R b 5", "R b 4"]) == (0, 2)
    assert candidate(["R x 2", "L x 1", "L x 2", "R x 2", "R x 3", "L x 0", "R x 1"]) == (2, 0)
