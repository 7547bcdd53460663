def aux(red: list[int], blue: list[int]) -> tuple[str, int]:
    """Who scores an end and how many points; ("", 0) if nobody does."""
    ours = sorted(distance for distance in red if distance <= 183)
    theirs = sorted(distance for distance in blue if distance <= 183)
    nearest_red = ours[0] if ours else 184
    nearest_blue = theirs[0] if theirs else 184
    if nearest_red < nearest_blue:
        return "red", sum(distance < nearest_blue for distance in ours)
    if nearest_blue < nearest_red:
        return "blue", sum(distance < nearest_red for distance in theirs)
    return "", 0


def stones_counted(ends: list[tuple[list[int], list[int]]]) -> tuple[int, int, str]:
    """Keep the score of a curling match with a house rule.

    Each end gives the distances in cm of the red and of the blue stones from the centre; a stone farther away than 183 is
    out. The team with the stone nearest to the centre scores one point for each of its stones that is nearer than every
    stone of the other team; with equally near best stones, or none at all, nobody scores. Blue has the last stone in the
    first end; after each end in which somebody scored, the other team has it, otherwise it stays. House rule: a team that
    scores without having the last stone gets one extra point. Return (red points, blue points, the team with the last
    stone in the next end).

    >>> stones_counted([([20, 50], [40])])
    (2, 0, 'blue')
    >>> stones_counted([([], [10, 12]), ([183], [5])])
    (0, 4, 'red')
    """
    points = {"red": 0, "blue": 0}
    last = "blue"
    for red, blue in ends:
        team, scored = aux(red, blue)
        if not team:
            continue
        points[team] += scored if team == last else scored + 1
        last = "blue" if team == "red" else "red"
    return points["red"], points["blue"], last


def check(candidate):
    assert candidate([([20, 50], [40])]) == (2, 0, "blue")
    assert candidate([([], [10, 12]), ([183], [5])]) == (0, 4, "red")
    assert candidate([]) == (0, 0, "blue")
    assert candidate([([184], [200]), ([], []), ([30], [30])]) == (0, 0, "blue")
    assert candidate([([184, 183], [])]) == (2, 0, "blue")
    assert candidate([([90], [10, 80, 95]), ([7, 8, 9], [10])]) == (3, 2, "blue")
    assert candidate([([40, 10, 30], [40]), ([5], [6, 7])]) == (5, 0, "blue")
    assert candidate([([60, 20], [50, 20]), ([70], [60])]) == (0, 1, "red")
    assert candidate([([20], [10, 20]), ([], [184])]) == (0, 1, "red")
