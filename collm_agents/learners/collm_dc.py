"""CoLLM-DC: decentralised actors, a critic for each on its own history (arXiv:2601.21972)."""

from __future__ import annotations

from typing import ClassVar

from collm_agents.learners.actor_critic import ActorCritic


class CoLLMDC(ActorCritic):
    """Every agent has a critic that reads what this agent saw and answered, and nothing else."""

    name: ClassVar[str] = "collm-dc"

    def make_views(self) -> dict[str, tuple[str, ...]]:
        return {agent: (agent,) for agent in self.agents}
