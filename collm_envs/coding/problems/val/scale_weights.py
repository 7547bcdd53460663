def aux(weights: list[int]) -> dict[int, int]:
    """For each balance of right pan minus left pan the fewest weights that give it."""
    fewest = {0: 0}
    for weight in weights:
        wider = dict(fewest)
        for balance, used in fewest.items():
            for moved in (balance - weight, balance + weight):
                wider[moved] = min(used + 1, wider.get(moved, used + 1))
        fewest = wider
    return fewest


def scale_weights(weights: list[int], loads: list[int], slack: int) -> list[int]:
    """Say how many weights it takes to weigh each load on an old scale.

    A load >= 0 lies in the left pan. Each of the weights, all > 0, may be put in the right pan, in the left pan next to
    the load, or left out. The scale balances if the pans differ by at most `slack` >= 0. For each load return the fewest
    weights with which it balances, or -1 if it cannot be balanced; all weights are free again for the next load.

    >>> scale_weights([1, 5], [4, 6, 5, 2], 0)
    [2, 2, 1, -1]
    >>> scale_weights([10], [1, 8], 2)
    [0, 1]
    """
    fewest = aux(weights)
    answers: list[int] = []
    for load in loads:
        fits = [fewest[balance] for balance in range(load - slack, load + slack + 1) if balance in fewest]
        answers.append(min(fits, default=-1))
    return answers


def check(candidate):
    assert candidate([1, 5], [4, 6, 5, 2], 0) == [2, 2, 1, -1]
    assert candidate([10], [1, 8], 2) == [0, 1]
    assert candidate([], [0, 1], 0) == [0, -1]
    assert candidate([3, 4], [], 1) == []
    assert candidate([1, 3, 9], [13, 7, 2, 14, 0], 0) == [3, 3, 2, -1, 0]
    assert candidate([2, 2, 2], [6, 4, 2, 3], 0) == [3, 2, 1, -1]
    assert candidate([4, 6, 10], [10, 2, 14, 8], 0) == [1, 2, 2, 3]
    assert candidate([7, 20], [28, 12, 3], 1) == [2, 2, -1]
    assert candidate([5, 1], [4], 1) == [1]
