"""The embedded server: vanilla's syntax for what our tasks need, spiders, and a life of its own that nothing shortens."""

from __future__ import annotations

import base64
import re
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from collm_envs.minecraft.server.bridge import Bridge, open_bridge
from collm_envs.minecraft.server.embedded import EmbeddedServer
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.install import MODULES
from collm_envs.minecraft.server.node import find_node

A, B = "Ann", "Ben"
HEAL = [f"/effect give {name} instant_health 1 10" for name in (A, B)]


@pytest.fixture(scope="module")
def bots(server: EmbeddedServer) -> Iterator[Bridge]:
    """Ann and Ben."""
    bridge = open_bridge("node")
    bridge.call("join", 20, session="t", host=server.host, port=server.port, version=server.version, names=[A, B])
    yield bridge
    bridge.close()


@pytest.fixture
def plot(bots: Bridge) -> Bridge:
    """The same, whole and in creative mode beside an empty plot, at midnight and without spiders."""
    act(
        bots,
        "/difficulty normal",
        "/kill @e[type=spider]",
        "/gamemode creative Ann",
        "/gamemode creative Ben",
        "/tp Ann 0.5 64 -7.5",
        "/tp Ben 8.5 64 -7.5",
        "/fill -16 64 -16 16 80 16 air",
        "/fill -16 63 -16 16 63 16 stone",
        "/time set midnight",
        *HEAL,
    )
    return bots


def act(bridge: Bridge, *commands: str, bot: str = A) -> list[str]:
    answer = bridge.call("act", 10, session="t", steps=[{"bot": bot, "commands": list(commands)}])
    return [one["text"] for one in answer["messages"]]


def read(bridge: Bridge, corner: tuple[int, int, int], size: tuple[int, int, int]) -> list[str]:
    # What the console did reaches bots on a way of their own; what they are answered comes after it.
    for bot in look(bridge):
        act(bridge, "/list", bot=bot)
    found = bridge.call("read", 5, session="t", corner=list(corner), size=list(size))
    cells = struct.unpack(f"<{size[0] * size[1] * size[2]}H", base64.b64decode(found["cells"]))
    return [found["palette"][cell] for cell in cells]


def look(bridge: Bridge) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in bridge.call("state", 5, session="t")}


def wait_for(holds: Any, what: str, limit: float = 10) -> None:
    deadline = time.monotonic() + limit
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {limit} s"
        time.sleep(0.05)


# -- blocks ---------------------------------------------------------------------------------------------------------------


def test_setblock_replies_as_vanilla_does(plot: Bridge, server: EmbeddedServer) -> None:
    assert server.command("setblock 1 64 2 minecraft:bricks") == ["Changed the block at 1, 64, 2"]
    assert server.command("/setblock 1 64 2 bricks") == ["Could not set the block"]
    assert server.command("setblock 1 64 2 glass keep") == ["Could not set the block"]
    assert server.command("setblock 1 64 2 oak_stairs[facing=south, half=top] destroy") == ["Changed the block at 1, 64, 2"]
    assert read(plot, (1, 64, 2), (1, 1, 1)) == ["oak_stairs"]


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("setblock 0 64 0 notablock", "Unknown block type 'minecraft:notablock'"),
        ("setblock 0 64 0 constructor", "Unknown block type 'minecraft:constructor'"),
        ("setblock 0 64 0 oak_stairs[colour=red]", "Unknown property 'colour' for block 'minecraft:oak_stairs'"),
        ("setblock 0 64 0 oak_stairs[half=left]", "Invalid value 'left' for property 'half' of block 'minecraft:oak_stairs'"),
        ("setblock 0 64 0 stone sideways", "Incorrect argument for command"),
        ("setblock 0 64 0 stone replace more", "Incorrect argument for command"),
        ("setblock 0 400 0 stone", "That position is out of this world!"),
        ("setblock 0 64 x stone", "Expected a block position, got x"),
        ("setblock 0 64", "Incomplete (expected 3 coordinates)"),
        ("fill 0 64 0 32 96 32 stone", "Too many blocks in the specified area (maximum 32768, specified 35937)"),
        ("fill 0 64 0 1 65 1 stone hollow more", "Incorrect argument for command"),
        ("gamemode hard Ann", "Unknown game mode: hard"),
        ("gamemode creative Nobody", "No player was found"),
        ("summon pig 0 64 0", "Unknown entity: pig"),
        ("effect give Ann speed", "Unknown effect: speed"),
        ("damage Ann lots", "Expected float, got lots"),
        ("tellraw Ann {", "Invalid chat component"),
        ("kill @e[colour=red]", "Unknown option 'colour'"),
        ("kill @e[type=spider,tag=nobody]", "No entity was found"),
        ("stop", "Unknown or incomplete command, see below for error"),
        ("toString", "Unknown or incomplete command, see below for error"),
        ("", "Unknown or incomplete command, see below for error"),
    ],
)
def test_what_makes_no_sense_gets_a_reply_and_changes_nothing(
    plot: Bridge, server: EmbeddedServer, command: str, reply: str
) -> None:
    assert server.command(command)[0] == reply
    assert read(plot, (0, 64, 0), (1, 1, 1)) == ["air"]
    assert server.command("list")[0].startswith("There are 2 of")


