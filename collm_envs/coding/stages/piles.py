"""Stages on words collected in lists by what they have in common."""

from __future__ import annotations

from collm_envs.coding.stages.stage import Knob, Rule, Stage, ending, singular, step
from collm_envs.coding.stages.words import RULES

_PILES = (
    Rule("first letter", "$v[0]", lambda w: w[0]),
    Rule("first two letters", "$v[:2]", lambda w: w[:2]),
    Rule("last letter", "$v[-1]", lambda w: w[-1]),
    Rule("letters in alphabetical order (so that anagrams meet)", "''.join(sorted($v))", lambda w: "".join(sorted(w)), level=2),
)


def _pile(rule: Rule) -> Stage:
    return step(
        "pile",
        "words",
        "piles",
        f"collect the $items in a dict by {rule.say}: each key leads to the list of its $items, in the order given",
        f"$y = {{}}\nfor word in $x:\n    $y.setdefault({rule.code.replace('$v', 'word')}, []).append(word)",
        lambda ws, k=0: {key: [w for w in ws if rule.of(w, k) == key] for key in dict.fromkeys(rule.of(w, k) for w in ws)},
        "piles",
        level=rule.level,
        who="key",
        whos="keys",
    )


def _keep(rule: Rule) -> Stage:
    test = rule.code.replace("$v", "members[0]")
    return step(
        "keep piles",
        "piles",
        "piles",
        f"keep only the $whos for which the first $item of the list {singular(rule.say)}",
        (
            f"$y = {{key: members for key, members in $x.items() if {test}}}",
            f"$y = {{}}\nfor key, members in $x.items():\n    if {test}:\n        $y[key] = members",
        ),
        lambda ps, k=0: {key: pile for key, pile in ps.items() if rule.of(pile[0], k)},
        "kept",
        knob=rule.knob,
        level=rule.level,
    )


STEPS = (
    *map(_pile, _PILES),
    *map(_keep, RULES),
    step(
        "count piles",
        "piles",
        "letter tally",
        "replace each list by the number of $items in it",
        "$y = {key: len(members) for key, members in $x.items()}",
        lambda ps: {key: len(pile) for key, pile in ps.items()},
        "sizes",
        what="number",
        whats="numbers",
    ),
    step(
        "count piles",
        "piles",
        "letter tally",
        "replace each list by the sum of the lengths of its $items",
        "$y = {}\nfor key, members in $x.items():\n    $y[key] = sum(len(word) for word in members)",
        lambda ps: {key: len("".join(pile)) for key, pile in ps.items()},
        "sizes",
        level=2,
        what="sum",
        whats="sums",
    ),
    step(
        "keep piles",
        "piles",
        "piles",
        "drop the $whos whose lists have fewer than $k $items",
        "$y = {key: members for key, members in $x.items() if len(members) >= $k}",
        lambda ps, k: {key: pile for key, pile in ps.items() if len(pile) >= k},
        "kept",
        knob=Knob("size", 2, 2),
    ),
    step(
        "unpile",
        "piles",
        "words",
        "take from each list the longest $item (the first one of several), the $whos in alphabetical order",
        "$y = []\nfor key in sorted($x):\n    $y.append(max($x[key], key=len))",
        lambda ps: [sorted(pile, key=lambda w: -len(w))[0] for _, pile in sorted(ps.items())],
        "longest",
        level=2,
        item="chosen $item",
        items="chosen $items",
    ),
)


ENDINGS = (
    ending(
        "largest_pile_of_$items",
        "piles",
        "list[str]",
        "the list with the most $items, of several such lists that of the alphabetically first $who, or an empty list if there "
        "is none",
        "$y = []\nfor key in sorted($x):\n    if len($x[key]) > len($y):\n        $y = $x[key]",
        lambda ps: min(ps.items(), key=lambda pair: (-len(pair[1]), pair[0]), default=("", []))[1],
        "largest",
    ),
    ending(
        "index_of_$items",
        "piles",
        "str",
        "one text with an entry for each of the $whos in alphabetical order, separated by semicolons without spaces; an entry "
        "has the $who, "
        "a colon and the $items of its list joined by commas",
        "parts = []\nfor key in sorted($x):\n    parts.append(key + ':' + ','.join($x[key]))\n$y = ';'.join(parts)",
        lambda ps: ";".join(f"{key}:{','.join(pile)}" for key, pile in sorted(ps.items())),
        "text",
    ),
)
