"""What the building tasks share: palettes, command limits, the built world, reports and pictures."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from collm_envs.core.checks import whole
from collm_envs.core.prompting import quotable
from collm_envs.core.task import Score, Task
from collm_envs.core.taskset import Instance
from collm_envs.minecraft.backend import LONGEST_TURN, MEMORY, PORT, Backend, Bridge, check_backend, seconds
from collm_envs.minecraft.commands import Commands, shares
from collm_envs.minecraft.world import Box, World, solid

if TYPE_CHECKING:
    from collm_envs.minecraft.server import Outcome, Site, Turn

I = TypeVar("I", bound=Instance)  # noqa: E741  (the field's letter for an instance type)

MOST_AGENTS = 16
MOST_COMMANDS = 100_000
_REPORTED_LINES = 5
_REPORTED_LENGTH = 100


@dataclass(slots=True)
class Built:
    """What a joint action came to: each agent's commands, and the world they made.

    Attributes:
        commands: of each agent.
        world: what stands after them.
        outcome: what the server reported, ``world`` included; None in process.
    """

    commands: list[Commands]
    world: World
    outcome: Outcome | None = None


@dataclass(frozen=True, kw_only=True)
class BuildTask(Task[I]):
    """A task in a world of blocks.

    Fields:
        num_agents: number of builders, 1 to 16.
        palettes: block ids of each builder.
        max_commands: accepted commands of the team per turn, split evenly, an odd remainder to the first builders.
        persistent_world: keep the world between turns; otherwise each turn starts from an empty one.
        report: begin each turn's feedback with the score terms and the lines that were rejected, with reasons.
        backend: where worlds stand: in this process (``memory``), on a Minecraft server (``server``), or on an open site.
        host, port: the server (None: an embedded one is started; port None: 25565).
        bridge: what drives the bots: ``javascript`` (the package of that name), ``node`` (a child process) or ``auto``.
        plot: number of the place on a server that others use too (None: the first free one).
        turn_timeout: seconds after which a turn on a server is given up.
    """

    pictures: ClassVar[bool] = True
    own_metrics: ClassVar[tuple[str, ...]] = ("accepted", "rejected")

    num_agents: int = 2
    max_commands: int = 300
    persistent_world: bool = False
    report: bool = True
    backend: Backend = MEMORY
    host: str | None = None
    port: int | None = None
    bridge: Bridge = "auto"
    plot: int | None = None
    turn_timeout: float = 30.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_backend(self.backend, self.host, self.port, self.bridge, self.plot)
        seconds("turn_timeout", self.turn_timeout, LONGEST_TURN)
        whole("num_agents", self.num_agents, 1, MOST_AGENTS)
        whole("max_commands", self.max_commands, 0, MOST_COMMANDS)

    @property
    def agents(self) -> tuple[str, ...]:
        return tuple(f"builder_{number}" for number in range(self.num_agents))

    @abstractmethod
    def box(self, instance: I) -> Box:
        """The size of the instance's world."""

    @abstractmethod
    def goal(self, instance: I) -> Mapping[str, int]:
        """The target by block; ``"*"`` stands for any block."""

    @property
    def world_rule(self) -> str:
        """What prompts say of the world between turns."""
        return f"The world {'stays as it is between turns' if self.persistent_world else 'is empty at the start of each turn'}."

    @property
    def request(self) -> str:
        return "Write only what is to change." if self.persistent_world else super().request

    def introduction(self, agent: int) -> str:
        """How every prompt begins: what to answer with, who the builder is, and how its commands meet the others'."""
        return (
            f"You are a builder in a block world. Answer with commands only, one per line, no explanations.\n\n{self._team(agent)}"
        )

    def command_limit(self, agent: int) -> str:
        """The rule on the number of commands."""
        limit = shares(self.max_commands, self.num_agents)[agent]
        return f"At most {limit} commands. Lines that break a rule are ignored."

    def _team(self, agent: int) -> str:
        if self.num_agents == 1:
            return "You build alone."
        line = f"You are builder {agent + 1} of a team of {self.num_agents}. All of you act at the same time."
        later = " Your commands run after those of the builders before you and replace their blocks where they meet."
        return line + later if agent else line

    # -- on a server ------------------------------------------------------------------------------------------------

    @property
    def on_server(self) -> bool:
        """Whether worlds stand on a server."""
        return self.backend != MEMORY

    @cached_property
    def _site(self) -> Site:
        if not isinstance(self.backend, str):
            return self.backend
        # Here, so that nobody who plays in process imports it.
        from collm_envs.minecraft.server import open_site

        port = PORT if self.host is not None and self.port is None else self.port
        return open_site(self.num_agents, self.host, port, **self.site_options)

    @property
    def site_options(self) -> dict[str, Any]:
        """Further arguments of the site."""
        return {"bridge": self.bridge, "plot": self.plot, "turn_timeout": self.turn_timeout}

    def __getstate__(self) -> dict[str, Any]:
        # A task is a value, its site is not: a copy, in this process or in another, opens its own.
        return {name: value for name, value in self.__dict__.items() if name != "_site"}

    def check_backend(self) -> None:
        if self.on_server:
            self._site.open()

    def in_process(self) -> BuildTask[I]:
        return replace(self, backend=MEMORY, host=None, port=None, bridge="auto", plot=None)

    def close(self) -> None:
        # A site that was given is for whoever opened it to close.
        if isinstance(self.backend, str) and "_site" in self.__dict__:
            self._site.close()

    def begin(self, instance: I, horizon: int) -> Any:
        if self.on_server:
            palettes = self.blocks(instance)
            self._site.clear(self.box(instance), {block for palette in palettes for block in solid(palette)})
        return None

    def submit(self, instance: I, joint_action: Sequence[str], carry: Any = None) -> Callable[[], Score]:
        if not self.on_server:
            return lambda: self.score(instance, joint_action, carry)
        read = self.read(instance, joint_action)
        wait = self._site.submit(self.turn(instance, read, carry))

        def finish() -> Score:
            outcome = wait()
            return self.judge(instance, Built(read, outcome.world, outcome), carry)

        return finish

    @abstractmethod
    def blocks(self, instance: I) -> Sequence[Sequence[str]]:
        """Block ids of each builder."""

    @abstractmethod
    def read(self, instance: I, joint_action: Sequence[str]) -> list[Commands]:
        """What each builder's completion comes to as commands."""

    @abstractmethod
    def turn(self, instance: I, read: Sequence[Commands], carry: Any) -> Turn:
        """What a server is to do in a turn."""

    @abstractmethod
    def judge(self, instance: I, built: Built, carry: Any) -> Score:
        """Score what a server reported after a turn."""

    # -- after a turn -----------------------------------------------------------------------------------------------

    def notes(self, score: Score) -> dict[str, Any]:
        parts, outcome = score.evidence.commands, score.evidence.outcome
        # How long it took stays in the outcome: but for that, equal actions have equal transcripts.
        server = {"server": {"mapped": dict(outcome.mapped), "remarks": list(outcome.remarks)}} if outcome else {}
        return {
            "accepted_commands": [[command.text for command in part.accepted] for part in parts],
            "rejected": [[{"line": line, "reason": reason} for line, reason in part.rejected] for part in parts],
            **server,
        }

    def reviews(self, instance: I, joint_action: Sequence[str], score: Score) -> Sequence[str]:
        if self.report:
            head = _result_form(tuple(score.terms)) % (score.total, *score.terms.values())
        else:
            head = f"Reward of the previous turn: {score.total:.4f}" if self.feedback == "score" else ""
        if status := self.status(instance, score):
            head = f"{head}\n{status}" if head else status
        told = []
        for own, advice in zip(score.evidence.commands, self.advices(instance, score)):
            result = self._report(head, own) if self.report else head
            told.append(f"{result}\n\n{advice}" if result and advice else result or advice)
        return told

    def status(self, instance: I, score: Score) -> str:
        """What every builder must know about the state of the team, whatever the feedback mode."""
        return ""

    @abstractmethod
    def advices(self, instance: I, score: Score) -> Sequence[str]:
        """What the feedback mode tells each builder besides the reward."""

    def _report(self, head: str, own: Commands) -> str:
        accepted, rejected = own
        lines = [head, f"Of your lines {len(accepted)} were accepted and {len(rejected)} rejected."]
        for line, reason in rejected[:_REPORTED_LINES]:
            lines.append(f"  {quotable(line.strip()[:_REPORTED_LENGTH])}  <- {reason}")
        if len(rejected) > _REPORTED_LINES:
            lines.append(f"  and {len(rejected) - _REPORTED_LINES} more")
        return "\n".join(lines)

    # -- pictures ---------------------------------------------------------------------------------------------------

    def ansi(self, instance: I, joint_action: Sequence[str] | None, score: Score | None, colour: bool = True) -> str:
        from collm_envs.minecraft import terminal

        drawing = terminal.draw(self.box(instance), self.goal(instance), score.evidence.world if score else {}, colour)
        return f"{drawing}\n{terminal.caption(score, self.agents)}" if score else drawing

    def check_pictures(self) -> None:
        from collm_envs.minecraft import render

        render.check_installed()

    def picture(self, instance: I, score: Score | None) -> NDArray[np.uint8]:
        from collm_envs.minecraft import render

        return render.side_by_side(self.box(instance), self.goal(instance), score.evidence.world if score else {})


