"""Stages on lists of words."""

from __future__ import annotations

import string
from typing import Any

from collm_envs.coding.stages.stage import LEFT_ITEM, LEFT_ITEMS, Knob, Rule, Stage, step

VOWELS = "aeiou"


def vowels(word: str) -> int:
    """Number of vowels."""
    return sum(letter in VOWELS for letter in word)


def moved(word: str, k: int) -> str:
    """Each letter replaced by the one k places later in the alphabet."""
    return "".join(chr((ord(letter) - ord("a") + k) % 26 + ord("a")) for letter in word)


RULES = (
    Rule("have more than $k letters", "len($v) > $k", lambda w, k: len(w) > k, Knob("limit", 3, 5)),
    Rule("have at most $k letters", "len($v) <= $k", lambda w, k: len(w) <= k, Knob("limit", 4, 6)),
    Rule("have an even number of letters", "len($v) % 2 == 0", lambda w: len(w) % 2 == 0),
    Rule("begin with a vowel (a, e, i, o or u)", "$v[0] in 'aeiou'", lambda w: w[0] in VOWELS),
    Rule("do not begin with a vowel (a, e, i, o or u)", "$v[0] not in 'aeiou'", lambda w: w[0] not in VOWELS),
    Rule("contain the letter a", "'a' in $v", lambda w: "a" in w),
    Rule("do not contain the letter e", "'e' not in $v", lambda w: "e" not in w),
    Rule("use no letter twice", "len(set($v)) == len($v)", lambda w: len({*w}) == len(w), level=2),
    Rule("use some letter more than once", "len(set($v)) < len($v)", lambda w: any(w.count(c) > 1 for c in w), level=2),
    Rule(
        "have at least $k vowels (a, e, i, o, u)",
        "sum(1 for letter in $v if letter in 'aeiou') >= $k",
        lambda w, k: vowels(w) >= k,
        Knob("least", 2, 3),
        2,
    ),
    Rule(
        "end in a letter from the first half of the alphabet (a to m)",
        "$v[-1] <= 'm'",
        lambda w: w[-1] in string.ascii_lowercase[:13],
        level=2,
    ),
)


# None of these makes an empty word, on which many rules would have no meaning.
_MAPS = (
    Rule("write each $item backwards", "$v[::-1]", lambda w: "".join(reversed(w))),
    Rule("move the first letter of each $item to its end", "$v[1:] + $v[0]", lambda w: w[1:] + w[:1]),
    Rule("double the last letter of each $item", "$v + $v[-1]", lambda w: w[:-1] + 2 * w[-1]),
    Rule(
        "shorten each $item to its first $k letters (leave shorter ones as they are)",
        "$v[:$k]",
        lambda w, k: w[:k],
        Knob("size", 2, 4),
    ),
    Rule("put the letters of each $item in alphabetical order", "''.join(sorted($v))", lambda w: "".join(sorted(w)), level=2),
    Rule("keep of each $item only every second letter, beginning with the first", "$v[::2]", lambda w: w[::2], level=2),
    Rule(
        "in each $item keep only the first of equal letters, wherever they stand",
        "''.join(dict.fromkeys($v))",
        lambda w: "".join(c for i, c in enumerate(w) if c not in w[:i]),
        level=2,
    ),
    Rule(
        "replace each letter of each $item by the one $k places later in the alphabet (after z comes a)",
        "''.join(chr((ord(letter) - 97 + $k) % 26 + 97) for letter in $v)",
        moved,
        Knob("shift", 2, 9),
        3,
    ),
)


_KEYS = (
    Rule("alphabetically", "$v", lambda w: w),
    Rule("by length, shortest first, those of equal length alphabetically", "(len($v), $v)", lambda w: (len(w), w)),
    Rule("by length, longest first; those of equal length stay in their order", "-len($v)", lambda w: -len(w)),
    Rule("by their last letters; those with the same last letter stay in their order", "$v[-1]", lambda w: w[-1], level=2),
    Rule(
        "by number of vowels (a, e, i, o, u), fewest first; those with equally many stay in their order",
        "sum(1 for letter in $v if letter in 'aeiou')",
        lambda w: vowels(w),
        level=3,
    ),
)


_NUMBERS = (
    Rule("its length", "len($v)", lambda w: len(w), nouns=("length", "lengths")),
    Rule(
        "its number of vowels (a, e, i, o, u)",
        "sum(1 for letter in $v if letter in 'aeiou')",
        lambda w: vowels(w),
        nouns=("vowel count", "vowel counts"),
    ),
    Rule("the number of different letters in it", "len(set($v))", lambda w: len({*w}), nouns=("letter count", "letter counts")),
    Rule(
        "the place of its first letter in the alphabet (1 for a, 26 for z)",
        "ord($v[0]) - 96",
        lambda w: string.ascii_lowercase.index(w[0]) + 1,
        nouns=("place", "places"),
    ),
    Rule(
        "the sum of the places of its letters in the alphabet (1 for a, 26 for z)",
        "sum(ord(letter) - 96 for letter in $v)",
        lambda w: sum(string.ascii_lowercase.index(c) + 1 for c in w),
        level=2,
        nouns=("letter sum", "letter sums"),
    ),
)


def _comprehension(expression: str, test: str = "") -> tuple[str, str]:
    """The two sources of a list made word by word."""
    if test:
        return f"$y = [word for word in $x if {test}]", f"$y = []\nfor word in $x:\n    if {test}:\n        $y.append(word)"
    return f"$y = [{expression} for word in $x]", f"$y = []\nfor word in $x:\n    $y.append({expression})"


