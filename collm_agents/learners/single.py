"""The single-agent rows of the paper: one model answers for the whole team.

The learners are those of teams, on :class:`~collm_envs.wrappers.single_agent.SoloEnv`, where the only agent is called ``team``.
"""

from __future__ import annotations

from typing import ClassVar

from collm_agents.learners.collm_dc import CoLLMDC
from collm_agents.learners.magrpo import MAGRPO


class GRPO(MAGRPO):
    """MAGRPO with one agent: K responses of a prompt, each as good as it is better than their mean."""

    name: ClassVar[str] = "grpo"


class AC(CoLLMDC):
    """CoLLM-DC with one agent, whose own history is all there is."""

    name: ClassVar[str] = "ac"
