import re


def aux(text: str) -> list[tuple[str, bool]]:
    """The words with more than three letters, and whether each stands inside quotation marks."""
    words: list[tuple[str, bool]] = []
    inside = False
    for part in text.split('"'):
        for chunk in part.split():
            letters = re.sub(r"[^A-Za-z]", "", chunk)
            if len(letters) > 3:
                words.append((letters.lower(), inside))
        inside = not inside
    return words


def quoted_share(text: str) -> tuple[int, list[str]]:
    """Measure how much of a newspaper article is quoted speech.

    Words are separated by white space and by double quotation marks ("), and only their letters a to z, in any case,
    count; words with fewer than four letters are left out. Quotation marks open and close in turn, and one that is never
    closed lasts to the end. Return the share of the words that stand inside quotation marks in whole percent, rounded
    down (0 without any words), and the words, in lower case and alphabetical order, that stand both inside and outside.

    >>> quoted_share('The mayor said "never again" and never came.')
    (33, ['never'])
    >>> quoted_share("No it is")
    (0, [])
    """
    words = aux(text)
    spoken = [word for word, inside in words if inside]
    told = {word for word, inside in words if not inside}
    share = 100 * len(spoken) // len(words) if words else 0
    return share, sorted(told & set(spoken))


def check(candidate):
    assert candidate('The mayor said "never again" and never came.') == (33, ["never"])
    assert candidate("No it is") == (0, [])
    assert candidate("") == (0, [])
    assert candidate('"Rain, rain!"') == (100, [])
    assert candidate('Snow fell. "Much snow') == (50, ["snow"])
    assert candidate('""""plain') == (0, [])
    assert candidate('half"half" don\'t "DONT don\'t') == (60, ["dont", "half"])
    assert candidate('one two "six" ten') == (0, [])
