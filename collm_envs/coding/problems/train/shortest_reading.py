def aux(book: dict[str, str], signal: str) -> list[list[tuple[str, int]]]:
    """For each position the letters whose code stands there, with the position after it."""
    readable: list[list[tuple[str, int]]] = []
    for start in range(len(signal)):
        here = []
        for letter, code in sorted(book.items()):
            if code and signal.startswith(code, start):
                here.append((letter, start + len(code)))
        readable.append(here)
    return readable


def shortest_reading(book: dict[str, str], signal: str) -> tuple[int, str]:
    """Read a lamp signal whose code may be ambiguous.

    `book` maps each letter to its code, a string of dots and dashes; empty codes are never used. A reading is a string
    of letters whose codes, one after the other, are exactly the signal. Return the number of readings and the one with
    the fewest letters, or of several such the alphabetically first; (0, "") if there is no reading.

    >>> shortest_reading({"e": ".", "i": "..", "a": ".-"}, "..-")
    (1, 'ea')
    >>> shortest_reading({"e": ".", "i": ".."}, "....")
    (5, 'ii')
    """
    readable = aux(book, signal)
    ways = [0] * len(signal) + [1]
    best: list[str | None] = [None] * len(signal) + [""]
    for start in range(len(signal) - 1, -1, -1):
        for letter, after in readable[start]:
            ways[start] += ways[after]
            rest, known = best[after], best[start]
            if rest is None:
                continue
            reading = letter + rest
            if known is None or (len(reading), reading) < (len(known), known):
                best[start] = reading
    return ways[0], best[0] or ""


def check(candidate):
    assert candidate({"e": ".", "i": "..", "a": ".-"}, "..-") == (1, "ea")
    assert candidate({"e": ".", "i": ".."}, "....") == (5, "ii")
    assert candidate({"e": "."}, "") == (1, "")
    assert candidate({"t": "-"}, ".-") == (0, "")
    assert candidate({}, "-") == (0, "")
    assert candidate({"x": "", "t": "-"}, "--") == (1, "tt")
    assert candidate({"z": ".-", "b": ".-", "e": ".", "t": "-"}, ".-.") == (3, "be")
    assert candidate({"a": ".-", "b": "-.", "e": ".", "t": "-"}, ".-.-.") == (8, "aae")
