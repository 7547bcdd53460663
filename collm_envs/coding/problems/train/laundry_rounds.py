def aux(waiting: list[tuple[str, int]], machines: int) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """The loads of the next round, and those that wait on; both keep their order."""
    taken: list[tuple[str, int]] = []
    left = []
    owners = set()
    for owner, minutes in waiting:
        if len(taken) < machines and owner not in owners:
            taken.append((owner, minutes))
            owners.add(owner)
        else:
            left.append((owner, minutes))
    return taken, left


def laundry_rounds(loads: list[tuple[str, int]], machines: int) -> tuple[int, dict[str, int]]:
    """Loads (owner, minutes) queue for a laundry room with `machines` >= 1 machines. A round takes loads from the queue, front
    to back, until the machines are full, but passes over a load whose owner has one in this round already; what is passed
    over keeps its place. All machines start together, and the next round starts when the slowest load is done. Return the
    number of rounds, and for each owner the minute at which the owner's last load was done (its own time, not the round's).

    >>> laundry_rounds([("Kim", 30), ("Kim", 20), ("Lou", 40)], 2)
    (2, {'Kim': 60, 'Lou': 40})
    >>> laundry_rounds([], 3)
    (0, {})
    """
    clock = rounds = 0
    done: dict[str, int] = {}
    taken, waiting = aux(loads, machines)
    while taken:
        rounds += 1
        for owner, minutes in taken:
            done[owner] = clock + minutes
        clock += max(minutes for _, minutes in taken)
        taken, waiting = aux(waiting, machines)
    return rounds, done


def check(candidate):
    assert candidate([("Kim", 30), ("Kim", 20), ("Lou", 40)], 2) == (2, {"Kim": 60, "Lou": 40})
    assert candidate([], 3) == (0, {})
    assert candidate([("A", 5)], 1) == (1, {"A": 5})
    assert candidate([("A", 5), ("A", 5), ("A", 5)], 4) == (3, {"A": 15})
    assert candidate([("A", 10), ("B", 30), ("C", 20)], 3) == (1, {"A": 10, "B": 30, "C": 20})
    assert candidate([("A", 10), ("B", 30), ("C", 20)], 2) == (2, {"A": 10, "B": 30, "C": 50})
    assert candidate([("A", 9), ("A", 8), ("B", 7), ("C", 6), ("B", 5)], 2) == (3, {"A": 17, "B": 22, "C": 15})
    assert candidate([("A", 1), ("A", 50), ("B", 2), ("A", 1), ("B", 3)], 3) == (3, {"A": 53, "B": 5})
