"""Stages on what is collected by name: one number for each name, or a list of numbers."""

from __future__ import annotations

from collm_envs.coding.stages.numbers import PLAIN_RULES
from collm_envs.coding.stages.stage import Knob, Rule, Stage, ending, singular, step


def _select_tally(rule: Rule) -> Stage:
    test = rule.code.replace("$v", "amount")
    return step(
        "filter names",
        "tally",
        "tally",
        f"keep only the $whos whose $what {singular(rule.say)}",
        (
            f"$y = {{name: amount for name, amount in $x.items() if {test}}}",
            f"$y = {{}}\nfor name, amount in $x.items():\n    if {test}:\n        $y[name] = amount",
        ),
        lambda t, k=0: {name: amount for name, amount in t.items() if rule.of(amount, k)},
        "kept",
        knob=rule.knob,
    )


def _measure(rule: Rule) -> Stage:
    what, whats = rule.nouns
    return step(
        "measure",
        "ledger",
        "tally",
        f"replace each list by {rule.say}",
        (
            f"$y = {{name: {rule.code.replace('$v', 'amounts')} for name, amounts in $x.items()}}",
            f"$y = {{}}\nfor name, amounts in $x.items():\n    $y[name] = {rule.code.replace('$v', 'amounts')}",
        ),
        lambda table, k=0: {name: rule.of(amounts, k) for name, amounts in table.items()},
        "measured",
        level=rule.level,
        what=what,
        whats=whats,
    )


_MEASURES = (
    Rule(
        "the difference between its largest and its smallest $what",
        "max($v) - min($v)",
        lambda xs: max(xs) - min(xs),
        nouns=("spread", "spreads"),
    ),
    Rule("its last $what minus its first", "$v[-1] - $v[0]", lambda xs: xs[-1] - xs[0], nouns=("gain", "gains")),
    Rule("the largest $what in it", "max($v)", lambda xs: sorted(xs)[-1], nouns=("best $what", "best $whats")),
    Rule("the number of different $whats in it", "len(set($v))", lambda xs: len({*xs}), level=2, nouns=("number", "numbers")),
    Rule(
        "the sum of its $whats without the smallest one (0 if there is just one)",
        "sum(sorted($v)[1:])",
        lambda xs: sum(xs) - min(xs),
        level=2,
        nouns=("sum", "sums"),
    ),
)


def _ranking(tally: dict[str, int]) -> list[str]:
    return [name for name, _ in sorted(tally.items(), key=lambda entry: (-entry[1], entry[0]))]


def _top(tally: dict[str, int]) -> str:
    return next(iter(_ranking(tally)), "")


def _leaders(tally: dict[str, int]) -> tuple[int, list[str]]:
    most = tally[_top(tally)] if tally else 0
    return most, sorted(name for name, amount in tally.items() if amount == most)


def _places(tally: dict[str, int]) -> dict[str, int]:
    return {name: 1 + sum(other > amount for other in tally.values()) for name, amount in tally.items()}


STEPS = (
    *map(_select_tally, PLAIN_RULES),
    *map(_measure, _MEASURES),
    step(
        "drop names",
        "ledger",
        "ledger",
        "drop each $who with fewer than $k $whats",
        "$y = {name: amounts for name, amounts in $x.items() if len(amounts) >= $k}",
        lambda table, k: {name: amounts for name, amounts in table.items() if len(amounts) >= k},
        "regulars",
        knob=Knob("least", 2, 2),
    ),
    step(
        "drop names",
        "ledger",
        "ledger",
        "keep only the $whos whose $whats add up to more than $k",
        (
            "$y = {name: amounts for name, amounts in $x.items() if sum(amounts) > $k}",
            "$y = {}\nfor name, amounts in $x.items():\n    if sum(amounts) > $k:\n        $y[name] = amounts",
        ),
        lambda table, k: {name: amounts for name, amounts in table.items() if sum(amounts) > k},
        "regulars",
        knob=Knob("limit", 5, 25),
    ),
    step(
        "last ones",
        "ledger",
        "ledger",
        ("sort each of the lists, largest $what first", "put the $whats of each list in order, largest first"),
        "$y = {name: sorted(amounts, reverse=True) for name, amounts in $x.items()}",
        lambda table: {name: sorted(amounts)[::-1] for name, amounts in table.items()},
        "sorted_lists",
    ),
    step(
        "last ones",
        "ledger",
        "ledger",
        "drop the first $what of each list, but not where it is the only one",
        "$y = {}\nfor name, amounts in $x.items():\n    $y[name] = amounts[1:] if len(amounts) > 1 else amounts",
        lambda table: {name: amounts[min(1, len(amounts) - 1) :] for name, amounts in table.items()},
        "later",
    ),
    step(
        "last ones",
        "ledger",
        "ledger",
        "shorten each list to its last $k $whats (leave shorter lists as they are)",
        "$y = {}\nfor name, amounts in $x.items():\n    $y[name] = amounts[-$k:]",
        lambda table, k: {name: amounts[max(0, len(amounts) - k) :] for name, amounts in table.items()},
        "recent",
        knob=Knob("size", 2, 2),
        level=2,
    ),
    step(
        "take",
        "tally",
        "numbers",
        "list the $whats, smallest first",
        "$y = sorted($x.values())",
        lambda t: sorted(t[name] for name in t),
        "quantities",
        item="$what",
        items="$whats",
    ),
    step(
        "take",
        "tally",
        "words",
        "list the $whos by $what, largest first, those of equal $what alphabetically",
        "$y = sorted($x, key=lambda name: (-$x[name], name))",
        lambda t: _ranking(t),
        "ranking",
        item="$who",
        items="$whos",
    ),
    step(
        "take",
        "tally",
        "numbers",
        "list the $whats, those of the alphabetically first $whos first",
        "$y = []\nfor name in sorted($x):\n    $y.append($x[name])",
        lambda t: [amount for _, amount in sorted(t.items())],
        "quantities",
        level=2,
        item="$what",
        items="$whats",
    ),
    step(
        "take",
        "tally",
        "records",
        "list the pairs ($who, $what), alphabetically by $who",
        "$y = sorted($x.items())",
        lambda t: [(name, t[name]) for name in sorted(t)],
        "entries",
        level=2,
        item="pair",
        items="pairs",
    ),
)


