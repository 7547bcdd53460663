def aux(rows: list[str]) -> list[set[tuple[int, int]]]:
    """The bodies of water, each as the set of its cells."""
    waiting = {(r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell == "~"}
    bodies = []
    while waiting:
        edge = [waiting.pop()]
        body = set(edge)
        while edge:
            r, c = edge.pop()
            for cell in ((r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)):
                if cell in waiting:
                    waiting.remove(cell)
                    body.add(cell)
                    edge.append(cell)
        bodies.append(body)
    return bodies


def inner_lakes(rows: list[str]) -> tuple[list[int], int]:
    """A map has rows of equal length; '~' is water and every other character is land. Water cells that share a side belong to
    one body of water; a body with no cell on the border of the map is a lake. Return the sizes of the lakes, largest first,
    and the number of land cells that share a side with at least one lake.

    >>> inner_lakes(["###", "#~#", "###"])
    ([1], 4)
    >>> inner_lakes(["#~#", "#~#", "###"])
    ([], 0)
    """
    sizes = []
    shore = set()
    for body in aux(rows):
        if any(r in (0, len(rows) - 1) or c in (0, len(rows[0]) - 1) for r, c in body):
            continue
        sizes.append(len(body))
        for r, c in body:
            shore |= {(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)} - body
    return sorted(sizes, reverse=True), len(shore)


def check(candidate):
    assert candidate(["###", "#~#", "###"]) == ([1], 4)
    assert candidate(["#~#", "#~#", "###"]) == ([], 0)
    assert candidate([]) == ([], 0)
    assert candidate(["~"]) == ([], 0)
    assert candidate(["....", "....", "...."]) == ([], 0)
    assert candidate(["#####", "#~#~#", "#####"]) == ([1, 1], 7)
    assert candidate(["####", "#~##", "##~#", "####"]) == ([1, 1], 6)
    assert candidate(["######", "#~~~~#", "#~##~#", "#~~~~#", "######"]) == ([10], 16)
    assert candidate(["#######", "#~###~#", "#~#~#~~", "###~###", "#######"]) == ([2, 2], 11)
    assert candidate(["###", "###", "#~#"]) == ([], 0)
