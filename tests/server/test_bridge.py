"""One contract for both transports and every server: what each operation does, and how it fails."""

from __future__ import annotations

import base64
import json
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from collm_envs.minecraft.server import javascript_bridge
from collm_envs.minecraft.server.bridge import Bridge, open_bridge
from collm_envs.minecraft.server.child import SCRIPTS
from collm_envs.minecraft.server.embedded import EmbeddedServer
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.install import MODULES
from collm_envs.minecraft.server.node import find_node
from tests.server.conftest import GIVEN

A, B = "collm_a", "collm_b"
X, Y, Z = 20000, 64, 0
HEAL = [f"/effect give {name} minecraft:instant_health 1 10" for name in (A, B)]
NO_SPIDERS = f"/kill @e[type=minecraft:spider,x={X},y={Y},z={Z},distance=..64]"
STEEL = (
    '/summon minecraft:spider {} {} {} {{PersistenceRequired:1b,Attributes:[{{Name:"generic.attack_damage",Base:4}}],Tags:["t"]}}'
)


@pytest.fixture
def bots(bridge: Bridge, address: tuple[str, int]) -> Iterator[str]:
    """A session with two bots in creative mode, before an empty plot with a floor."""
    host, port = address
    bridge.call("join", 20, session="t", host=host, port=port, version=False, names=[A, B])
    do(
        bridge,
        *(f"/gamemode creative {name}" for name in (A, B)),
        f"/tp {A} {X}.5 {Y} {Z - 3}.5",
        f"/tp {B} {X + 4}.5 {Y} {Z - 3}.5",
        f"/fill {X - 8} {Y} {Z - 8} {X + 16} {Y + 8} {Z + 16} air",
        f"/fill {X - 8} {Y - 1} {Z - 8} {X + 16} {Y - 1} {Z + 16} stone",
        *HEAL,
    )
    yield "t"
    bridge.call("leave", 5, session="t")


def do(bridge: Bridge, *commands: str, bot: str = A) -> list[dict[str, str]]:
    """Let a bot give commands; what the server has against them."""
    answer = bridge.call("act", 10, session="t", steps=[{"bot": bot, "commands": list(commands)}], settle_ms=100)
    messages: list[dict[str, str]] = answer["messages"]
    return messages


def seen(bridge: Bridge, size: tuple[int, int, int], corner: tuple[int, int, int] = (X, Y, Z)) -> list[str]:
    """The blocks of a box, x fastest, then z, then y."""
    read = bridge.call("read", 5, session="t", corner=list(corner), size=list(size))
    cells = struct.unpack(f"<{size[0] * size[1] * size[2]}H", base64.b64decode(read["cells"]))
    return [read["palette"][cell] for cell in cells]


def states(bridge: Bridge) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in bridge.call("state", 5, session="t")}


def fails(kind: str, bridge: Bridge, op: str, timeout: float = 5, /, **arguments: Any) -> str:
    """The message of the error that an operation has to end with."""
    with pytest.raises(ServerError) as caught:
        bridge.call(op, timeout, **arguments)
    assert caught.value.kind == kind, caught.value
    return str(caught.value)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def test_the_contract_is_held_by_a_given_server_too() -> None:
    if not GIVEN:
        pytest.skip("COLLM_MINECRAFT_HOST names no server to try; set it to host:port, with collm_a and collm_b as operators")
    host, _, port = GIVEN.partition(":")
    socket.create_connection((host, int(port or 25565)), 5).close()


def test_hello_tells_what_runs_there(bridge: Bridge) -> None:
    hello = bridge.call("hello", 5)
    assert hello["node"].startswith("v")
    assert hello["mineflayer"] == "4.39.0"
    assert "1.20.1" in hello["versions"]


def test_join_answers_when_all_bots_are_in_the_world(bridge: Bridge, address: tuple[str, int]) -> None:
    host, port = address
    joined = bridge.call("join", 20, session="t", host=host, port=port, version=False, names=[A, B])
    assert joined["names"] == [A, B]
    assert [one["name"] for one in bridge.call("state", 5, session="t")] == [A, B]
    here = [round(one) for one in states(bridge)[A]["position"]]
    assert len(seen(bridge, (1, 1, 1), (here[0], here[1], here[2]))) == 1
    bridge.call("leave", 5, session="t")