ENDINGS = (
    ending(
        "top_$who",
        "tally",
        "tuple[str, int]",
        "a tuple of the $who with the largest $what (of several the alphabetically first) and that $what, or ('', 0) if there is "
        "none",
        "$y = ('', 0)\nfor name in sorted($x):\n    if not $y[0] or $x[name] > $y[1]:\n        $y = (name, $x[name])",
        lambda t: (_top(t), t.get(_top(t), 0)),
        "top",
    ),
    ending(
        "$whats_as_text",
        "tally",
        "str",
        "one text with an entry for each $who, alphabetically, separated by single spaces; an entry is the $who, a colon and its "
        "$what",
        "parts = []\nfor name in sorted($x):\n    parts.append(name + ':' + str($x[name]))\n$y = ' '.join(parts)",
        lambda t: " ".join(f"{name}:{amount}" for name, amount in sorted(t.items())),
        "text",
    ),
    ending(
        "spread_of_$whats",
        "tally",
        "int",
        "the difference between the largest and the smallest $what, or 0 if there is none",
        "amounts = sorted($x.values())\n$y = amounts[-1] - amounts[0] if amounts else 0",
        lambda t: max(t.values()) - min(t.values()) if t else 0,
        "spread",
    ),
    ending(
        "leading_$whos",
        "tally",
        "list[str]",
        "a list of all $whos that share the largest $what, in alphabetical order",
        "highest = max($x.values(), default=0)\n$y = sorted(name for name, amount in $x.items() if amount == highest)",
        lambda t: sorted(name for name in t if t[name] == max(t.values())),
        "leaders",
    ),
    ending(
        "places_by_$what",
        "tally",
        "dict[str, int]",
        "a dict that maps each $who to its place: 1 plus the number of $whos with a larger $what",
        "$y = {}\nfor name, amount in $x.items():\n    ahead = [other for other in $x.values() if other > amount]\n"
        "    $y[name] = len(ahead) + 1",
        _places,
        "places",
        level=2,
    ),
    ending(
        "$whos_by_$what",
        "tally",
        "dict[int, list[str]]",
        "a dict that maps each $what that occurs to the list of the $whos that have it, in alphabetical order",
        "$y = {}\nfor name in sorted($x):\n    $y.setdefault($x[name], []).append(name)",
        lambda t: {amount: sorted(n for n in t if t[n] == amount) for amount in dict.fromkeys(t[name] for name in sorted(t))},
        "grouped",
        level=2,
    ),
    ending(
        "busiest_$who",
        "ledger",
        "tuple[str, list[int]]",
        "a tuple of the $who with the most $whats (of several the alphabetically first) and its list, or ('', []) if there is none",
        "$y = ('', [])\nfor name in sorted($x):\n    if len($x[name]) > len($y[1]):\n        $y = (name, $x[name])",
        lambda table: min(table.items(), key=lambda entry: (-len(entry[1]), entry[0]), default=("", [])),
        "busiest",
    ),
    ending(
        "$whats_as_text",
        "ledger",
        "str",
        "one text with an entry for each $who, alphabetically, separated by single spaces; an entry is the $who, a colon and the "
        "$whats of its "
        "list, joined by commas",
        "parts = []\nfor name in sorted($x):\n    listed = ','.join(str(amount) for amount in $x[name])\n    parts.append(name + "
        "':' + listed)\n"
        "$y = ' '.join(parts)",
        lambda table: " ".join(f"{name}:{','.join(map(str, amounts))}" for name, amounts in sorted(table.items())),
        "text",
    ),
    ending(
        "first_and_last_$what",
        "ledger",
        "dict[str, tuple[int, int]]",
        "a dict that maps each $who to a tuple of the first and the last $what of its list",
        "$y = {}\nfor name, amounts in $x.items():\n    $y[name] = (amounts[0], amounts[-1])",
        lambda table: {name: (next(iter(amounts)), next(reversed(amounts))) for name, amounts in table.items()},
        "ends",
    ),
    ending(
        "largest_sum_of_$whats",
        "ledger",
        "tuple[int, list[str]]",
        "a tuple of the largest sum that the list of a $who has (0 if there is none) and the list of all $whos that reach it, in "
        "alphabetical order",
        "sums = {name: sum(amounts) for name, amounts in $x.items()}\nhighest = max(sums.values(), default=0)\n"
        "$y = (highest, sorted(name for name in sums if sums[name] == highest))",
        lambda table: _leaders({name: sum(amounts) for name, amounts in table.items()}),
        "leaders",
    ),
    ending(
        "rising_$whos",
        "ledger",
        "dict[str, bool]",
        "a dict that maps each $who to whether its $whats never fall from one to the next",
        "$y = {}\nfor name, amounts in $x.items():\n"
        "    $y[name] = all(after >= before for before, after in zip(amounts, amounts[1:]))",
        lambda table: {name: sorted(amounts) == amounts for name, amounts in table.items()},
        "rising",
        level=2,
    ),
)
