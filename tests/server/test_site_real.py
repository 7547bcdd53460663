"""A site on real servers, with real bots: the embedded server, and the same one run apart as a server of others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from collm_envs.minecraft.commands import Command, Reader
from collm_envs.minecraft.server import ServerError, Turn, open_site
from collm_envs.minecraft.server.embedded import EmbeddedServer
from collm_envs.minecraft.server.plots import LARGEST
from collm_envs.minecraft.world import Box, build
from tests.server.conftest import GIVEN, skip_without

MURAL, HOUSE = Box(30, 5, 1), Box(8, 6, 7)
PALETTE = ("white_wool", "black_concrete", "planks", "glass", "stone_stairs", "air")
EVERY = ("setblock", "fill", "kill")
LATE = 20.0
"""Seconds after which something hangs."""


def some_commands(box, rng, count=25):
    """A builder's commands: setblocks and fills all over the box, some over others."""

    def corner():
        return " ".join(str(rng.randrange(side)) for side in box)

    lines = [
        f"/fill {corner()} {corner()} {rng.choice(PALETTE)}"
        if rng.random() < 0.1
        else f"/setblock {corner()} {rng.choice(PALETTE)}"
        for _ in range(count)
    ]
    return tuple(Reader(box, PALETTE, EVERY).read("\n".join(lines), count).accepted)


def some_turn(box, rng, start=None, builders=2):
    return Turn(box, start or {}, tuple(some_commands(box, rng) for _ in range(builders)))


def expected(turn):
    return build([command for part in turn.commands for command in part], turn.start)


KILL = tuple(Reader(HOUSE, PALETTE, EVERY).read("/kill", 1).accepted)


@pytest.fixture(scope="module", params=["node", "javascript"])
def site(node_modules, request):
    skip_without(request.param)
    site = open_site(2, bridge=request.param, spider_seconds=1.5)
    yield site
    site.close()


@pytest.fixture
def own(node_modules):
    """A site for one test, that may be broken."""
    site = open_site(2, bridge="node", turn_timeout=3.0, spider_seconds=1.0)
    yield site
    site.close()


def pids(site):
    """The Node processes of a site: its server's and its bots'."""
    line = site._line
    return line._server._child.pid, line._bridge.pid


def kill(site, pid):
    """End a process of a site, and wait until that is known."""
    os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + 5
    while site._line.up and time.monotonic() < end:
        time.sleep(0.01)


# -- turns ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("box", [MURAL, HOUSE], ids=["mural", "house"])
def test_what_stands_after_a_turn_is_what_the_commands_build(site, box):
    site.clear(box, PALETTE)
    for number in range(12):
        turn = some_turn(box, Random(number))
        outcome = site.submit(turn)()
        assert outcome.world == expected(turn)
        assert outcome.health == (20.0, 20.0)
        assert outcome.remarks == ()
        assert outcome.mapped == ({"planks": "oak_planks"} if "planks" in turn.blocks else {})


def test_a_world_that_lasts_is_built_upon_turn_after_turn(site):
    site.clear(HOUSE, PALETTE)
    world = {}
    for number in range(8):
        turn = some_turn(HOUSE, Random(number), world)
        world = site.submit(turn)().world
        assert world == expected(turn)


def test_forks_take_turns_on_one_site_each_from_its_own_world(site):
    site.clear(HOUSE, PALETTE)
    worlds = [{}, {}, {}]
    for number in range(12):
        fork = Random(100 + number).randrange(3)
        turn = some_turn(HOUSE, Random(number), worlds[fork])
        worlds[fork] = site.submit(turn)().world
        assert worlds[fork] == expected(turn)


@pytest.mark.slow
def test_a_floor_of_the_largest_box_can_be_laid_seen_and_cleared(node_modules):
    ground = Command("glass", LARGEST.fill((0, 0, 0), (95, 0, 47)), 96 * 48, "fill", (0, 0, 0, 95, 0, 47))
    site = open_site(2, bridge="node", turn_timeout=60.0)
    try:
        site.clear(LARGEST, PALETTE)
        assert site.submit(Turn(LARGEST, {}, ((ground,), ())))().world == {"glass": ground.mask}
        corner = Command("glass", 0, 1, "setblock", (95, 47, 47))
        assert site.submit(Turn(LARGEST, {}, ((), (corner,))))().world == {"glass": LARGEST.bit(95, 47, 47)}
        site.clear(HOUSE, PALETTE)
        assert site.submit(Turn(LARGEST, {}, ((), ())))().world == {}
    finally:
        site.close()


