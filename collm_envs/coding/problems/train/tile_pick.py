from collections import Counter


def aux(hand: str, word: str) -> str:
    """The letters of the word for which the hand has no tile of their own, in order."""
    tiles = Counter(hand)
    missing = ""
    for letter in word:
        if tiles[letter] > 0:
            tiles[letter] -= 1
        else:
            missing += letter
    return missing


def tile_pick(hand: str, words: list[str], values: dict[str, int]) -> tuple[str, int]:
    """Choose the best word to lay with a hand of letter tiles.

    Each character of `hand` is one tile, and each "?" a blank one that may stand for any letter; a word can be laid if
    the tiles are enough. A letter scores its value, or 1 if `values` does not have it, but a blank tile scores nothing;
    blanks are used only for letters that have no tile left. Laying every tile of the hand doubles the score. Return the
    best word with its score; of equal scores the one with fewer blanks, then the alphabetically first; ("", 0) if no
    word can be laid.

    >>> tile_pick("tea?", ["ate", "team", "eat"], {"m": 5})
    ('team', 6)
    >>> tile_pick("xyz", ["tea"], {})
    ('', 0)
    """
    blanks = hand.count("?")
    options: list[tuple[int, int, str]] = []
    for word in words:
        missing = aux(hand, word)
        if not word or len(missing) > blanks:
            continue
        score = sum(values.get(letter, 1) for letter in word) - sum(values.get(letter, 1) for letter in missing)
        if len(word) == len(hand):
            score *= 2
        options.append((-score, len(missing), word))
    if not options:
        return "", 0
    loss, _, word = min(options)
    return word, -loss


def check(candidate):
    assert candidate("tea?", ["ate", "team", "eat"], {"m": 5}) == ("team", 6)
    assert candidate("xyz", ["tea"], {}) == ("", 0)
    assert candidate("tea", [], {"t": 4}) == ("", 0)
    assert candidate("teas", ["sat", "eat", "tea"], {}) == ("eat", 3)
    assert candidate("??ab", ["cd", "ab", "ac"], {"c": 9}) == ("ab", 2)
    assert candidate("aab?", ["abba", "aaa", "bb"], {"a": 2, "b": 3}) == ("abba", 14)
    assert candidate("le?", ["eel", "lee", "ell"], {"l": 1, "e": 4}) == ("eel", 10)
    assert candidate("zo?p", ["zoo", "oz", "op"], {"z": 8}) == ("oz", 9)
    assert candidate("?", ["b", "a"], {"b": 3}) == ("a", 0)
