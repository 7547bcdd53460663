"""Stages that look at each number of a list by itself: select, replace, sort."""

from __future__ import annotations

from collm_envs.coding.stages.stage import LEFT_ITEM, LEFT_ITEMS, Knob, Rule, Stage, step


def digit_sum(value: int) -> int:
    """Sum of the decimal digits, without the sign."""
    return sum(map(int, str(abs(value))))


RULES = (
    Rule("are even", "$v % 2 == 0", lambda v: v % 2 == 0),
    Rule("are odd", "$v % 2 == 1", lambda v: v % 2 == 1),
    Rule("are greater than $k", "$v > $k", lambda v, k: v > k, Knob("limit", -2, 12)),
    Rule("are less than $k", "$v < $k", lambda v, k: v < k, Knob("limit", 3, 16)),
    Rule("are at least $k", "$v >= $k", lambda v, k: v >= k, Knob("limit", -2, 12)),
    Rule("are at most $k", "$v <= $k", lambda v, k: v <= k, Knob("limit", 3, 16)),
    Rule("are divisible by $k", "$v % $k == 0", lambda v, k: v % k == 0, Knob("divisor", 3, 5)),
    Rule("are not divisible by $k", "$v % $k != 0", lambda v, k: v % k != 0, Knob("divisor", 3, 5)),
    Rule(
        "have an odd digit sum (ignore minus signs)",
        "sum(int(digit) for digit in str(abs($v))) % 2 == 1",
        lambda v: digit_sum(v) % 2 == 1,
        level=2,
    ),
    Rule("end in a digit greater than $k", "abs($v) % 10 > $k", lambda v, k: abs(v) % 10 > k, Knob("threshold", 2, 6), 2),
    Rule("have an absolute value of at least $k", "abs($v) >= $k", lambda v, k: abs(v) >= k, Knob("limit", 4, 12), 2),
)


MAPS = (
    Rule("its square", "$v * $v", lambda v: v * v, nouns=("square", "squares")),
    Rule("its absolute value", "abs($v)", lambda v: abs(v), nouns=("absolute value", "absolute values")),
    Rule("$k times its value", "$k * $v", lambda v, k: k * v, Knob("factor", 2, 5), 1, ("product", "products")),
    Rule("the result of $k minus the $item", "$k - $v", lambda v, k: k - v, Knob("whole", 8, 20), 1, ("rest", "rests")),
    Rule(
        "its distance to $k, never negative",
        "abs($v - $k)",
        lambda v, k: abs(v - k),
        Knob("centre", 3, 11),
        1,
        ("distance", "distances"),
    ),
    Rule(
        "its remainder on division by $k, never negative",
        "$v % $k",
        lambda v, k: v % k,
        Knob("divisor", 3, 9),
        1,
        ("remainder", "remainders"),
    ),
    Rule("half of it, rounded down", "$v // 2", lambda v: v // 2, nouns=("half", "halves")),
    Rule(
        "the smaller of the $item and $k",
        "min($v, $k)",
        lambda v, k: min(v, k),
        Knob("cap", 4, 14),
        1,
        ("capped $item", "capped $items"),
    ),
    Rule("its last digit (ignore minus signs)", "abs($v) % 10", lambda v: abs(v) % 10, nouns=("last digit", "last digits")),
    Rule(
        "the sum of its digits (ignore minus signs)",
        "sum(int(digit) for digit in str(abs($v)))",
        digit_sum,
        level=2,
        nouns=("digit sum", "digit sums"),
    ),
    Rule(
        "the number that its digits give when read backwards (ignore minus signs)",
        "int(str(abs($v))[::-1])",
        lambda v: int(str(abs(v))[::-1]),
        level=2,
        nouns=("mirrored number", "mirrored numbers"),
    ),
)


_KEYS = (
    Rule("from the smallest to the largest", "$v", lambda v: v),
    Rule("from the largest to the smallest", "-$v", lambda v: -v),
    Rule("by absolute value, smallest first; equal ones stay in their order", "abs($v)", lambda v: abs(v), level=2),
    Rule(
        "by last digit (ignore minus signs), smallest first; equal ones stay in their order",
        "abs($v) % 10",
        lambda v: abs(v) % 10,
        level=2,
    ),
    Rule(
        "by remainder on division by $k (never negative), smallest first; equal ones stay in their order",
        "$v % $k",
        lambda v, k: v % k,
        Knob("divisor", 3, 6),
        3,
    ),
)


def _select(rule: Rule) -> Stage:
    test = rule.code.replace("$v", "value")
    return step(
        "select",
        "numbers",
        "numbers",
        (f"keep only the $items that {rule.say}", f"pick out the $items that {rule.say}, in their order"),
        (f"$y = [value for value in $x if {test}]", f"$y = []\nfor value in $x:\n    if {test}:\n        $y.append(value)"),
        lambda xs, k=0: [x for x in xs if rule.of(x, k)],
        "kept",
        knob=rule.knob,
        level=rule.level,
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    )


def _map(rule: Rule) -> Stage:
    expression, (one, many) = rule.code.replace("$v", "value"), rule.nouns
    return step(
        "map",
        "numbers",
        "numbers",
        (f"replace each $item by {rule.say}", f"instead of each $item take {rule.say}"),
        (f"$y = [{expression} for value in $x]", f"$y = []\nfor value in $x:\n    $y.append({expression})"),
        lambda xs, k=0: [rule.of(x, k) for x in xs],
        "changed",
        knob=rule.knob,
        level=rule.level,
        item=one,
        items=many,
    )


def _sort(rule: Rule) -> Stage:
    return step(
        "order",
        "numbers",
        "numbers",
        (f"sort the $items {rule.say}", f"put the $items in order {rule.say}"),
        f"$y = sorted($x, key=lambda value: {rule.code.replace('$v', 'value')})",
        lambda xs, k=0: sorted(xs, key=lambda x: rule.of(x, k)),
        "ordered",
        knob=rule.knob,
        level=rule.level,
    )


PLAIN_RULES = tuple(rule for rule in RULES if rule.level == 1)
PLAIN_MAPS = tuple(rule for rule in MAPS if rule.level == 1)
"""The easy ones, for what belongs to a name or a place."""


STEPS = (
    *map(_select, RULES),
    *map(_map, MAPS),
    *map(_sort, _KEYS),
)