def test_fill_modes_do_what_vanillas_do(plot: Bridge, server: EmbeddedServer) -> None:
    assert server.command("fill 2 66 2 0 64 0 stone outline") == ["Successfully filled 26 block(s)"]
    assert server.command("fill 0 64 0 2 66 2 glass keep") == ["Successfully filled 1 block(s)"]
    assert read(plot, (1, 65, 1), (1, 1, 1)) == ["glass"]
    assert server.command("fill 0 64 0 2 66 2 bricks replace stone") == ["Successfully filled 26 block(s)"]
    assert server.command("fill 0 64 0 2 66 2 bricks replace stone") == ["No blocks were filled"]
    assert read(plot, (0, 65, 1), (3, 1, 1)) == ["bricks", "glass", "bricks"]
    assert server.command("fill 0 64 0 2 66 2 bricks hollow") == ["Successfully filled 1 block(s)"]
    assert read(plot, (0, 65, 1), (3, 1, 1)) == ["bricks", "air", "bricks"]
    assert server.command("fill 0 64 0 31 95 31 air") == ["Successfully filled 26 block(s)"]


def test_coordinates_may_be_relative(plot: Bridge) -> None:
    act(plot, "/setblock ~2 ~ ~-1 bricks", bot=B)
    assert read(plot, (10, 64, -9), (1, 1, 1)) == ["bricks"]


def test_commands_of_all_are_done_one_after_the_other(plot: Bridge, server: EmbeddedServer) -> None:
    fills = [
        threading.Thread(target=server.command, args=(f"fill 0 64 0 15 79 15 {block}", 20)) for block in ("stone", "glass") * 4
    ]
    for fill in fills:
        fill.start()
    for fill in fills:
        fill.join(30)
    assert len(set(read(plot, (0, 64, 0), (16, 16, 16)))) == 1


def test_a_teleport_brings_the_chunks_along(plot: Bridge) -> None:
    act(plot, "/tp Ann 5000 64 -3000", "/tp Ben 5000 64 -3000", "/setblock 5047 64 -2960 bricks")
    assert read(plot, (5047, 64, -2960), (1, 1, 1)) == ["bricks"]
    assert look(plot)[A]["position"] == [5000.5, 64, -2999.5]
    act(plot, "/tp Ann 0.25 64 0", "/tp Ben 0 64 0")
    assert look(plot)[A]["position"] == [0.25, 64, 0.5]
    act(plot, "/tp Ann 5000 64 -3000", "/tp Ben 5000 64 -3000")
    assert read(plot, (5047, 64, -2960), (1, 1, 1)) == ["bricks"]


def test_players_know_each_other_by_name_whoever_came_first(server: EmbeddedServer) -> None:
    script = """
    const bots = {}
    const join = name => new Promise(resolve => {
      const bot = require(process.argv[1]).createBot({ host: '127.0.0.1', port: Number(process.argv[2]), username: name,
        auth: 'offline', version: process.argv[3], physicsEnabled: false, hideErrors: true, logErrors: false })
      bots[name] = bot
      bot.once('spawn', resolve)
    })
    const seen = bot => Object.values(bot.entities).filter(one => one.type === 'player').map(one => one.username).sort().join()
    const until = async holds => { while (!holds()) await new Promise(resolve => setTimeout(resolve, 20)) }
    join('early').then(() => join('late')).then(async () => {
      await until(() => ['early', 'late'].every(name => seen(bots[name]) === 'early,late'))
      bots.late.quit()
      await until(() => !('late' in bots.early.players))
      process.exit(0)
    })
    """
    words = [find_node(), "-e", script, str(MODULES.find() / "node_modules" / "mineflayer"), str(server.port), server.version]
    subprocess.run(words, check=True, timeout=15)


def test_the_ground_is_that_of_a_flat_vanilla_world(plot: Bridge) -> None:
    assert read(plot, (0, -64, 0), (1, 5, 1)) == ["bedrock", "dirt", "dirt", "grass_block", "air"]


