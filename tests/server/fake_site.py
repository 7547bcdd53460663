"""Sites without a server: one that does what it is told, and others that fail in the ways that servers do."""

from __future__ import annotations

from collm_envs.minecraft.server import Outcome, ServerError
from collm_envs.minecraft.world import build

UNKNOWN = {"cheese"}
BITES = 2


class FakeSite:
    """Builds as the tasks do in process. Spiders bite builders in turn, twice a turn; tests change what it is.

    Attributes:
        turns: every turn that was submitted.
        log: what happened, in order.
        down: what ``open`` fails with.
        broken: what the next turn fails with when it is waited for.
        refuses: what the next turn fails with when it is submitted.
        forgets: commands at the end of each builder's that are lost.
    """

    def __init__(self, builders=2):
        self.builders = builders
        self.turns = []
        self.log = []
        self.down = self.broken = self.refuses = ""
        self.forgets = 0

    def __deepcopy__(self, memo):
        return self

    def open(self):
        self.log.append("open")
        if self.down:
            raise ServerError(self.down)

    def clear(self, box, blocks):
        self.log.append("clear")
        self.cleared = box, set(blocks)
        if unknown := set(blocks) & UNKNOWN:
            raise ValueError(f"the server has no block {sorted(unknown)}")

    def submit(self, turn):
        self.open()
        self.log.append("submit")
        assert len(turn.commands) == self.builders
        if self.refuses:
            said, self.refuses = self.refuses, ""
            raise ServerError(said)
        self.turns.append(turn)
        return lambda: self._outcome(turn)

    def close(self):
        self.log.append("close")

    def _outcome(self, turn):
        if self.broken:
            said, self.broken = self.broken, ""
            raise ServerError(said)
        kept = [part[: len(part) - self.forgets] for part in turn.commands]
        health = list(turn.health or (20.0,) * self.builders)
        if not turn.killed:
            for spider, attack in enumerate(turn.attacks):
                health[spider % self.builders] = max(0.0, health[spider % self.builders] - BITES * attack)
        mapped = {"planks": "oak_planks"} if "planks" in turn.blocks else {}
        world = build([command for part in kept for command in part], turn.start)
        return Outcome(world, tuple(health), mapped, ("collm_0_0: a remark",) * bool(self.forgets), 0.01)
