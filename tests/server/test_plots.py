"""Plots and blocks: from a task's cells and names to a server's, and back."""

from __future__ import annotations

import base64
import struct
import time
from random import Random

import pytest

from collm_envs.minecraft.commands import KILL, Command, Reader
from collm_envs.minecraft.house import PLAYER_HP
from collm_envs.minecraft.houses import PAPER_HOUSES
from collm_envs.minecraft.server.blocks import SUCCESSORS, translate
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.plots import (
    BORDER,
    FILL_LIMIT,
    FLOOR,
    LARGEST,
    MARGIN,
    SPACING,
    Plot,
    boxes,
    changes,
    check_fits,
    decode,
    pieces,
)
from collm_envs.minecraft.world import Box, build, occupied

ROOM = Box(7, 5, 6)


def scattered(box, rng, share=0.4):
    return sum(1 << place for place in range(box.volume) if rng.random() < share)


def some_world(box, rng):
    blocks = [(block, scattered(box, rng, 0.3)) for block in ("stone", "bricks", "glass")]
    return build(blocks)


def cells_of(box, read):
    """What a bridge would read of a world."""
    palette = ["air", *read]
    cells = [next((palette.index(block) for block in read if read[block] >> place & 1), 0) for place in range(box.volume)]
    packed = struct.pack(f"<{len(cells)}H", *cells)
    return {"palette": palette, "cells": base64.b64encode(packed).decode()}


def test_boxes_hold_exactly_the_cells_of_a_mask_and_do_not_overlap():
    for number in range(50):
        mask = scattered(ROOM, Random(number), number / 49)
        parts = [ROOM.fill(*corners) for corners in boxes(ROOM, mask)]
        assert sum(parts) == mask
        assert sum(part.bit_count() for part in parts) == mask.bit_count()


def test_a_full_box_is_one_box_and_an_empty_one_is_none():
    assert list(boxes(ROOM, ROOM.full)) == [((0, 0, 0), (6, 4, 5))]
    assert list(boxes(ROOM, 0)) == []


def test_changes_make_any_world_of_any_other():
    for number in range(50):
        rng = Random(number)
        standing, wanted = some_world(ROOM, rng), some_world(ROOM, rng)
        steps = [(block, ROOM.fill(a, b)) for block, a, b in changes(ROOM, standing, wanted)]
        assert build(steps, standing) == wanted


def test_no_change_takes_no_command_and_clearing_takes_one_at_most():
    world = some_world(ROOM, Random(3))
    assert changes(ROOM, world, world) == []
    assert changes(ROOM, world, {}) == [("air", (0, 0, 0), (6, 4, 5))]
    assert changes(ROOM, {"stone": ROOM.bit(1, 2, 3)}, {}) == [("air", (1, 2, 3), (1, 2, 3))]


def test_one_block_more_takes_one_command_whatever_else_stands():
    world = some_world(ROOM, Random(5))
    free = next(ROOM.cells(ROOM.full & ~occupied(world)))
    assert changes(ROOM, world, build([("oak_log", ROOM.bit(*free))], world)) == [("oak_log", free, free)]


def test_pieces_are_as_large_as_a_fill_may_be_and_cover_everything():
    low, high = (-10, 64, 0), (85, 111, 47)
    parts = list(pieces(low, high))
    volumes = [(b[0] - a[0] + 1) * (b[1] - a[1] + 1) * (b[2] - a[2] + 1) for a, b in parts]
    assert max(volumes) <= FILL_LIMIT
    assert sum(volumes) == LARGEST.volume
    assert len(parts) <= 2 * LARGEST.volume / FILL_LIMIT


def test_what_is_read_is_the_world_that_stands_under_the_tasks_names():
    world = {"oak_planks": ROOM.bit(0, 0, 0) | ROOM.bit(6, 4, 5), "dirt": ROOM.bit(2, 1, 0)}
    assert decode(ROOM, cells_of(ROOM, world), {"oak_planks": "planks"}) == {"planks": world["oak_planks"], "dirt": world["dirt"]}
    for number in range(10):
        world = some_world(ROOM, Random(number))
        assert decode(ROOM, cells_of(ROOM, world), {}) == world


def test_all_kinds_of_air_are_air_and_two_states_of_a_block_are_one():
    cells = base64.b64encode(struct.pack("<4H", 0, 1, 2, 3)).decode()
    read = {"palette": ["void_air", "cave_air", "stone", "stone"], "cells": cells}
    assert decode(Box(4, 1, 1), read, {}) == {"stone": 0b1100}


def test_a_reading_of_another_size_is_refused():
    with pytest.raises(ServerError, match="4 cells were read, of 5"):
        decode(Box(5, 1, 1), {"palette": ["air"], "cells": base64.b64encode(bytes(8)).decode()}, {})


@pytest.mark.parametrize(("box", "most"), [(Box(54, 5, 1), 0.001), (Box(16, 10, 16), 0.010)])
def test_reading_takes_no_time(box, most):
    read = cells_of(box, some_world(box, Random(1)))
    took = []
    for _ in range(20):
        start = time.perf_counter()
        decode(box, read, {})
        took.append(time.perf_counter() - start)
    assert min(took) < most


