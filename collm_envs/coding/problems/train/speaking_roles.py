import re


def aux(script: list[str]) -> list[tuple[str, str]]:
    """The speeches in order as (role, text), with continued lines joined by spaces."""
    speeches: list[tuple[str, str]] = []
    for line in script:
        start = re.match(r"([A-Z]+):(.*)", line)
        if start:
            speeches.append((start[1], start[2].strip()))
        elif speeches:
            role, text = speeches[-1]
            speeches[-1] = (role, f"{text} {line.strip()}")
    return speeches


def speaking_roles(script: list[str]) -> list[tuple[str, int, int]]:
    """Say how much each role of a play has to learn.

    A line that begins with capital letters and a colon ("OWL: who") opens a speech of that role; any other line
    continues the speech before it, or is ignored if there is none. Round brackets hold stage directions, which are not
    spoken; they are never nested, are always closed and may go over several lines of one speech. Words are separated by
    spaces. Return (role, words in all, words in its longest speech) for each role that says a word, most words first,
    ties by name.

    >>> speaking_roles(["OWL: who goes", "there", "FOX: (runs) me"])
    [('OWL', 3, 3), ('FOX', 1, 1)]
    >>> speaking_roles(["A dark wood."])
    []
    """
    totals: dict[str, int] = {}
    longest: dict[str, int] = {}
    for role, text in aux(script):
        words = len(re.sub(r"\([^)]*\)", " ", text).split())
        totals[role] = totals.get(role, 0) + words
        longest[role] = max(longest.get(role, 0), words)
    spoken = [role for role, words in totals.items() if words > 0]
    spoken.sort(key=lambda role: (-totals[role], role))
    return [(role, totals[role], longest[role]) for role in spoken]


def check(candidate):
    assert candidate(["OWL: who goes", "there", "FOX: (runs) me"]) == [("OWL", 3, 3), ("FOX", 1, 1)]
    assert candidate(["A dark wood."]) == []
    assert candidate([]) == []
    assert candidate(["B: one two", "A: three", "A: four"]) == [("A", 2, 1), ("B", 2, 2)]
    assert candidate(["MOLE: (digs)", "RAT: oh(sighs)dear"]) == [("RAT", 2, 2)]
    assert candidate(["CAT: I (looks", "around) am", "Dog: here", "CAT:"]) == [("CAT", 4, 4)]
    assert candidate(["X: a b", "Y: c d e", "X: f g"]) == [("X", 4, 2), ("Y", 3, 3)]
