"""Stages that rearrange, combine or compare the numbers of a list."""

from __future__ import annotations

from itertools import accumulate

from collm_envs.coding.stages.stage import LEFT_ITEM, LEFT_ITEMS, Knob, step


def _highs(xs: list[int]) -> list[int]:
    return [x for i, x in enumerate(xs) if all(x > before for before in xs[:i])]


def _first_of_each(xs: list[int]) -> list[int]:
    return list(dict.fromkeys(xs))


def _without_extremes(xs: list[int]) -> list[int]:
    rest = list(xs)
    for extreme in (min, max):
        if rest:
            rest.remove(extreme(rest))
    return rest


def _zigzag(xs: list[int]) -> list[int]:
    ups = sorted(xs)
    return [ups[i // 2] if i % 2 == 0 else ups[-1 - i // 2] for i in range(len(ups))]


def _folded(xs: list[int]) -> list[int]:
    half = len(xs) // 2
    return [xs[i] + xs[-1 - i] for i in range(half)] + xs[half : len(xs) - half]


def _rotated(xs: list[int], k: int) -> list[int]:
    cut = k % len(xs) if xs else 0
    return xs[cut:] + xs[:cut]


STEPS = (
    step(
        "distinct",
        "numbers",
        "numbers",
        ("remove repeated $items, so that only the first of equal ones stays", "of equal $items keep only the first one"),
        ("$y = []\nfor value in $x:\n    if value not in $y:\n        $y.append(value)", "$y = list(dict.fromkeys($x))"),
        _first_of_each,
        "unique",
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    ),
    step(
        "distinct",
        "numbers",
        "numbers",
        (
            "wherever equal $items stand side by side, keep only one of them",
            "shorten each run of equal neighbouring $items to a single one",
        ),
        "$y = []\nfor value in $x:\n    if not $y or $y[-1] != value:\n        $y.append(value)",
        lambda xs: [x for i, x in enumerate(xs) if i == 0 or xs[i - 1] != x],
        "squeezed",
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    ),
    step(
        "running",
        "numbers",
        "numbers",
        ("replace each $item by the sum of all $items up to and including it", "replace the $items by their running totals"),
        "$y = []\nrunning = 0\nfor value in $x:\n    running += value\n    $y.append(running)",
        lambda xs: list(accumulate(xs)),
        "totals",
        item="running total",
        items="running totals",
    ),
    step(
        "running",
        "numbers",
        "numbers",
        "replace each $item by the largest $item up to and including it",
        "$y = []\nfor value in $x:\n    $y.append(max(value, $y[-1]) if $y else value)",
        lambda xs: list(accumulate(xs, max)),
        "records_so_far",
        level=2,
        item="running maximum",
        items="running maxima",
    ),
    step(
        "changes",
        "numbers",
        "numbers",
        (
            "replace the $items by the differences between neighbours, each $item minus the one before it",
            "take the change from each $item to the next (the later one minus the earlier one)",
        ),
        "$y = [after - before for before, after in zip($x, $x[1:])]",
        lambda xs: [xs[i] - xs[i - 1] for i in range(1, len(xs))],
        "changes",
        item="change",
        items="changes",
    ),
    step(
        "windows",
        "numbers",
        "numbers",
        (
            "add up every $k neighbouring $items, from each possible start (there is nothing to add up if there are fewer than $k)",
            "replace the $items by the sums of all windows of $k neighbours, from left to right (no window if there are fewer "
            "than $k)",
        ),
        "$y = [sum($x[start:start + $k]) for start in range(len($x) - $k + 1)]",
        lambda xs, k: [sum(xs[i : i + k]) for i in range(len(xs) - k + 1)],
        "window_sums",
        knob=Knob("width", 2, 3),
        level=2,
        item="window sum",
        items="window sums",
    ),
    step(
        "windows",
        "numbers",
        "numbers",
        "replace the $items by the largest value of each window of $k neighbours, from left to right (no window if there are "
        "fewer than $k)",
        "$y = []\nfor start in range(len($x) - $k + 1):\n    $y.append(max($x[start:start + $k]))",
        lambda xs, k: [max(xs[i : i + k]) for i in range(len(xs) - k + 1)],
        "window_tops",
        knob=Knob("width", 2, 3),
        level=2,
        item="window maximum",
        items="window maxima",
    ),
    step(
        "pick",
        "numbers",
        "numbers",
        "keep every $kth $item, beginning with the first",
        "$y = $x[::$k]",
        lambda xs, k: xs[::k],
        "picked",
        knob=Knob("stride", 2, 3),
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    ),
    step(
        "pick",
        "numbers",
        "numbers",
        "keep only the first $k $items (all of them if there are fewer)",
        "$y = $x[:$k]",
        lambda xs, k: xs[:k],
        "picked",
        knob=Knob("size", 3, 5),
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    ),
    step(
        "pick",
        "numbers",
        "numbers",
        "leave out the first $k $items (all of them if there are fewer)",
        "$y = $x[$k:]",
        lambda xs, k: xs[k:],
        "picked",
        knob=Knob("size", 2, 3),
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    ),
    step(
        "turn",
        "numbers",
        "numbers",
        ("reverse the order of the $items", "put the $items in the opposite order"),
        "$y = $x[::-1]",
        lambda xs: xs[::-1],
        "turned",
    ),
    step(
        "turn",
        "numbers",
        "numbers",
        "move the first of the $items to the end, and do so $k times in all",
        "offset = $k % len($x) if $x else 0\n$y = $x[offset:] + $x[:offset]",
        _rotated,
        "turned",
        knob=Knob("turns", 2, 4),
        level=2,
    ),
    step(
        "weigh",
        "numbers",
        "numbers",
        (
            "multiply each $item by its position in the list, the first position being 1",
            "multiply the first $item by 1, the second by 2, and so on",
        ),
        (
            "$y = [place * value for place, value in enumerate($x, start=1)]",
            "$y = []\nfor index in range(len($x)):\n    $y.append($x[index] * (index + 1))",
        ),
        lambda xs: [x * (i + 1) for i, x in enumerate(xs)],
        "weighted",
        level=2,
        item="weighted value",
        items="weighted values",
    ),
    step(
        "peaks",
        "numbers",
        "numbers",
        (
            "keep only the $items that are larger than both of their neighbours (this leaves out the first and the last)",
            "pick out the peaks, that is the $items larger than the one before and the one after (so never the first or the last)",
        ),
        "$y = []\nfor before, value, after in zip($x, $x[1:], $x[2:]):\n    if before < value > after:\n        $y.append(value)",
        lambda xs: [xs[i] for i in range(1, len(xs) - 1) if xs[i] > max(xs[i - 1], xs[i + 1])],
        "peaks",
        level=2,
        item="peak",
        items="peaks",
    ),
    step(
        "peaks",
        "numbers",
        "numbers",
        "keep only the $items that are larger than all $items before them (the first one always is)",
        "$y = []\nfor value in $x:\n    if not $y or value > $y[-1]:\n        $y.append(value)",
        _highs,
        "new_highs",
        level=2,
        item="new high",
        items="new highs",
    ),
    step(
        "trim",
        "numbers",
        "numbers",
        "take out one smallest $item and then one largest of the others, as long as there is any (of equal ones the first)",
        "$y = list($x)\nif $y:\n    $y.remove(min($y))\nif $y:\n    $y.remove(max($y))",
        _without_extremes,
        "trimmed",
        level=2,
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    ),
    step(
        "level",
        "numbers",
        "numbers",
        "subtract the smallest of the $items from each of them",
        "lowest = min($x, default=0)\n$y = [value - lowest for value in $x]",
        lambda xs: [x - min(xs) for x in xs],
        "surpluses",
        level=2,
        item="surplus",
        items="surpluses",
    ),
    step(
        "level",
        "numbers",
        "numbers",
        "replace each $item by its rank, which is 1 plus the number of $items that are smaller than it",
        "$y = []\nfor value in $x:\n    smaller = [other for other in $x if other < value]\n    $y.append(len(smaller) + 1)",
        lambda xs: [sorted(xs).index(x) + 1 for x in xs],
        "ranks",
        level=3,
        item="rank",
        items="ranks",
    ),
    step(
        "shuffle",
        "numbers",
        "numbers",
        "put the $items in this order: the smallest, the largest, the second smallest, the second largest, and so on",
        "waiting = sorted($x)\n$y = []\nwhile waiting:\n    $y.append(waiting.pop(0))\n    waiting.reverse()",
        _zigzag,
        "alternating",
        level=3,
    ),
    step(
        "shuffle",
        "numbers",
        "numbers",
        "add the first and the last $item, the second and the second to last, and so on; a middle one without a partner stays "
        "last as it is",
        "$y = []\nfor index in range(len($x) // 2):\n    $y.append($x[index] + $x[-1 - index])\n"
        "if len($x) % 2 == 1:\n    $y.append($x[len($x) // 2])",
        _folded,
        "folded",
        level=3,
        item="sum",
        items="sums",
    ),
)
