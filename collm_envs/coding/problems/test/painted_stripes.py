from itertools import pairwise


def aux(strokes: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The painted pieces of the wall between any two neighbouring ends of strokes, in order."""
    ends = sorted({point for start, end, _ in strokes for point in (start, end)})
    pieces: list[tuple[int, int, str]] = []
    for start, end in pairwise(ends):
        colour = ""
        for first, last, paint in strokes:
            if first <= start and end <= last:
                colour = paint
        if colour:
            pieces.append((start, end, colour))
    return pieces


def painted_stripes(strokes: list[tuple[int, int, str]]) -> dict[str, tuple[int, int]]:
    """Describe a long wall after many people have painted it.

    A stroke (start, end, colour), start < end, paints the wall from metre `start` to metre `end` and covers what was there
    before; strokes are given in order of time, and the colour "" takes all paint off again. A stripe is a part of the
    wall of one colour, as long as possible. Map each colour that can be seen in the end to the number of its stripes and
    the length of the longest of them in metres.

    >>> painted_stripes([(0, 9, "red"), (2, 4, "blue")])
    {'red': (2, 5), 'blue': (1, 2)}
    >>> painted_stripes([(1, 3, "red"), (0, 5, "")])
    {}
    """
    stripes: list[tuple[int, int, str]] = []
    for start, end, colour in aux(strokes):
        if stripes and stripes[-1][1:] == (start, colour):
            stripes[-1] = (stripes[-1][0], end, colour)
        else:
            stripes.append((start, end, colour))
    seen: dict[str, tuple[int, int]] = {}
    for start, end, colour in stripes:
        number, longest = seen.get(colour, (0, 0))
        seen[colour] = (number + 1, max(longest, end - start))
    return seen


def check(candidate):
    assert candidate([(0, 9, "red"), (2, 4, "blue")]) == {"red": (2, 5), "blue": (1, 2)}
    assert candidate([(1, 3, "red"), (0, 5, "")]) == {}
    assert candidate([]) == {}
    assert candidate([(0, 2, "red"), (2, 5, "red"), (6, 7, "red")]) == {"red": (2, 5)}
    assert candidate([(0, 2, "blue"), (0, 9, "red")]) == {"red": (1, 9)}
    assert candidate([(-5, 5, "a"), (-1, 1, ""), (0, 3, "b"), (4, 8, "a")]) == {"a": (2, 5), "b": (1, 3)}
    assert candidate([(0, 10, "x"), (1, 2, "y"), (3, 4, "y"), (5, 6, "y"), (1, 4, "x")]) == {"x": (2, 5), "y": (1, 1)}
    assert candidate([(3, 4, "k"), (0, 1, "k"), (1, 3, "m"), (2, 3, "k")]) == {"k": (2, 2), "m": (1, 1)}
