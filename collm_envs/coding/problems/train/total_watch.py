import re


def aux(note: str) -> int:
    """The seconds in one note such as "1h 5m", or -1 if it cannot be read."""
    compact = note.replace(" ", "").lower()
    if not re.fullmatch(r"([0-9]+[hms])+", compact):
        return -1
    seconds = {"h": 3600, "m": 60, "s": 1}
    return sum(int(count) * seconds[unit] for count, unit in re.findall(r"([0-9]+)([hms])", compact))


def total_watch(notes: list[str]) -> str:
    """Add up the notes of somebody with a stopwatch.

    A note is one or more whole numbers, each followed by h, m or s (any case), in any order and even twice; spaces mean
    nothing. Any other note cannot be read and is skipped. Return the total as hours:minutes:seconds with two digits for
    minutes and seconds, followed by " (N skipped)" if N notes were skipped and N is not 0.

    >>> total_watch(["1h 5m", "90s"])
    '1:06:30'
    >>> total_watch(["soon", "2M"])
    '0:02:00 (1 skipped)'
    """
    total = 0
    skipped = 0
    for note in notes:
        seconds = aux(note)
        if seconds < 0:
            skipped += 1
        else:
            total += seconds
    clock = f"{total // 3600}:{total // 60 % 60:02d}:{total % 60:02d}"
    return f"{clock} ({skipped} skipped)" if skipped else clock


def check(candidate):
    assert candidate(["1h 5m", "90s"]) == "1:06:30"
    assert candidate(["soon", "2M"]) == "0:02:00 (1 skipped)"
    assert candidate([]) == "0:00:00"
    assert candidate(["", "  ", "5", "m"]) == "0:00:00 (4 skipped)"
    assert candidate(["10s20s1m", "3 0 s"]) == "0:02:00"
    assert candidate(["25h", "3599s"]) == "25:59:59"
    assert candidate(["1h30", "1.5h", "-3m", "7s"]) == "0:00:07 (3 skipped)"
    assert candidate(["0s", "3600s"]) == "1:00:00"
