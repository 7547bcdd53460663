"""Last stages on lists of words."""

from __future__ import annotations

from collm_envs.coding.stages.stage import Rule, Stage, ending
from collm_envs.coding.stages.words import RULES, commonest_letter, vowels


def _count(rule: Rule) -> Stage:
    test = rule.code.replace("$v", "word")
    return ending(
        "count_of_$items",
        "words",
        "tuple[int, int]",
        f"a tuple of two numbers: how many $items there are, and how many of them {rule.say}",
        (f"matching = [word for word in $x if {test}]\n$y = (len($x), len(matching))",),
        lambda ws, k=0: (len(ws), sum(rule.of(w, k) for w in ws)),
        "counted",
        knob=rule.knob,
        level=rule.level,
    )


def _shared_start(ws: list[str]) -> str:
    starts = [ws[0][:n] for n in range(len(ws[0]) + 1)] if ws else [""]
    return max((start for start in starts if all(w.startswith(start) for w in ws)), key=len)


ENDINGS = (
    *map(_count, RULES),
    ending(
        "longest_$item",
        "words",
        "str",
        "the longest $item, the first one of several, or the empty text if there is none",
        ("$y = max($x, key=len, default='')", "$y = ''\nfor word in $x:\n    if len(word) > len($y):\n        $y = word"),
        lambda ws: sorted(ws, key=lambda w: -len(w))[0] if ws else "",
        "longest",
    ),
    ending(
        "joined_$items",
        "words",
        "str",
        (
            "the $items as one text, joined by hyphens (the empty text if there are none)",
            "one text with the $items, a hyphen between each two (the empty text without any)",
        ),
        "$y = '-'.join($x)",
        lambda ws: "-".join(ws),
        "text",
    ),
    ending(
        "outline_of_$items",
        "words",
        "str",
        "one text in which the $items follow each other separated by single spaces, each written as its first letter and its "
        "length, such as d4",
        "parts = []\nfor word in $x:\n    parts.append(word[0] + str(len(word)))\n$y = ' '.join(parts)",
        lambda ws: " ".join(f"{w[0]}{len(w)}" for w in ws),
        "text",
    ),
    ending(
        "total_length_of_$items",
        "words",
        "int",
        "the sum of the lengths of the $items (0 if there are none)",
        ("$y = sum(len(word) for word in $x)", "$y = 0\nfor word in $x:\n    $y += len(word)"),
        lambda ws: len("".join(ws)),
        "total",
    ),
    ending(
        "ends_of_$items",
        "words",
        "tuple[str, str]",
        "a tuple of the alphabetically first and the alphabetically last $item, or two empty texts if there is none",
        "first = min($x, default='')\nlast = max($x, default='')\n$y = (first, last)",
        lambda ws: (sorted(ws)[0], sorted(ws)[-1]) if ws else ("", ""),
        "ends",
    ),
    ending(
        "lengths_of_$items",
        "words",
        "dict[str, int]",
        "a dict that maps each of the $items to its length",
        "$y = {}\nfor word in $x:\n    $y[word] = len(word)",
        lambda ws: {w: len(w) for w in ws},
        "lengths",
    ),
    ending(
        "capital_$items",
        "words",
        "list[str]",
        "a list of the $items in which the first letter of each is a capital",
        "$y = [word[0].upper() + word[1:] for word in $x]",
        lambda ws: [w.capitalize() for w in ws],
        "capitals",
    ),
    ending(
        "commonest_letter_of_$items",
        "words",
        "str",
        "the letter that occurs most often in all the $items together; of several such letters the alphabetically first, and the "
        "empty text without any",
        "seen = {}\nfor letter in ''.join($x):\n    seen[letter] = seen.get(letter, 0) + 1\n"
        "$y = min(seen, key=lambda letter: (-seen[letter], letter), default='')",
        commonest_letter,
        "commonest",
        level=2,
    ),
    ending(
        "vowel_share_of_$items",
        "words",
        "tuple[int, int]",
        "a tuple of the number of vowels (a, e, i, o, u) and the number of other letters in all the $items together",
        "vowels = 0\nothers = 0\nfor letter in ''.join($x):\n    if letter in 'aeiou':\n        vowels += 1\n    else:\n        "
        "others += 1\n"
        "$y = (vowels, others)",
        lambda ws: (sum(map(vowels, ws)), len("".join(ws)) - sum(map(vowels, ws))),
        "shares",
        level=2,
    ),
    ending(
        "shared_start_of_$items",
        "words",
        "tuple[str, int]",
        "a tuple of the longest text with which all the $items begin (the empty text if there are none) and how many $items "
        "there are",
        "start = $x[0] if $x else ''\nfor word in $x:\n    while not word.startswith(start):\n        start = start[:-1]\n"
        "$y = (start, len($x))",
        lambda ws: (_shared_start(ws), len(ws)),
        "shared",
        level=3,
    ),
)