def test_rules_and_weather_are_taken(server: EmbeddedServer) -> None:
    for command in ("gamerule doMobSpawning false", "weather clear", "forceload add 0 0 47 47", "op Ann", "time set 18000"):
        assert not re.match("Unknown|Incorrect|Invalid", server.command(command)[0])


# -- health and spiders ---------------------------------------------------------------------------------------------------


def test_only_survivors_can_be_hurt(plot: Bridge) -> None:
    assert act(plot, "/damage Ann 3") == ["Target is invulnerable to the given damage type"]
    act(plot, "/gamemode survival Ann", "/damage Ann 3")
    assert look(plot)[A]["health"] == 17
    act(plot, "/effect give Ann minecraft:instant_health 1 0")
    assert look(plot)[A]["health"] == 20


def test_death_and_return_leave_a_bot_whole_and_with_the_world_around_it(plot: Bridge) -> None:
    for _ in range(3):
        act(plot, "/kill Ann")
        assert look(plot)[A]["dead"]
        wait_for(lambda: look(plot)[A]["position"][1] == -60, "the return to where the world begins")
        act(plot, "/effect give Ann instant_health", "/tp Ann 0 64 -7", "/setblock 0 64 0 bricks")
        assert not look(plot)[A]["dead"]
        assert read(plot, (0, 64, 0), (1, 1, 1)) == ["bricks"]


def test_spiders_chase_survivors_bite_as_hard_as_told_and_die(plot: Bridge) -> None:
    act(
        plot,
        "/gamemode survival Ann",
        '/summon minecraft:spider -6 64 -12 {Attributes:[{Name:"generic.attack_damage",Base:7.5}],Tags:["a"]}',
    )
    assert look(plot)[A]["spiders"] == 1
    wait_for(lambda: look(plot)[A]["health"] == 12.5, "a bite")
    assert look(plot)[B]["health"] == 20
    act(plot, "/kill @e[type=minecraft:spider,x=0,y=64,z=0,distance=..64,tag=b]")
    assert look(plot)[A]["spiders"] == 1
    act(plot, "/kill @e[type=minecraft:spider,x=0,y=64,z=0,distance=..64,tag=a]")
    assert look(plot)[A]["spiders"] == 0
    health = look(plot)[A]["health"]
    time.sleep(1.3)
    assert look(plot)[A]["health"] == health


def test_spiders_fall_to_the_floor_and_climb_over_what_is_in_their_way(plot: Bridge) -> None:
    act(plot, "/fill -1 64 -12 2 65 -10 bricks", "/gamemode survival Ann", "/summon spider 0.5 70 -15")
    wait_for(lambda: look(plot)[A]["health"] < 20, "a bite")
    act(plot, "/kill @e[type=spider]")


def test_a_spider_bites_once_a_second(plot: Bridge) -> None:
    act(plot, "/gamemode survival Ann", '/summon spider 0.5 64 -8.5 {Attributes:[{Name:"generic.attack_damage",Base:1}]}')
    time.sleep(3.5)
    act(plot, "/kill @e[type=spider]")
    # 3.5 s less a first rest of up to a second; a server that has to share its processor may be late, never early.
    assert 1 <= 20 - look(plot)[A]["health"] <= 4


def test_a_bot_that_dies_of_bites_counts_as_dead(plot: Bridge) -> None:
    act(plot, "/gamemode survival Ann", '/summon spider 0.5 64 -8.5 {Attributes:[{Name:"generic.attack_damage",Base:50}]}')
    wait_for(lambda: look(plot)[A]["dead"], "death")
    assert look(plot)[A]["health"] == 0
    act(plot, "/kill @e[type=spider]")


def test_there_are_no_spiders_in_peaceful_times(plot: Bridge) -> None:
    act(plot, "/summon spider 0 64 -12", "/difficulty peaceful")
    assert look(plot)[A]["spiders"] == 0
    assert "peaceful" in act(plot, "/summon spider 0 64 -12")[0]


# -- life -----------------------------------------------------------------------------------------------------------------


def test_it_listens_on_the_loopback_alone(server: EmbeddedServer) -> None:
    assert server.host == "127.0.0.1"
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1", "127.0.1.1"}
    for address in others:
        with socket.socket() as probe:
            probe.settimeout(1)
            assert probe.connect_ex((address, server.port)) != 0


def test_a_port_in_use_is_told(server: EmbeddedServer) -> None:
    with pytest.raises(ServerError, match=f"port {server.port} is in use"):
        EmbeddedServer.start(port=server.port)


def test_a_version_that_is_unknown_is_told(node_modules: object) -> None:
    with pytest.raises(ServerError, match=r"9\.9\.9"):
        EmbeddedServer.start("9.9.9")