def test_a_builder_who_is_alone_is_read_by_the_witness(node_modules):
    site = open_site(1, bridge="node", spider_seconds=1.0)
    try:
        turn = some_turn(MURAL, Random(4), builders=1)
        assert site.submit(turn)().world == expected(turn)
        health = site.submit(Turn(MURAL, {}, ((),), attacks=(3,)))().health
        assert len(health) == 1
        assert health[0] < 20
    finally:
        site.close()


# -- spiders ---------------------------------------------------------------------------------------------------------------


def test_spiders_bite_and_health_goes_on_from_where_it_was(site):
    site.clear(HOUSE, PALETTE)
    health, turn = None, Turn(HOUSE, {}, ((), ()), attacks=(1, 1, 2))
    total = [40.0]
    for number in range(3):
        turn = Turn(HOUSE, {}, ((), ()), attacks=(1, 1, 2), health=health, seed=number)
        health = site.submit(turn)().health
        total.append(sum(health))
    assert total == sorted(total, reverse=True)
    assert total[0] - total[-1] >= 6


def test_a_kill_ends_the_spiders_before_they_bite(site):
    site.clear(HOUSE, PALETTE)
    for part in ((KILL, ()), ((), KILL)):
        start = time.monotonic()
        assert site.submit(Turn(HOUSE, {}, part, attacks=(3, 3, 3)))().health == (20.0, 20.0)
        assert time.monotonic() - start < 1.0


def test_health_is_set_and_measured_to_a_fraction(site):
    site.clear(HOUSE, PALETTE)
    for health in ((20.0, 13.5), (0.5, 20.0), (7.25, 7.25), (20.0, 20.0)):
        assert site.submit(Turn(HOUSE, {}, ((), ()), health=health))().health == pytest.approx(health, abs=0.01)


def test_a_bot_that_dies_is_back_in_the_next_turn_and_sees_the_world(site):
    site.clear(HOUSE, PALETTE)
    dying = Turn(HOUSE, {}, (some_commands(HOUSE, Random(1)), ()), attacks=(100,) * 8)
    outcome = site.submit(dying)()
    assert outcome.health == (0.0, 0.0)
    assert outcome.world == expected(dying)
    turn = some_turn(HOUSE, Random(2), outcome.world)
    after = site.submit(turn)()
    assert after.world == expected(turn)
    assert after.health == (20.0, 20.0)


# -- faults ------------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("victim", [0, 1], ids=["server", "bots"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
def test_what_dies_during_a_turn_is_an_error_in_time_and_is_replaced(own, victim, how):
    own.clear(HOUSE, PALETTE)
    hurt = pids(own)[victim]
    waiter = own.submit(Turn(HOUSE, {}, ((), ()), attacks=(1, 1)))
    threading.Timer(0.3, os.kill, (hurt, how)).start()
    start = time.monotonic()
    with pytest.raises(ServerError):
        waiter()
    assert time.monotonic() - start < LATE
    assert_gone(hurt)
    turn = some_turn(HOUSE, Random(1))
    assert own.submit(turn)().world == expected(turn)


@pytest.mark.slow
@pytest.mark.parametrize("victim", [0, 1], ids=["server", "bots"])
def test_what_dies_between_turns_is_replaced(own, victim):
    own.clear(HOUSE, PALETTE)
    kill(own, pids(own)[victim])
    turn = some_turn(HOUSE, Random(1))
    assert own.submit(turn)().world == expected(turn)


def assert_gone(pid):
    """A process ends within a few seconds; its parent's waiting for it apart."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            if "State:\tZ" in Path(f"/proc/{pid}/status").read_text():
                return
        except OSError:
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} is still there")


ENDINGS = {
    "returns": "",
    "raises": "raise SystemExit(3)",
    "is killed": "os.kill(os.getpid(), 9)",
    "is terminated": "os.kill(os.getpid(), 15)",
    "is interrupted": "os.kill(os.getpid(), 2)",
}


@pytest.mark.parametrize("bridge", ["node", "javascript"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_of_a_site_survives_python_however_it_ends(node_modules, ending, bridge):
    program = f"""
import os, sys
from collm_envs.minecraft.server import open_site
site = open_site(2, bridge={bridge!r})
site.open()
print(site._line._server._child.pid, site._line._bridge.pid, flush=True)
{ENDINGS[ending]}
"""
    skip_without(bridge)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    started = done.stdout.split()
    assert len(started) == 2, done.stderr
    for pid in started:
        assert_gone(int(pid))


INTERRUPTED = """
import os, signal, subprocess, threading
from collm_envs.minecraft.server import Turn, open_site
from collm_envs.minecraft.world import Box

