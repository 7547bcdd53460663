"""Last stages on lists of numbers."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from collm_envs.coding.stages.numbers import RULES
from collm_envs.coding.stages.stage import Knob, Rule, Stage, ending


def _count(rule: Rule) -> Stage:
    test = rule.code.replace("$v", "value")
    return ending(
        "count_of_$items",
        "numbers",
        "int",
        (f"how many of the $items {rule.say}", f"the number of $items that {rule.say}"),
        (f"$y = sum(1 for value in $x if {test})", f"$y = 0\nfor value in $x:\n    if {test}:\n        $y += 1"),
        lambda xs, k=0: sum(1 for x in xs if rule.of(x, k)),
        "count",
        knob=rule.knob,
        level=rule.level,
    )


def _hash(xs: list[int], k: int) -> int:
    code = 0
    for x in xs:
        code = (code * k + x) % 97
    return code


def _longest_climb(xs: list[int]) -> int:
    falls = [i for i in range(1, len(xs)) if xs[i] < xs[i - 1]]
    return max(end - start for start, end in zip([0, *falls], [*falls, len(xs)]))


def _best_stretch(xs: list[int]) -> int:
    sums = list(accumulate(xs, initial=0))
    return max(end - start for end, start in zip(sums, accumulate(sums, min)))


def _second(xs: list[int]) -> int:
    return sorted({*xs})[-2] if len({*xs}) > 1 else 0


def _by_remainder(xs: list[int], k: int) -> dict[int, int]:
    return {rest: sum(x % k == rest for x in xs) for rest in dict.fromkeys(x % k for x in xs)}


def _trend(xs: list[int]) -> str:
    return "".join("=UD"[(xs[i] > xs[i - 1]) - (xs[i] < xs[i - 1])] for i in range(1, len(xs)))


def _most_common(xs: list[Any]) -> int:
    return min(xs, key=lambda x: (-xs.count(x), x), default=0)


def _joined(mark: str, name: str) -> Stage:
    return ending(
        "$items_as_text",
        "numbers",
        "str",
        f"the $items as one text, separated by {name} (the empty text if there are none)",
        (f"$y = {mark!r}.join(str(value) for value in $x)", f"parts = [str(value) for value in $x]\n$y = {mark!r}.join(parts)"),
        lambda xs: mark.join(map(str, xs)),
        "text",
    )


ENDINGS = (
    *map(_count, RULES),
    *(_joined(mark, name) for mark, name in (("/", "slashes"), (",", "commas without spaces"), (" ", "single spaces"))),
    ending(
        "sum_of_$items",
        "numbers",
        "int",
        ("the sum of the $items (0 if there are none)", "what the $items add up to, 0 if there are none"),
        ("$y = sum($x)", "$y = 0\nfor value in $x:\n    $y += value"),
        lambda xs: sum(xs),
        "total",
    ),
    ending(
        "largest_$item",
        "numbers",
        "int",
        "the largest $item, or 0 if there is none",
        "$y = max($x, default=0)",
        lambda xs: max(xs) if xs else 0,
        "largest",
    ),
    ending(
        "smallest_$item",
        "numbers",
        "int",
        "the smallest $item, or 0 if there is none",
        "$y = min($x, default=0)",
        lambda xs: min(xs) if xs else 0,
        "smallest",
    ),
    ending(
        "spread_of_$items",
        "numbers",
        "int",
        (
            "the difference between the largest and the smallest $item, or 0 if there is none",
            "by how much the largest $item exceeds the smallest (0 if there is none)",
        ),
        "highest = max($x, default=0)\nlowest = min($x, default=0)\n$y = highest - lowest",
        lambda xs: sorted(xs)[-1] - sorted(xs)[0] if xs else 0,
        "spread",
    ),
    ending(
        "range_of_$items",
        "numbers",
        "tuple[int, int]",
        "a tuple of the smallest and the largest $item, or (0, 0) if there is none",
        "lowest = min($x, default=0)\nhighest = max($x, default=0)\n$y = (lowest, highest)",
        lambda xs: (min(xs), max(xs)) if xs else (0, 0),
        "bounds",
    ),
    ending(
        "size_and_sum_of_$items",
        "numbers",
        "tuple[int, int]",
        ("a tuple of two numbers: how many $items there are, and their sum", "a tuple with the number of $items and their sum"),
        "number = len($x)\ntotal = sum($x)\n$y = (number, total)",
        lambda xs: (len(xs), sum(xs)),
        "summary",
    ),
    ending(
        "tested_sum_of_$items",
        "numbers",
        "tuple[int, bool]",
        "a tuple of the sum of the $items (0 if there are none) and whether that sum is divisible by $k",
        "total = sum($x)\nfits = total % $k == 0\n$y = (total, fits)",
        lambda xs, k: (sum(xs), sum(xs) % k == 0),
        "checked",
        knob=Knob("divisor", 2, 4),
    ),
    ending(
        "alternating_sum_of_$items",
        "numbers",
        "int",
        (
            "the alternating sum of the $items: the first minus the second plus the third minus the fourth, and so on (0 if "
            "there are none)",
            "the sum of the 1st, 3rd, 5th, ... of the $items minus the sum of the 2nd, 4th, 6th, ... of them",
        ),
        ("$y = 0\nsign = 1\nfor value in $x:\n    $y += sign * value\n    sign = -sign", "$y = sum($x[::2]) - sum($x[1::2])"),
        lambda xs: sum(-x if i % 2 else x for i, x in enumerate(xs)),
        "balance",
    ),
    ending(
        "number_of_different_$items",
        "numbers",
        "int",
        ("how many different $items there are", "the number of different values among the $items"),
        "$y = len(set($x))",
        lambda xs: len({*xs}),
        "different",
    ),
    ending(
        "best_neighbouring_$items",
        "numbers",
        "int",
        "the largest sum of two neighbouring $items, or 0 if there are fewer than two",
        "sums = [left + right for left, right in zip($x, $x[1:])]\n$y = max(sums, default=0)",
        lambda xs: max((xs[i] + xs[i + 1] for i in range(len(xs) - 1)), default=0),
        "best",
    ),
    ending(
        "place_of_largest_$item",
        "numbers",
        "int",
        "the position of the largest $item, counted from 0; of equal ones the first counts, and without any the result is -1",
        "$y = -1\nfor index, value in enumerate($x):\n    if $y < 0 or value > $x[$y]:\n        $y = index",
        lambda xs: xs.index(max(xs)) if xs else -1,
        "place",
    ),
    ending(
        "top_$items",
        "numbers",
        "list[int]",
        "a list of the $k largest $items, largest first (all of them if there are fewer)",
        "ranked = sorted($x, reverse=True)\n$y = ranked[:$k]",
        lambda xs, k: sorted(xs)[::-1][:k],
        "top",
        knob=Knob("size", 2, 4),
    ),
    ending(
        "longest_climb_of_$items",
        "numbers",
        "int",
        (
            "the length of the longest stretch of neighbouring $items in which none is smaller than the one before (0 if there "
            "are none)",
            "how many $items the longest stretch has that never falls from one to the next (0 without any)",
        ),
        "$y = 0\nlength = 0\nfor index, value in enumerate($x):\n"
        "    length = length + 1 if index > 0 and value >= $x[index - 1] else 1\n"
        "    $y = max($y, length)",
        _longest_climb,
        "longest",
        level=2,
    ),
    ending(
        "commonest_$item",
        "numbers",
        "int",
        "the $item that occurs most often; of several such ones the smallest, and 0 if there is none",
        "seen = {}\nfor value in $x:\n    seen[value] = seen.get(value, 0) + 1\n"
        "$y = min(seen, key=lambda value: (-seen[value], value), default=0)",
        _most_common,
        "commonest",
        level=2,
    ),
    ending(
        "middle_$item",
        "numbers",
        "int",
        "the middle one of the $items once they are sorted; of two middle ones the smaller, and 0 if there is none",
        "in_order = sorted($x)\n$y = in_order[(len(in_order) - 1) // 2] if in_order else 0",
        lambda xs: sorted(xs)[(len(xs) - 1) // 2] if xs else 0,
        "middle",
        level=2,
    ),
    ending(
        "second_largest_$item",
        "numbers",
        "int",
        "the second largest of the different $items, or 0 if fewer than two are different",
        "different = sorted(set($x))\n$y = different[-2] if len(different) > 1 else 0",
        _second,
        "second",
        level=2,
    ),
    ending(
        "$items_by_remainder",
        "numbers",
        "dict[int, int]",
        "a dict that maps each remainder on division by $k (never negative) that occurs to the number of $items that leave it",
        "$y = {}\nfor value in $x:\n    remainder = value % $k\n    $y[remainder] = $y.get(remainder, 0) + 1",
        _by_remainder,
        "counts",
        knob=Knob("divisor", 3, 5),
        level=2,
    ),
    ending(
        "code_of_$items",
        "numbers",
        "int",
        "a code of the $items: begin with 0, and for each $item in turn multiply the code by $k, add the $item and keep the "
        "remainder "
        "on division by 97 (never negative)",
        "$y = 0\nfor value in $x:\n    $y = ($y * $k + value) % 97",
        _hash,
        "code",
        knob=Knob("base", 3, 9),
        level=2,
    ),
    ending(
        "trend_of_$items",
        "numbers",
        "str",
        "a text with one letter for each $item but the first: U if it is larger than the one before, D if it is smaller, = if it "
        "is equal",
        "$y = ''\nfor before, after in zip($x, $x[1:]):\n    if after > before:\n        $y += 'U'\n    else:\n"
        "        $y += 'D' if after < before else '='",
        _trend,
        "trend",
        level=2,
    ),
    ending(
        "best_stretch_of_$items",
        "numbers",
        "int",
        "the largest sum of any stretch of neighbouring $items; the empty stretch counts, and its sum is 0",
        "$y = 0\ncurrent = 0\nfor value in $x:\n    current = max(0, current + value)\n    $y = max($y, current)",
        _best_stretch,
        "best",
        level=3,
    ),
    ending(
        "matching_$items",
        "numbers",
        "int",
        "the number of pairs of $items, at two different positions, whose sum is divisible by $k (each pair counts once)",
        "$y = 0\nfor index, value in enumerate($x):\n    for other in $x[:index]:\n        if (value + other) % $k == 0:\n"
        "            $y += 1",
        lambda xs, k: sum((xs[i] + xs[j]) % k == 0 for j in range(len(xs)) for i in range(j)),
        "matches",
        knob=Knob("divisor", 2, 4),
        level=3,
    ),
)
