def aux(row: str, length: int) -> list[str]:
    """The different rows one move away: a block of this length is reversed and its new first flag is dipped or raised."""
    rows: list[str] = []
    for start in range(len(row) - length + 1):
        block = row[start : start + length][::-1]
        turned = row[:start] + block[0].swapcase() + block[1:] + row[start + length :]
        if turned not in rows:
            rows.append(turned)
    return rows


def reversal_moves(row: str, target: str, length: int) -> int:
    """Rearrange a row of flags with as few moves as possible.

    Each flag is a letter: a capital if it is raised, a small one if it is dipped. A move takes `length` >= 1 flags that
    stand next to each other, reverses their order, and then changes the leftmost of them from raised to dipped or back.
    Return the fewest moves that turn `row` into `target`, or -1 if it cannot be done.

    >>> reversal_moves("ab", "Ba", 2)
    1
    >>> reversal_moves("ab", "ac", 1)
    -1
    """
    steps = {row: 0}
    wave = [row]
    while wave and target not in steps:
        following: list[str] = []
        for known in wave:
            for turned in aux(known, length):
                if turned not in steps:
                    steps[turned] = steps[known] + 1
                    following.append(turned)
        wave = following
    return steps.get(target, -1)


def check(candidate):
    assert candidate("ab", "Ba", 2) == 1
    assert candidate("ab", "ac", 1) == -1
    assert candidate("", "", 1) == 0
    assert candidate("abc", "abc", 2) == 0
    assert candidate("abc", "cba", 5) == -1
    assert candidate("abc", "AbC", 1) == 2
    assert candidate("ab", "ab", 2) == 0
    assert candidate("ab", "AB", 2) == 2
    assert candidate("abc", "BCa", 2) == 2
    assert candidate("abc", "CAb", 2) == 4
    assert candidate("aab", "baA", 3) == 3