def test_cells_come_x_first_then_z_then_y(bridge: Bridge, bots: str) -> None:
    assert not do(
        bridge, f"/setblock {X + 1} {Y} {Z} oak_planks", f"/setblock {X} {Y} {Z + 1} bricks", f"/setblock {X} {Y + 1} {Z} glass"
    )
    assert seen(bridge, (2, 2, 2)) == ["air", "oak_planks", "bricks", "air", "glass", "air", "air", "air"]


def test_what_one_bot_built_every_bot_sees(bridge: Bridge, bots: str) -> None:
    do(bridge, f"/fill {X} {Y} {Z} {X + 3} {Y} {Z} white_wool", bot=B)
    assert seen(bridge, (4, 1, 1)) == ["white_wool"] * 4


def test_steps_are_done_one_after_the_other(bridge: Bridge, bots: str) -> None:
    fill = f"/fill {X} {Y} {Z} {X + 15} {Y + 7} {Z + 15}"
    steps = [
        {"bot": bot, "commands": [f"{fill} {block}"]}
        for bot, block in ((A, "stone"), (B, "glass"), (A, "bricks"), (B, "oak_planks"))
    ]
    assert bridge.call("act", 10, session="t", steps=steps, settle_ms=100) == {"messages": []}
    assert set(seen(bridge, (16, 8, 16))) == {"oak_planks"}


def test_block_states_are_taken_and_read_back_by_name(bridge: Bridge, bots: str) -> None:
    assert not do(
        bridge, f"/setblock {X} {Y} {Z} oak_stairs[facing=south,half=top]", f"/setblock {X + 1} {Y} {Z} minecraft:oak_log[axis=x]"
    )
    assert seen(bridge, (2, 1, 1)) == ["oak_stairs", "oak_log"]


def test_refusals_are_told_and_what_had_nothing_to_do_is_not(bridge: Bridge, bots: str) -> None:
    told = do(bridge, f"/setblock {X} {Y} {Z} not_a_block", "/no_such_command", bot=B)
    assert {one["bot"] for one in told} == {B}
    assert any("not_a_block" in one["text"] for one in told)
    assert any("nknown" in one["text"] and "command" in one["text"] for one in told)
    assert not do(bridge, f"/setblock {X} {Y} {Z} air", f"/fill {X} {Y} {Z} {X} {Y + 1} {Z} air", NO_SPIDERS)


def test_no_more_than_twenty_refusals_are_kept(bridge: Bridge, bots: str) -> None:
    assert len(do(bridge, *[f"/setblock {X} {Y} {Z} not_a_block"] * 40)) == 20


def test_a_fill_that_is_too_large_is_refused(bridge: Bridge, bots: str) -> None:
    assert do(bridge, f"/fill {X} {Y} {Z} {X + 32} {Y + 32} {Z + 32} stone")
    assert seen(bridge, (1, 1, 1)) == ["air"]


def test_damage_is_measured(bridge: Bridge, bots: str, address: tuple[str, int], server: EmbeddedServer) -> None:
    do(bridge, f"/gamemode survival {A}", f"/gamemode survival {B}")
    if address != (server.host, server.port):
        time.sleep(3.2)  # Those who have just come in are spared by vanilla.
    do(bridge, f"/damage {B} 6.5 minecraft:out_of_world")
    assert {name: one["health"] for name, one in states(bridge).items()} == {A: 20, B: 13.5}
    do(bridge, *HEAL)
    assert states(bridge)[B]["health"] == 20


def test_a_bot_that_died_counts_as_dead_until_it_is_healed(bridge: Bridge, bots: str) -> None:
    do(bridge, f"/kill {B}")
    time.sleep(0.3)
    dead = states(bridge)[B]
    assert (dead["health"], dead["dead"]) == (0, True)
    assert not states(bridge)[A]["dead"]
    do(bridge, *HEAL)
    alive = states(bridge)[B]
    assert (alive["health"], alive["dead"]) == (20, False)
    do(bridge, f"/tp {B} {X + 4} {Y} {Z - 3}")
    assert seen(bridge, (1, 1, 1)) == ["air"]


def test_spiders_come_and_bite_and_are_killed(bridge: Bridge, bots: str) -> None:
    do(bridge, "/difficulty normal", "/time set 18000", f"/gamemode survival {A}", STEEL.format(X + 2, Y, Z - 3))
    assert states(bridge)[A]["spiders"] == 1
    deadline = time.monotonic() + 15
    while states(bridge)[A]["health"] == 20:
        assert time.monotonic() < deadline, "no spider bit within 15 s"
        time.sleep(0.1)
    bitten = states(bridge)
    assert (bitten[A]["health"], bitten[B]["health"]) == (16, 20)
    do(bridge, NO_SPIDERS)
    time.sleep(1.5)
    assert states(bridge)[A]["spiders"] == 0


