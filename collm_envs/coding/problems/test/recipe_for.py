import re


def aux(line: str) -> tuple[int, str]:
    """The amount at the start of a line in quarters, 0 if there is none, and the rest of the line."""
    found = re.fullmatch(r"(?:([0-9]+) +)?(?:([1-3])/([24]) +)?(\S.*)", line)
    if not found:
        return 0, line
    whole, part, unit, rest = found.groups()
    quarters = 4 * int(whole or 0)
    if part:
        quarters += int(part) * 4 // int(unit)
    return quarters, rest


def recipe_for(lines: list[str], serves: int, guests: int) -> list[str]:
    """Rewrite a recipe that serves `serves` > 0 people for `guests` >= 0.

    A line begins with an amount > 0, which is a whole number, a fraction (1/4, 1/2 or 3/4) or both ("1 1/2 cups milk"), or it
    has none ("salt"). Multiply each amount by guests / serves and round it up to the next quarter. Write it in the same
    way, with the fraction in lowest terms and neither part if it is zero; a line whose amount becomes zero is dropped, and
    a line without an amount stays as it is.

    >>> recipe_for(["1 1/2 cups milk", "2 eggs", "salt"], 4, 6)
    ['2 1/4 cups milk', '3 eggs', 'salt']
    >>> recipe_for(["1 egg"], 3, 1)
    ['1/2 egg']
    """
    scaled: list[str] = []
    for line in lines:
        quarters, rest = aux(line)
        if quarters == 0:
            scaled.append(line)
            continue
        whole, part = divmod(-(-quarters * guests // serves), 4)
        words = [str(whole)] if whole else []
        if part:
            words.append(["1/4", "1/2", "3/4"][part - 1])
        if words:
            scaled.append(" ".join([*words, rest]))
    return scaled


def check(candidate):
    assert candidate(["1 1/2 cups milk", "2 eggs", "salt"], 4, 6) == ["2 1/4 cups milk", "3 eggs", "salt"]
    assert candidate(["1 egg"], 3, 1) == ["1/2 egg"]
    assert candidate([], 2, 4) == []
    assert candidate(["3/4 tsp salt", "a pinch of mace"], 2, 0) == ["a pinch of mace"]
    assert candidate(["1/4 leek"], 1, 4) == ["1 leek"]
    assert candidate(["1/2 lime", "10 figs"], 8, 1) == ["1/4 lime", "1 1/4 figs"]
    assert candidate(["7 oz rye", "1 3/4 lb ham"], 7, 5) == ["5 oz rye", "1 1/4 lb ham"]
    assert candidate(["2 3/4 cups oats"], 3, 2) == ["2 cups oats"]
