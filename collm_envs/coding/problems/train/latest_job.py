def aux(jobs: list[tuple[str, int, int, int]]) -> dict[str, int]:
    """The minute at which each job is finished."""
    finished = {}
    clock = 0
    for name, arrival, minutes, _ in sorted(jobs, key=lambda job: job[1]):
        clock = max(clock, arrival) + minutes
        finished[name] = clock
    return finished


def latest_job(jobs: list[tuple[str, int, int, int]]) -> str:
    """A print shop with one machine gets jobs (name, arrival minute, minutes of work, minute it is due); names differ and no
    minute is below 0. It works in order of arrival, for equal arrivals in the given order, one job at a time and never idle
    while a job waits. Return the name of the job that is finished the longest after it was due; among equals the one
    finished first. If no job is late, return the empty text.

    >>> latest_job([("flyer", 0, 10, 5), ("map", 2, 4, 12)])
    'flyer'
    >>> latest_job([("card", 3, 2, 5)])
    ''
    """
    finished = aux(jobs)
    due = {name: minute for name, _, _, minute in jobs}
    worst = ""
    most = 0
    for name in sorted(finished, key=lambda job: finished[job]):
        delay = finished[name] - due[name]
        if delay > most:
            most = delay
            worst = name
    return worst


def check(candidate):
    assert candidate([("flyer", 0, 10, 5), ("map", 2, 4, 12)]) == "flyer"
    assert candidate([("card", 3, 2, 5)]) == ""
    assert candidate([]) == ""
    assert candidate([("card", 3, 2, 4)]) == "card"
    assert candidate([("b", 9, 5, 10), ("a", 0, 5, 4)]) == "b"
    assert candidate([("x", 0, 3, 1), ("y", 0, 3, 4)]) == "x"
    assert candidate([("x", 0, 3, 1), ("y", 0, 3, 3)]) == "y"
    assert candidate([("y", 0, 3, 4), ("x", 0, 3, 1)]) == "x"
    assert candidate([("one", 0, 1, 9), ("two", 50, 1, 50), ("six", 50, 4, 55)]) == "two"
    assert candidate([("a", 0, 3, 3)]) == ""