def test_read_of_what_no_bot_has_received_ends_in_time(bridge: Bridge, bots: str) -> None:
    began = time.monotonic()
    message = fails("timeout", bridge, "read", 1, session="t", corner=[X + 5000, Y, Z], size=[1, 1, 1])
    assert "has not received" in message
    assert time.monotonic() - began < 2


def test_a_batch_is_one_answer_and_stops_at_the_first_error(bridge: Bridge, bots: str) -> None:
    def build(block: str) -> dict[str, Any]:
        return {
            "op": "act",
            "session": "t",
            "steps": [{"bot": A, "commands": [f"/setblock {X} {Y} {Z} {block}"]}],
            "settle_ms": 100,
        }

    read = {"op": "read", "session": "t", "corner": [X, Y, Z], "size": [1, 1, 1]}
    values = bridge.call("batch", 10, requests=[build("stone"), read, {"op": "wait", "ms": 1}, build("glass"), read])
    assert [one["palette"] for one in values[1::3]] == [["stone"], ["glass"]]
    fails("bad_request", bridge, "batch", requests=[{"op": "sing"}, build("bricks")])
    assert seen(bridge, (1, 1, 1)) == ["glass"]


def test_requests_for_the_same_bots_do_not_mix(bridge: Bridge, bots: str) -> None:
    blocks = ["stone", "glass", "bricks", "oak_planks"]
    read = {"op": "read", "session": "t", "corner": [X, Y, Z], "size": [8, 8, 8]}

    def build(block: str) -> list[dict[str, Any]]:
        fill = f"/fill {X} {Y} {Z} {X + 7} {Y + 7} {Z + 7} {block}"
        act = {"op": "act", "session": "t", "steps": [{"bot": A, "commands": [fill]}], "settle_ms": 100}
        return [act, read]

    with ThreadPoolExecutor(4) as pool:
        begun = list(pool.map(lambda block: bridge.submit("batch", 10, requests=build(block)), blocks))
        palettes = [values[1]["palette"] for values in pool.map(lambda waiter: waiter(), begun)]
    # A batch is not one request: between its parts another one's may come, but never in the middle of a part.
    assert all(len(palette) == 1 and palette[0] in blocks for palette in palettes)


def test_blocks_are_those_of_the_server(bridge: Bridge, bots: str) -> None:
    blocks = bridge.call("blocks", 5, session="t")
    assert {"air", "oak_planks", "white_wool"} <= set(blocks)
    assert "planks" not in blocks


def test_a_wait_takes_its_time_and_no_longer_than_is_left(bridge: Bridge) -> None:
    began = time.monotonic()
    bridge.call("wait", 5, ms=200)
    assert 0.19 < time.monotonic() - began < 3
    fails("timeout", bridge, "wait", 1, ms=2000)


def test_a_name_that_is_online_is_taken_and_its_owner_stays(bridge: Bridge, bots: str, address: tuple[str, int]) -> None:
    host, port = address
    message = fails("name_taken", bridge, "join", 10, session="u", host=host, port=port, version=False, names=["collm_c", B])
    assert B in message
    assert "collm_c" not in message
    assert set(states(bridge)) == {A, B}
    assert seen(bridge, (1, 1, 1)) == ["air"]


def test_joining_again_under_the_same_session_takes_the_place_of_the_old_bots(
    bridge: Bridge, bots: str, address: tuple[str, int]
) -> None:
    host, port = address
    bridge.call("join", 20, session="t", host=host, port=port, version=False, names=[A])
    assert set(states(bridge)) == {A}


def test_the_wrong_version_is_told(bridge: Bridge, address: tuple[str, int]) -> None:
    host, port = address
    message = fails("version", bridge, "join", session="t", host=host, port=port, version="1.12.2", names=[A])
    assert "1.12.2" in message
    fails("version", bridge, "join", session="t", host=host, port=port, version="9.9.9", names=[A])


def test_nothing_that_listens_is_told_at_once(bridge: Bridge) -> None:
    began = time.monotonic()
    port = free_port()
    message = fails("refused", bridge, "join", 10, session="t", host="127.0.0.1", port=port, version=False, names=[A])
    assert str(port) in message
    assert time.monotonic() - began < 3


