"""CoLLM-CC: decentralised actors, one centralised critic on the joint history (arXiv:2601.21972)."""

from __future__ import annotations

from typing import ClassVar

from collm_agents.learners.actor_critic import ActorCritic


class CoLLMCC(ActorCritic):
    """One critic, ``team``, reads what all agents saw and answered. All agents share its advantage; to act they do not need it."""

    name: ClassVar[str] = "collm-cc"

    def make_views(self) -> dict[str, tuple[str, ...]]:
        return {"team": self.agents}