def test_a_second_login_by_a_name_is_turned_away_and_the_first_stays(plot: Bridge, server: EmbeddedServer) -> None:
    with pytest.raises(ServerError) as caught:
        plot.call("join", 5, session="u", host=server.host, port=server.port, version=server.version, names=["ANN"])
    assert caught.value.kind == "name_taken"
    assert set(look(plot)) == {A, B}


def test_who_is_turned_away_throws_nobody_out(plot: Bridge, server: EmbeddedServer) -> None:
    with socket.create_connection((server.host, server.port), 5) as second:
        # The beginning of a login as Ann, by one who does not ask before, and does not hang up after.
        second.sendall(b"\x10\x00\xfb\x05\x09127.0.0.1\x63\xdd\x02" + b"\x06\x00\x03Ann\x00")
        told = b""
        while b"already logged in" not in told:
            told += second.recv(1000)
        act(plot, "/tp Ann 0.5 64 0.5", "/tp Ben 100 64 0.5", "/tp Ben 0.5 64 2.5")
    act(plot, "/tp Ann 0.5 64 -7.5", "/tp Ben 100 64 0.5", "/tp Ben 0.5 64 2.5")
    time.sleep(0.1)
    assert set(look(plot)) == {A, B}


@pytest.mark.parametrize("noise", [b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 1000, b"\x10\x00\xfb\x05\x09127.0.0.1\x63\xdd\x02\x01\x00"])
def test_noise_on_its_port_does_it_no_harm(plot: Bridge, server: EmbeddedServer, noise: bytes) -> None:
    with socket.create_connection((server.host, server.port), 5) as peer:
        peer.sendall(noise)
    assert server.command("list")[0].startswith("There are 2 of")
    assert set(look(plot)) == {A, B}


def test_logins_leave_no_handlers_behind_that_would_end_the_server(node_modules: object) -> None:
    bridge = open_bridge("node")
    try:
        with EmbeddedServer.start() as server:
            for session in ("a", "b", "c"):
                names = [f"{session}{number}" for number in range(4)]
                bridge.call("join", 20, session=session, host=server.host, port=server.port, version=server.version, names=names)
            assert "uncaughtException" not in "".join(server.log)
    finally:
        bridge.close()


def test_bots_may_come_and_go_and_find_the_world_as_they_left_it(server: EmbeddedServer) -> None:
    bridge = open_bridge("node")
    try:
        for turn in range(4):
            bridge.call("join", 20, session="t", host=server.host, port=server.port, version=server.version, names=["Cid", "Dot"])
            bridge.call("act", 5, session="t", steps=[{"bot": "Cid", "commands": ["/tp Cid 900 64 900", "/tp Dot 900 64 900"]}])
            if turn:
                assert read(bridge, (900 + turn - 1, 64, 900), (1, 1, 1)) == ["bricks"]
            bridge.call("act", 5, session="t", steps=[{"bot": "Dot", "commands": [f"/setblock {900 + turn} 64 900 bricks"]}])
            bridge.call("leave", 5, session="t")
    finally:
        bridge.close()


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.18.2", "1.19.4", "1.20.4", "1.20.6", "1.21.1"])
def test_other_versions_work_too(node_modules: object, version: str) -> None:
    bridge = open_bridge("node")
    try:
        with EmbeddedServer.start(version) as server:
            bridge.call("join", 20, session="t", host=server.host, port=server.port, version=False, names=[A, B])
            assert act(bridge, "/tp Ann 0 64 0", "/tp Ben 0 64 0", "/setblock 0 64 3 nothing") != []
            assert not act(bridge, "/fill 0 64 2 3 67 5 oak_planks", "/fill 1 65 3 2 66 4 air", bot=B)
            assert read(bridge, (0, 65, 3), (4, 1, 1)) == ["oak_planks", "air", "air", "oak_planks"]
            act(bridge, "/fill -4 63 -4 4 63 1 stone", "/gamemode survival Ann", "/difficulty normal", "/summon spider 0 64 -2")
            wait_for(lambda: look(bridge)[A]["health"] < 20, "a bite")
            act(bridge, "/kill @e[type=spider]", "/kill Ann")
            assert look(bridge)[A]["dead"]
            wait_for(
                lambda: bridge.call("act", 5, session="t", steps=[{"bot": B, "commands": HEAL}]) and not look(bridge)[A]["dead"],
                "life",
            )
            act(bridge, "/tp Ann 0 64 0")
            assert read(bridge, (0, 65, 3), (1, 1, 1)) == ["oak_planks"]
    finally:
        bridge.close()
