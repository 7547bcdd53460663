from itertools import pairwise


def aux(days: list[list[str]]) -> dict[str, list[int]]:
    """For everybody, the days of attendance, counting only the days on which the club was open."""
    attended: dict[str, list[int]] = {}
    number = 0
    for present in days:
        if not present:
            continue
        for name in sorted(set(present)):
            attended.setdefault(name, []).append(number)
        number += 1
    return attended


def longest_attendance(days: list[list[str]]) -> tuple[int, list[str]]:
    """A club notes each day who came, perhaps with a name written twice. A day with an empty list is one on which the club
    was closed, and breaks no streak. Return the length of the longest streak of open days in a row on which some person
    came, and the names of all who have a streak of that length, in alphabetical order. Return (0, []) if nobody ever came.

    >>> longest_attendance([["Ed", "Flo"], [], ["Flo"], ["Ed"]])
    (2, ['Flo'])
    >>> longest_attendance([[], []])
    (0, [])
    """
    longest = 0
    names: list[str] = []
    for name, numbers in sorted(aux(days).items()):
        best = streak = 1
        for earlier, later in pairwise(numbers):
            streak = streak + 1 if later == earlier + 1 else 1
            best = max(best, streak)
        if best > longest:
            longest, names = best, []
        if best == longest:
            names.append(name)
    return longest, names


def check(candidate):
    assert candidate([["Ed", "Flo"], [], ["Flo"], ["Ed"]]) == (2, ["Flo"])
    assert candidate([[], []]) == (0, [])
    assert candidate([]) == (0, [])
    assert candidate([["Ed"]]) == (1, ["Ed"])
    assert candidate([["Ed", "Ed"], ["Al"]]) == (1, ["Al", "Ed"])
    assert candidate([["b", "a"], ["a", "b", "b"], ["c"]]) == (2, ["a", "b"])
    assert candidate([["a"], ["b"], ["a"], ["b"], [], [], ["b"]]) == (2, ["b"])
    assert candidate([["x", "y"], ["x"], ["y"], ["x", "y"], ["x", "y"], ["x"]]) == (3, ["x", "y"])
    assert candidate([["z"], [], ["z"], [], ["z"], ["y"], ["z"]]) == (3, ["z"])
