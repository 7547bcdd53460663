def aux(log: list[str]) -> tuple[list[tuple[str, int]], list[str]]:
    """The finished rentals as (bike, minutes), and the bikes that are still out."""
    out: dict[str, int] = {}
    rentals: list[tuple[str, int]] = []
    for line in log:
        clock, action, bike = line.split()
        minute = int(clock[:2]) * 60 + int(clock[3:])
        if action == "out" and bike not in out:
            out[bike] = minute
        elif action == "in" and bike in out:
            rentals.append((bike, minute - out.pop(bike)))
    return rentals, list(out)


def rental_takings(log: list[str]) -> dict[str, int]:
    """Work out what each bike of a rental shop has earned on a day, in cents.

    A line "09:10 out rex" means that the bike rex left the shop, "10:45 in rex" that it came back; lines are in order of
    time. A bike that leaves while it is out, or comes back while it is in, is a slip of the pen and the line is ignored.
    The first 30 minutes of a rental are free, and each further 20 minutes, also begun ones, cost 70; a bike earns at most
    500 from all its rentals. A bike that is out at the end of the day earns 2000 in all, whatever it earned before. Map
    each bike that left the shop to what it earned.

    >>> rental_takings(["09:10 out rex", "10:45 in rex"])
    {'rex': 280}
    >>> rental_takings(["09:00 out rex", "09:30 in rex", "18:00 out ivy"])
    {'rex': 0, 'ivy': 2000}
    """
    rentals, missing = aux(log)
    earned: dict[str, int] = {}
    for bike, minutes in rentals:
        begun = max(0, -(-(minutes - 30) // 20))
        earned[bike] = min(500, earned.get(bike, 0) + 70 * begun)
    for bike in missing:
        earned[bike] = 2000
    return earned


def check(candidate):
    assert candidate(["09:10 out rex", "10:45 in rex"]) == {"rex": 280}
    assert candidate(["09:00 out rex", "09:30 in rex", "18:00 out ivy"]) == {"rex": 0, "ivy": 2000}
    assert candidate([]) == {}
    assert candidate(["08:00 in rex"]) == {}
    assert candidate(["08:00 out a", "08:31 in a", "09:00 out a", "09:50 in a", "10:00 in a"]) == {"a": 140}
    assert candidate(["08:00 out a", "08:40 out a", "08:51 in a"]) == {"a": 140}
    assert candidate(["06:00 out b", "08:50 in b", "09:00 out b", "09:40 in b"]) == {"b": 500}
    assert candidate(["10:00 out c", "20:00 in c"]) == {"c": 500}
    assert candidate(["07:00 out k", "08:00 out m", "09:00 in k", "09:05 in m", "09:10 out k"]) == {"m": 140, "k": 2000}
