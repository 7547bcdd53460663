def aux(artists: list[str]) -> list[int]:
    """How many places before each song the last one by the same artist is, 0 if there is none."""
    latest: dict[str, int] = {}
    back: list[int] = []
    for index, artist in enumerate(artists):
        back.append(index - latest[artist] if artist in latest else 0)
        latest[artist] = index
    return back


def varied_stretch(artists: list[str], gap: int) -> tuple[int, int]:
    """Find the part of a playlist that a radio station may use.

    `artists` names the artist of each song. In the part, a run of neighbouring songs, any two songs by the same artist
    must be at least `gap` >= 0 places apart; next to each other is one place apart. Return (index of the first song,
    number of songs) of the longest such part, the earliest of equally long ones; (0, 0) for an empty playlist.

    >>> varied_stretch(["abba", "blur", "abba", "cher", "abba"], 3)
    (1, 3)
    >>> varied_stretch(["abba", "abba", "blur"], 1)
    (0, 3)
    """
    back = aux(artists)
    best = (0, 0)
    start = 0
    for index, distance in enumerate(back):
        if 0 < distance < gap:
            start = max(start, index - distance + 1)
        length = index - start + 1
        if length > best[1]:
            best = (start, length)
    return best


def check(candidate):
    assert candidate(["abba", "blur", "abba", "cher", "abba"], 3) == (1, 3)
    assert candidate(["abba", "abba", "blur"], 1) == (0, 3)
    assert candidate([], 2) == (0, 0)
    assert candidate(["x"], 9) == (0, 1)
    assert candidate(["x", "x", "x"], 2) == (0, 1)
    assert candidate(["a", "b", "c", "a", "b", "c", "c", "a"], 3) == (0, 6)
    assert candidate(["a", "b", "a", "c", "d", "c", "b"], 3) == (1, 4)
    assert candidate(["a", "b", "b", "a", "c", "a", "d", "e"], 5) == (4, 4)
    assert candidate(["p", "q", "p", "q"], 2) == (0, 4)
