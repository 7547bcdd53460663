def aux(links: list[tuple[str, str]]) -> dict[str, set[str]]:
    """The friends of everybody who has one."""
    friends: dict[str, set[str]] = {}
    for one, other in links:
        if one == other:
            continue
        friends.setdefault(one, set()).add(other)
        friends.setdefault(other, set()).add(one)
    return friends


def who_to_meet(links: list[tuple[str, str]], person: str) -> list[str]:
    """Suggest whom a person should meet at the garden party.

    Each link makes two people friends of each other; a link may be given twice, and one from somebody to themselves
    means nothing. A stranger is anybody but the person who is not yet their friend. Return, in alphabetical order, the
    strangers who have the largest number of friends in common with the person; [] if no stranger has any.

    >>> who_to_meet([("ana", "bo"), ("bo", "cy"), ("bo", "di")], "ana")
    ['cy', 'di']
    >>> who_to_meet([("ana", "bo")], "ana")
    []
    """
    friends = aux(links)
    known = friends.get(person, set())
    shared = {name: len(known & theirs) for name, theirs in friends.items() if name != person and name not in known}
    most = max(shared.values(), default=0)
    if most == 0:
        return []
    return sorted(name for name, count in shared.items() if count == most)


def check(candidate):
    assert candidate([("ana", "bo"), ("bo", "cy"), ("bo", "di")], "ana") == ["cy", "di"]
    assert candidate([("ana", "bo")], "ana") == []
    assert candidate([], "ana") == []
    assert candidate([("a", "b"), ("a", "c"), ("b", "d"), ("d", "c"), ("b", "e"), ("e", "f")], "a") == ["d"]
    assert candidate([("b", "a"), ("a", "b"), ("c", "b"), ("b", "c"), ("a", "a")], "a") == ["c"]
    assert candidate([("x", "y"), ("y", "z")], "nobody") == []
    assert candidate([("x", "y"), ("y", "z"), ("z", "x")], "x") == []
    assert candidate([("m", "n"), ("n", "o"), ("o", "p"), ("p", "m")], "n") == ["p"]
