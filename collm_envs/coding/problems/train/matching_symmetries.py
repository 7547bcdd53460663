def aux(tile: list[str]) -> set[str]:
    """Names of the symmetries that a tile has."""
    found = set()
    if all(row == row[::-1] for row in tile):
        found.add("mirror")
    if tile == tile[::-1]:
        found.add("flip")
    if tile == [row[::-1] for row in reversed(tile)]:
        found.add("turn")
    if tile == ["".join(column) for column in zip(*tile)]:
        found.add("diagonal")
    return found


def matching_symmetries(first: list[str], second: list[str]) -> dict[str, list[str]]:
    """A tile is a list of rows of equal length, and may have four symmetries: "mirror" (left and right swapped), "flip" (top
    and bottom swapped), "turn" (half a turn) and "diagonal" (rows and columns swapped). Return a dict with three
    alphabetical lists: "both" holds those that both tiles have, "one" those that exactly one has, and "joined" those of the
    tile made by putting the second to the right of the first, which is empty if they differ in height.

    >>> matching_symmetries(["ab", "ab"], ["ba", "ba"])
    {'both': ['flip'], 'one': [], 'joined': ['flip', 'mirror', 'turn']}
    >>> matching_symmetries(["x"], ["x", "y"])
    {'both': ['mirror'], 'one': ['diagonal', 'flip', 'turn'], 'joined': []}
    """
    left, right = aux(first), aux(second)
    joined = set()
    if len(first) == len(second):
        joined = aux([a + b for a, b in zip(first, second)])
    return {"both": sorted(left & right), "one": sorted(left ^ right), "joined": sorted(joined)}


def check(candidate):
    assert candidate(["ab", "ab"], ["ba", "ba"]) == {"both": ["flip"], "one": [], "joined": ["flip", "mirror", "turn"]}
    assert candidate(["x"], ["x", "y"]) == {"both": ["mirror"], "one": ["diagonal", "flip", "turn"], "joined": []}
    assert candidate(["ab", "cd"], ["ef", "gh"]) == {"both": [], "one": [], "joined": []}
    assert candidate(["ab", "ba"], ["ab", "cd"]) == {"both": [], "one": ["diagonal", "turn"], "joined": []}
    assert candidate(["ab"], ["ba"]) == {"both": ["flip"], "one": [], "joined": ["flip", "mirror", "turn"]}
    assert candidate(["a", "b"], ["b", "c"]) == {"both": ["mirror"], "one": [], "joined": ["diagonal"]}
    assert candidate(["ab", "cd"], ["dc", "ba"]) == {"both": [], "one": [], "joined": ["turn"]}
    assert candidate(["oo", "oo"], ["x"]) == {"both": ["diagonal", "flip", "mirror", "turn"], "one": [], "joined": []}
