def aux(cables: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """The cables by left end (then by right end), and in this order the ranks of their right ends, from 1 without gaps."""
    order = sorted(range(len(cables)), key=lambda cable: cables[cable])
    rank_of: dict[int, int] = {}
    for right in sorted({right for _, right in cables}):
        rank_of[right] = len(rank_of) + 1
    ranks = [rank_of[cables[cable][1]] for cable in order]
    return order, ranks


def crossing_cables(cables: list[tuple[int, int]]) -> list[int]:
    """Straight cables join the ports of a left panel to those of a right panel, each given as (left port, right port). Two
    cables cross if one starts at a smaller port on the left and ends at a larger port on the right than the other; cables
    that share a port on either side do not cross. Return for each cable, in the given order, how many others cross it. It
    must also be quick for thousands of cables, so comparing every pair is too slow.

    >>> crossing_cables([(1, 9), (2, 4), (3, 6)])
    [2, 1, 1]
    >>> crossing_cables([(5, 1), (5, 8), (7, 8)])
    [0, 0, 0]
    """
    order, ranks = aux(cables)
    total = [0] * (max(ranks, default=0) + 1)
    for rank in ranks:
        total[rank] += 1
    for rank in range(1, len(total)):
        total[rank] += total[rank - 1]
    # A Fenwick tree over the ranks of the cables already seen.
    tree = [0] * len(total)
    crossings = [0] * len(cables)
    for seen, (cable, rank) in enumerate(zip(order, ranks)):
        up_to, below, node = 0, 0, rank
        while node:
            up_to += tree[node]
            node &= node - 1
        node = rank - 1
        while node:
            below += tree[node]
            node &= node - 1
        crossings[cable] = (seen - up_to) + (total[rank - 1] - below)
        node = rank
        while node < len(tree):
            tree[node] += 1
            node += node & -node
    return crossings


def check(candidate):
    assert candidate([(1, 9), (2, 4), (3, 6)]) == [2, 1, 1]
    assert candidate([(5, 1), (5, 8), (7, 8)]) == [0, 0, 0]
    assert candidate([]) == []
    assert candidate([(3, 3)]) == [0]
    assert candidate([(1, 4), (2, 3), (3, 2), (4, 1)]) == [3, 3, 3, 3]
    assert candidate([(4, 4), (1, 1), (3, 3), (2, 2)]) == [0, 0, 0, 0]
    assert candidate([(1, 5), (1, 2), (2, 4), (2, 1)]) == [2, 1, 1, 2]
    assert candidate([(0, 0), (0, 0), (1, -1)]) == [1, 1, 2]
    assert candidate([(10, -5), (-10, 5), (0, 0), (3, 5), (-3, 7)]) == [4, 2, 3, 2, 3]
