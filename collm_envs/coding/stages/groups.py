"""Stages that cut a list of numbers into groups, and what follows from groups."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, groupby

from collm_envs.coding.stages.stage import Knob, Rule, Stage, ending, step

Groups = list[list[int]]


def _stretches(together: Callable[[int, int], bool]) -> Callable[[list[int]], Groups]:
    """Cuts a list wherever two neighbours do not belong together."""

    def cut(xs: list[int]) -> Groups:
        starts = [i for i in range(len(xs)) if i == 0 or not together(xs[i - 1], xs[i])]
        return [xs[i:j] for i, j in zip(starts, [*starts[1:], len(xs)])]

    return cut


def _stretch(say: str, test: str, together: Callable[[int, int], bool], one: str, many: str, level: int = 1) -> Stage:
    code = f"$y = []\nfor value in $x:\n    if $y and {test}:\n        $y[-1].append(value)\n    else:\n        $y.append([value])"
    return step("cut", "numbers", "groups", say, code, _stretches(together), many, level=level, group=one, groups=many)


def _split(xs: list[int], k: int) -> Groups:
    return [list(run) for zero, run in groupby(xs, lambda x: x % k == 0) if not zero]


def _piles(xs: list[int], k: int) -> Groups:
    return [pile for pile in ([x for x in xs if x % k == rest] for rest in range(k)) if pile]


_CUTS = (
    _stretch(
        "cut the list into runs of equal neighbouring $items, as long as possible",
        "$y[-1][-1] == value",
        lambda a, b: a == b,
        "run",
        "runs",
    ),
    _stretch(
        "cut the list into rising stretches, as long as possible: within a stretch each $item is larger than the one before",
        "value > $y[-1][-1]",
        lambda a, b: b > a,
        "stretch",
        "stretches",
    ),
    _stretch(
        "cut the list into stretches of neighbouring $items that are all even or all odd, as long as possible",
        "(value - $y[-1][-1]) % 2 == 0",
        lambda a, b: a % 2 == b % 2,
        "stretch",
        "stretches",
        2,
    ),
    step(
        "cut",
        "numbers",
        "groups",
        (
            "cut the list into pieces of $k $items (the last piece may be shorter)",
            "divide the $items, in their order, into pieces of $k; the last piece may be shorter",
        ),
        (
            "$y = [$x[start:start + $k] for start in range(0, len($x), $k)]",
            "$y = []\nfor start in range(0, len($x), $k):\n    $y.append($x[start:start + $k])",
        ),
        lambda xs, k: [xs[i : i + k] for i in range(len(xs)) if i % k == 0],
        "pieces",
        knob=Knob("size", 2, 3),
        group="piece",
        groups="pieces",
    ),
    step(
        "cut",
        "numbers",
        "groups",
        "cut the list at each $item that is divisible by $k; drop those $items, and leave out empty pieces",
        "$y = []\npiece = []\nfor value in $x:\n    if value % $k != 0:\n        piece.append(value)\n    elif piece:\n"
        "        $y.append(piece)\n"
        "        piece = []\nif piece:\n    $y.append(piece)",
        _split,
        "pieces",
        knob=Knob("divisor", 3, 5),
        level=2,
        group="piece",
        groups="pieces",
    ),
    step(
        "cut",
        "numbers",
        "groups",
        "put the $items into piles by their remainder on division by $k (never negative), the pile of the smallest remainder "
        "first; "
        "within a pile they keep their order, and there are no empty piles",
        "$y = []\nfor remainder in range($k):\n    pile = [value for value in $x if value % $k == remainder]\n    if pile:\n"
        "        $y.append(pile)",
        _piles,
        "piles",
        knob=Knob("divisor", 2, 4),
        level=2,
        group="pile",
        groups="piles",
    ),
)


# What to keep of the groups, and what to make of one group.
_GROUP_RULES = (
    Rule("has at least $k $items", "len($v) >= $k", lambda g, k: len(g) >= k, Knob("size", 2, 3)),
    Rule("has fewer than $k $items", "len($v) < $k", lambda g, k: len(g) < k, Knob("size", 2, 3)),
    Rule("has an even sum", "sum($v) % 2 == 0", lambda g: sum(g) % 2 == 0),
    Rule("begins with an odd $item", "$v[0] % 2 == 1", lambda g: g[0] % 2 == 1),
    Rule("has a sum of more than $k", "sum($v) > $k", lambda g, k: sum(g) > k, Knob("limit", 5, 15), 2),
)


_GROUP_MAPS = (
    Rule("the sum of its $items", "sum($v)", lambda g: sum(g), nouns=("$group sum", "$group sums")),
    Rule("its largest $item", "max($v)", lambda g: max(g), nouns=("$group maximum", "$group maxima")),
    Rule("its smallest $item", "min($v)", lambda g: min(g), nouns=("$group minimum", "$group minima")),
    Rule("the number of its $items", "len($v)", lambda g: len(g), nouns=("$group length", "$group lengths")),
    Rule("its last $item", "$v[-1]", lambda g: g[-1], nouns=("$group end", "$group ends")),
    Rule(
        "the difference between its largest and its smallest $item",
        "max($v) - min($v)",
        lambda g: max(g) - min(g),
        nouns=("$group spread", "$group spreads"),
    ),
    Rule(
        "its number of $items times its first $item",
        "len($v) * $v[0]",
        lambda g: len(g) * g[0],
        level=2,
        nouns=("$group weight", "$group weights"),
    ),
)


def _keep_groups(rule: Rule) -> Stage:
    test = rule.code.replace("$v", "group")
    return step(
        "keep groups",
        "groups",
        "groups",
        (f"keep only each $group that {rule.say}", f"drop every $group unless it {rule.say}"),
        (f"$y = [group for group in $x if {test}]", f"$y = []\nfor group in $x:\n    if {test}:\n        $y.append(group)"),
        lambda gs, k=0: [g for g in gs if rule.of(g, k)],
        "kept",
        knob=rule.knob,
        level=rule.level,
        group="remaining $group",
        groups="remaining $groups",
    )


def _measure(rule: Rule) -> Stage:
    expression, (one, many) = rule.code.replace("$v", "group"), rule.nouns
    return step(
        "measure",
        "groups",
        "numbers",
        (f"replace each $group by {rule.say}", f"of each $group take {rule.say}"),
        (f"$y = [{expression} for group in $x]", f"$y = []\nfor group in $x:\n    $y.append({expression})"),
        lambda gs, k=0: [rule.of(g, k) for g in gs],
        "measures",
        level=rule.level,
        item=one,
        items=many,
    )


def _texts(gs: Groups) -> str:
    return "|".join(",".join(map(str, g)) for g in gs)


def _best_group(gs: Groups) -> list[int]:
    return max(gs, key=sum) if gs else []


STEPS = (
    *_CUTS,
    *map(_keep_groups, _GROUP_RULES),
    *map(_measure, _GROUP_MAPS),
    step(
        "order groups",
        "groups",
        "groups",
        "sort the $groups by their sums, smallest first; those of equal sum stay in their order",
        "$y = sorted($x, key=sum)",
        lambda gs: sorted(gs, key=lambda g: sum(g)),
        "ordered",
        level=2,
    ),
    step(
        "order groups",
        "groups",
        "groups",
        "sort the $groups by length, longest first; those of equal length stay in their order",
        "$y = sorted($x, key=lambda group: -len(group))",
        lambda gs: sorted(gs, key=lambda g: -len(g)),
        "ordered",
        level=2,
    ),
    step(
        "turn groups",
        "groups",
        "groups",
        "reverse the order of the $items inside each $group",
        "$y = [group[::-1] for group in $x]",
        lambda gs: [list(reversed(g)) for g in gs],
        "turned",
        level=2,
    ),
    step(
        "turn groups",
        "groups",
        "groups",
        "reverse the order of the $items inside every second $group (the 2nd, the 4th, ...)",
        "$y = []\nfor index, group in enumerate($x):\n    $y.append(group[::-1] if index % 2 == 1 else group)",
        lambda gs: [list(reversed(g)) if i % 2 else g for i, g in enumerate(gs)],
        "turned",
        level=3,
    ),
    step(
        "flatten",
        "groups",
        "numbers",
        ("join the $groups into one list again, in their order", "put the $items of all $groups into one list, in their order"),
        ("$y = [value for group in $x for value in group]", "$y = []\nfor group in $x:\n    $y.extend(group)"),
        lambda gs: list(chain.from_iterable(gs)),
        "joined",
        level=2,
    ),
)


ENDINGS = (
    ending(
        "heaviest_$group",
        "groups",
        "list[int]",
        "the $group with the largest sum, the first one of several, or an empty list if there is none",
        "$y = []\nfor group in $x:\n    if not $y or sum(group) > sum($y):\n        $y = group",
        _best_group,
        "heaviest",
    ),
    ending(
        "longest_$group",
        "groups",
        "tuple[int, int]",
        "a tuple of the length and the sum of the longest $group, the first one of several, or (0, 0) if there is none",
        "leader = max($x, key=len, default=[])\n$y = (len(leader), sum(leader))",
        lambda gs: max(((len(g), sum(g)) for g in gs), key=lambda t: t[0], default=(0, 0)),
        "found",
    ),
    ending(
        "$groups_as_text",
        "groups",
        "str",
        "a text of all $groups, with commas (no spaces) between the $items of one $group and a bar | between two $groups (the "
        "empty text if there are none)",
        "parts = []\nfor group in $x:\n    parts.append(','.join(str(value) for value in group))\n$y = '|'.join(parts)",
        _texts,
        "text",
    ),
    ending(
        "$groups_by_length",
        "groups",
        "dict[int, int]",
        "a dict that maps each length that occurs to the number of $groups of that length",
        "$y = {}\nfor group in $x:\n    $y[len(group)] = $y.get(len(group), 0) + 1",
        lambda gs: {length: sum(len(g) == length for g in gs) for length in dict.fromkeys(len(g) for g in gs)},
        "lengths",
    ),
    ending(
        "count_of_$groups",
        "groups",
        "tuple[int, int]",
        "a tuple of two numbers: how many $groups there are, and how many of them have more than one $item",
        "several = [group for group in $x if len(group) > 1]\n$y = (len($x), len(several))",
        lambda gs: (len(gs), sum(len(g) > 1 for g in gs)),
        "counted",
    ),
)
