def aux(spans: list[tuple[int, int]]) -> list[int]:
    """For each span the index of the shortest other one that contains it, or -1."""
    around: list[int] = []
    for index, (start, end) in enumerate(spans):
        outer = -1
        for other, (begin, stop) in enumerate(spans):
            contains = other != index and begin <= start and end <= stop
            if contains and (outer < 0 or stop - begin < spans[outer][1] - spans[outer][0]):
                outer = other
        around.append(outer)
    return around


def own_minutes(tasks: list[tuple[str, int, int]]) -> list[tuple[str, int]]:
    """Say how long a clerk really worked on each kind of task.

    A task (kind, start, end) with start < end was begun and finished at these minutes. A task whose time lies within that
    of another one interrupted it, and the time of an interruption does not count for what it interrupted; interruptions
    can be interrupted in turn. Times of two tasks never overlap in any other way and are never the same. Return (kind,
    minutes really spent on it) for each kind, most minutes first, ties by kind.

    >>> own_minutes([("post", 0, 60), ("call", 10, 25)])
    [('post', 45), ('call', 15)]
    >>> own_minutes([("tea", 5, 10), ("file", 20, 25)])
    [('file', 5), ('tea', 5)]
    """
    outer = aux([(start, end) for _, start, end in tasks])
    minutes = {kind: 0 for kind, _, _ in tasks}
    for (kind, start, end), interrupted in zip(tasks, outer):
        minutes[kind] += end - start
        if interrupted >= 0:
            minutes[tasks[interrupted][0]] -= end - start
    return sorted(minutes.items(), key=lambda item: (-item[1], item[0]))


def check(candidate):
    assert candidate([("post", 0, 60), ("call", 10, 25)]) == [("post", 45), ("call", 15)]
    assert candidate([("tea", 5, 10), ("file", 20, 25)]) == [("file", 5), ("tea", 5)]
    assert candidate([]) == []
    assert candidate([("a", -5, 5)]) == [("a", 10)]
    assert candidate([("a", 0, 10), ("b", 0, 6), ("c", 6, 10)]) == [("b", 6), ("c", 4), ("a", 0)]
    assert candidate([("c", 30, 40), ("b", 20, 50), ("a", 0, 100)]) == [("a", 70), ("b", 20), ("c", 10)]
    assert candidate([("a", 0, 50), ("a", 10, 20), ("b", 12, 15), ("b", 60, 61)]) == [("a", 47), ("b", 4)]
    assert candidate([("x", 0, 9), ("y", 1, 8), ("x", 2, 7), ("y", 3, 6), ("z", 4, 5)]) == [("x", 4), ("y", 4), ("z", 1)]
    assert candidate([("a", 0, 100), ("b", 60, 95), ("c", 70, 80)]) == [("a", 65), ("b", 25), ("c", 10)]
