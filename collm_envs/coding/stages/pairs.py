"""Stages on pairs of numbers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

from collm_envs.coding.stages.stage import Knob, Stage, ending, step

Pairs = list[tuple[int, int]]


def _runs(xs: list[int]) -> Pairs:
    return [(value, len(list(run))) for value, run in groupby(xs)]


def _counts(xs: list[int]) -> Pairs:
    return [(x, xs.count(x)) for x in sorted({*xs})]


def _best_pair(ps: Pairs) -> tuple[int, int]:
    return sorted(ps, key=lambda p: -p[1])[0] if ps else (0, 0)


def _sort_pairs(say: str, key: str, run: Callable[[tuple[int, int]], Any]) -> Stage:
    return step(
        "order pairs",
        "pairs",
        "pairs",
        f"sort the pairs by {say}",
        f"$y = sorted($x, key=lambda pair: {key})",
        lambda ps: sorted(ps, key=run),
        "ordered",
    )


def _pairs_to_numbers(say: str, code: str, run: Callable[[int, int], int], one: str, many: str, level: int = 1) -> Stage:
    return step(
        "merge pairs",
        "pairs",
        "numbers",
        f"replace each pair by {say}",
        (f"$y = [{code} for left, right in $x]", f"$y = []\nfor left, right in $x:\n    $y.append({code})"),
        lambda ps: [run(*p) for p in ps],
        "merged",
        level=level,
        item=one,
        items=many,
    )


STEPS = (
    step(
        "pair up",
        "numbers",
        "pairs",
        "turn the list into pairs (value, length), one for each run of equal neighbouring $items, the runs being as long as "
        "possible",
        "$y = []\nfor value in $x:\n    if $y and $y[-1][0] == value:\n        $y[-1] = (value, $y[-1][1] + 1)\n    else:\n"
        "        $y.append((value, 1))",
        _runs,
        "runs",
        left="value",
        lefts="values",
        right="length",
    ),
    step(
        "pair up",
        "numbers",
        "pairs",
        (
            "count how often each value occurs among the $items, as pairs (value, count) sorted by value",
            "make a list of pairs (value, count), sorted by value, that says how often each of the $items occurs",
        ),
        (
            "seen = {}\nfor value in $x:\n    seen[value] = seen.get(value, 0) + 1\n$y = sorted(seen.items())",
            "$y = [(value, $x.count(value)) for value in sorted(set($x))]",
        ),
        _counts,
        "tallied",
        left="value",
        lefts="values",
        right="count",
    ),
    step(
        "pair up",
        "numbers",
        "pairs",
        "pair each $item but the last with the one after it, as (first, second)",
        "$y = list(zip($x, $x[1:]))",
        lambda xs: [(xs[i], xs[i + 1]) for i in range(len(xs) - 1)],
        "neighbours",
        level=2,
        left="first value",
        lefts="first values",
        right="second value",
    ),
    step(
        "pair up",
        "numbers",
        "pairs",
        "make a pair (position, value) for each $item, positions counted from 0",
        "$y = list(enumerate($x))",
        lambda xs: [(i, xs[i]) for i in range(len(xs))],
        "places",
        level=2,
        left="position",
        lefts="positions",
        right="value",
    ),
    step(
        "keep pairs",
        "pairs",
        "pairs",
        "keep only the pairs whose $right is at least $k",
        (
            "$y = [pair for pair in $x if pair[1] >= $k]",
            "$y = []\nfor left, right in $x:\n    if right >= $k:\n        $y.append((left, right))",
        ),
        lambda ps, k: [p for p in ps if p[1] >= k],
        "kept",
        knob=Knob("least", 2, 4),
    ),
    step(
        "keep pairs",
        "pairs",
        "pairs",
        "keep only the pairs whose two numbers have an even sum",
        "$y = [pair for pair in $x if (pair[0] + pair[1]) % 2 == 0]",
        lambda ps: [p for p in ps if sum(p) % 2 == 0],
        "kept",
    ),
    _sort_pairs(
        "$right, largest first, and those of equal $right by $left, smallest first", "(-pair[1], pair[0])", lambda p: (-p[1], p[0])
    ),
    _sort_pairs(
        "$right, smallest first, and those of equal $right by $left, largest first", "(pair[1], -pair[0])", lambda p: (p[1], -p[0])
    ),
    _pairs_to_numbers("the product of its two numbers", "left * right", lambda a, b: a * b, "product", "products"),
    _pairs_to_numbers("the sum of its two numbers", "left + right", lambda a, b: a + b, "pair sum", "pair sums"),
    _pairs_to_numbers("its $left minus its $right", "left - right", lambda a, b: a - b, "difference", "differences"),
    _pairs_to_numbers("its $left", "left", lambda a, _: a, "$left", "$lefts", 2),
)


ENDINGS = (
    ending(
        "pairs_as_text",
        "pairs",
        "str",
        "a text with the pairs, each written as $left, the letter x, $right, and separated by single spaces (the empty text if "
        "there are none)",
        (
            "$y = ' '.join(f'{left}x{right}' for left, right in $x)",
            "parts = []\nfor left, right in $x:\n    parts.append(f'{left}x{right}')\n$y = ' '.join(parts)",
        ),
        lambda ps: " ".join(f"{a}x{b}" for a, b in ps),
        "text",
    ),
    ending(
        "pair_of_largest_$right",
        "pairs",
        "tuple[int, int]",
        "the pair with the largest $right, the first one of several, or (0, 0) if there is none",
        "$y = (0, 0)\nfor index, pair in enumerate($x):\n    if index == 0 or pair[1] > $y[1]:\n        $y = pair",
        _best_pair,
        "found",
    ),
    ending(
        "totals_of_pairs",
        "pairs",
        "tuple[int, int]",
        "a tuple of the sum of the first and the sum of the second numbers of all pairs (0 where there are none)",
        "firsts = sum(left for left, right in $x)\nseconds = sum(right for left, right in $x)\n$y = (firsts, seconds)",
        lambda ps: (sum(p[0] for p in ps), sum(p[1] for p in ps)),
        "sums",
    ),
    ending(
        "first_pairs",
        "pairs",
        "list[tuple[int, int]]",
        "a list of the first $k pairs (all of them if there are fewer), each with its two numbers exchanged",
        (
            "chosen = $x[:$k]\n$y = [(right, left) for left, right in chosen]",
            "$y = []\nfor left, right in $x[:$k]:\n    $y.append((right, left))",
        ),
        lambda ps, k: [(b, a) for a, b in ps][:k],
        "swapped",
        knob=Knob("size", 2, 4),
    ),
    ending(
        "weight_of_pairs",
        "pairs",
        "int",
        "the sum over all pairs of $left times $right (0 if there are none)",
        ("$y = sum(left * right for left, right in $x)", "$y = 0\nfor left, right in $x:\n    $y += left * right"),
        lambda ps: sum(a * b for a, b in ps),
        "weight",
        level=2,
    ),
)
