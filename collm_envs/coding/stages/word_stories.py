"""The stories of problems about words and names."""

from __future__ import annotations

from collm_envs.coding.stages.inputs import Story

_ANIMALS = (
    "otter",
    "eel",
    "owl",
    "ant",
    "badger",
    "emu",
    "ibis",
    "llama",
    "moose",
    "raccoon",
    "tern",
    "urchin",
    "wolf",
    "zebra",
    "ape",
    "bee",
    "lemming",
    "deer",
)
_FRUITS = (
    "apple",
    "pear",
    "plum",
    "apricot",
    "fig",
    "banana",
    "orange",
    "lemon",
    "melon",
    "olive",
    "quince",
    "currant",
    "kiwi",
    "date",
    "elderberry",
    "grape",
)
_PLAIN = (
    *(
        "level",
        "noon",
        "stone",
        "notes",
        "onset",
        "tea",
        "eat",
        "ate",
        "care",
        "race",
        "acre",
        "listen",
        "silent",
        "radar",
        "apron",
    ),
    *(
        "umbrella",
        "echo",
        "idea",
        "book",
        "letter",
        "mirror",
        "kayak",
        "orbit",
        "puzzle",
        "garden",
        "danger",
        "spoon",
        "a",
        "ink",
        "loop",
    ),
)
_TOOLS = (
    "hammer",
    "saw",
    "axe",
    "pliers",
    "file",
    "anvil",
    "drill",
    "level",
    "ruler",
    "awl",
    "oilcan",
    "rasp",
    "chisel",
    "spanner",
    "jack",
    "adze",
    "iron",
)
_TOWNS = (
    "arden",
    "oslo",
    "lima",
    "rome",
    "ulm",
    "essen",
    "porto",
    "bergen",
    "cadiz",
    "izmir",
    "nancy",
    "ghent",
    "turin",
    "omaha",
    "regensburg",
    "sens",
)

_LOWER = "All of them are written in lowercase letters only, and none is empty."


def _vocabulary(param: str, item: str, names: tuple[str, ...], *lead: str, items: str = "") -> Story:
    return Story(
        "words", param, tuple(f"{text} {_LOWER}" for text in lead), {"item": item, "items": items or f"{item}s"}, names=names
    )


WORD_STORIES = (
    _vocabulary("words", "word", _PLAIN, "`$p` is a list of words.", "You are given a list of words, `$p`."),
    _vocabulary(
        "sightings",
        "animal",
        _ANIMALS,
        "`$p` lists the animals that a ranger met on her round, in order.",
        "A camera trap names each animal that passes; `$p` lists these names in order.",
    ),
    _vocabulary(
        "basket",
        "fruit",
        _FRUITS,
        "`$p` lists the fruits in a basket in the order in which they were picked.",
        "A greengrocer calls out each fruit that she sells; `$p` lists the fruits in that order.",
    ),
    _vocabulary(
        "tools",
        "tool",
        _TOOLS,
        "`$p` lists the tools on the wall of a workshop, from left to right.",
        "`$p` names the tools that were lent, in order.",
    ),
    _vocabulary(
        "stops",
        "town",
        _TOWNS,
        "`$p` lists the towns at which a slow train stops, in order; it may come to a town more than once.",
        "A travelling theatre played in the towns of the list `$p`, in that order.",
    ),
)


def _said(param: str, row: str, names: tuple[str, ...], lead: str) -> Story:
    return Story("sentence", param, (lead,), {"row": row}, names=names)


SENTENCE_STORIES = (
    _said(
        "sentence",
        "sentence",
        _PLAIN,
        "`$p` is a text of words in lowercase letters with single spaces between them; it may be empty.",
    ),
    _said(
        "message",
        "message",
        _PLAIN,
        "A telegram arrives as `$p`: words in lowercase letters, single spaces between them, or nothing at all.",
    ),
    _said(
        "rhyme",
        "rhyme",
        _ANIMALS,
        "Children count out with a rhyme, `$p`, that is made of names of animals: lowercase words separated by single spaces, "
        "maybe none.",
    ),
    _said(
        "order",
        "order",
        _FRUITS,
        "A customer's order, `$p`, names fruits in lowercase letters, with single spaces between them; an empty order is possible.",
    ),
    _said(
        "route",
        "route",
        _TOWNS,
        "`$p` is the route of a bus as one text: towns in lowercase letters, separated by single spaces; an empty text has no "
        "towns.",
    ),
)


