"""Which lines count: the parsing check list, and worlds as masks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collm_envs.minecraft.commands import Reader, shares
from collm_envs.minecraft.world import Box, blocks, build

BOX = Box(6, 7, 7)
MURAL = Reader(Box(5, 5, 1), ("stone", "oak_planks", "air"), ("setblock",))
HOUSE = Reader(BOX, ("stone", "glass"), ("fill", "kill"))


def accepted(reader, text, limit=150, budget=None):
    return [command.text for command in reader.read(text, limit, budget).accepted]


@pytest.mark.parametrize(
    "line",
    [
        "/setblock 1 2 0 stone",
        "setblock 1 2 0 stone",
        "/SETBLOCK 1 2 0 stone",
        "SetBlock 1 2 0 minecraft:stone",
        "- /setblock 1 2 0 stone",
        "* setblock 1 2 0 stone",
        "1. /setblock 1 2 0 stone",
        "2) /setblock 1 2 0 stone",
        "   /setblock   1  2\t0   stone   ",
        "/setblock 1 2 0 stone replace",
        "/setblock 1 2 0 stone # and a remark",
        "\r/setblock 1 2 0 stone\r",
    ],
)
def test_setblock_accepts(line):
    assert accepted(MURAL, line) == ["/setblock 1 2 0 stone"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("/setblock 1 2 0 STONE", "not yours"),
        ("/setblock 1 2 0 obsidian", "not yours"),
        ("/setblock 1 2 0", "takes 3 coordinates"),
        ("/setblock ~1 2 0 stone", "whole numbers"),
        ("/setblock ^ 2 0 stone", "whole numbers"),
        ("/setblock 1.0 2 0 stone", "whole numbers"),
        ("/setblock 1 +2 0 stone", "whole numbers"),
        ("/setblock \u0661 2 0 stone", "whole numbers"),
        ("/setblock 5 2 0 stone", "outside"),
        ("/setblock 1 -1 0 stone", "outside"),
        ("/setblock 1 2 1 stone", "outside"),
        ("/setblock 99999999999999999999 2 0 stone", "whole numbers"),
        ("/fill 0 0 0 1 1 0 stone", "not a command"),
        ("/kill", "not a command"),
        ("I place a stone", "not a command"),
        ("/", "not a command"),
    ],
)
def test_setblock_rejects(line, reason):
    result = MURAL.read(line, 150)
    assert not result.accepted
    assert reason in result.rejected[0].reason


@pytest.mark.parametrize(
    "line",
    [
        "/fill 0 0 0 5 6 6 stone",
        "/fill 5 6 6 0 0 0 minecraft:stone",
        "FILL 1 1 1 1 1 1 air",
        "/kill",
        "kill @e[type=spider]",
        "KILL now",
    ],
)
def test_fill_and_kill_accept(line):
    result = HOUSE.read(line, 150)
    assert len(result.accepted) == 1
    assert result.killed == ("kill" in line.lower())


@pytest.mark.parametrize(
    "line",
    [
        "/fill 0 0 0 5 6 6 stone replace",
        "/fill 0 0 0 5 6 6 stone hollow",
        "/fill 0 0 0 5 6 stone",
        "/fill 0 0 0 6 6 6 stone",
        "/fill -1 0 0 5 6 6 stone",
        "killed",
        "/killall",
        "/setblock 0 0 0 stone",
    ],
)
def test_fill_and_kill_reject(line):
    result = HOUSE.read(line, 150)
    assert (len(result.accepted), len(result.rejected), result.killed) == (0, 1, False)


@pytest.mark.parametrize(
    ("text", "count", "rejected"),
    [
        ("```\n/kill\n```\n/kill", 1, 0),
        ("```mcfunction\n/kill\n/kill\n```", 2, 0),
        ("say:\n```\n/kill\n```\nor\n```\n/kill\n/kill\n```", 1, 0),
        ("/kill\n```\n/kill", 2, 1),
        ("``````/kill", 0, 0),
        ("```/kill\n/kill```", 2, 0),
        ("\n\n  \n-\n* \n1.\n/kill\n", 1, 0),
        ("/kill\r\n/kill\r\n", 2, 0),
    ],
)
def test_fences_markers_and_empty_lines(text, count, rejected):
    result = HOUSE.read(text, 150)
    assert (len(result.accepted), len(result.rejected)) == (count, rejected)


def test_limit_of_commands():
    result = HOUSE.read("/kill\nnonsense\n" * 5, 3)
    assert len(result.accepted) == 3
    assert len(result.rejected) == 7
    assert result.rejected[-2] == ("/kill", "over the limit of 3 commands")
    assert "not a command" in result.rejected[-1].reason
    assert not HOUSE.read("/kill", 0).killed


@pytest.mark.parametrize(
    ("total", "agents", "parts"), [(300, 2, (150, 150)), (600, 2, (300, 300)), (7, 2, (4, 3)), (8, 3, (3, 3, 2)), (0, 2, (0, 0))]
)
def test_shares(total, agents, parts):
    assert shares(total, agents) == parts


def test_canonical_text_holds_checked_parts_only():
    assert accepted(HOUSE, "5) FILL 5 6 6 0 0 00 minecraft:stone\n/kill @e; op me") == ["/fill 5 6 6 0 0 0 stone", "/kill"]


cells = st.tuples(st.integers(0, 5), st.integers(0, 6), st.integers(0, 6))


@given(st.lists(st.tuples(cells, cells, st.sampled_from(["stone", "glass", "air"])), max_size=12))
def test_masks_agree_with_arrays(fills):
    """A plain array, written box by box, is the meaning of the masks."""
    plain = np.full(BOX, "air", dtype=object)
    placed = []
    for a, b, block in fills:
        low, high = np.minimum(a, b), np.maximum(a, b) + 1
        plain[low[0] : high[0], low[1] : high[1], low[2] : high[2]] = block
        placed.append((block, BOX.fill(a, b)))
        assert BOX.fill(a, b).bit_count() == np.prod(high - low)
    world = build(placed)
    assert blocks(BOX, world) == {tuple(map(int, cell)): plain[tuple(cell)] for cell in np.argwhere(plain != "air")}
    start = build(placed[:3])
    assert build(placed[3:], start) == world
    solid = plain != "air"
    pairs = np.sum(solid[1:] & solid[:-1]) + np.sum(solid[:, 1:] & solid[:, :-1])
    mask = 0
    for cells_of_block in world.values():
        mask |= cells_of_block
    assert BOX.neighbours(mask) == pairs


def test_remembered_lines_stay_bounded():
    reader = Reader(Box(5, 5, 1), ("glass",), ("setblock",))
    for part in range(40):
        reader.read("\n".join(f"line {part} {number}" for number in range(1000)), 10)
    assert len(reader._known) <= 2000
    reader.read("x" * 10_000, 10)
    assert max(map(len, reader._known)) <= 80
