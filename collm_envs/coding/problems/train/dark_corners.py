def aux(room: list[str], row: int, column: int) -> set[tuple[int, int]]:
    """The floor cells that the lamp at this place lights."""
    lit = set()
    for down, right in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        r, c = row + down, column + right
        while 0 <= r < len(room) and 0 <= c < len(room[r]) and room[r][c] != "#":
            if room[r][c] == ".":
                lit.add((r, c))
            r, c = r + down, c + right
    return lit


def dark_corners(room: list[str]) -> tuple[int, int]:
    """The plan of a cellar has rows of equal length with '#' for wall, '.' for floor and 'L' for a lamp. A lamp lights the
    floor in straight lines up, down, left and right until a wall or the end of the plan; light passes other lamps. Return
    the number of floor cells that stay dark, and the number of needless lamps: those that light no floor cell which is not
    also lit by another lamp.

    >>> dark_corners(["L..", ".#.", "..."])
    (3, 0)
    >>> dark_corners(["L.L"])
    (0, 2)
    """
    areas = [aux(room, r, c) for r, row in enumerate(room) for c, cell in enumerate(row) if cell == "L"]
    lamps: dict[tuple[int, int], int] = {}
    for area in areas:
        for cell in area:
            lamps[cell] = lamps.get(cell, 0) + 1
    floor = sum(row.count(".") for row in room)
    needless = 0
    for area in areas:
        if all(lamps[cell] > 1 for cell in area):
            needless += 1
    return floor - len(lamps), needless


def check(candidate):
    assert candidate(["L..", ".#.", "..."]) == (3, 0)
    assert candidate(["L.L"]) == (0, 2)
    assert candidate([]) == (0, 0)
    assert candidate(["...", ".#."]) == (5, 0)
    assert candidate(["L"]) == (0, 1)
    assert candidate(["#L#", "###"]) == (0, 1)
    assert candidate(["L#.", "..."]) == (3, 0)
    assert candidate(["L.L.", "...."]) == (2, 0)
    assert candidate(["L..#..L"]) == (0, 0)
    assert candidate(["..L", "L..", "..."]) == (1, 0)
    assert candidate([".L.", "LLL", ".L."]) == (0, 5)