@lru_cache(maxsize=64)
def _result_form(terms: tuple[str, ...]) -> str:
    return f"Result of the previous turn: reward %.4f ({', '.join(f'{name} %+.3f' for name in terms)})."


def check_palettes(palettes: Any, agents: int) -> tuple[tuple[str, ...], ...]:
    """Palettes as tuples; raises unless there is one per agent, each of words without spaces."""
    if isinstance(palettes, str) or not isinstance(palettes, Sequence):
        raise TypeError(f"palettes must be a list of lists of block ids, got {palettes!r}")
    if len(palettes) != agents:
        raise ValueError(f"{len(palettes)} palettes for {agents} builders; give one per builder")
    for palette in palettes:
        if isinstance(palette, str) or not isinstance(palette, Sequence) or not palette:
            raise TypeError(f"a palette must be a non-empty list of block ids, got {palette!r}")
    checked = tuple(tuple(check_block(block) for block in palette) for palette in palettes)
    for palette in checked:
        if not solid(palette):
            raise ValueError("a palette needs a block other than air")
    return checked


def check_block(block: Any) -> str:
    """``block`` without ``minecraft:`` if it can be a block id: lower-case letters, digits, ``_``, ``:``, ``.``, at most 64."""
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789_:.")
    if not isinstance(block, str) or not 0 < len(block.removeprefix("minecraft:")) <= 64 or not set(block) <= allowed:
        raise ValueError(f"{block!r} is no block id: lower-case letters, digits, '_', ':' and '.', at most 64 characters")
    return block.removeprefix("minecraft:")


def share_of(count: int, agents: int) -> int:
    """About how many of ``count`` cells are one agent's part."""
    return max(1, count // agents)
