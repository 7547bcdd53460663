import string


def aux(key: str) -> list[str]:
    """The knocking board as five rows of five letters: the key's letters first, then the others; no q."""
    board = ""
    for letter in key.lower() + string.ascii_lowercase:
        if letter in string.ascii_lowercase and letter != "q" and letter not in board:
            board += letter
    return [board[start : start + 5] for start in range(0, 25, 5)]


def tapped_word(key: str, taps: str) -> str:
    """Read a message knocked on a wall.

    The board has five rows of five letters: first the letters of `key` (any case, each letter once, in order), then the
    other letters from a to z. The letter q and whatever is not a letter never get a place. The parts of `taps` are
    separated by spaces: "row,column", counted from 1, is a letter and "/" is a space; numbers that lie outside the
    board give "?".

    >>> tapped_word("", "2,3 2,4")
    'hi'
    >>> tapped_word("Zebra", "1,1 1,5 1,4 / 6,1")
    'zar ?'
    """
    board = aux(key)
    message = ""
    for knock in taps.split():
        if knock == "/":
            message += " "
            continue
        row, column = (int(part) for part in knock.split(","))
        inside = 1 <= row <= 5 and 1 <= column <= 5
        message += board[row - 1][column - 1] if inside else "?"
    return message


def check(candidate):
    assert candidate("", "2,3 2,4") == "hi"
    assert candidate("Zebra", "1,1 1,5 1,4 / 6,1") == "zar ?"
    assert candidate("cell", "") == ""
    assert candidate("Hello", "1,1 1,2 1,3 1,4 1,5") == "heloa"
    assert candidate("", "5,5 4,1 4,2") == "zpr"
    assert candidate("q2 q!", "1,1 3,5") == "ao"
    assert candidate("ink", "0,3 3,0 -1,2 / / 1,3") == "???  k"
    assert candidate("", "1,6 6,5 5,1") == "??v"
