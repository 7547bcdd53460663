def aux(shelves: list[list[int]]) -> list[list[tuple[int, int]]]:
    """Column by column, the cells that exist as (height, shelf)."""
    columns: list[list[tuple[int, int]]] = []
    for shelf, jars in enumerate(shelves):
        for place, height in enumerate(jars):
            if place == len(columns):
                columns.append([])
            columns[place].append((height, shelf))
    return columns


def column_leaders(shelves: list[list[int]]) -> dict[int, list[int]]:
    """Jars of the given heights stand on shelves, which may hold different numbers of jars; those at the same place from the
    left, counted from 0, form a column. The leader of a column is the shelf with its tallest jar, among equals the one with
    the larger index. Return a dict from each shelf that leads some column to its columns in ascending order.

    >>> column_leaders([[3, 8], [5]])
    {1: [0], 0: [1]}
    >>> column_leaders([[2], [2]])
    {1: [0]}
    """
    led: dict[int, list[int]] = {}
    for place, column in enumerate(aux(shelves)):
        _, shelf = max(column)
        if shelf not in led:
            led[shelf] = []
        led[shelf].append(place)
    return led


def check(candidate):
    assert candidate([[3, 8], [5]]) == {1: [0], 0: [1]}
    assert candidate([[2], [2]]) == {1: [0]}
    assert candidate([]) == {}
    assert candidate([[], []]) == {}
    assert candidate([[4]]) == {0: [0]}
    assert candidate([[], [1, 1, 1]]) == {1: [0, 1, 2]}
    assert candidate([[9, 1, 9], [1, 9], [9, 9, 1, 1]]) == {2: [0, 1, 3], 0: [2]}
    assert candidate([[-5, -5], [-6], [-4, -6]]) == {2: [0], 0: [1]}
    assert candidate([[1, 2, 3], [3, 2, 1], [2, 2, 2]]) == {1: [0], 2: [1], 0: [2]}
