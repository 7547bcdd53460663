"""Stages on texts of letters without spaces."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from collm_envs.coding.stages.stage import Knob, Stage, ending, step
from collm_envs.coding.stages.words import TALLY, VOWELS, commonest_letter, moved, tally

_CODE_ALPHABET = "'abcdefghijklmnopqrstuvwxyz'"


def _letters(say: str, code: str, run: Callable[..., str], out: str, knob: Knob | None = None, level: int = 1) -> Stage:
    return step(f"row: {out}", "letters", "letters", say, code, run, out, knob=knob, level=level)


def _runs(row: str) -> list[tuple[str, int]]:
    return [(letter, len(list(run))) for letter, run in groupby(row)]


def _best_palindrome(row: str) -> str:
    pieces = (row[i : i + length] for length in range(len(row), 0, -1) for i in range(len(row) - length + 1))
    return next((piece for piece in pieces if piece == piece[::-1]), "")


STEPS = (
    _letters("write the $row backwards", "$y = $x[::-1]", lambda s: "".join(reversed(s)), "mirrored"),
    _letters("move the first letter of the $row to its end", "$y = $x[1:] + $x[:1]", lambda s: "".join([*s[1:], *s[:1]]), "moved"),
    _letters(
        "keep only the first $k letters of the $row (all of them if there are fewer)",
        "$y = $x[:$k]",
        lambda s, k: "".join(c for i, c in enumerate(s) if i < k),
        "beginning",
        Knob("size", 4, 7),
    ),
    _letters(
        "drop the first $k letters of the $row (all of them if there are fewer)",
        "$y = $x[$k:]",
        lambda s, k: "".join(c for i, c in enumerate(s) if i >= k),
        "rest",
        Knob("size", 2, 4),
    ),
    _letters(
        "double each vowel (a, e, i, o, u) of the $row",
        "$y = ''\nfor letter in $x:\n    $y += 2 * letter if letter in 'aeiou' else letter",
        lambda s: "".join(c + c if c in VOWELS else c for c in s),
        "doubled",
    ),
    _letters(
        "remove all vowels (a, e, i, o, u) from the $row",
        "$y = ''.join(letter for letter in $x if letter not in 'aeiou')",
        lambda s: "".join(c for c in s if c not in VOWELS),
        "consonants",
    ),
    _letters(
        "wherever the same letter stands several times in a row, keep it once",
        "$y = ''\nfor letter in $x:\n    if not $y.endswith(letter):\n        $y += letter",
        lambda s: "".join(letter for letter, _ in groupby(s)),
        "squeezed",
    ),
    _letters(
        "keep only every $kth letter of the $row, beginning with the first",
        "$y = $x[::$k]",
        lambda s, k: s[::k],
        "picked",
        Knob("stride", 2, 3),
    ),
    _letters(
        "replace each letter by the one $k places later in the alphabet (after z comes a)",
        "$y = ''\nfor letter in $x:\n    $y += chr((ord(letter) - ord('a') + $k) % 26 + ord('a'))",
        moved,
        "shifted",
        Knob("shift", 2, 9),
        2,
    ),
    _letters(
        "of equal letters in the $row keep only the first, wherever they stand",
        "$y = ''\nfor letter in $x:\n    if letter not in $y:\n        $y += letter",
        lambda s: "".join(dict.fromkeys(s)),
        "unique",
        level=2,
    ),
    step(
        "chop",
        "letters",
        "words",
        "cut the $row into pieces of $k letters (the last piece may be shorter)",
        "$y = [$x[start:start + $k] for start in range(0, len($x), $k)]",
        lambda s, k: [s[i : i + k] for i in range(len(s)) if i % k == 0],
        "pieces",
        knob=Knob("size", 2, 3),
        item="piece",
        items="pieces",
    ),
    step(
        "chop",
        "letters",
        "words",
        "cut the $row after each vowel (a, e, i, o or u); a rest without a vowel at the end is a piece too",
        "$y = []\npiece = ''\nfor letter in $x:\n    piece += letter\n    if letter in 'aeiou':\n        $y.append(piece)\n"
        "        piece = ''\n"
        "if piece:\n    $y.append(piece)",
        lambda s: [w for w in "".join(c + " " if c in VOWELS else c for c in s).split(" ") if w],
        "pieces",
        level=2,
        item="piece",
        items="pieces",
    ),
    step(
        "pair up",
        "letters",
        "letter records",
        "turn the $row into pairs (letter, length), one for each run of the same letter, the runs being as long as possible",
        "$y = []\nfor letter in $x:\n    if $y and $y[-1][0] == letter:\n        $y[-1] = (letter, $y[-1][1] + 1)\n    else:\n"
        "        $y.append((letter, 1))",
        _runs,
        "runs",
        item="pair",
        items="pairs",
        who="letter",
        whos="letters",
        what="length",
        whats="lengths",
    ),
    step(
        "tally",
        "letters",
        "letter tally",
        "count how often each letter occurs in the $row",
        TALLY.replace("thing", "letter"),
        tally,
        "counts",
        who="letter",
        whos="letters",
        what="count",
        whats="counts",
    ),
    step(
        "places",
        "letters",
        "numbers",
        "replace each letter of the $row by its place in the alphabet (1 for a, 26 for z)",
        (
            f"$y = [{_CODE_ALPHABET}.index(letter) + 1 for letter in $x]",
            "$y = []\nfor letter in $x:\n    $y.append(ord(letter) - ord('a') + 1)",
        ),
        lambda s: [ord(c) - 96 for c in s],
        "places",
        item="place",
        items="places",
    ),
)


ENDINGS = (
    ending(
        "run_code",
        "letters",
        "str",
        "the $row with each run of the same letter replaced by the letter and the length of the run, such as a3b1",
        "$y = ''\nindex = 0\nwhile index < len($x):\n    end = index\n    while end < len($x) and $x[end] == $x[index]:\n"
        "        end += 1\n"
        "    $y += $x[index] + str(end - index)\n    index = end",
        lambda s: "".join(f"{letter}{length}" for letter, length in _runs(s)),
        "code",
    ),
    ending(
        "lonely_letters",
        "letters",
        "str",
        "the letters that occur exactly once in the $row, in their order, as one text",
        "$y = ''\nfor letter in $x:\n    if $x.count(letter) == 1:\n        $y += letter",
        lambda s: "".join(c for i, c in enumerate(s) if c not in s[:i] + s[i + 1 :]),
        "lonely",
    ),
    ending(
        "outer_letters",
        "letters",
        "tuple[str, str]",
        "a tuple of the first letter of the $row and of the one that occurs most often in it (of several the alphabetically "
        "first), "
        "or two empty texts if it is empty",
        "first = $x[:1]\n$y = (first, min($x, key=lambda letter: (-$x.count(letter), letter), default=''))",
        lambda s: (s[:1], commonest_letter([s])),
        "letters",
    ),
    ending(
        "places_of_letters",
        "letters",
        "dict[str, int]",
        "a dict that maps each letter of the $row to the position of its last occurrence, counted from 0",
        "$y = {}\nfor index, letter in enumerate($x):\n    $y[letter] = index",
        lambda s: {c: s.rindex(c) for c in dict.fromkeys(s)},
        "places",
    ),
    ending(
        "letter_counts",
        "letters",
        "tuple[int, int]",
        "a tuple of the number of letters in the $row and the number of different letters",
        "different = set($x)\n$y = (len($x), len(different))",
        lambda s: (len(s), len({*s})),
        "counted",
    ),
    ending(
        "longest_palindrome",
        "letters",
        "str",
        "the longest piece of the $row (of neighbouring letters) that reads the same backwards, the first one of several; "
        "a single letter counts, and of an empty text the empty text is returned",
        "$y = ''\nfor start in range(len($x)):\n    for end in range(start + 1, len($x) + 1):\n        piece = $x[start:end]\n"
        "        if piece == piece[::-1] and len(piece) > len($y):\n            $y = piece",
        _best_palindrome,
        "longest",
        level=3,
    ),
)
