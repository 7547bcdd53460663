"""A session, on a server of this process: what it sends, what it believes, and what it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collm_envs.minecraft.commands import Reader
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.plots import LARGEST, Plot
from collm_envs.minecraft.server.session import Session
from collm_envs.minecraft.server.turns import Turn
from collm_envs.minecraft.world import Box, build
from tests.server.fake import FakeBridge, FakeServer

BOX = Box(7, 5, 6)
PALETTE = ("stone", "bricks", "planks", "glass")


def commands(*lines):
    """The accepted commands of a builder."""
    read = Reader(BOX, PALETTE, ("setblock", "fill", "kill")).read("\n".join(lines), 1000)
    assert len(read.accepted) == len(lines)
    return tuple(read.accepted)


TOWER, FLOOR = commands("/fill 1 0 1 1 4 1 bricks", "/setblock 1 4 1 glass"), commands("/fill 0 0 0 6 0 5 stone")
NIGHT = Turn(BOX, {}, (TOWER, FLOOR), attacks=(1, 2, 3))


class Room:
    """A session with all that it stands on."""

    def __init__(self, builders=2, embedded=True, **server):
        self.server = FakeServer(**server)
        self.bridge = FakeBridge(self.server)
        self.session = Session(self.bridge, Plot(0, builders), embedded, 0.5)
        self.session.join("127.0.0.1", 25565, "1.20.1", 5.0)

    def play(self, turn):
        return self.session.begin(turn, 5.0)()

    @property
    def said(self):
        return [text for _, text in self.server.said]


@pytest.fixture
def room():
    room = Room()
    room.session.clear(BOX, 5.0)
    room.bridge.trips.clear()
    room.server.said.clear()
    return room


@pytest.fixture(autouse=True)
def no_time_passes(monkeypatch):
    """What waits on a clock, waits no more."""
    for name in ("_SHIELD", "_AGAIN", "_SMART"):
        monkeypatch.setattr(f"collm_envs.minecraft.server.session.{name}", 0.001)


# -- turns ---------------------------------------------------------------------------------------------------------------


def test_a_turn_is_what_its_commands_build_in_the_order_of_the_builders(room):
    outcome = room.play(Turn(BOX, {}, (TOWER, FLOOR)))
    assert outcome.world == build([*TOWER, *FLOOR])
    assert outcome.world != build([*FLOOR, *TOWER])
    assert outcome.health == (20.0, 20.0)
    assert outcome.mapped == {}
    assert outcome.remarks == ()


def test_each_builder_gives_its_own_commands_by_its_own_bot(room):
    room.play(Turn(BOX, {}, (TOWER, FLOOR)))
    assert [name for name, _ in room.server.said] == ["collm_0_0", "collm_0_0", "collm_0_1"]


def test_a_turn_without_spiders_is_one_round_trip_and_one_with_them_a_few(room):
    room.play(Turn(BOX, {}, (TOWER, FLOOR)))
    assert room.bridge.trips == ["batch"]
    room.play(NIGHT)
    assert len(room.bridge.trips) <= 5


def test_a_world_that_stands_is_kept_and_nothing_is_said_for_it(room):
    first = room.play(Turn(BOX, {}, (TOWER, ())))
    room.server.said.clear()
    second = room.play(Turn(BOX, first.world, ((), FLOOR)))
    assert second.world == build([*TOWER, *FLOOR])
    assert len(room.server.said) == len(FLOOR)


def test_an_empty_start_removes_what_stands(room):
    room.play(Turn(BOX, {}, (TOWER, FLOOR)))
    assert room.play(Turn(BOX, {}, ((), ()))).world == {}


def test_any_turn_may_follow_any_other_as_with_forks(room):
    one = room.play(Turn(BOX, {}, (TOWER, ())))
    other = room.play(Turn(BOX, {}, ((), FLOOR)))
    assert room.play(Turn(BOX, one.world, ((), ()))).world == one.world
    assert room.play(Turn(BOX, other.world, (TOWER, ()))).world == build(TOWER, other.world)


def test_a_start_that_the_server_does_not_take_is_an_error_and_no_outcome(room):
    room.server.deaf_to = "stone"
    with pytest.raises(
        ServerError, match=r"could not be restored: 1 places differ, the first at \(0, 0, 0\), which should be stone"
    ):
        room.play(Turn(BOX, {"stone": 0b111}, ((), ())))


def test_commands_that_the_server_does_not_do_are_missing_in_the_outcome(room):
    room.server.deaf_to = "glass"
    assert room.play(Turn(BOX, {}, (TOWER, ()))).world == build(TOWER[:1])


def test_old_names_are_mapped_on_the_way_there_and_back_and_reported(room):
    planks = commands("/fill 0 0 0 3 0 0 planks")
    outcome = room.play(Turn(BOX, {}, (planks, ())))
    assert outcome.world == {"planks": 0b1111}
    assert outcome.mapped == {"planks": "oak_planks"}
    assert "oak_planks" in room.said[-1]
    room.server.said.clear()
    assert room.play(Turn(BOX, outcome.world, ((), ()))).world == outcome.world
    assert room.said == []


def test_a_block_that_nobody_placed_is_what_is_seen_and_can_be_restored(room):
    room.server.do_fill(["0", "64", "0", "0", "64", "0", "dirt"])
    room.session._standing = {}
    outcome = room.play(Turn(BOX, {}, ((), ())))
    assert outcome.world == {"dirt": 1}
    room.play(Turn(BOX, {}, ((), ())))
    assert room.play(Turn(BOX, outcome.world, ((), ()))).world == {"dirt": 1}


def test_a_block_that_the_server_has_not_is_refused_before_anything_is_sent(room):
    turn = Turn(BOX, {"unobtainium": 1}, ((), ()))
    with pytest.raises(ValueError, match="unobtainium"):
        room.session.begin(turn, 5.0)
    assert room.bridge.trips == []


def test_what_the_server_says_against_commands_is_remarked(room):
    room.server.do_fill = lambda _: "That position is not loaded"
    assert room.play(Turn(BOX, {}, ((), FLOOR))).remarks == ("collm_0_1: That position is not loaded",)
    room.server.do_fill = lambda _: "Could not set the block"
    assert room.play(Turn(BOX, {}, ((), FLOOR))).remarks == ()


def test_another_box_is_made_room_for(room):
    small = Box(2, 2, 2)
    room.play(Turn(BOX, {}, (TOWER, FLOOR)))
    assert room.play(Turn(small, {"stone": 1}, ((), ()))).world == {"stone": 1}
    assert sum(block == "bricks" for block in room.server.cells.values()) == 0


def test_a_builder_who_is_alone_is_watched_by_a_witness():
    room = Room(builders=1)
    room.session.clear(BOX, 5.0)
    assert set(room.server.players) == {"collm_0_0", "collm_0_w"}
    outcome = room.play(Turn(BOX, {}, (TOWER,), attacks=(2,)))
    assert outcome.world == build(TOWER)
    assert outcome.health == (18.0,)
    assert room.server.players["collm_0_w"].health == 20


# -- spiders and health ----------------------------------------------------------------------------------------------------


def test_spiders_that_nobody_kills_bite_those_they_come_upon(room):
    outcome = room.play(NIGHT)
    assert outcome.health == (16.0, 18.0)
    assert outcome.world == build([*TOWER, *FLOOR])
    assert room.server.spiders == []


def test_the_builder_that_spiders_come_upon_first_depends_on_the_seed(room):
    assert room.play(replace(NIGHT, seed=1)).health == (18.0, 16.0)
    assert "/collm_seed 1" in room.said


def test_a_kill_removes_the_spiders_and_nobody_waits_for_them(room):
    outcome = room.play(replace(NIGHT, commands=(commands("/kill"), TOWER)))
    assert outcome.health == (20.0, 20.0)
    assert outcome.world == build(TOWER)


def test_spiders_are_summoned_in_the_dark_and_gone_by_day_with_everyone_back_in_place(room):
    room.play(NIGHT)
    said = room.said
    assert said.index("/time set midnight") < min(said.index(text) for text in said if text.startswith("/summon"))
    assert said.index("/time set noon") > max(said.index(text) for text in said if text.startswith("/summon"))
    assert {player.mode for player in room.server.players.values()} == {"creative"}


def test_health_is_brought_to_where_the_turn_starts_from_and_measured(room):
    outcome = room.play(replace(NIGHT, health=(7.5, 20.0)))
    assert outcome.health == (3.5, 18.0)
    assert room.play(Turn(BOX, {}, ((), ()), health=(1.0, 2.0))).health == (1.0, 2.0)
    assert room.play(Turn(BOX, {}, ((), ()), health=outcome.health)).health == outcome.health
    assert room.play(Turn(BOX, {}, ((), ()))).health == (20.0, 20.0)


def test_health_that_bots_have_anyway_takes_no_command(room):
    after = room.play(NIGHT).health
    room.server.said.clear()
    room.play(Turn(BOX, build([*TOWER, *FLOOR]), ((), ()), health=after))
    assert room.said == []


def test_health_that_cannot_be_brought_about_is_an_error(room):
    room.server.deaf_to = "/damage"
    with pytest.raises(ServerError, match=r"health is \(20.0, 20.0\), and should be \(5.0, 20.0\)"):
        room.play(replace(NIGHT, health=(5.0, 20.0)))


def test_a_bot_that_dies_has_no_health_and_comes_back_for_the_next_turn(room):
    outcome = room.play(replace(NIGHT, attacks=(50, 2)))
    assert outcome.health == (0.0, 18.0)
    assert room.server.players["collm_0_0"].position == room.session.plot.stand(BOX, 0)
    assert room.play(NIGHT).health == (16.0, 18.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"commands": ((),)}, "commands of 1 builders, for a site of 2"),
        ({"start": {"stone": 1 << BOX.volume}}, "cells outside the box"),
        ({"attacks": (1, -1)}, "must not be negative"),
        ({"health": (20.0,)}, "health of 1 builders"),
        ({"health": (20.0, 0.0)}, "above 0 and at most 20"),
        ({"health": (20.5, 1.0)}, "above 0 and at most 20"),
        ({"seed": -1}, "seed must be in"),
        ({"box": Box(97, 5, 1)}, "does not fit"),
    ],
)
def test_a_turn_that_makes_no_sense_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(Turn(BOX, {}, ((), ())), **change).check(2)


# -- reset -----------------------------------------------------------------------------------------------------------------


def test_clearing_leaves_an_empty_box_on_a_floor_with_bots_in_place_and_whole(room):
    room.play(replace(NIGHT, attacks=(50, 2)))
    room.session.clear(BOX, 5.0)
    assert set(room.server.cells.values()) == {"stone"}
    assert {y for _, y, _ in room.server.cells} == {63}
    assert [player.health for player in room.server.players.values()] == [20, 20]


def test_clearing_is_tried_again_until_it_is_done_and_ends_in_an_error_if_it_never_is(room):
    room.play(Turn(BOX, {}, (TOWER, FLOOR)))
    room.server.deaf_to = "air"
    with pytest.raises(ServerError, match=r"plot 0 could not be cleared within 0 s: there still stands (stone|bricks)"):
        room.session.clear(BOX, 0.2)
    assert room.bridge.trips.count("batch") > 2


def test_a_floor_with_holes_is_an_error():
    room = Room(deaf_to=" stone")
    with pytest.raises(ServerError, match="the floor has holes"):
        room.session.clear(BOX, 0.1)


def test_bots_that_do_not_come_to_the_plot_are_an_error():
    room = Room(deaf_to="/tp")
    with pytest.raises(ServerError, match="collm_0_0, collm_0_1 did not come to the plot"):
        room.session.clear(BOX, 0.1)


def test_stray_spiders_of_others_are_removed_around_the_plot_only(room):
    for x in (3.0, 5000.0):
        room.server.do_summon(["minecraft:spider", str(x), "64", "0", '{Tags:["wild"],Attributes:[{Base:2}]}'])
    room.session.clear(BOX, 5.0)
    assert [spider.position[0] for spider in room.server.spiders] == [5000.0]


def test_bots_that_are_no_operators_are_told_how_to_become_ones():
    room = Room(operators=False)
    with pytest.raises(ServerError, match=r"docker compose exec minecraft rcon-cli op collm_0_0; .* op collm_0_1"):
        room.session.clear(BOX, 0.1)


def test_a_bot_that_is_gone_is_an_error_wherever_it_is_noticed(room):
    room.session.check()
    del room.server.players["collm_0_1"]
    with pytest.raises(ServerError, match="collm_0_1 is no longer on the server"):
        room.session.check()
    with pytest.raises(ServerError, match="collm_0_1 is no longer on the server"):
        room.play(Turn(BOX, {}, ((), ())))


# -- servers of others -------------------------------------------------------------------------------------------------------


def test_on_a_given_server_what_an_earlier_session_left_is_removed():
    room = Room(embedded=False)
    room.server.do_fill(["90", "100", "40", "95", "111", "47", "bricks"])
    room.session.clear(BOX, 20.0)
    assert set(room.server.cells.values()) == {"stone"}
    assert room.session._box == BOX != LARGEST


def test_on_a_given_server_a_turn_ends_when_the_world_rests():
    room = Room(embedded=False)
    room.session.clear(BOX, 20.0)
    sand = [*range(4, -1, -1)]
    read = room.bridge.op_read

    def falling(request):
        # A block of sand, one cell lower at each look.
        if sand and request["size"] == list(BOX):
            room.server.cells.pop((0, 64 + sand[0] + 1, 0), None)
            room.server.cells[0, 64 + sand.pop(0), 0] = "sand"
        return read(request)

    room.bridge.op_read = falling
    assert room.play(Turn(BOX, {}, ((), ()))).world == {"sand": 1}


def test_on_a_given_server_a_world_that_never_rests_is_an_error():
    room = Room(embedded=False)
    room.session.clear(BOX, 20.0)
    read = room.bridge.op_read

    def blinking(request):
        block = room.server.cells.pop((0, 64, 0), None)
        if block is None:
            room.server.cells[0, 64, 0] = "sand"
        return read(request)

    room.bridge.op_read = blinking
    with pytest.raises(ServerError, match="does not come to rest"):
        room.session.begin(Turn(BOX, {}, ((), ())), 0.2)()


def test_no_seed_is_sent_to_a_given_server_and_its_night_is_left_to_others():
    room = Room(embedded=False)
    room.session.clear(BOX, 20.0)
    room.server.said.clear()
    room.play(replace(NIGHT, seed=5))
    room.session.clear(BOX, 20.0)
    assert [text for text in room.said if "collm_seed" in text or text.startswith("/time")] == ["/time set midnight"]


def test_on_a_given_server_bots_that_have_just_come_are_not_attacked_yet(monkeypatch):
    monkeypatch.setattr("collm_envs.minecraft.server.session._SHIELD", 100.0)
    room = Room(embedded=False)
    room.session.clear(BOX, 20.0)
    waits = []
    room.bridge.op_wait = lambda request: waits.append(request["ms"])
    room.play(Turn(BOX, {}, ((), ())))
    assert max(waits) < 1000
    room.play(NIGHT)
    assert 90_000 < max(waits) <= 100_000
