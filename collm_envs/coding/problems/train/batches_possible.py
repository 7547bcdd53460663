def aux(entries: list[tuple[str, int]]) -> dict[str, int]:
    """Grams of each ingredient, added up."""
    grams: dict[str, int] = {}
    for name, amount in entries:
        key = name.lower()
        if amount > 0:
            grams[key] = grams.get(key, 0) + amount
    return grams


def batches_possible(recipe: list[tuple[str, int]], pantry: list[tuple[str, int]]) -> tuple[int, list[str]]:
    """A recipe lists (ingredient, grams) for one batch, and a pantry what there is, in the same way; both may name an
    ingredient several times, in capitals or not, which adds up. Entries without positive grams are void. Return how many
    whole batches can be baked, and the lower-case names, in alphabetical order, of the ingredients of which there is not
    enough for one batch more. A recipe without valid entries gives (0, []).

    >>> batches_possible([("flour", 300), ("egg", 100)], [("Egg", 450), ("flour", 1200)])
    (4, ['egg', 'flour'])
    >>> batches_possible([("oat", 50)], [])
    (0, ['oat'])
    """
    needed, stored = aux(recipe), aux(pantry)
    if not needed:
        return 0, []
    possible = {name: stored.get(name, 0) // grams for name, grams in needed.items()}
    batches = min(possible.values())
    scarce = sorted(name for name, number in possible.items() if number == batches)
    return batches, scarce


def check(candidate):
    assert candidate([("flour", 300), ("egg", 100)], [("Egg", 450), ("flour", 1200)]) == (4, ["egg", "flour"])
    assert candidate([("oat", 50)], []) == (0, ["oat"])
    assert candidate([], [("oat", 50)]) == (0, [])
    assert candidate([("oat", 0), ("oat", -3)], [("oat", 50)]) == (0, [])
    assert candidate([("oat", 50)], [("oat", 149)]) == (2, ["oat"])
    assert candidate([("Oat", 20), ("oat", 30)], [("OAT", 60), ("oat", 40), ("nut", 9)]) == (2, ["oat"])
    assert candidate([("b", 1), ("a", 1), ("c", 1)], [("a", 5), ("b", 5), ("c", 6)]) == (5, ["a", "b"])
    assert candidate([("b", 2), ("a", 3)], [("a", 9), ("b", -8), ("b", 5)]) == (2, ["b"])
    assert candidate([("salt", 1)], []) == (0, ["salt"])
