"""Stages on lists of records, that is of pairs of a name and a number."""

from __future__ import annotations

from collections.abc import Callable

from collm_envs.coding.stages.numbers import PLAIN_MAPS, PLAIN_RULES
from collm_envs.coding.stages.stage import LEFT_ITEM, LEFT_ITEMS, Knob, Rule, Stage, ending, singular, step
from collm_envs.coding.stages.words import RULES as WORD_RULES

Records = list[tuple[str, int]]


OF_NAMES = "select names"
"""The family of stages that look into the names, and not at them as a whole."""


def _select_records(rule: Rule) -> Stage:
    test = rule.code.replace("$v", "amount")
    return step(
        "select",
        "records",
        "records",
        f"keep only the $items whose $what {singular(rule.say)}",
        (
            f"$y = [(name, amount) for name, amount in $x if {test}]",
            f"$y = []\nfor name, amount in $x:\n    if {test}:\n        $y.append((name, amount))",
        ),
        lambda rs, k=0: [r for r in rs if rule.of(r[1], k)],
        "kept",
        knob=rule.knob,
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    )


def _select_names(rule: Rule) -> Stage:
    test = rule.code.replace("$v", "name")
    return step(
        OF_NAMES,
        "records",
        "records",
        f"keep only the $items whose $who {singular(rule.say)}",
        (
            f"$y = [(name, amount) for name, amount in $x if {test}]",
            f"$y = []\nfor name, amount in $x:\n    if {test}:\n        $y.append((name, amount))",
        ),
        lambda rs, k=0: [r for r in rs if rule.of(r[0], k)],
        "named",
        knob=rule.knob,
        level=rule.level,
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    )


def _map(rule: Rule) -> Stage:
    expression, (one, many) = rule.code.replace("$v", "amount"), rule.nouns
    return step(
        "map",
        "records",
        "records",
        f"replace the $what of each $item by {rule.say.replace('$item', '$what')}",
        (
            f"$y = [(name, {expression}) for name, amount in $x]",
            f"$y = []\nfor name, amount in $x:\n    $y.append((name, {expression}))",
        ),
        lambda rs, k=0: [(name, rule.of(amount, k)) for name, amount in rs],
        "changed",
        knob=rule.knob,
        what=one.replace("$item", "$what"),
        whats=many.replace("$items", "$whats"),
    )


def _by_name(rs: Records) -> dict[str, list[int]]:
    return {name: [amount for other, amount in rs if other == name] for name in dict.fromkeys(name for name, _ in rs)}


def _total(
    say: str | tuple[str, ...], code: str | tuple[str, ...], run: Callable[[list[int]], int], what: str, whats: str, level: int = 1
) -> Stage:
    return step(
        "by name",
        "records",
        "tally",
        say,
        code,
        lambda rs: {name: run(amounts) for name, amounts in _by_name(rs).items()},
        "totals",
        level=level,
        what=what,
        whats=whats,
    )


STEPS = (
    *map(_select_records, PLAIN_RULES),
    *map(_select_names, WORD_RULES),
    *map(_map, PLAIN_MAPS),
    step(
        "order",
        "records",
        "records",
        ("sort the $items by $what, largest first, those of equal $what alphabetically by $who",),
        "$y = sorted($x, key=lambda entry: (-entry[1], entry[0]))",
        lambda rs: sorted(sorted(rs), key=lambda r: -r[1]),
        "ordered",
    ),
    step(
        "order",
        "records",
        "records",
        "sort the $items by $what, smallest first; those of equal $what stay in their order",
        "$y = sorted($x, key=lambda entry: entry[1])",
        lambda rs: sorted(rs, key=lambda r: r[1]),
        "ordered",
    ),
    step(
        "distinct",
        "records",
        "records",
        "of several $items with the same $who keep only the first",
        "$y = []\nseen = []\nfor name, amount in $x:\n    if name not in seen:\n        seen.append(name)\n"
        "        $y.append((name, amount))",
        lambda rs: [r for i, r in enumerate(rs) if r[0] not in [name for name, _ in rs[:i]]],
        "unique",
        level=2,
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    ),
    step(
        "pick",
        "records",
        "records",
        "keep only the first $k $items (all of them if there are fewer)",
        "$y = $x[:$k]",
        lambda rs, k: rs[:k],
        "picked",
        knob=Knob("size", 3, 4),
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    ),
    _total(
        ("add up the $whats of each $who", "find the total $what of each $who"),
        "$y = {}\nfor name, amount in $x:\n    $y[name] = $y.get(name, 0) + amount",
        sum,
        "total",
        "totals",
    ),
    _total(
        "find the largest $what of each $who",
        "$y = {}\nfor name, amount in $x:\n    $y[name] = max(amount, $y.get(name, amount))",
        max,
        "best $what",
        "best $whats",
    ),
    _total(
        "count the $items of each $who", "$y = {}\nfor name, _ in $x:\n    $y[name] = $y.get(name, 0) + 1", len, "count", "counts"
    ),
    _total("keep only the last $what of each $who", "$y = dict($x)", lambda amounts: amounts[-1], "last $what", "last $whats", 2),
    step(
        "collect",
        "records",
        "ledger",
        "collect for each $who the list of its $whats, in the order given",
        "$y = {}\nfor name, amount in $x:\n    $y.setdefault(name, []).append(amount)",
        lambda rs: _by_name(rs),
        "ledger",
    ),
    step(
        "take",
        "records",
        "numbers",
        "take the $whats of the $items, in their order",
        "$y = [amount for name, amount in $x]",
        lambda rs: [amount for _, amount in rs],
        "quantities",
        item="$what",
        items="$whats",
    ),
    step(
        "take",
        "records",
        "words",
        "take the $whos of the $items, in their order",
        "$y = [name for name, amount in $x]",
        lambda rs: [name for name, _ in rs],
        "name_list",
        level=2,
        item="$who",
        items="$whos",
    ),
)


ENDINGS = (
    ending(
        "$who_of_largest_$what",
        "records",
        "str",
        "the $who of the $item with the largest $what, the first one of several, or the empty text if there is none",
        "$y = ''\nhighest = 0\nfor name, amount in $x:\n    if not $y or amount > highest:\n        $y = name\n"
        "        highest = amount",
        lambda rs: max(rs, key=lambda r: r[1])[0] if rs else "",
        "winner",
    ),
    ending(
        "$items_as_text",
        "records",
        "str",
        "one text with all $items, each written as $who, equals sign, $what, and separated by semicolons without spaces (the "
        "empty text if there are none)",
        (
            "$y = ';'.join(f'{name}={amount}' for name, amount in $x)",
            "parts = []\nfor name, amount in $x:\n    parts.append(name + '=' + str(amount))\n$y = ';'.join(parts)",
        ),
        lambda rs: ";".join(f"{name}={amount}" for name, amount in rs),
        "text",
    ),
    ending(
        "summary_of_$items",
        "records",
        "tuple[int, int]",
        "a tuple of the number of different $whos and the sum of the $whats",
        "different = set(name for name, amount in $x)\ntotal = sum(amount for name, amount in $x)\n$y = (len(different), total)",
        lambda rs: (len(_by_name(rs)), sum(amount for _, amount in rs)),
        "summary",
    ),
)