def _listed(param: str, row: str, who: str, names: tuple[str, ...], low: int, high: int, lead: str) -> Story:
    return Story("note", param, (lead,), {"row": row, "who": who, "whos": f"{who}s"}, low, high, names)


NOTE_STORIES = (
    _listed(
        "note",
        "note",
        "fruit",
        _FRUITS,
        1,
        30,
        "`$p` is a shopping note such as '3 plum, 12 pear': entries of a number, a space and a fruit, separated by a comma and a "
        "space. An empty text has no entries.",
    ),
    _listed(
        "stock",
        "list",
        "tool",
        _TOOLS,
        0,
        25,
        "A storekeeper keeps his stock as a list in one text, `$p`, such as '4 saw, 10 file': number, space, tool; comma and "
        "space between the entries. The text is empty if there are none.",
    ),
    _listed(
        "log",
        "log",
        "animal",
        _ANIMALS,
        1,
        25,
        "A ranger's log is one text, `$p`, such as '7 owl, 2 tern': number, space, animal, with a comma and a space between two "
        "entries. It may be empty.",
    ),
    _listed(
        "tickets",
        "list",
        "town",
        _TOWNS,
        0,
        30,
        "`$p` tells how many tickets were sold to which town, sale by sale, as in '5 oslo, 12 lima': number, space, town, and a "
        "comma with a space between two entries. Without sales it is empty.",
    ),
)

_PEOPLE = ("ada", "ben", "cleo", "dan", "eve", "finn", "gus", "hana", "ivo", "june", "kai", "lena", "mio", "nora")


def _table(
    param: str,
    who: str,
    what: str,
    names: tuple[str, ...],
    low: int,
    high: int,
    *lead: str,
    entry: tuple[str, str] = ("entry", "entries"),
    whats: str = "",
) -> Story:
    nouns = {"item": entry[0], "items": entry[1], "who": who, "whos": f"{who}s", "what": what, "whats": whats or f"{what}s"}
    return Story("records", param, tuple(f"{text} Names are lowercase." for text in lead), nouns, low, high, names)


RECORD_STORIES = (
    _table(
        "results",
        "player",
        "score",
        _PEOPLE,
        -5,
        25,
        "`$p` lists the games of an evening as pairs (player, score), in order; scores may be negative.",
        "At a games night each round ends with an entry (player, score), where a score may be below 0; `$p` lists them in order.",
    ),
    _table(
        "sales",
        "fruit",
        "amount",
        _FRUITS,
        0,
        30,
        "`$p` lists the sales of a market stall as pairs (fruit, amount), in order; no amount is negative.",
        "Whenever a stall sells fruit it books a pair (fruit, amount), the amount being 0 or more; `$p` lists these pairs in "
        "order.",
        entry=("sale", "sales"),
    ),
    _table(
        "bookings",
        "member",
        "payment",
        _PEOPLE,
        -15,
        20,
        "`$p` lists the bookings of a club as pairs (member, payment), in order; a negative payment is a refund.",
        "A club books what its members pay, refunds as negative numbers; `$p` lists the bookings in order as pairs (member, "
        "payment).",
        entry=("booking", "bookings"),
    ),
    _table(
        "trips",
        "town",
        "distance",
        _TOWNS,
        1,
        30,
        "A courier notes each trip as a pair (town, distance), with a distance of at least 1; `$p` lists the trips in order.",
        "`$p` lists the trips of a van as pairs (town, distance), in order; each distance is at least 1.",
        entry=("trip", "trips"),
    ),
    _table(
        "visits",
        "animal",
        "duration",
        _ANIMALS,
        0,
        25,
        "A camera at a water hole records each visit as a pair (animal, duration), the duration in whole minutes; `$p` lists "
        "them in order.",
        "`$p` lists visits to a feeding place as pairs (animal, duration in minutes), in order.",
        entry=("visit", "visits"),
    ),
)
