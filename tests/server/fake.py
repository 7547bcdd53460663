"""A server and its bots in this process: what a site needs of them, without Node. Faults are asked for by name of an op."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from math import dist
from typing import Any

from collm_envs.minecraft.server.errors import ServerError

KNOWN = ("air", "stone", "bricks", "oak_planks", "white_wool", "black_wool", "glass", "oak_log", "dirt", "grass_block", "sand")
FILL_LIMIT = 32_768


@dataclass
class Player:
    """A bot, as the server has it."""

    position: tuple[float, float, float] = (0.5, 4.0, 0.5)
    health: float = 20.0
    mode: str = "survival"


@dataclass
class Spider:
    """A mob."""

    position: tuple[float, float, float]
    damage: int
    tag: str


@dataclass
class FakeServer:
    """A server that obeys at once; ``bites`` is how often each spider bites while bots wait."""

    operators: bool = True
    bites: int = 1
    deaf_to: str = ""
    """Commands with this in them are accepted and not done."""
    alive: bool = True
    cells: dict[tuple[int, int, int], str] = field(default_factory=dict)
    players: dict[str, Player] = field(default_factory=dict)
    spiders: list[Spider] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    host: str = "127.0.0.1"
    port: int = 25565
    version: str = "1.20.1"

    def say(self, name: str, text: str) -> str:
        """Do a command; returns what the server has against it."""
        self.said.append((name, text))
        if not self.operators:
            return "Unknown or incomplete command, see below for error"
        if self.deaf_to and self.deaf_to in text:
            return ""
        words = text.removeprefix("/").split(" ")
        doing = getattr(self, f"do_{words[0]}", None)
        return str(doing(words[1:]) or "") if doing else ""

    def do_setblock(self, words: list[str]) -> str | None:
        return self.do_fill([*words[:3], *words])

    def do_fill(self, words: list[str]) -> str | None:
        low, high = tuple(map(int, words[:3])), tuple(map(int, words[3:6]))
        ranges = [range(a, b + 1) for a, b in zip(low, high)]
        block = words[6]
        if block not in KNOWN:
            return f"Unknown block type '{block}'"
        if len(ranges[0]) * len(ranges[1]) * len(ranges[2]) > FILL_LIMIT:
            return "Too many blocks in the specified area"
        for x in ranges[0]:
            for y in ranges[1]:
                for z in ranges[2]:
                    self.cells.pop((x, y, z), None)
                    if block != "air":
                        self.cells[x, y, z] = block
        return None

    def do_tp(self, words: list[str]) -> None:
        x, y, z = map(float, words[1:])
        self.players[words[0]].position = x, y, z

    def do_gamemode(self, words: list[str]) -> None:
        self.players[words[1]].mode = words[0]

    def do_effect(self, words: list[str]) -> None:
        self.players[words[1]].health = 20.0

    def do_damage(self, words: list[str]) -> None:
        player = self.players[words[0]]
        player.health = max(0.0, player.health - float(words[1]))

    def do_summon(self, words: list[str]) -> None:
        data = " ".join(words[4:])
        tag, damage = re.search(r'Tags:\["(\w+)"\]', data), re.search(r"Base:(\d+)", data)
        assert tag
        assert damage
        x, y, z = map(float, words[1:4])
        self.spiders.append(Spider((x, y, z), int(damage[1]), tag[1]))

    def do_kill(self, words: list[str]) -> None:
        selector = dict(part.split("=", 1) for part in words[0].removeprefix("@e[").removesuffix("]").split(","))
        assert selector["type"] == "minecraft:spider"
        self.spiders = [one for one in self.spiders if not self._meant(selector, one)]

    @staticmethod
    def _meant(selector: dict[str, str], spider: Spider) -> bool:
        if "tag" in selector:
            return spider.tag == selector["tag"]
        x, y, z = (float(selector[axis]) for axis in "xyz")
        return dist(spider.position, (x, y, z)) <= float(selector["distance"].removeprefix(".."))

    def pass_time(self) -> None:
        """Spiders bite who is nearest."""
        for spider in self.spiders:
            alive = [one for one in self.players.values() if one.mode == "survival" and one.health > 0]
            if alive:
                player = min(alive, key=lambda one: dist(one.position, spider.position))
                player.health = max(0.0, player.health - self.bites * spider.damage)

    def close(self) -> None:
        self.alive = False


class FakeBridge:
    """Bots on a server of this process.

    Attributes:
        trips: the ops that were asked for, those within a batch apart.
        broken: an op that fails, counted down: ``{"act": 2}`` fails the second time.
        lost: whether bots find that their connection has ended when they are to do something.
    """

    kind = "node"

    def __init__(self, server: FakeServer) -> None:
        self.server = server
        self.trips: list[str] = []
        self.broken: dict[str, int] = {}
        self.closed = 0
        self.lost = False
        self._sessions: dict[str, list[str]] = {}
        self._died: set[str] = set()

    @property
    def alive(self) -> bool:
        return not self.closed

    def close(self) -> None:
        self.closed += 1
        for names in self._sessions.values():
            for name in names:
                self.server.players.pop(name, None)
        self._sessions.clear()

    def submit(self, op: str, /, timeout: float, **arguments: Any) -> Callable[[], Any]:
        assert timeout > 0
        self.trips.append(op)
        try:
            value = self._do({"op": op, **arguments})
        except ServerError as error:
            failed = error

            def fail() -> Any:
                raise failed

            return fail
        return lambda: value

    def call(self, op: str, /, timeout: float, **arguments: Any) -> Any:
        return self.submit(op, timeout, **arguments)()

    def _do(self, request: dict[str, Any]) -> Any:
        op = request["op"]
        if not self.alive or not self.server.alive:
            raise ServerError("the server is gone")
        if self.lost and op == "act":
            raise ServerError("the connection ended", "ended")
        if op in self.broken:
            self.broken[op] -= 1
            if not self.broken[op]:
                del self.broken[op]
                raise ServerError(f"{op} was made to fail")
        return getattr(self, f"op_{op}")(request)

    def op_batch(self, request: dict[str, Any]) -> Any:
        return [self._do(one) for one in request["requests"]]

    def op_join(self, request: dict[str, Any]) -> Any:
        if taken := [name for name in request["names"] if name in self.server.players]:
            raise ServerError(f"already logged in: {taken}", kind="name_taken")
        self._sessions[request["session"]] = request["names"]
        self.server.players.update({name: Player() for name in request["names"]})
        return {"version": "1.20.1", "names": request["names"]}

    def op_blocks(self, request: dict[str, Any]) -> Any:
        return list(KNOWN)

    def op_leave(self, request: dict[str, Any]) -> None:
        for name in self._sessions.pop(request["session"], ()):
            self.server.players.pop(name, None)

    def op_act(self, request: dict[str, Any]) -> Any:
        messages = []
        for step in request["steps"]:
            for command in step["commands"]:
                if answer := self.server.say(step["bot"], command):
                    messages.append({"bot": step["bot"], "text": answer})
                if command.startswith("/effect give") and self.server.operators:
                    self._died.discard(command.split()[2])
        return {"messages": messages[:20]}

    def op_state(self, request: dict[str, Any]) -> Any:
        found = []
        for name in self._sessions[request["session"]]:
            if player := self.server.players.get(name):
                if player.health <= 0:
                    # It comes back to life by itself, elsewhere.
                    self._died.add(name)
                    player.health, player.position = 20.0, (0.5, 4.0, 0.5)
                dead = name in self._died
                state = {"health": 0 if dead else player.health, "dead": dead, "position": list(player.position)}
                found.append({"name": name, **state, "spiders": len(self.server.spiders)})
        return found

    def op_wait(self, request: dict[str, Any]) -> None:
        if request["ms"] >= 200:
            self.server.pass_time()

    def op_read(self, request: dict[str, Any]) -> Any:
        (x0, y0, z0), (width, height, depth) = request["corner"], request["size"]
        places = ((x, y, z) for y in range(height) for z in range(depth) for x in range(width))
        found = [self.server.cells.get((x0 + x, y0 + y, z0 + z), "air") for x, y, z in places]
        palette = sorted(set(found))
        cells = struct.pack(f"<{len(found)}H", *map(palette.index, found))
        return {"palette": palette, "cells": base64.b64encode(cells).decode()}
