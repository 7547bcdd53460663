"""A site with its line, on servers of this process: opening, faults, recovery, sharing. Real servers are in test_site_real.py."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import sys
import threading

import pytest

from collm_envs.minecraft.commands import Reader
from collm_envs.minecraft.server import Outcome, ServerError, Turn, open_site
from collm_envs.minecraft.world import Box, build
from tests.server.fake import FakeBridge, FakeServer

BOX = Box(7, 5, 6)
STONES = tuple(Reader(BOX, ("stone",), ("setblock", "fill")).read("/fill 0 0 0 6 0 5 stone\n/setblock 3 1 3 stone", 9).accepted)
BUILT = build(STONES)
TURN = Turn(BOX, {}, (STONES, ()))


class World:
    """What the sites of a test start, or find running."""

    def __init__(self):
        self.running = FakeServer()
        self.started = []
        self.bridges = []
        self.fail = {}
        self.lost = False

    def start(self):
        self._may_fail("server")
        self.started.append(FakeServer())
        return self.started[-1]

    def open_bridge(self, kind):
        self._may_fail("bridge")
        self.bridges.append(FakeBridge(self.running))
        self.bridges[-1].wanted, self.bridges[-1].lost = kind, self.lost
        return self.bridges[-1]

    def _may_fail(self, what):
        if error := self.fail.pop(what, None):
            raise error


@pytest.fixture
def world(monkeypatch):
    """Bridges and servers of this process; those of an embedded server find it as soon as it is there."""
    world = World()

    class Embedded:
        @staticmethod
        def start():
            server = world.start()
            world.running = server
            for bridge in world.bridges:
                if not bridge.closed:
                    bridge.server = server
            return server

    monkeypatch.setattr("collm_envs.minecraft.server.line.EmbeddedServer", Embedded)
    monkeypatch.setattr("collm_envs.minecraft.server.line.open_bridge", world.open_bridge)
    return world


def given(world, **settings):
    return open_site(2, host=world.running.host, port=world.running.port, **settings)


# -- what is asked for -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"builders": 0}, ValueError, "builders must be in 1..16"),
        ({"builders": 17}, ValueError, "builders must be in 1..16"),
        ({"bridge": "rpc"}, ValueError, "unknown bridge 'rpc'; choose from: auto, javascript, node"),
        ({"host": "localhost"}, ValueError, "host and port go together"),
        ({"port": 25565}, ValueError, "host and port go together"),
        ({"host": "localhost", "port": 70000}, ValueError, "port must be in 1..65535"),
        ({"plot": 1}, ValueError, "plot goes with host and port"),
        ({"host": "localhost", "port": 25565, "plot": 1000}, ValueError, r"plot must be in 0..999"),
        ({"spider_seconds": 0}, ValueError, "spider_seconds must be above 0 and at most 60"),
        ({"turn_timeout": float("nan")}, ValueError, "turn_timeout must be above 0 and at most 600"),
        ({"turn_timeout": "1"}, TypeError, "turn_timeout must be a number of seconds"),
    ],
)
def test_settings_that_make_no_sense_are_refused_before_anything_starts(world, settings, error, message):
    with pytest.raises(error, match=message):
        open_site(**{"builders": 2, **settings})
    assert world.bridges == world.started == []


def test_nothing_is_started_before_a_site_is_used(world):
    site = open_site(2, bridge="node")
    assert world.bridges == world.started == []
    site.open()
    assert [bridge.wanted for bridge in world.bridges] == ["node"]
    assert len(world.started) == 1


def test_opening_twice_does_nothing_the_second_time(world):
    site = open_site(2)
    site.open()
    trips = list(world.bridges[0].trips)
    site.open()
    assert world.bridges[0].trips == trips
    assert len(world.started) == len(world.bridges) == 1


def test_a_turn_opens_the_site_and_makes_room_by_itself(world):
    outcome = open_site(2).submit(TURN)()
    assert isinstance(outcome, Outcome)
    assert outcome.world == BUILT
    assert outcome.seconds > 0


def test_clearing_checks_the_blocks_and_the_box_and_keeps_the_site(world):
    site = open_site(2)
    with pytest.raises(ValueError, match="no block 'marzipan'"):
        site.clear(BOX, ["stone", "marzipan"])
    with pytest.raises(ValueError, match="does not fit"):
        site.clear(Box(500, 5, 1), ["stone"])
    with pytest.raises(ValueError, match="both 'oak_planks'"):
        site.clear(BOX, ["planks", "oak_planks"])
    with pytest.raises(ValueError, match="no block 'marzipan'"):
        site.submit(Turn(BOX, {"marzipan": 1}, ((), ())))
    site.clear(BOX, ["stone", "planks", "air"])
    assert len(world.bridges) == 1


# -- faults ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["server", "bridge"])
@pytest.mark.parametrize("error", [ServerError("npm ci was never run"), KeyboardInterrupt()])
def test_what_cannot_be_opened_leaves_nothing_running_and_can_be_opened_later(world, what, error):
    site = open_site(2)
    world.fail[what] = error
    with pytest.raises(type(error)):
        site.open()
    assert all(bridge.closed for bridge in world.bridges)
    assert not any(server.alive for server in world.started)
    assert site.submit(TURN)().world == BUILT


@pytest.mark.parametrize("op", ["act", "read", "state"])
def test_an_error_in_a_turn_closes_the_site_and_the_next_turn_opens_it_again(world, op):
    site = open_site(2)
    site.clear(BOX, ["stone"])
    world.bridges[0].broken[op] = 1
    waiter = site.submit(TURN)
    with pytest.raises(ServerError, match=f"{op} was made to fail"):
        waiter()
    with pytest.raises(ServerError, match=f"{op} was made to fail"):
        waiter()
    assert world.bridges[0].closed
    assert not world.started[0].alive
    site.open()
    assert site.submit(TURN)().world == BUILT
    assert len(world.started) == len(world.bridges) == 2


def test_an_error_while_clearing_closes_the_site(world):
    site = open_site(2)
    site.open()
    world.bridges[0].broken["read"] = 2
    with pytest.raises(ServerError, match="read was made to fail"):
        site.clear(BOX, ["stone"])
    assert world.bridges[0].closed
    site.clear(BOX, ["stone"])


def test_an_interrupted_turn_has_no_outcome_and_the_next_one_starts_afresh(world, monkeypatch):
    site = open_site(2)
    site.clear(BOX, ["stone"])

    def interrupted(op, /, timeout, **arguments):
        def wait():
            raise KeyboardInterrupt

        return wait

    monkeypatch.setattr(world.bridges[0], "submit", interrupted)
    waiter = site.submit(TURN)
    with pytest.raises(KeyboardInterrupt):
        waiter()
    with pytest.raises(ServerError, match="the turn was interrupted"):
        waiter()
    assert world.bridges[0].closed
    assert site.submit(TURN)().world == BUILT


def test_a_server_that_died_between_turns_is_replaced(world):
    site = open_site(2)
    site.submit(TURN)()
    world.started[0].alive = False
    assert site.submit(Turn(BOX, BUILT, ((), ())))().world == BUILT
    assert len(world.started) == 2
    assert world.bridges[0].closed


def test_a_server_that_is_found_dead_while_clearing_is_replaced_but_not_twice(world):
    site = open_site(2)
    site.open()
    world.bridges[0].lost = True
    site.clear(BOX, ["stone"])
    assert len(world.started) == 2
    assert world.bridges[0].closed
    site.close()
    world.lost = True
    with pytest.raises(ServerError, match="the connection ended"):
        site.clear(BOX, ["stone"])
    assert len(world.started) == 3


def test_a_bot_that_fell_out_is_noticed_after_a_while_without_use(world, monkeypatch):
    monkeypatch.setattr("collm_envs.minecraft.server.line._IDLE", 0.0)
    site = open_site(2)
    site.open()
    del world.started[0].players["collm_0_1"]
    site.open()
    assert len(world.started) == 2


def test_closing_ends_everything_may_be_repeated_and_is_not_the_end(world):
    site = open_site(2)
    site.close()
    site.open()
    site.close()
    site.close()
    assert world.bridges[0].closed == 1
    assert not world.started[0].alive
    assert site.submit(TURN)().world == BUILT


def test_a_turn_that_nobody_waits_for_is_done_before_the_next_and_keeps_its_outcome(world):
    site = open_site(2)
    first = site.submit(TURN)
    second = site.submit(Turn(BOX, {"stone": 1}, ((), ())))
    assert second().world == {"stone": 1}
    assert first().world == BUILT


def test_a_turn_under_way_when_the_site_is_closed_has_no_outcome(world):
    site = open_site(2)
    waiter = site.submit(TURN)
    site.close()
    with pytest.raises(ServerError, match="closed before the turn's end"):
        waiter()


def test_a_site_that_nobody_has_any_more_ends(world):
    site = open_site(2)
    site.open()
    del site
    gc.collect()
    assert world.bridges[0].closed
    assert not world.started[0].alive


# -- sharing -----------------------------------------------------------------------------------------------------------------


def test_a_copy_is_the_same_site_and_a_pickle_another_one_with_the_same_settings(world):
    site = given(world, plot=3, turn_timeout=7.0)
    assert copy.deepcopy(site) is site
    again = pickle.loads(pickle.dumps(site))
    assert again is not site
    assert again._settings == site._settings
    assert repr(again) == "<site: 2 builders, 127.0.0.1:25565, bridge auto>"


def test_threads_share_a_site_and_get_each_their_own_outcome(world):
    site = open_site(2)
    wrong = []

    def play(number):
        start = {"stone": number + 1}
        for _ in range(20):
            if site.submit(Turn(BOX, start, ((), ())))().world != start:
                wrong.append(number)

    threads = [threading.Thread(target=play, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_sites_on_one_server_take_the_first_plots_that_are_free(world):
    sites = [given(world) for _ in range(3)]
    for site in sites:
        site.submit(TURN)()
    assert {"collm_0_0", "collm_1_0", "collm_2_1"} < set(world.running.players)
    sites[1].close()
    again = given(world)
    assert again.submit(TURN)().world == BUILT
    assert "collm_1_0" in world.running.players
    for site in [*sites, again]:
        site.close()
    assert world.running.players == {}
    assert world.running.alive


def test_plots_that_others_have_are_passed_over(world):
    world.running.players["collm_0_0"] = None
    world.running.players["collm_1_1"] = None
    site = given(world)
    site.open()
    assert "collm_2_0" in world.running.players
    site.close()


def test_a_plot_on_which_the_server_hangs_up_is_passed_over_unless_it_is_asked_for(world, monkeypatch):
    join = FakeBridge.op_join

    def cut(self, request):
        if request["session"] == "collm_0":
            raise ServerError("the connection of collm_0_1 broke: write EPIPE", "ended")
        return join(self, request)

    monkeypatch.setattr(FakeBridge, "op_join", cut)
    site = given(world)
    site.open()
    assert "collm_1_0" in world.running.players
    site.close()
    with pytest.raises(ServerError, match="EPIPE"):
        given(world, plot=0).open()


def test_when_all_plots_are_taken_the_error_says_so(world):
    sites = [given(world) for _ in range(8)]
    for site in sites:
        site.open()
    with pytest.raises(ServerError, match=r"plots 0 to 7 at 127.0.0.1:25565 are all in use"):
        given(world).open()
    for site in sites:
        site.close()


def test_a_plot_that_is_asked_for_and_taken_is_an_error(world):
    site = given(world, plot=5)
    site.open()
    with pytest.raises(ServerError, match=r"plot 5 at 127.0.0.1:25565 is in use by another environment of this process"):
        given(world, plot=5).open()
    site.close()
    world.running.players["collm_5_1"] = None
    with pytest.raises(ServerError, match="already logged in"):
        given(world, plot=5).open()
    del world.running.players["collm_5_1"]
    given(world, plot=5).open()


def test_on_a_given_server_a_lost_site_comes_back_to_a_plot_that_it_empties_first(world):
    site = given(world)
    site.submit(TURN)()
    world.bridges[0].close()
    assert site.submit(Turn(BOX, {}, ((), ())))().world == {}
    site.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_after_a_fork_the_child_has_a_line_of_its_own_and_leaves_the_parents_alone(world):
    site = open_site(2)
    waiter = site.submit(TURN)
    child = os.fork()
    if child == 0:
        try:
            with pytest.raises(ServerError, match="begun by another process"):
                waiter()
            assert site.submit(TURN)().world == BUILT
            assert [bridge.closed for bridge in world.bridges] == [0, 0]
            site.close()
            assert [bridge.closed for bridge in world.bridges] == [0, 1]
            os._exit(0)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert waiter().world == BUILT
    assert len(world.bridges) == 1
