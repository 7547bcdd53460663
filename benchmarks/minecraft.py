"""How fast environments build on a Minecraft server, and what the set-up takes.

    python benchmarks/minecraft.py [--rounds N] [--soak [N]]

Everything is measured on embedded servers, over both transports, with two bots. Each round runs all ways one after another, so
that the medians over rounds compare on a machine that is busy with other things, too. Rows:

- *cold start*: a fresh Python until a site is open: imports, server, bots' process and two logins;
- *first reset*, *reset*: of a StrBuild wall of 54 x 5 cells; the first one lays the floor;
- *turn*: 50 blocks set by two bots on an empty wall, and read back by both;
- *commands per second*: 1,000 blocks set by one bot, in one batch and one by one with an answer for each;
- *floor*: the same commands, sent at once by a client of the bare protocol that waits for one reply at the end.

``--soak`` plays 400 episodes (a reset and two turns each) over each transport and watches for blocks out of place and for memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parent.parent))

from collm_envs.minecraft.commands import Command, Reader
from collm_envs.minecraft.server.bridge import Bridge, open_bridge
from collm_envs.minecraft.server.embedded import EmbeddedServer
from collm_envs.minecraft.server.install import MODULES
from collm_envs.minecraft.server.node import find_node
from collm_envs.minecraft.server.plots import Plot
from collm_envs.minecraft.server.session import Session
from collm_envs.minecraft.server.turns import Turn
from collm_envs.minecraft.world import Box, World, build

ROOT = Path(__file__).parent.parent
ROUNDS = 9
EPISODES = 400
KINDS = ("javascript", "node")
WALL = Box(54, 5, 1)
PALETTE = ("white_wool", "black_wool", "stone", "glass")
COLD = """
import sys, time
start = time.perf_counter()
from collm_envs.minecraft.server import open_site
site = open_site(2, bridge=sys.argv[1])
site.open()
print(time.perf_counter() - start)
site.close()
"""
BATCHED, SINGLE = 1000, 100
LIMIT = 60.0
COLD_BAR, RESET_BAR, TURN_BAR, SIZE_BAR = 3.0, 0.3, 0.060, 200.0


def note(text: str) -> None:
    """Say what is going on, on a terminal, in place of what was said before."""
    if sys.stderr.isatty():
        print(f"\r{text:<100}", end="", file=sys.stderr, flush=True)


def seconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def set_blocks(rng: Random, count: int) -> tuple[Command, ...]:
    """Accepted commands that set blocks all over the wall."""
    lines = [f"/setblock {rng.randrange(WALL.width)} {rng.randrange(WALL.height)} 0 {rng.choice(PALETTE)}" for _ in range(count)]
    return tuple(Reader(WALL, PALETTE, ("setblock",)).read("\n".join(lines), count).accepted)


class Stand:
    """A server, a bridge and a session: what a site has, in reach."""

    def __init__(self, kind: str) -> None:
        self.server = EmbeddedServer.start()
        self.bridge: Bridge = open_bridge(kind)
        self.plot = Plot(0, 2)
        self.session = Session(self.bridge, self.plot, True, 2.0)
        self.session.join(self.server.host, self.server.port, self.server.version, LIMIT)

    def reset(self) -> None:
        self.session.clear(WALL, LIMIT)

    def turn(self, rng: Random, start: World) -> World:
        """Fifty blocks by two bots; what stands then must be what the commands build."""
        turn = Turn(WALL, start, (set_blocks(rng, 25), set_blocks(rng, 25)))
        outcome = self.session.begin(turn, LIMIT)()
        assert outcome.world == build([command for part in turn.commands for command in part], start), "a block is out of place"
        return outcome.world

    def turns(self, rng: Random, count: int) -> list[float]:
        """Seconds of so many turns, each from an empty wall."""
        return [seconds(lambda: self.turn(rng, {})) for _ in range(count)]

    def batched(self) -> float:
        """Seconds for all commands in one batch."""
        texts = texts_of(self.plot, BATCHED)
        return seconds(lambda: self._say(texts))

    def one_by_one(self) -> float:
        """Seconds for commands, each waited for."""
        texts = texts_of(self.plot, SINGLE)
        start = time.perf_counter()
        for text in texts:
            self._say([text])
        return time.perf_counter() - start

    def _say(self, texts: Sequence[str]) -> None:
        steps = [{"bot": self.plot.names[0], "commands": list(texts)}]
        self.bridge.call("act", LIMIT, session=self.plot.tag, steps=steps, settle_ms=0)

    def close(self) -> None:
        self.bridge.close()
        self.server.close()


def texts_of(plot: Plot, count: int) -> list[str]:
    """Commands as a server takes them."""
    return [text for command in set_blocks(Random(7), count) for text in plot.command(command, {})]


def floor(server: EmbeddedServer, rounds: int) -> list[float]:
    """Commands per second of the bare protocol."""
    words = [find_node(), str(Path(__file__).with_name("minecraft_floor.js")), str(MODULES.find()), server.host, str(server.port)]
    texts = json.dumps(texts_of(Plot(0, 2), BATCHED))
    done = subprocess.run(
        [*words, server.version, str(rounds)], input=texts, check=True, capture_output=True, text=True, timeout=120
    )
    return [BATCHED / taken for taken in json.loads(done.stdout)]


def speeds(rounds: int) -> None:
    """The table."""
    rows: dict[str, list[float]] = {}

    def add(label: str, value: float) -> None:
        rows.setdefault(label, []).append(value)

    for number in range(1, rounds + 1):
        for kind in KINDS:
            note(f"round {number} of {rounds}: cold start, {kind}")
            words = [sys.executable, "-c", COLD, kind]
            done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=LIMIT, cwd=ROOT)
            add(f"cold start, {kind}", float(done.stdout))
        for kind in KINDS:
            note(f"round {number} of {rounds}: turns and commands, {kind}")
            stand = Stand(kind)
            try:
                add(f"first reset, {kind}", seconds(stand.reset))
                # The first turns are those of a program that is still being compiled.
                add(f"turn, {kind}", median(stand.turns(Random(number), 15)[5:]))
                add(f"reset, {kind}", seconds(stand.reset))
                add(f"commands per second, batched, {kind}", BATCHED / stand.batched())
                add(f"commands per second, one by one, {kind}", SINGLE / stand.one_by_one())
            finally:
                stand.close()
        note(f"round {number} of {rounds}: floor")
        with EmbeddedServer.start() as server:
            # Its first round, too, is one of a program that is still being compiled; the bots' came after some turns.
            add("commands per second, floor", median(floor(server, 4)[1:]))
    note("")
    bars = {"cold start": COLD_BAR, "first reset": RESET_BAR, "reset": RESET_BAR, "turn": TURN_BAR}
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    print(f"\n{f'load per processor {load:.1f}':<46}{'median':>10}{'least':>10}{'most':>10}{'bar':>10}")
    for label in sorted(rows, key=lambda label: (label.startswith("commands"), list(rows).index(label))):
        values, bar = rows[label], bars.get(label.partition(",")[0], 0.0)
        print(row(label, values, bar, 0 if label.startswith("commands") else 3))
    print(row("megabytes of Node modules", [megabytes(MODULES.find())], SIZE_BAR, 0))


def row(label: str, values: Sequence[float], bar: float, digits: int) -> str:
    """Median, least and most, and the bar that the median should stay below (0: none)."""
    shown = "".join(f"{value:>10,.{digits}f}" for value in (median(values), min(values), max(values)))
    return f"{label:<46}{shown}" + (f"{bar:>10,.{digits}f}" + "  missed" * (median(values) > bar) if bar else "")


def megabytes(folder: Path) -> float:
    """What a folder takes on the disk."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*") if not path.is_symlink()) / 1e6


