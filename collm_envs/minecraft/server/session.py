"""A session: the bots of one environment on one plot of one server.

It knows what stands on the plot, because the bots looked last, and brings it by as few fills as it can to where a turn starts. A
turn without spiders is one round trip to the bots. Nothing here heals itself: after any error the session is of no use.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from math import dist
from typing import Any

from collm_envs.minecraft.server.batch import Answers, Batch, remarks
from collm_envs.minecraft.server.blocks import translate
from collm_envs.minecraft.server.bridge import Bridge
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.plots import FLOOR, LARGEST, Plot, changes, decode
from collm_envs.minecraft.server.turns import Outcome, Turn
from collm_envs.minecraft.spiders import FULL_HEALTH
from collm_envs.minecraft.world import Box, World

RULES = (
    "/gamerule sendCommandFeedback false",  # Or every operator is told of every command of all the others.
    "/gamerule logAdminCommands false",
    "/gamerule doMobSpawning false",
    "/gamerule doDaylightCycle false",
    "/gamerule doWeatherCycle false",
    "/gamerule doFireTick false",
    "/gamerule randomTickSpeed 0",
    "/gamerule naturalRegeneration false",
    "/gamerule mobGriefing false",
    "/gamerule keepInventory true",
    "/difficulty normal",  # Spiders bite as hard as they are told to, and do not vanish.
    "/weather clear",
    "/time set noon",
)

_SETTLE = 0.1
_SHIELD = 3.2
_SMART = 0.55
_AGAIN = 0.06
_LEAST_LEFT = 5.0
_LEAVE_TIMEOUT = 2.0
_PING_TIMEOUT = 5.0
_NEAR = 0.02
_STRAY = 96


class Session:
    """Bots on a plot.

    Args:
        bridge: where they run.
        plot: where they build.
        embedded: whether the server is one of our own: fresh, with none but these bots on it, and exact about when a command
            is done. Of others nothing is taken for granted: what stands is read first, and again until it rests.
        spider_seconds: how long spiders that nobody kills have for a turn.
    """

    def __init__(self, bridge: Bridge, plot: Plot, embedded: bool, spider_seconds: float) -> None:
        self.plot = plot
        self.known: frozenset[str] = frozenset()
        self._bridge = bridge
        self._embedded = embedded
        self._spider_seconds = spider_seconds
        self._settle = 0.0 if embedded else _SETTLE
        self._box: Box | None = None
        self._standing: World = {}
        self._health: tuple[float, ...] | None = None
        self._shielded = 0.0

    def join(self, host: str, port: int, version: str | bool, timeout: float) -> None:
        """Let the bots log in; raises ServerError."""
        names = list(self.plot.names)
        deadline = time.monotonic() + timeout
        self._bridge.call("join", timeout, session=self.plot.tag, host=host, port=port, version=version, names=names)
        self.known = frozenset(self._bridge.call("blocks", _left(deadline), session=self.plot.tag))
        # A server lets nobody be hurt for the first three seconds.
        self._shielded = time.monotonic() + _SHIELD

    def leave(self) -> None:
        """Let the bots go, if the bridge still can."""
        if self._bridge.alive:
            self._bridge.call("leave", _LEAVE_TIMEOUT, session=self.plot.tag)

    def check(self) -> None:
        """Raise ServerError unless all bots are in."""
        self._states(self._bridge.call("state", _PING_TIMEOUT, session=self.plot.tag))

    # -- reset ------------------------------------------------------------------------------------------------------

    def clear(self, box: Box, timeout: float) -> None:
        """Empty the plot: air, floor, no spiders, day, bots at their places and whole; looked at, and done again if need be.

        Raises:
            ServerError: also if it is not so after ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        if self._box is None and not self._embedded:
            self._measure(deadline)
        while wrong := self._clear_once(box, deadline - time.monotonic()):
            if time.monotonic() > deadline:
                raise ServerError(f"plot {self.plot.number} could not be cleared within {timeout:.0f} s: {wrong}")
        self._health = (FULL_HEALTH,) * self.plot.builders

    def _measure(self, deadline: float) -> None:
        """See what an earlier session may have left, as far as any could build."""
        batch = self._batch()
        batch.act("rules", (self._first, RULES + tuple(self._places(LARGEST))))
        batch.read("world", LARGEST)
        self._standing = decode(LARGEST, batch.call(self._bridge, _left(deadline))["world"], {})
        self._box = LARGEST

    def _clear_once(self, box: Box, left: float) -> str:
        """Try, and say what is still wrong; "" if nothing is."""
        commands = list(RULES) if self._box is None else []
        commands += [f"/kill @e[type=minecraft:spider,{self._surroundings(box)}]", *self._day]
        if self._box is not None:
            commands += self._bring(self._box, self._standing, {})
        if self._box != box:
            commands += self.plot.lay(box)
        commands += self._places(box)
        commands += [_heal(name) for name in self.plot.names]
        batch = self._batch()
        batch.act("cleared", (self._first, commands))
        batch.read("floor", Box(box.width, 1, box.depth), height=-1)
        batch.read("world", box)
        batch.state("state")
        answers = batch.call(self._bridge, max(left, _AGAIN))
        floor = decode(Box(box.width, 1, box.depth), answers["floor"], {})
        self._box, self._standing = box, decode(box, answers["world"], {})
        states = self._states(answers["state"])
        if floor.get(FLOOR, 0).bit_count() < box.width * box.depth:
            self._box = None
            return "the floor has holes" + _said(answers, "cleared")
        if self._standing:
            return f"there still stands {', '.join(self._standing)}" + _said(answers, "cleared")
        if hurt := [one["name"] for one in states if one["dead"] or one["health"] < FULL_HEALTH]:
            return f"{', '.join(hurt)} did not become whole" + _said(answers, "cleared")
        if away := [one["name"] for bot, one in enumerate(states) if dist(one["position"], self.plot.stand(box, bot)) > 1]:
            return f"{', '.join(away)} did not come to the plot" + _said(answers, "cleared")
        return ""

    # -- turns ------------------------------------------------------------------------------------------------------

    def begin(self, turn: Turn, timeout: float) -> Callable[[], Outcome]:
        """Begin a turn; the returned function waits for its outcome.

        Raises:
            ValueError: if the server does not have one of the blocks.
            ServerError: in the returned function too.
        """
        began = time.monotonic()
        mapped = translate(turn.blocks, self.known)
        if self._box != turn.box:
            self.clear(turn.box, timeout)
        start = {mapped.get(block, block): mask for block, mask in turn.start.items() if mask}
        batch = self._batch()
        shield = max(0.0, self._shielded - began) if turn.attacks and not self._embedded else 0.0
        if shield:
            batch.wait(shield)
        if restore := list(self._bring(turn.box, self._standing, start)):
            batch.act("restored", (self._first, restore))
            batch.read("start", turn.box)
        self._make_health(batch, turn)
        batch.act("built", *self._steps(turn, mapped))
        waiting = self._spider_seconds if turn.attacks and not turn.killed else 0.0
        if waiting:
            batch.wait(waiting)
        batch.state("state")
        if not turn.attacks:
            self._look(batch, turn.box)
        deadline = began + timeout + shield + waiting
        waiter = batch.submit(self._bridge, timeout + shield + waiting)

        def outcome() -> Outcome:
            answers = waiter()
            self._check_start(turn, start, answers)
            health = self._measured(answers["state"])
            if turn.attacks:
                self._calm(turn.box, health, deadline)
                look = self._batch()
                self._look(look, turn.box)
                answers |= look.call(self._bridge, _left(deadline))
            # Who died has come back with another.
            self._health = health if min(health) > 0 else None
            self._standing = self._resting(turn.box, answers, deadline)
            names = {there: here for here, there in mapped.items()}
            world = {names.get(block, block): mask for block, mask in self._standing.items()}
            return Outcome(world, health, mapped, remarks(answers, "built"), time.monotonic() - began)

        return outcome

    def _make_health(self, batch: Batch, turn: Turn) -> None:
        """Bring bots to the health they should have; none but survivors can be hurt."""
        wanted = turn.health or (FULL_HEALTH,) * self.plot.builders
        if self._health and all(abs(one - other) < _NEAR for one, other in zip(self._health, wanted)):
            return
        builders = self.plot.names[: self.plot.builders]
        modes = [f"/gamemode survival {name}" for name in builders]
        # Apart, because a server heals only at its next tick.
        batch.act("healed", (self._first, [*modes, *map(_heal, builders)]))
        # Out of the world, because all other damage spares those who have just come in.
        hurt = [
            f"/damage {name} {FULL_HEALTH - one:.4f} minecraft:out_of_world"
            for name, one in zip(builders, wanted)
            if one < FULL_HEALTH - _NEAR
        ]
        if hurt and not self._embedded:
            # For half a second after a bite a server lets nobody be hurt again.
            batch.wait(_SMART)
        modes = [] if turn.attacks else [f"/gamemode creative {name}" for name in builders]
        batch.act("hurt", (self._first, hurt + modes))
        batch.state("before")

    def _steps(self, turn: Turn, mapped: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
        """Who says what: spiders first, then one builder after the other."""
        builders = self.plot.names[: self.plot.builders]
        if turn.attacks:
            night = [f"/collm_seed {turn.seed}"] if self._embedded else []
            night += ["/time set midnight", *(f"/gamemode survival {name}" for name in builders)]
            first = turn.seed % self.plot.builders
            night += [self.plot.summon(turn.box, first + spider, damage) for spider, damage in enumerate(turn.attacks)]
            yield self._first, night
        for name, commands in zip(builders, turn.commands):
            yield name, [text for command in commands for text in self.plot.command(command, mapped)]

    def _check_start(self, turn: Turn, start: World, answers: Answers) -> None:
        if "start" in answers:
            found = decode(turn.box, answers["start"], {})
            if found != start:
                steps = changes(turn.box, found, start)
                block, near, _ = steps[0]
                raise ServerError(
                    f"the world that the turn starts from could not be restored: {len(steps)} places differ, the first at {near}, "
                    f"which should be {block}{_said(answers, 'restored')}"
                )
        if "before" in answers:
            wanted = turn.health or (FULL_HEALTH,) * self.plot.builders
            found_health = self._measured(answers["before"])
            if any(abs(one - other) > _NEAR for one, other in zip(found_health, wanted)):
                raise ServerError(f"the bots' health is {found_health}, and should be {wanted}{_said(answers, 'healed', 'hurt')}")

    def _calm(self, box: Box, health: tuple[float, ...], deadline: float) -> None:
        """After the spiders: remove them, bring back who died, and let it be day."""
        died = [name for name, one in zip(self.plot.names, health) if one <= 0]
        batch = self._batch()
        batch.act("calmed", (self._first, [self.plot.kill, *self._day]))
        batch.call(self._bridge, _left(deadline))
        while died:
            batch = self._batch()
            batch.act("risen", (self._first, map(_heal, died)))
            batch.state("state")
            states = self._states(batch.call(self._bridge, _left(deadline))["state"])
            if not any(one["health"] <= 0 for one in states):
                self._shielded = time.monotonic() + _SHIELD
                break
            if time.monotonic() > deadline:
                raise ServerError(f"{', '.join(died)} died and did not come back to life")
            self._bridge.call("wait", _left(deadline), ms=round(1000 * _AGAIN))
        batch = self._batch()
        batch.act("back", (self._first, self._places(box)))
        batch.call(self._bridge, _left(deadline))

    # -- looking ----------------------------------------------------------------------------------------------------

    def _look(self, batch: Batch, box: Box) -> None:
        batch.read("world", box)
        if not self._embedded:
            batch.wait(_AGAIN)
            batch.read("again", box)

    def _resting(self, box: Box, answers: Answers, deadline: float) -> World:
        """The world that was read, once two looks agree."""
        world = decode(box, answers["world"], {})
        while "again" in answers:
            later = decode(box, answers["again"], {})
            if later == world:
                break
            if time.monotonic() > deadline:
                raise ServerError("the world does not come to rest: what is read keeps changing")
            world = later
            batch = self._batch()
            batch.wait(_AGAIN)
            batch.read("again", box)
            answers = batch.call(self._bridge, _left(deadline))
        return world

    def _measured(self, states: Any) -> tuple[float, ...]:
        """The builders' health."""
        return tuple(float(one["health"]) for one in self._states(states)[: self.plot.builders])

    def _states(self, states: Any) -> list[dict[str, Any]]:
        """The bots as they are, in the order of their names; raises ServerError if one is missing."""
        by_name = {one["name"]: one for one in states}
        if missing := [name for name in self.plot.names if name not in by_name]:
            raise ServerError(f"{', '.join(missing)} is no longer on the server")
        return [by_name[name] for name in self.plot.names]

    # -- pieces -----------------------------------------------------------------------------------------------------

    @property
    def _first(self) -> str:
        return self.plot.names[0]

    @property
    def _day(self) -> list[str]:
        """The end of the night; on other servers it may be somebody else's, whose spiders need it."""
        return ["/time set noon"] if self._embedded else []

    def _batch(self) -> Batch:
        return Batch(self.plot, self._settle)

    def _bring(self, box: Box, standing: World, wanted: World) -> Iterator[str]:
        for block, a, b in changes(box, standing, wanted):
            yield from self.plot.fill(block, a, b)

    def _places(self, box: Box) -> Iterable[str]:
        """All bots back to where they stand, and out of harm's way."""
        for bot, name in enumerate(self.plot.names):
            yield f"/gamemode creative {name}"
            yield self.plot.goto(box, bot)

    def _surroundings(self, box: Box) -> str:
        x, y, z = self.plot.place((box.width // 2, 0, 0))
        return f"x={x},y={y},z={z},distance=..{_STRAY}"


def _heal(name: str) -> str:
    return f"/effect give {name} minecraft:instant_health 1 10"


def _left(deadline: float) -> float:
    """Seconds until then; a last exchange gets a few in any case."""
    return max(_LEAST_LEFT, deadline - time.monotonic())


def _said(answers: Answers, *labels: str) -> str:
    """What the server said against it, for the end of an error's message."""
    said = [text for label in labels for text in remarks(answers, label)]
    return f" ({'; '.join(said)})" if said else ""
