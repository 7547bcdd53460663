"""What a task wants to happen on a server, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from collm_envs.core.checks import whole
from collm_envs.minecraft.commands import Command
from collm_envs.minecraft.server.plots import check_fits
from collm_envs.minecraft.spiders import FULL_HEALTH
from collm_envs.minecraft.world import Box, World, occupied

_LARGEST_SEED = 2**53 - 1


@dataclass(frozen=True)
class Turn:
    """One turn of a team. It says all that the server needs to know: any turn may follow any other.

    Attributes:
        box: the size of the world.
        start: what stands before the first command; ``{}`` is an empty world.
        commands: the accepted commands of each builder, in order; the builders come one after the other.
        attacks: health that a bite of each spider takes, of a builder's 20; none for a turn without spiders.
        health: each builder's health before the turn, above 0 and up to 20; None: full.
        seed: draws when spiders bite, on an embedded server, 0 to 2**53 - 1; other servers draw by themselves.
    """

    box: Box
    start: World
    commands: tuple[tuple[Command, ...], ...]
    attacks: tuple[int, ...] = ()
    health: tuple[float, ...] | None = None
    seed: int = 0

    @property
    def blocks(self) -> frozenset[str]:
        """The block ids of the start and of the commands."""
        return frozenset(self.start).union(one.block for part in self.commands for one in part if one.block)

    @property
    def killed(self) -> bool:
        """Whether one of the commands removes the spiders."""
        return any(one.verb == "kill" for part in self.commands for one in part)

    def check(self, builders: int) -> None:
        """Raise ValueError unless the turn is one of so many builders, in a world that a server can hold."""
        check_fits(self.box)
        if len(self.commands) != builders:
            raise ValueError(f"commands of {len(self.commands)} builders, for a site of {builders}")
        if occupied(self.start) & ~self.box.full:
            raise ValueError("the start has cells outside the box")
        if any(attack < 0 for attack in self.attacks):
            raise ValueError(f"attacks must not be negative, got {self.attacks}")
        whole("seed", self.seed, 0, _LARGEST_SEED)
        if self.health is not None:
            if len(self.health) != builders:
                raise ValueError(f"health of {len(self.health)} builders, for a site of {builders}")
            if not all(0 < one <= FULL_HEALTH for one in self.health):
                raise ValueError(f"health before a turn must be above 0 and at most {FULL_HEALTH:.0f}, got {self.health}")


@dataclass(frozen=True)
class Outcome:
    """What became of a turn, as the bots saw it.

    Attributes:
        world: what stands, in the task's block ids; a block that no task could have placed keeps the server's id.
        health: each builder's after the turn, in [0, 20]; 0 for one that died.
        mapped: the server's id of each block of the turn that has another name there.
        remarks: what the server answered to commands that it refused.
        seconds: how long the turn took.
    """

    world: World
    health: tuple[float, ...]
    mapped: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    seconds: float = 0.0
