def aux(ballots: list[list[str]], standing: set[str]) -> dict[str, int]:
    """For everybody who still stands, the ballots on which no other who stands comes earlier."""
    tally = dict.fromkeys(standing, 0)
    for ballot in ballots:
        for name in ballot:
            if name in standing:
                tally[name] += 1
                break
    return tally


def ballot_winner(ballots: list[list[str]]) -> tuple[str, int]:
    """Each ballot ranks some of the candidates, best first; all who are named on a ballot stand at first. In a round, each
    ballot counts for the first name on it that still stands, or for nobody. Who has more than half of the ballots that
    count in this round wins. Otherwise all who have the fewest drop out, and the next round begins; but if everybody would
    drop out, the first by alphabet wins at once. Return the winner and the number of the round, from 1, in which it was
    decided, or ("", 0) if nobody stands.

    >>> ballot_winner([["Ann", "Bea"], ["Bea"], ["Cat", "Bea"], ["Bea", "Ann"], ["Ann"]])
    ('Bea', 2)
    >>> ballot_winner([["Bea"], ["Ann"]])
    ('Ann', 1)
    """
    standing = {name for ballot in ballots for name in ballot}
    rounds = 0
    while standing:
        rounds += 1
        tally = aux(ballots, standing)
        for name, votes in tally.items():
            if 2 * votes > sum(tally.values()):
                return name, rounds
        fewest = min(tally.values())
        losers = {name for name, votes in tally.items() if votes == fewest}
        if losers == standing:
            return min(standing), rounds
        standing -= losers
    return "", 0


def check(candidate):
    assert candidate([["Ann", "Bea"], ["Bea"], ["Cat", "Bea"], ["Bea", "Ann"], ["Ann"]]) == ("Bea", 2)
    assert candidate([["Bea"], ["Ann"]]) == ("Ann", 1)
    assert candidate([]) == ("", 0)
    assert candidate([[], []]) == ("", 0)
    assert candidate([["Zoe"]]) == ("Zoe", 1)
    assert candidate([["D", "A"], ["D", "A"], ["A"]]) == ("D", 1)
    assert candidate([["A"], ["A"], ["B"], ["B"], ["C"], ["D"]]) == ("A", 2)
    assert candidate([["A"], ["A"], ["B"], ["B"], ["C", "B"], ["D", "C"]]) == ("B", 2)
    assert candidate([["A"], ["A"], ["A"], ["B"], ["B"], ["C", "B"], ["C", "B"], ["D", "C", "B"]]) == ("A", 3)
    assert candidate([["A"], ["A"], ["A"], ["A"], ["B"], ["B"], ["B"], ["C", "B"], ["C", "B"], ["E", "C"]]) == ("A", 3)
    assert candidate([["A"], ["A"], ["B", "C"]]) == ("A", 1)
