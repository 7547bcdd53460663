def aux(trick: list[str], trump: str) -> int:
    """The place in the trick of the card that wins it."""
    order = ["2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K", "A"]
    led = trick[0][-1]
    strengths: list[int] = []
    for card in trick:
        rank, suit = order.index(card[:-1]), card[-1]
        strengths.append(rank + 100 if suit == trump else rank if suit == led else -1)
    return strengths.index(max(strengths))


def trick_tally(tricks: list[list[str]], trump: str, players: int) -> list[int]:
    """Count the points of a card game.

    A card is a rank (2 to 10, J, Q, K, A, rising) and a suit letter: "10s", "Kh". A trick lists one card of each player as
    they were played: first the leader's, who is player 0 in the first trick and then the winner of the last one, then
    those of the following players in turn, with player 0 after the last player. The highest trump wins a trick, or else
    the highest card of the suit led; no card comes twice in a trick. A trick is worth one point, and the last one as many
    as there are players. Return the points of each player.

    >>> trick_tally([["9h", "Kh"], ["2s", "Ah"], ["3c", "4c"]], "s", 2)
    [2, 2]
    >>> trick_tally([], "h", 3)
    [0, 0, 0]
    """
    points = [0] * players
    leader = 0
    for number, trick in enumerate(tricks, start=1):
        leader = (leader + aux(trick, trump)) % players
        points[leader] += players if number == len(tricks) else 1
    return points


def check(candidate):
    assert candidate([["9h", "Kh"], ["2s", "Ah"], ["3c", "4c"]], "s", 2) == [2, 2]
    assert candidate([], "h", 3) == [0, 0, 0]
    assert candidate([["2c", "As", "Ah"]], "d", 3) == [3, 0, 0]
    assert candidate([["10h", "9h", "Jh"]], "h", 3) == [0, 0, 3]
    assert candidate([["Ac", "2d", "3d", "Kc"], ["5h", "6s", "7h", "4h"]], "d", 4) == [4, 0, 1, 0]
    assert candidate([["5c", "6c"], ["7c", "8c"], ["9c", "2h"]], "h", 2) == [1, 3]
    assert candidate([["Qs", "Qh"], ["Js", "As"], ["2c", "3c"], ["4d", "3d"]], "", 2) == [4, 1]
