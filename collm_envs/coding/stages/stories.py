"""The stories that problems begin with, by kind of input."""

from __future__ import annotations

from collm_envs.coding.stages.inputs import Story
from collm_envs.coding.stages.word_stories import NOTE_STORIES, RECORD_STORIES, SENTENCE_STORIES, WORD_STORIES


def _list(param: str, item: str, low: int, high: int, *lead: str, items: str = "") -> Story:
    return Story("numbers", param, lead, {"item": item, "items": items or f"{item}s"}, low, high)


_NUMBER_STORIES = (
    _list("numbers", "number", -15, 25, "`$p` is a list of whole numbers.", "You are given a list of whole numbers, `$p`."),
    _list(
        "temperatures",
        "temperature",
        -12,
        24,
        "A weather station takes the temperature every hour; `$p` lists the readings in degrees, in order.",
        "`$p` holds the hourly temperatures of a mountain hut, in whole degrees and in order.",
    ),
    _list(
        "scores",
        "score",
        0,
        30,
        "`$p` lists the scores of a player, game by game, none of them negative.",
        "A quiz team notes its score each week, always 0 or more; `$p` lists these scores in order.",
    ),
    _list(
        "deposits",
        "deposit",
        -20,
        20,
        "`$p` lists the movements of a savings account as whole numbers; a negative deposit is a withdrawal.",
        "A treasurer books one deposit a day, a negative one when money is taken out; `$p` lists them in order.",
    ),
    _list(
        "heights",
        "height",
        0,
        28,
        "`$p` gives the heights of the bars of a skyline from left to right, whole numbers from 0 upwards.",
        "A gardener measures her sunflowers from left to right; `$p` holds their heights, whole numbers from 0 upwards.",
    ),
    _list(
        "tides",
        "level",
        -15,
        15,
        "`$p` holds the water levels at a pier, measured against the mean, in order of time; a level below the mean is negative.",
        "Every hour a harbour master notes the water level, negative when it is below the mark. `$p` lists the levels in order.",
    ),
    _list(
        "waits",
        "waiting time",
        0,
        25,
        "`$p` lists how many minutes each caller of a hotline had to wait, in order of their calls.",
        "For each guest of a snack bar the waiting time in whole minutes is noted; `$p` lists these times in order.",
    ),
    _list(
        "moves",
        "move",
        -9,
        12,
        "A toy robot drives along a line; `$p` lists its moves in order, positive ones forwards and negative ones backwards.",
        "`$p` lists the moves of a lift in floors, in order; a move down is negative.",
    ),
    _list(
        "prices",
        "price",
        1,
        30,
        "`$p` lists the prices on a market stall in whole coins, in the order of the goods; each is at least 1.",
        "A collector writes down what each of his stamps cost. `$p` lists the prices in order, whole numbers from 1 upwards.",
    ),
    _list(
        "laps",
        "lap time",
        10,
        40,
        "`$p` holds the lap times of a go-kart in whole seconds, in the order driven.",
        "A swimmer stops the time of each lap in whole seconds; `$p` lists the lap times in order.",
    ),
)


def _strung(param: str, row: str, *lead: str) -> Story:
    return Story("letters", param, lead, {"row": row})


_LETTER_STORIES = (
    _strung(
        "text",
        "text",
        "`$p` is a text of lowercase letters without spaces; it may be empty.",
        "You are given a text, `$p`, of lowercase letters only. It may be empty.",
    ),
    _strung(
        "necklace",
        "text",
        "`$p` describes a necklace: one lowercase letter for each bead, from clasp to clasp, and an empty text for a bare string.",
        "The beads of a necklace are marked with lowercase letters. `$p` is the text that they make from left to right; it may "
        "be empty.",
    ),
    _strung(
        "tiles",
        "text",
        "A row of tiles carries one lowercase letter each; `$p` is the text that they spell, empty if there are no tiles.",
        "`$p` spells a row of lettered tiles, all lowercase, from left to right; it may be empty.",
    ),
    _strung(
        "signal",
        "signal",
        "A receiver turns beeps into lowercase letters; `$p` is the whole signal as a text, maybe an empty one.",
        "`$p` is a signal: a text of lowercase letters without spaces, empty if nothing came.",
    ),
)


def _board(param: str, low: int, high: int, *lead: str) -> Story:
    note = "There is at least one row and one column, and all rows are of the same length."
    return Story("grid", param, tuple(f"{text} {note}" for text in lead), {"item": "number", "items": "numbers"}, low, high)


_GRID_STORIES = (
    _board(
        "grid",
        -9,
        15,
        "`$p` is a grid of whole numbers, a list of rows.",
        "You are given a grid, `$p`, as a list of rows of whole numbers.",
    ),
    _board(
        "terrain",
        0,
        20,
        "`$p` is a map of heights above the sea, a grid given as a list of rows.",
        "A hiker's map is a grid of heights, 0 or more; `$p` holds it row by row.",
    ),
    _board(
        "garden",
        0,
        15,
        "A garden is divided into square beds; the grid `$p` says row by row how many plants grow in each.",
        "`$p` is a grid, a list of rows, with the number of plants in each bed of a garden.",
    ),
    _board(
        "board",
        -9,
        9,
        "A board game is played on a grid of fields that are worth points, some of them below zero; `$p` lists the points row by "
        "row.",
        "`$p` is the board of a puzzle, a grid given as a list of rows, with a whole number on each field.",
    ),
    _board(
        "seats",
        0,
        12,
        "`$p` gives the number of people in each box of a theatre, a grid as a list of rows.",
        "In a stadium the visitors of each block were counted; the grid `$p` lists the blocks row by row.",
    ),
)


STORIES: dict[str, tuple[Story, ...]] = {
    "numbers": _NUMBER_STORIES,
    "words": WORD_STORIES,
    "sentence": SENTENCE_STORIES,
    "letters": _LETTER_STORIES,
    "note": NOTE_STORIES,
    "records": RECORD_STORIES,
    "grid": _GRID_STORIES,
}
