def aux(text: str) -> list[tuple[str, int]]:
    """The runs of equal characters as (character, length), longer ones cut in runs of nine and a rest."""
    runs: list[tuple[str, int]] = []
    for char in text:
        if runs and runs[-1][0] == char and runs[-1][1] < 9:
            runs[-1] = (char, runs[-1][1] + 1)
        else:
            runs.append((char, 1))
    return runs


def run_parcel(text: str) -> str:
    """Pack a text for a slow wire.

    Cut the text into runs of equal characters, and a run of more than nine into runs of nine and a rest. A run of three
    or more becomes its length, "*" and the character. All shorter runs that follow each other, with no longer one in
    between, form a stretch, which becomes its length, "." and its characters; a stretch of more than nine characters is
    cut into pieces of nine and a rest. Join everything, in order, with "|".

    >>> run_parcel("aaaabcc")
    '4*a|3.bcc'
    >>> run_parcel("zzzzzzzzzzz")
    '9*z|2.zz'
    """
    pieces: list[str] = []
    stretch = ""
    for char, length in [*aux(text), ("", 9)]:
        if length < 3:
            stretch += char * length
            continue
        for start in range(0, len(stretch), 9):
            part = stretch[start : start + 9]
            pieces.append(f"{len(part)}.{part}")
        stretch = ""
        pieces.append(f"{length}*{char}")
    return "|".join(pieces[:-1])


def check(candidate):
    assert candidate("aaaabcc") == "4*a|3.bcc"
    assert candidate("zzzzzzzzzzz") == "9*z|2.zz"
    assert candidate("") == ""
    assert candidate("x") == "1.x"
    assert candidate("abcdefghijk") == "9.abcdefghi|2.jk"
    assert candidate("--- ---") == "3*-|1. |3*-"
    assert candidate("aabbaabbaab") == "9.aabbaabba|2.ab"
    assert candidate("ooooooooooooq") == "9*o|3*o|1.q"
    assert candidate("nnnnnnnnnnmmm") == "9*n|1.n|3*m"
