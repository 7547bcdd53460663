"""Pictures of buildings: in a terminal and as images."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from collm_envs.core.task import Score
from collm_envs.minecraft import render, terminal
from collm_envs.minecraft.compare import colour, compare
from collm_envs.minecraft.font import word_box, word_mask
from collm_envs.minecraft.world import Box, build, occupied

MURAL = word_box("MC", 2)
WORD = {"*": word_mask("MC", 2)}
HUT = Box(5, 4, 4)
BLUEPRINT = build(
    [
        ("stone_bricks", HUT.fill((0, 0, 0), (4, 3, 3))),
        ("air", HUT.fill((1, 1, 1), (3, 2, 2))),
        ("glass", HUT.fill((1, 2, 0), (1, 2, 0))),
        ("oak_planks", HUT.fill((3, 1, 0), (3, 2, 0))),
        ("air", HUT.fill((0, 3, 0), (4, 3, 0))),
        ("stone_stairs", HUT.fill((0, 3, 1), (4, 3, 1))),
    ]
)
CELL = HUT.bit(2, 1, 0)
"""A cell of the front wall."""


def without(world: Mapping[str, int], mask: int) -> dict[str, int]:
    return {block: cells & ~mask for block, cells in world.items()}


FAULTS = {
    "missing": without(BLUEPRINT, CELL),
    "wrong": build([("obsidian", CELL)], BLUEPRINT),
    "extra": build([("obsidian", HUT.bit(2, 3, 0))], BLUEPRINT),
}


def one_of_each() -> dict[str, int]:
    """The hut with one cell missing, two wrong and three extra."""
    world = build([("obsidian", HUT.fill((0, 0, 0), (1, 0, 0)) | HUT.fill((0, 3, 0), (2, 3, 0)))], BLUEPRINT)
    return without(world, CELL)


def test_compare_tells_every_cell() -> None:
    found = compare(HUT, BLUEPRINT, one_of_each())
    assert [mask.bit_count() for mask in found] == [occupied(BLUEPRINT).bit_count() - 3, 1, 2, 3]
    assert found.missing == CELL
    assert sum(found) == occupied(dict(enumerate(found)))  # type: ignore[arg-type]
    assert compare(HUT, BLUEPRINT, BLUEPRINT) == (occupied(BLUEPRINT), 0, 0, 0)


def test_any_block_is_right_under_the_star() -> None:
    world = {"stone": WORD["*"] & 0x5555, "obsidian": WORD["*"] & ~0x5555}
    assert compare(MURAL, WORD, world) == (WORD["*"], 0, 0, 0)
    assert compare(MURAL, WORD, {"stone": MURAL.full}).extra == MURAL.full & ~WORD["*"]


def test_colours_are_rgb_and_stable() -> None:
    assert colour("minecraft:oak_planks") == colour("oak_planks")
    assert colour("xyzzy") == (84, 112, 121)  # Would differ between runs if it came from hash().
    assert colour("red_wool") != colour("light_blue_wool") != colour("blue_wool")
    assert all(0 <= part <= 255 for block in ("xyzzy", "plugh", "*", "glass") for part in colour(block))


# -- terminal -----------------------------------------------------------------------------------------------------------


def test_mural_in_letters() -> None:
    drawn = terminal.draw(word_box("L", 2), {"*": word_mask("L", 2)}, {"stone": 0b00111, "obsidian": 1 << 13}, colour=False)
    assert drawn.splitlines() == [
        "target       built",
        "# . . . .    .!. . . .",
        "# . . . .    .!. . . .",
        "# . . . .    .!. . O?.",
        "# . . . .    .!. . . .",
        "# # # # #    S S S .!.!",
        "",
        "# any block  O obsidian  S stone  ! missing  ? should be air",
        "right 3 of 9, missing 6, wrong 0, extra 1",
    ]


def test_house_in_letters_by_layers() -> None:
    drawn = terminal.draw(HUT, BLUEPRINT, one_of_each(), colour=False)
    assert all(f"y={y} target" in drawn and f"y={y} built" in drawn for y in range(4))
    assert drawn.endswith("right 60 of 63, missing 1, wrong 2, extra 3")
    assert [drawn.count(mark) for mark in (".!", "Ix", "I?")] == [1, 2, 3]
    legend = next(line for line in drawn.splitlines() if "! missing" in line)
    assert all(f" {block}" in legend for block in (*BLUEPRINT, "obsidian", "wrong block"))


@pytest.mark.parametrize(
    ("box", "goal"), [(MURAL, WORD), (HUT, BLUEPRINT), (Box(60, 2, 1), {"*": 7}), (Box(70, 2, 3), {"stone": 7})]
)
def test_text_fits_the_terminal_and_has_codes_only_in_colour(box: Box, goal: dict[str, int]) -> None:
    world = {"stone": 0b1100, "obsidian": 0b10000}
    plain = terminal.draw(box, goal, world, colour=False)
    assert "\x1b" not in plain
    assert plain.isascii()
    assert max(map(len, plain.splitlines())) <= terminal.COLUMNS
    coloured = terminal.draw(box, goal, world)
    assert coloured.count("\x1b[") == 2 * coloured.count("\x1b[0m") > 0
    assert coloured.splitlines()[-1] == plain.splitlines()[-1]


def test_letters_are_distinct_however_many_blocks() -> None:
    blocks = {f"stone_{number}": 1 << number for number in range(100)}
    box = Box(100, 1, 1)
    drawn = terminal.draw(box, blocks, blocks, colour=False)
    assert len(set(drawn.splitlines()[1][:100])) == 100
    assert not set("!x?.") & set(drawn.splitlines()[1][:100])


def test_empty_world_is_all_missing() -> None:
    assert terminal.draw(HUT, BLUEPRINT, {}, colour=False).endswith("right 0 of 63, missing 63, wrong 0, extra 0")


def test_caption() -> None:
    own: tuple[dict[str, float], ...] = ({"accepted": 3, "rejected": 1}, {"accepted": 0, "rejected": 0})
    score = Score({"coverage": 1.5, "extras": -0.25}, {"iou": 0.5, "hp": 4}, own)
    assert terminal.caption(score, ["builder_0", "builder_1"]).splitlines() == [
        "reward 1.2500 (coverage +1.500 extras -0.250), health 4",
        "builder_0: 3 accepted, 1 rejected",
        "builder_1: 0 accepted, 0 rejected",
    ]
    assert "health" not in terminal.caption(Score({"coverage": 1.0}, {"iou": 0.5}), ["builder_0"])


# -- images -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("box", "goal"), [(MURAL, WORD), (HUT, BLUEPRINT)])
def test_shape_depends_on_the_box_alone(box: Box, goal: dict[str, int]) -> None:
    finished = {block.replace("*", "stone"): mask for block, mask in goal.items()}
    worlds = [{}, finished, {"stone": box.full}, {"glass": box.full & 0x5555}, {"unheard_of": 1}]
    pictures = [render.side_by_side(box, goal, world) for world in worlds]
    assert len({picture.shape for picture in pictures}) == 1
    assert len({picture.tobytes() for picture in pictures}) == len(worlds)
    for picture in pictures:
        assert picture.dtype == np.uint8
        assert picture.shape[2:] == (3,)
        assert picture.flags.c_contiguous


def test_same_input_same_bytes() -> None:
    pictures = []
    for _ in range(2):
        render._face.cache_clear()
        pictures.append(render.side_by_side(HUT, BLUEPRINT, one_of_each()).tobytes())
    assert pictures[0] == pictures[1]


def test_order_of_blocks_does_not_matter() -> None:
    turned = dict(reversed(one_of_each().items()))
    assert np.array_equal(render.side_by_side(HUT, BLUEPRINT, turned), render.side_by_side(HUT, BLUEPRINT, one_of_each()))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_shows_in_the_built_half_above_the_counts(fault: str) -> None:
    right, faulty = render.side_by_side(HUT, BLUEPRINT, BLUEPRINT), render.side_by_side(HUT, BLUEPRINT, FAULTS[fault])
    changed = (right != faulty).any(axis=2)
    view = changed[: -render._FOOT]
    assert view[:, view.shape[1] // 2 :].sum() > 300
    assert not view[:, : view.shape[1] // 2].any()


def test_halves_are_alike_when_complete() -> None:
    picture = render.side_by_side(HUT, BLUEPRINT, BLUEPRINT)[render._TITLE : -render._FOOT]
    left, right = np.split(picture, 2, axis=1)
    assert np.array_equal(left, right)


@pytest.mark.parametrize("box", [Box(1, 1, 1), Box(1, 32, 1), Box(32, 1, 32), Box(304, 5, 1), Box(12, 10, 12), Box(32, 32, 32)])
def test_size_stays_within_limits(box: Box) -> None:
    for length, limit in zip(render.view_of(box).size, (render.WIDEST, render.TALLEST)):
        assert length % (16 * render._FINE) == 0
        assert length / render._FINE < limit + 16


def test_very_wide_murals_are_drawn_one_above_the_other() -> None:
    (x1, y1), (x2, y2) = render.view_of(word_box("CLIMCLIM", 2)).origins
    assert (x1 == x2, y1 < y2) == (True, True)
    (x1, y1), (x2, y2) = render.view_of(word_box("ICML", 2)).origins
    assert (x1 < x2, y1 == y2) == (True, True)


def test_faces_of_a_cube_meet_without_gap_or_overlap() -> None:
    view = render.view_of(HUT)
    drawn = np.zeros((300, 300), dtype=int)
    sides: tuple[render.Side, ...] = ("top", "front", "right")
    for side in sides:
        _, shape, (right, down) = render._face("stone", "plain", side, view.x, view.y, view.z)
        left, top = view.at((150 + right, 150 + down), 0, 0, 0)
        drawn[top : top + shape.height, left : left + shape.width] += np.asarray(shape) > 0
    assert drawn.max() == 1
    for line in (*drawn, *drawn.T):
        held = np.flatnonzero(line)
        assert not len(held) or held[-1] - held[0] + 1 == len(held)


def test_save(tmp_path: Path) -> None:
    from PIL import Image

    picture = render.side_by_side(MURAL, WORD, {})
    render.save(picture, tmp_path / "mural.png")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "mural.png")), picture)


def test_missing_pillow_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match=r"pictures need Pillow: pip install 'collm-envs\[render\]'"):
        render.check_installed()
    with pytest.raises(ImportError, match="render"):
        render.side_by_side(HUT, BLUEPRINT, {})