def _select(rule: Rule) -> Stage:
    return step(
        "select",
        "words",
        "words",
        (f"keep only the $items that {rule.say}", f"pick out the $items that {rule.say}, in their order"),
        _comprehension("word", rule.code.replace("$v", "word")),
        lambda ws, k=0: [w for w in ws if rule.of(w, k)],
        "kept",
        knob=rule.knob,
        level=rule.level,
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    )


def _map(rule: Rule) -> Stage:
    return step(
        "map",
        "words",
        "words",
        rule.say,
        _comprehension(rule.code.replace("$v", "word")),
        lambda ws, k=0: [rule.of(w, k) for w in ws],
        "changed",
        knob=rule.knob,
        level=rule.level,
    )


def _sort(rule: Rule) -> Stage:
    return step(
        "order",
        "words",
        "words",
        (f"sort the $items {rule.say}", f"put the $items in order {rule.say}"),
        f"$y = sorted($x, key=lambda word: {rule.code.replace('$v', 'word')})",
        lambda ws, k=0: sorted(ws, key=lambda w: rule.of(w, k)),
        "ordered",
        level=rule.level,
    )


def _number(rule: Rule) -> Stage:
    one, many = rule.nouns
    return step(
        "measure",
        "words",
        "numbers",
        (f"replace each $item by {rule.say}", f"of each $item take {rule.say}"),
        _comprehension(rule.code.replace("$v", "word")),
        lambda ws, k=0: [rule.of(w, k) for w in ws],
        "measures",
        level=rule.level,
        item=one,
        items=many,
    )


def tally(things: Any) -> dict[str, int]:
    """How often each thing occurs, in the order of their first occurrences."""
    return {thing: things.count(thing) for thing in dict.fromkeys(things)}


TALLY = "$y = {}\nfor thing in $x:\n    $y[thing] = $y.get(thing, 0) + 1"


def commonest_letter(ws: list[str]) -> str:
    """The letter that occurs most often in all the words together, of several the first in the alphabet."""
    letters = "".join(ws)
    return min(letters, key=lambda c: (-letters.count(c), c), default="")


STEPS = (
    *map(_select, RULES),
    *map(_map, _MAPS),
    *map(_sort, _KEYS),
    *map(_number, _NUMBERS),
    step(
        "distinct",
        "words",
        "words",
        ("remove repeated $items, so that only the first of equal ones stays", "of equal $items keep only the first one"),
        ("$y = []\nfor word in $x:\n    if word not in $y:\n        $y.append(word)", "$y = list(dict.fromkeys($x))"),
        lambda ws: list(dict.fromkeys(ws)),
        "unique",
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    ),
    step(
        "pick",
        "words",
        "words",
        "keep every $kth $item, beginning with the first",
        "$y = $x[::$k]",
        lambda ws, k: ws[::k],
        "picked",
        knob=Knob("stride", 2, 3),
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    ),
    step(
        "pick",
        "words",
        "words",
        "keep only the first $k $items (all of them if there are fewer)",
        "$y = $x[:$k]",
        lambda ws, k: ws[:k],
        "picked",
        knob=Knob("size", 3, 4),
        item=LEFT_ITEM,
        items=LEFT_ITEMS,
    ),
    step("turn", "words", "words", "reverse the order of the $items", "$y = $x[::-1]", lambda ws: ws[::-1], "turned"),
    step(
        "glue",
        "words",
        "words",
        "join each $item but the last with the first letter of the one after it, and drop the last",
        "$y = []\nfor word, follower in zip($x, $x[1:]):\n    $y.append(word + follower[0])",
        lambda ws: [ws[i] + ws[i + 1][0] for i in range(len(ws) - 1)],
        "glued",
        level=3,
    ),
    step(
        "tally",
        "words",
        "tally",
        "count how often each of the $items occurs",
        TALLY,
        tally,
        "counts",
        who="$item",
        whos="$items",
        what="count",
        whats="counts",
    ),
    step(
        "tally",
        "words",
        "letter tally",
        "count how often each letter occurs in all the $items together",
        "$y = {}\nfor word in $x:\n    for letter in word:\n        $y[letter] = $y.get(letter, 0) + 1",
        lambda ws: tally("".join(ws)),
        "counts",
        level=2,
        who="letter",
        whos="letters",
        what="count",
        whats="counts",
    ),
    step(
        "tally",
        "words",
        "letter tally",
        "add up, for each first letter, the lengths of the $items that begin with it",
        "$y = {}\nfor word in $x:\n    $y[word[0]] = $y.get(word[0], 0) + len(word)",
        lambda ws: {first: sum(len(w) for w in ws if w[0] == first) for first in dict.fromkeys(w[0] for w in ws)},
        "lengths",
        level=2,
        who="first letter",
        whos="first letters",
        what="sum",
        whats="sums",
    ),
    step(
        "pair up",
        "words",
        "records",
        "pair each $item with its length",
        "$y = [(word, len(word)) for word in $x]",
        lambda ws: [(w, len(w)) for w in ws],
        "sized",
        level=2,
        item="pair",
        items="pairs",
        who="$item",
        whos="$items",
        what="length",
        whats="lengths",
    ),
    step(
        "spell",
        "words",
        "letters",
        "put the first letters of the $items together to one text",
        ("$y = ''.join(word[0] for word in $x)", "$y = ''\nfor word in $x:\n    $y += word[0]"),
        lambda ws: "".join(w[0] for w in ws),
        "initials",
        row="text",
    ),
    step(
        "spell",
        "words",
        "letters",
        "write the $items one after the other, without anything between them, as one text",
        "$y = ''.join($x)",
        lambda ws: "".join(ws),
        "spelled",
        level=2,
        row="text",
    ),
)
