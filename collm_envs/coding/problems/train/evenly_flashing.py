from itertools import pairwise


def aux(log: list[str]) -> dict[str, list[int]]:
    """The seconds at which each lamp flashed."""
    moments: dict[str, list[int]] = {}
    for second, lamp in enumerate(log):
        name = lamp.strip().lower()
        if name:
            moments.setdefault(name, []).append(second)
    return moments


def evenly_flashing(log: list[str]) -> list[tuple[str, int]]:
    """A harbour log has one entry a second: the name of the lamp that flashed, or only blanks for none. Names are compared
    in lower case and without blanks around them. A lamp is a beacon if it flashed at least three times and always after the
    same number of seconds. Return the beacons as (name in lower case, seconds between flashes), fastest first, then by name.

    >>> evenly_flashing(["Red", "", "red", "pier", "red "])
    [('red', 2)]
    >>> evenly_flashing(["a", "a", "b"])
    []
    """
    beacons = []
    for name, moments in aux(log).items():
        gaps = {later - earlier for earlier, later in pairwise(moments)}
        if len(moments) >= 3 and len(gaps) == 1:
            beacons.append((gaps.pop(), name))
    beacons.sort()
    return [(name, gap) for gap, name in beacons]


def check(candidate):
    assert candidate(["Red", "", "red", "pier", "red "]) == [("red", 2)]
    assert candidate(["a", "a", "b"]) == []
    assert candidate([]) == []
    assert candidate(["", " ", "", " "]) == []
    assert candidate(["x", "x", "x", "x"]) == [("x", 1)]
    assert candidate(["x", "x", "x", "", "x"]) == []
    assert candidate(["b", "a", "b", "a", "b", "a"]) == [("a", 2), ("b", 2)]
    assert candidate(["far", "near", "near", "far", "near", "", "FAR"]) == [("far", 3)]
    assert candidate(["q", "z", "z", "z", "q", "", "", "", "q"]) == [("z", 1), ("q", 4)]
