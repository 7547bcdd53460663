def aux(friendships: list[tuple[str, str]]) -> dict[str, list[str]]:
    """The friends of everybody, in alphabetical order."""
    friends: dict[str, set[str]] = {}
    for one, other in friendships:
        friends.setdefault(one, set()).add(other)
        friends.setdefault(other, set()).add(one)
    return {person: sorted(others) for person, others in friends.items()}


def rumour_days(friendships: list[tuple[str, str]], source: str) -> dict[str, int]:
    """Follow a rumour through a village.

    Friendship goes both ways; a pair may be listed twice, but nobody is their own friend. On day 0 only `source` knows
    the rumour. On each day from 1 on, everybody who already knew it on the day before tells one friend: the
    alphabetically first of the friends whom they have not told themselves yet, even if that friend knows it already.
    Return for everybody who gets to know the rumour the day on which they do.

    >>> rumour_days([("eve", "bob"), ("eve", "tom"), ("bob", "tom")], "eve")
    {'eve': 0, 'bob': 1, 'tom': 2}
    >>> rumour_days([("a", "b")], "c")
    {'c': 0}
    """
    friends = aux(friendships)
    heard = {source: 0}
    today = 0
    while any(today - day < len(friends.get(person, [])) for person, day in heard.items()):
        today += 1
        for person, day in list(heard.items()):
            told = today - day - 1
            others = friends.get(person, [])
            if 0 <= told < len(others):
                heard.setdefault(others[told], today)
    return heard


def check(candidate):
    assert candidate([("eve", "bob"), ("eve", "tom"), ("bob", "tom")], "eve") == {"eve": 0, "bob": 1, "tom": 2}
    assert candidate([("a", "b")], "c") == {"c": 0}
    assert candidate([], "z") == {"z": 0}
    assert candidate([("m", "z"), ("m", "y"), ("m", "x"), ("y", "m")], "m") == {"m": 0, "x": 1, "y": 2, "z": 3}
    assert candidate([("a", "b"), ("b", "c"), ("c", "d")], "a") == {"a": 0, "b": 1, "c": 3, "d": 5}
    assert candidate([("d", "c"), ("c", "b"), ("b", "a")], "d") == {"d": 0, "c": 1, "b": 2, "a": 3}
    assert candidate([("p", "q"), ("p", "r"), ("q", "s"), ("r", "s"), ("u", "v")], "p") == {"p": 0, "q": 1, "r": 2, "s": 3}
    assert candidate([("k", "a"), ("k", "b"), ("k", "c"), ("a", "c")], "k") == {"k": 0, "a": 1, "b": 2, "c": 2}
