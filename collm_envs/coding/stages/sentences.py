"""Stages that read a sentence or a note."""

from __future__ import annotations

from collm_envs.coding.stages.stage import step
from collm_envs.coding.stages.words import tally

STEPS = (
    step(
        "split",
        "sentence",
        "words",
        ("split the $row into its words", "cut the $row into words at the spaces"),
        "$y = $x.split()",
        lambda s: [w for w in s.split(" ") if w],
        "word_list",
        item="word",
        items="words",
    ),
    step(
        "tally",
        "sentence",
        "letter tally",
        "count how often each letter occurs in the $row (spaces do not count)",
        "$y = {}\nfor letter in $x:\n    if letter != ' ':\n        $y[letter] = $y.get(letter, 0) + 1",
        lambda s: tally(s.replace(" ", "")),
        "counts",
        who="letter",
        whos="letters",
        what="count",
        whats="counts",
    ),
    step(
        "join",
        "sentence",
        "letters",
        "remove the spaces from the $row",
        "$y = $x.replace(' ', '')",
        lambda s: "".join(s.split()),
        "unspaced",
    ),
    step(
        "read",
        "note",
        "numbers",
        ("read the numbers of all entries of the $row", "take from each entry of the $row its number"),
        (
            "$y = []\nfor entry in $x.split(', '):\n    if entry:\n        $y.append(int(entry.split()[0]))",
            "parts = [entry.split() for entry in $x.split(', ') if entry]\n$y = [int(part[0]) for part in parts]",
        ),
        lambda s: [int(entry.split(" ")[0]) for entry in s.split(", ") if entry],
        "quantities",
        item="number",
        items="numbers",
    ),
    step(
        "read",
        "note",
        "records",
        (
            "read the entries of the $row as pairs ($who, number), in their order",
            "turn each entry of the $row into a pair of $who and number",
        ),
        "$y = []\nfor entry in $x.split(', '):\n    if entry:\n        amount, name = entry.split()\n"
        "        $y.append((name, int(amount)))",
        lambda s: [(entry.split(" ")[1], int(entry.split(" ")[0])) for entry in s.split(", ") if entry],
        "entries",
        item="entry",
        items="entries",
        what="number",
        whats="numbers",
    ),
)
