from bisect import bisect_left


def aux(timetable: list[str]) -> list[int]:
    """All departures as minutes after midnight, each once, in order."""
    minutes: set[int] = set()
    for line in timetable:
        words = line.split()
        times = [int(word[:2]) * 60 + int(word[3:]) for word in words if ":" in word]
        if len(words) == 1:
            minutes.add(times[0])
        else:
            minutes.update(range(times[0], times[1] + 1, int(words[2])))
    return sorted(minutes)


def wait_for_bus(timetable: list[str], arrivals: list[str]) -> list[int]:
    """Say how many minutes each passenger waits at the stop.

    A line of the timetable is one departure, "21:15", or a series, "06:10 every 20 until 09:00": that departure and one
    every 20 minutes as long as it is not after 09:00. The timetable is the same every day. A passenger who comes in the
    minute of a departure still gets that bus; one who comes after the last takes the first of the next day. The wait is
    -1 if no bus ever goes.

    >>> wait_for_bus(["06:10 every 20 until 07:00", "21:15"], ["06:30", "06:51"])
    [0, 864]
    >>> wait_for_bus(["08:00"], ["09:00"])
    [1380]
    """
    departures = aux(timetable)
    waits: list[int] = []
    for arrival in arrivals:
        hours, minutes = arrival.split(":")
        now = int(hours) * 60 + int(minutes)
        place = bisect_left(departures, now)
        if not departures:
            waits.append(-1)
        elif place < len(departures):
            waits.append(departures[place] - now)
        else:
            waits.append(departures[0] + 24 * 60 - now)
    return waits


def check(candidate):
    assert candidate(["06:10 every 20 until 07:00", "21:15"], ["06:30", "06:51"]) == [0, 864]
    assert candidate(["08:00"], ["09:00"]) == [1380]
    assert candidate([], ["10:00", "11:00"]) == [-1, -1]
    assert candidate(["10:00"], []) == []
    assert candidate(["22:00", "07:00 every 60 until 09:00"], ["00:00", "09:01", "23:59"]) == [420, 779, 421]
    assert candidate(["05:30 every 45 until 05:30"], ["05:30", "05:31"]) == [0, 1439]
    assert candidate(["12:00 every 7 until 12:30", "12:05 every 10 until 12:30"], ["12:01", "12:06", "12:22"]) == [4, 1, 3]
    assert candidate(["12:00 every 7 until 12:30"], ["12:28", "12:29"]) == [0, 1411]
    assert candidate(["05:30 every 45 until 06:14"], ["05:31"]) == [1439]
