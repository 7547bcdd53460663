def aux(tops: list[int]) -> tuple[int, list[int]]:
    """How many minutes pass until the first of the glasses runs out, and which do then."""
    wait = min(tops)
    empty: list[int] = []
    for index, top in enumerate(tops):
        if top == wait:
            empty.append(index)
    return wait, empty


def sandglass_turns(sizes: list[int], minutes: int) -> list[tuple[int, list[int]]]:
    """Keep the log of a watchman with a row of sandglasses.

    Glass i takes sizes[i] > 0 minutes to run from full to empty, and at minute 0 all the sand is at the top. Whenever one
    or more glasses run out, the watchman at once turns over each of them and also the glass to the right of each of
    them, if there is one, but no glass twice at a time. The sand at the top and at the bottom of a glass changes places
    when it is turned, however much it is. Return (minute, indices of the glasses that ran out) for each such moment not
    after `minutes` >= 0.

    >>> sandglass_turns([3, 5], 9)
    [(3, [0]), (6, [0, 1]), (9, [0])]
    >>> sandglass_turns([7], 6)
    []
    """
    tops = list(sizes)
    log: list[tuple[int, list[int]]] = []
    now = 0
    while tops:
        wait, empty = aux(tops)
        now += wait
        if now > minutes:
            break
        log.append((now, empty))
        for index, size in enumerate(sizes):
            tops[index] -= wait
            if index in empty or index - 1 in empty:
                tops[index] = size - tops[index]
    return log


def check(candidate):
    assert candidate([3, 5], 9) == [(3, [0]), (6, [0, 1]), (9, [0])]
    assert candidate([7], 6) == []
    assert candidate([], 100) == []
    assert candidate([4], 12) == [(4, [0]), (8, [0]), (12, [0])]
    assert candidate([2, 2], 5) == [(2, [0, 1]), (4, [0, 1])]
    assert candidate([5, 3], 10) == [(3, [1]), (5, [0]), (7, [1]), (10, [0, 1])]
    assert candidate([4, 6, 9], 12) == [(4, [0]), (8, [0, 1]), (12, [0])]
    assert candidate([1, 10], 4) == [(1, [0]), (2, [0, 1]), (3, [0]), (4, [0, 1])]