# -- growth -------------------------------------------------------------------------------------------------------------


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def soak(kind: str, episodes: int) -> None:
    """Memory and time at ten moments of many episodes; a block out of place ends it."""
    step = max(1, episodes // 10)
    stand = Stand(kind)
    pids = [os.getpid(), int(stand.bridge.call("hello", LIMIT)["pid"]), stand.server.pid]
    heads = ("Python MB", "bots MB", "server MB", "turn ms", "99% ms", "reset ms")
    print(f"\n{f'{kind}, two turns an episode':<28}" + "".join(f"{head:>11}" for head in heads))
    rng, turns, resets = Random(episodes), [], []
    try:
        for episode in range(1, episodes + 1):
            resets.append(seconds(stand.reset))
            world: World = {}
            for _ in range(2):
                start = time.perf_counter()
                world = stand.turn(rng, world if episode % 2 else {})
                turns.append(time.perf_counter() - start)
            if episode % step == 0:
                cells = [*map(resident, pids), 1e3 * median(turns), 1e3 * quantiles(turns, n=100)[98], 1e3 * median(resets)]
                print(f"{f'{episode:,} episodes':<28}" + "".join(f"{cell:>11.1f}" for cell in cells), flush=True)
                turns, resets = [], []
    finally:
        stand.close()
    print("no block out of place")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds that medians are over (default: {ROUNDS})")
    parser.add_argument("--soak", type=int, nargs="?", const=EPISODES, metavar="N", help=f"play N episodes each ({EPISODES})")
    asked = parser.parse_args()
    if asked.soak:
        for kind in KINDS:
            soak(kind, asked.soak)
    else:
        speeds(asked.rounds)


if __name__ == "__main__":
    main()