def test_a_listener_that_never_answers_is_given_up_in_time(bridge: Bridge) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        began = time.monotonic()
        fails("timeout", bridge, "join", 1, session="t", host="127.0.0.1", port=listener.getsockname()[1], version=False, names=[A])
        assert time.monotonic() - began < 3


@pytest.mark.parametrize("noise", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x06\x00\x04nope", b"\xff" * 64, b""])
def test_a_listener_that_is_no_minecraft_server_is_told_and_the_bridge_lives(bridge: Bridge, noise: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            peer, _ = listener.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(noise)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(ServerError) as caught:
            bridge.call("join", 3, session="t", host="127.0.0.1", port=listener.getsockname()[1], version=False, names=[A])
        thread.join(5)
    assert caught.value.kind in ("refused", "timeout", "server", "version")
    assert bridge.call("hello", 5)["node"]


def test_who_has_left_is_gone_and_may_come_back(bridge: Bridge, bots: str, address: tuple[str, int]) -> None:
    host, port = address
    bridge.call("leave", 5, session="t")
    assert "join" in fails("ended", bridge, "state", session="t")
    bridge.call("leave", 5, session="t")
    bridge.call("join", 20, session="t", host=host, port=port, version=False, names=[A, B])
    assert set(states(bridge)) == {A, B}


def test_requests_that_make_no_sense_are_refused_and_harm_nothing(bridge: Bridge, bots: str) -> None:
    assert "join" in fails("bad_request", bridge, "sing")
    assert A in fails("bad_request", bridge, "act", session="t", steps=[{"bot": "nobody", "commands": []}])
    fails("bad_request", bridge, "read", session="t", corner=[0, 0], size=[1, 1, 1])
    fails("bad_request", bridge, "read", session="t", corner=[0, 0, 0], size=[1 << 10, 1 << 10, 1 << 10])
    fails("bad_request", bridge, "join", session="t 2", host="127.0.0.1", port=1, version=False, names=[A])
    fails("bad_request", bridge, "join", session="t2", host="127.0.0.1", port=1, version=False, names=["much_too_long_a_name"])
    assert seen(bridge, (1, 1, 1)) == ["air"]


def test_megabytes_go_through_both_ways(bridge: Bridge, bots: str) -> None:
    fails("bad_request", bridge, "x" * 5_000_000)
    assert len(seen(bridge, (64, 40, 40), (X - 8, Y - 10, Z - 8))) == 64 * 40 * 40


def test_an_exception_that_nobody_caught_ends_the_sessions_at_once_and_nothing_else(server: EmbeddedServer) -> None:
    join = {"op": "join", "session": "t", "host": server.host, "port": server.port, "version": False, "names": [A]}
    code = """
        const [core, folder, join] = process.argv.slice(1)
        const { handle, open } = require(core)
        open(folder)
        const ask = request => handle(JSON.stringify(request))
        const tell = async promise => process.stdout.write(await promise + '\\n')
        const work = async () => {
          await handle(join)
          setTimeout(() => { throw new Error('out of the blue') }, 50)
          const steps = [{ bot: 'collm_a', commands: ['/list'] }]
          await tell(ask({ op: 'act', session: 't', steps, settle_ms: 5000, timeout_ms: 9000 }))
          Promise.reject(new Error('not caught'))
          await tell(ask({ op: 'wait', ms: 50 }))
          await tell(handle(join).then(() => ask({ op: 'state', session: 't' })))
          process.exit(0)
        }
        work()
    """
    words = [find_node(), "-e", code, str(SCRIPTS / "core.js"), str(MODULES.find()), json.dumps(join)]
    done = subprocess.run(words, stdin=subprocess.PIPE, capture_output=True, text=True, timeout=60)
    failed, waited, state = map(json.loads, done.stdout.splitlines())
    assert failed["error"]["kind"] == "server"
    assert "out of the blue" in failed["error"]["message"]
    assert waited == {"ok": None}
    assert state["ok"][0]["name"] == A


def test_a_package_that_fails_is_no_reason_for_auto_to_fail(node_modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(node: str) -> None:
        raise javascript_bridge.PackageError("it hangs")

    monkeypatch.setattr(javascript_bridge, "_place", javascript_bridge._Place())
    monkeypatch.setattr(javascript_bridge, "_start", fails)
    bridge = open_bridge("auto")
    assert bridge.kind == "node"
    bridge.close()


def test_an_unknown_kind_is_refused_with_the_choices() -> None:
    with pytest.raises(ValueError, match="javascript"):
        open_bridge("telnet")
