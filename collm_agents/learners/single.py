"""The single-agent rows of the paper: one model answers for the whole team.

The learners are those of teams, on :class:`~collm_envs.wrappers.single_agent.SoloEnv`, where the only agent is called ``team``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from collm_agents.learners.actor_critic import CoLLMConfig
from collm_agents.learners.collm_dc import CoLLMDC
from collm_agents.learners.magrpo import MAGRPO, MAGRPOConfig
from collm_agents.models.base import TeamModel


class GRPO(MAGRPO):
    """MAGRPO with one agent: K responses of a prompt, each as good as it is better than their mean.

    Raises:
        ValueError: for an environment with several agents.
    """

    name: ClassVar[str] = "grpo"

    def __init__(self, env: Any, model: TeamModel, config: MAGRPOConfig, options: Mapping[str, Any] | None = None) -> None:
        _check_alone(env)
        super().__init__(env, model, config, options)


class AC(CoLLMDC):
    """CoLLM-DC with one agent, whose own history is all there is.

    Raises:
        ValueError: for an environment with several agents.
    """

    name: ClassVar[str] = "ac"

    def __init__(self, env: Any, model: TeamModel, config: CoLLMConfig, options: Mapping[str, Any] | None = None) -> None:
        _check_alone(env)
        super().__init__(env, model, config, options)


def _check_alone(env: Any) -> None:
    if len(env.possible_agents) != 1:
        raise ValueError(f"one model answers for all {len(env.possible_agents)} agents: give SoloEnv(env) in place of env")
