def aux(number: int) -> str:
    """The tag, with its check letter, that belongs to a number from 0 to 7999."""
    letters = "bcdfghjklmnpqrstvwxz"
    values = [number // 400, number // 20 % 20, number % 20]
    check_value = sum(place * value for place, value in enumerate(values, start=1)) % 20
    return "".join(letters[value] for value in [*values, check_value])


def tag_after(tag: str) -> str:
    """Find the next sheep tag.

    A tag has three letters and a check letter, all out of bcdfghjklmnpqrstvwxz, whose values are 0 to 19 in this order.
    The value of the check letter is the rest of (first + 2 * second + 3 * third value) divided by 20. Tags are handed out
    in alphabetical order, but those with three equal letters at the front are never handed out. Return the tag handed out
    next after `tag` (which may be one of those), "" if there is none, or "?" if `tag` is no tag, also for a wrong check
    letter.

    >>> tag_after("bbbb")
    'bbcf'
    >>> tag_after("bbcb")
    '?'
    """
    letters = "bcdfghjklmnpqrstvwxz"
    number = 0
    for letter in tag[:3]:
        number = number * 20 + letters.find(letter)
    if not 0 <= number < 8000 or aux(number) != tag:
        return "?"
    for following in range(number + 1, 8000):
        found = aux(following)
        if len(set(found[:3])) > 1:
            return found
    return ""


def check(candidate):
    assert candidate("bbbb") == "bbcf"
    assert candidate("bbcb") == "?"
    assert candidate("") == "?"
    assert candidate("bbcf") == "bbdj"
    assert candidate("bbzw") == "bcbd"
    assert candidate("ccbf") == "ccdm"
    assert candidate("zzxp") == ""
    assert candidate("zzzs") == ""
    assert candidate("BBBB") == "?"
    assert candidate("abcd") == "?"