def interrupt(delay):
    site = open_site(2, bridge="node", spider_seconds=60.0)
    threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        site.clear(Box(8, 5, 8), ["stone"])
        site.submit(Turn(Box(8, 5, 8), {}, ((), ()), attacks=(1,)))()
    except KeyboardInterrupt:
        listed = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "comm="], capture_output=True, text=True).stdout
        print("interrupted", listed.count("node"), flush=True)

for delay in (0.02, 0.2, 0.5, 1.0, 2.0, 5.0):
    interrupt(delay)
"""


@pytest.mark.slow
def test_ctrl_c_at_any_stage_ends_the_wait_and_all_that_was_started(node_modules):
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=120)
    assert done.stdout.split("\n")[:-1] == ["interrupted 0"] * 6, done.stdout + done.stderr


# -- several -----------------------------------------------------------------------------------------------------------------


def test_two_sites_at_once_have_each_a_server_of_their_own(node_modules):
    sites = [open_site(2), open_site(2)]
    try:
        for site in sites:
            site.clear(HOUSE, PALETTE)
        assert len({*pids(sites[0]), *pids(sites[1])}) == 4
        for number in range(6):
            turns = [some_turn(HOUSE, Random(10 * number + one)) for one in range(2)]
            waiters = [site.submit(turn) for site, turn in zip(sites, turns)]
            for waiter, turn in zip(waiters, turns):
                assert waiter().world == expected(turn)
    finally:
        for site in sites:
            site.close()


@pytest.fixture(scope="module", params=["embedded", "given"] if GIVEN else ["embedded"])
def running(node_modules, request):
    """A server of others: a site knows nothing of it but where it listens."""
    if request.param == "given":
        host, _, port = GIVEN.partition(":")
        yield SimpleNamespace(host=host, port=int(port or 25565))
    else:
        with EmbeddedServer.start() as server:
            yield server


def test_sites_on_one_server_keep_to_their_plots_and_leave_their_names_free(running):
    sites = [open_site(2, host=running.host, port=running.port, bridge="node") for _ in range(2)]
    try:
        for number in range(3):
            turns = [some_turn(MURAL, Random(number + one)) for one in range(2)]
            waiters = [site.submit(turn) for site, turn in zip(sites, turns)]
            assert [waiter().world for waiter in waiters] == [expected(turn) for turn in turns]
        assert [site._line.session.plot.number for site in sites] == [0, 1]
        sites[0].close()
        sites[0].open()
        assert sites[0]._line.session.plot.number == 0
    finally:
        for site in sites:
            site.close()


def test_what_an_earlier_site_left_on_a_server_is_removed_first(running):
    corner = Command("glass", 0, 1, "setblock", (95, 47, 47))
    for commands, left in (((corner,), {"glass": LARGEST.bit(95, 47, 47)}), ((), {})):
        site = open_site(2, host=running.host, port=running.port, bridge="node", plot=6)
        try:
            site.clear(HOUSE, PALETTE)
            assert site.submit(Turn(LARGEST, {}, (commands, ())))().world == left
        finally:
            site.close()


def test_a_site_whose_bots_were_killed_comes_back_to_the_same_plot(running):
    site = open_site(2, host=running.host, port=running.port, bridge="node", plot=2)
    try:
        site.submit(some_turn(HOUSE, Random(1)))()
        kill(site, site._line._bridge.pid)
        turn = some_turn(HOUSE, Random(2))
        assert site.submit(turn)().world == expected(turn)
    finally:
        site.close()


def test_spiders_bite_on_a_server_of_others_too(running):
    site = open_site(2, host=running.host, port=running.port, bridge="node", plot=3, spider_seconds=1.5)
    try:
        site.clear(HOUSE, PALETTE)
        assert sum(site.submit(Turn(HOUSE, {}, ((), ()), attacks=(2, 2)))().health) < 40
        assert site.submit(Turn(HOUSE, {}, (KILL, ()), attacks=(2, 2)))().health == (20.0, 20.0)
    finally:
        site.close()


def test_a_server_that_is_not_there_is_an_error_at_once():
    site = open_site(2, host="127.0.0.1", port=1, bridge="node")
    start = time.monotonic()
    with pytest.raises(ServerError, match=r"127\.0\.0\.1:1"):
        site.open()
    assert time.monotonic() - start < LATE
    site.close()


# -- long ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_sixty_episodes_end_without_a_block_out_of_place(site):
    rng = Random(60)
    for number in range(60):
        box = rng.choice((MURAL, HOUSE))
        site.clear(box, PALETTE)
        world = {}
        for _ in range(2):
            start = world if number % 2 else {}
            turn = some_turn(box, rng, start)
            world = site.submit(turn)().world
            assert world == expected(turn)
