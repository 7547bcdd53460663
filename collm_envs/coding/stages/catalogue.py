"""All stages, by the hardest level allowed, the kind of value that they take, and their family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from collm_envs.coding.stages import (
    grids,
    groups,
    letters,
    lists,
    numbers,
    pairs,
    piles,
    records,
    sentences,
    tallies,
    totals,
    word_endings,
    words,
)
from collm_envs.coding.stages.stage import BY_LETTER, Stage

Families = dict[str, dict[str, tuple[Stage, ...]]]
"""Kind of value -> family -> stages, in the order of the source."""

_STEPS = (numbers, lists, groups, pairs, words, piles, letters, sentences, records, tallies, grids)
_ENDINGS = (totals, groups, pairs, word_endings, piles, letters, records, tallies, grids)
_LEVELS = (1, 2, 3)


def _also_by_letter(stages: Iterable[Stage]) -> Iterator[Stage]:
    """The stages, those by name once more for names that are single letters; but nothing makes words of these."""
    for stage in stages:
        yield stage
        if stage.takes in BY_LETTER and stage.gives != "words" and stage.family != records.OF_NAMES:
            yield replace(stage, takes=BY_LETTER[stage.takes], gives=BY_LETTER.get(stage.gives, stage.gives))


def _families(stages: Iterable[Stage]) -> Families:
    table: Families = {}
    for stage in stages:
        families = table.setdefault(stage.takes, {})
        families[stage.family] = (*families.get(stage.family, ()), stage)
    return table


ALL_STEPS: tuple[Stage, ...] = tuple(_also_by_letter(stage for module in _STEPS for stage in module.STEPS))
ALL_ENDINGS: tuple[Stage, ...] = tuple(_also_by_letter(stage for module in _ENDINGS for stage in module.ENDINGS))

STEPS = {level: _families(stage for stage in ALL_STEPS if stage.level <= level) for level in _LEVELS}
ENDINGS = {level: _families(stage for stage in ALL_ENDINGS if stage.level <= level) for level in _LEVELS}
