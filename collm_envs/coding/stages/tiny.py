"""Tiny problems: the helper picks numbers of a list in one line, the main function takes them and sums or counts them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from random import Random

_KINDS: dict[str, tuple[str, Callable[[int], bool]]] = {
    "even": ("x % 2 == 0", lambda x: x % 2 == 0),
    "odd": ("x % 2 == 1", lambda x: x % 2 == 1),
    "positive": ("x > 0", lambda x: x > 0),
    "negative": ("x < 0", lambda x: x < 0),
}
"""What is picked: its source, and what it means."""

_ENDS: dict[str, tuple[str, str, Callable[[list[int]], int]]] = {
    "sum": ("The sum of the {} numbers in xs.", "sum", sum),
    "count": ("How many {} numbers are in xs.", "len", len),
}
"""What is made of the picked ones: in English, as source, and what it means."""

_TESTS = 4
_SHORTEST, _LONGEST = 3, 5
_LOW, _HIGH = -6, 6
_MOST_DRAWS = 1000


def generate(rng: Random) -> dict[str, str]:
    """One of eight problems with four random tests, as :func:`collm_envs.coding.generate.generate` returns them.

    All results differ, and for every other problem, for the sum and for the length of the whole list there is a test that
    tells it from this one. There are no examples and no annotations: every prompt is as short as it can be.
    """
    kind, end = rng.choice(list(_KINDS)), rng.choice(list(_ENDS))
    source, name = _KINDS[kind][0], f"{kind}_{end}"
    says, call, _ = _ENDS[end]
    inputs = _inputs(kind, end, rng)
    tests = "\n".join(f"    assert candidate({xs}) == {_result(kind, end, xs)}" for xs in inputs)
    return {
        "prompt": f'def {name}(xs):\n    """{says.format(kind)}"""\n',
        "entry_point": name,
        "test": f"def check(candidate):\n{tests}\n",
        "aux": f"def aux(xs):\n    return [x for x in xs if {source}]\n",
        # One line, `return sum(aux(xs))`, would be a wrapper by the rules of the reward.
        "main": f"def {name}(xs):\n    ys = aux(xs)\n    return {call}(ys)\n",
    }


def _inputs(kind: str, end: str, rng: Random) -> list[list[int]]:
    for _ in range(_MOST_DRAWS):
        inputs = [[rng.randint(_LOW, _HIGH) for _ in range(rng.randint(_SHORTEST, _LONGEST))] for _ in range(_TESTS)]
        wanted = [_result(kind, end, xs) for xs in inputs]
        others = [[_result(*other, xs) for xs in inputs] for other in product(_KINDS, _ENDS) if other != (kind, end)]
        others += [[run(xs) for xs in inputs] for _, _, run in _ENDS.values()]
        if len(set(wanted)) == _TESTS and wanted not in others:
            return inputs
    raise RuntimeError(f"{_MOST_DRAWS} sets of tests in a row were of no use")


def _result(kind: str, end: str, xs: list[int]) -> int:
    return _ENDS[end][2]([x for x in xs if _KINDS[kind][1](x)])
