from itertools import pairwise


def aux(words: list[str]) -> list[tuple[str, str]]:
    """The different pairs of neighbouring words, in the order in which they first appear."""
    pairs: list[tuple[str, str]] = []
    for pair in pairwise(words):
        if pair not in pairs:
            pairs.append(pair)
    return pairs


def unpack_telegram(telegram: str) -> str:
    """Read a telegram in which pairs of words were replaced by numbers to save money.

    The text is written word by word. Whenever the last two words written stand next to each other for the first time in
    this order, the pair gets the next number, from 1 on. In the telegram, whose parts are separated by spaces, a whole
    number stands for the two words of that pair, and any other part for itself. A number that no pair has when its turn
    comes is unreadable: write "[?]" for it, which then counts as a word like any other. Join the words with spaces.

    >>> unpack_telegram("send more tea 1 coal")
    'send more tea send more coal'
    >>> unpack_telegram("stop 2 1")
    'stop [?] stop [?]'
    """
    words: list[str] = []
    for part in telegram.split():
        if not part.isdigit():
            words.append(part)
            continue
        pairs = aux(words)
        number = int(part)
        if 1 <= number <= len(pairs):
            words.extend(pairs[number - 1])
        else:
            words.append("[?]")
    return " ".join(words)


def check(candidate):
    assert candidate("send more tea 1 coal") == "send more tea send more coal"
    assert candidate("stop 2 1") == "stop [?] stop [?]"
    assert candidate("") == ""
    assert candidate("0 1") == "[?] [?]"
    assert candidate("a a a 1 b 2 3") == "a a a a a b a b b a"
    assert candidate("rain in 1 2 3") == "rain in rain in in rain in in"
    assert candidate("x y 1 1 2 4") == "x y x y x y y x [?]"
    assert candidate("no 3x x3 1") == "no 3x x3 no 3x"
