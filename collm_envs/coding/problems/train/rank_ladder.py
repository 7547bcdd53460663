def aux(ladder: list[str], match: str) -> tuple[int, int]:
    """The place that the challenger leaves and the one they take, counted from 0; the same twice if nobody moves."""
    won = ">" in match
    challenger, defender = (name.strip() for name in match.split(">" if won else "<"))
    if challenger not in ladder or defender not in ladder:
        return 0, 0
    here, there = ladder.index(challenger), ladder.index(defender)
    if not 1 <= here - there <= 3:
        return here, here
    return here, there if won else min(here + 1, len(ladder) - 1)


def rank_ladder(ladder: list[str], matches: list[str]) -> list[tuple[str, int]]:
    """Keep the ladder of a badminton club, best player first.

    "challenger > defender" is a match that the challenger won, "challenger < defender" one that they lost; spaces around
    names mean nothing. It counts only if both are on the ladder and the defender stands one to three places above the
    challenger at that time. Who wins takes the defender's place, and the defender and everybody between move down by
    one; a challenger who loses changes places with the player just below, if there is one. Return (name, places climbed
    since the start) in the final order.

    >>> rank_ladder(["ann", "bob", "cat"], ["cat > ann"])
    [('cat', 2), ('ann', -1), ('bob', -1)]
    >>> rank_ladder(["ann", "bob", "cat"], ["bob < ann"])
    [('ann', 0), ('cat', 1), ('bob', -1)]
    """
    now = list(ladder)
    for match in matches:
        here, there = aux(now, match)
        if here != there:
            now.insert(there, now.pop(here))
    return [(name, ladder.index(name) - place) for place, name in enumerate(now)]


def check(candidate):
    assert candidate(["ann", "bob", "cat"], ["cat > ann"]) == [("cat", 2), ("ann", -1), ("bob", -1)]
    assert candidate(["ann", "bob", "cat"], ["bob < ann"]) == [("ann", 0), ("cat", 1), ("bob", -1)]
    assert candidate([], ["a>b"]) == []
    assert candidate(["a", "b"], ["a>b", "b<a", "c>a", "b>b"]) == [("a", 0), ("b", 0)]
    assert candidate(["a", "b", "c", "d", "e"], ["e>a"]) == [("a", 0), ("b", 0), ("c", 0), ("d", 0), ("e", 0)]
    assert candidate(["a", "b", "c", "d", "e"], ["e>b", "e>a"]) == [("e", 4), ("a", -1), ("b", -1), ("c", -1), ("d", -1)]
    assert candidate(["a", "b", "c"], ["b>a", "b>a", "a > b"]) == [("a", 0), ("b", 0), ("c", 0)]
    assert candidate(["p", "q", "r", "s"], ["q<p", "q<r", "s>r"]) == [("p", 0), ("s", 2), ("r", 0), ("q", -2)]
    assert candidate(["a", "b", "c", "d"], ["b<a"]) == [("a", 0), ("c", 1), ("b", -1), ("d", 0)]