def test_plots_lie_far_apart_and_names_are_short_enough_for_a_server():
    assert Plot(3, 2).place((1, 2, 4)) == (3 * SPACING + 1, 66, 4)
    assert Plot(3, 2).names == ("collm_3_0", "collm_3_1")
    assert Plot(3, 1).names == ("collm_3_0", "collm_3_w")
    assert max(len(name) for name in Plot(999, 16).names) <= 16


@pytest.mark.parametrize("builders", range(1, 17))
@pytest.mark.parametrize("box", [Box(1, 1, 1), Box(54, 5, 1), LARGEST])
def test_bots_and_spiders_stand_on_the_floor_apart_and_before_the_box_with_all_of_it_in_sight(box, builders):
    plot = Plot(1, builders)
    near, far = plot.floor(box)
    stands = [plot.stand(box, bot) for bot in range(len(plot.names))]
    assert len(set(stands)) == len(stands)
    for x, y, z in stands + [plot.den(box, spider) for spider in range(16)]:
        assert near[0] < x < far[0]
        assert near[2] < z < 0
        assert y == near[1] + 1
    assert near[0] <= min(plot.corner[0] - BORDER, stands[0][0] - MARGIN)
    assert far[0] >= max(plot.corner[0] + box.width - 1 + BORDER, stands[-1][0] + MARGIN - 1)
    assert near[2] <= min(z for _, _, z in stands) - MARGIN
    assert far[2] == box.depth - 1 + BORDER
    for x, _, z in stands:
        columns = [abs((plot.corner[0] + edge) // 16 - int(x) // 16) for edge in (0, box.width - 1)]
        rows = [abs(edge // 16 - int(z - 1) // 16) for edge in (0, box.depth - 1)]
        assert max(columns + rows) <= 3


def test_spiders_come_from_near_their_builders():
    plot = Plot(0, 2)
    for spider in range(8):
        x, _, z = plot.den(ROOM, spider)
        own = plot.stand(ROOM, spider % 2)
        assert 2 <= ((x - own[0]) ** 2 + (z - own[2]) ** 2) ** 0.5 <= 4


def test_commands_are_moved_to_the_plot_and_mapped():
    plot, reader = Plot(1, 2), Reader(ROOM, ("planks", "stone"), ("setblock", "fill", "kill"))
    accepted = reader.read("/setblock 1 2 3 planks\nfill 3 0 2 0 0 0 stone\n/kill everyone\n/setblock 0 0 0 air", 9).accepted
    texts = [text for command in accepted for text in plot.command(command, {"planks": "oak_planks"})]
    assert texts == [
        "/setblock 1025 66 3 oak_planks",
        "/fill 1024 64 0 1027 64 2 stone",
        "/kill @e[type=minecraft:spider,tag=collm_1]",
        "/setblock 1024 64 0 air",
    ]
    assert KILL in accepted


def test_a_builders_fill_that_is_too_large_for_a_server_is_sent_in_parts():
    numbers = (0, 0, 0, 95, 47, 47)
    whole = Command("stone", LARGEST.full, LARGEST.volume, "fill", numbers)
    texts = list(Plot(0, 2).command(whole, {}))
    assert len(texts) >= LARGEST.volume / FILL_LIMIT
    assert all(text.startswith("/fill ") and text.endswith(" stone") for text in texts)


def test_a_box_that_fits_no_plot_is_refused_with_the_largest():
    check_fits(LARGEST)
    with pytest.raises(ValueError, match=r"97 x 5 x 1 cells does not fit .* largest is 96 x 48 x 48"):
        check_fits(Box(97, 5, 1))


# -- block ids -----------------------------------------------------------------------------------------------------------

KNOWN = {"air", "stone", "oak_planks", "birch_planks", "white_wool", "grass", "grass_block", *SUCCESSORS.values(), FLOOR}


def test_names_of_old_become_what_they_are_now_and_the_others_stay():
    assert translate(["planks", "stone", "wool", "air"], KNOWN) == {"planks": "oak_planks", "wool": "white_wool"}
    assert translate(["oak_planks"], KNOWN) == {}


def test_a_name_that_the_server_knows_is_left_alone():
    assert translate(["planks"], KNOWN | {"planks"}) == {}


def test_unknown_blocks_are_all_named_with_what_they_may_have_meant():
    with pytest.raises(ValueError, match=r"no block 'birch_plank' \(did you mean birch_planks.*\), 'xyzzy'$"):
        translate(["xyzzy", "stone", "birch_plank"], KNOWN)


@pytest.mark.parametrize("air", ["cave_air", "void_air"])
def test_air_that_reads_as_nothing_is_nothing_to_build_with(air):
    with pytest.raises(ValueError, match=f"{air} cannot be built with"):
        translate([air, "stone"], {*KNOWN, air})


def test_two_names_for_one_block_of_the_server_are_refused():
    with pytest.raises(ValueError, match="'oak_planks' and 'planks' are both 'oak_planks' on the server"):
        translate(["planks", "oak_planks"], KNOWN)


def test_every_block_of_the_papers_houses_has_a_name_on_a_server():
    paper = {block for house in PAPER_HOUSES for block in house["inventory"].values()}
    modern = {"white_concrete", "obsidian", "stone_stairs", "stone_bricks", "oak_planks"}
    assert translate(paper, modern) == {"planks": "oak_planks"}
    assert PLAYER_HP < 20
