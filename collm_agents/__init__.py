"""Teams for the tasks of :mod:`collm_envs`: who answers the prompts, how well, learners that make them better, and a command line.

>>> from collm_agents.evaluate import evaluate
>>> from collm_agents.policies.scripted import ScriptedTeam
>>> results = evaluate("strbuild", ScriptedTeam("oracle"), split="test", episodes=2)
>>> [result.last_reward for result in results]
[2.0, 2.0]

The learners and their models need the extra ``agents`` and are loaded when they are asked for:

    from collm_agents import CoLLMCC, CoLLMConfig, LocalTeam, train

    team = LocalTeam.from_pretrained("Qwen/Qwen3-1.7B", env.possible_agents, lora_rank=32)
    train(CoLLMCC(env, team, CoLLMConfig(iterations=200)), "runs/mine")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collm_agents.learners.actor_critic import ActorCritic, CoLLMConfig
    from collm_agents.learners.base import Learner, LearnerConfig
    from collm_agents.learners.collm_cc import CoLLMCC
    from collm_agents.learners.collm_dc import CoLLMDC
    from collm_agents.learners.magrpo import MAGRPO, MAGRPOConfig
    from collm_agents.learners.single import AC, GRPO
    from collm_agents.models.local import LocalTeam
    from collm_agents.models.tabular import TabularTeam
    from collm_agents.training import Evaluation, assess, train

__all__ = [
    "AC",
    "GRPO",
    "MAGRPO",
    "ActorCritic",
    "CoLLMCC",
    "CoLLMConfig",
    "CoLLMDC",
    "Evaluation",
    "Learner",
    "LearnerConfig",
    "LocalTeam",
    "MAGRPOConfig",
    "TabularTeam",
    "assess",
    "train",
]

_HOMES = {
    "learners.actor_critic": ("ActorCritic", "CoLLMConfig"),
    "learners.base": ("Learner", "LearnerConfig"),
    "learners.collm_cc": ("CoLLMCC",),
    "learners.collm_dc": ("CoLLMDC",),
    "learners.magrpo": ("MAGRPO", "MAGRPOConfig"),
    "learners.single": ("AC", "GRPO"),
    "models.local": ("LocalTeam",),
    "models.tabular": ("TabularTeam",),
    "training": ("Evaluation", "assess", "train"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            try:
                return getattr(import_module(f"{__name__}.{home}"), name)
            except ModuleNotFoundError as error:
                if (error.name or "").partition(".")[0] not in ("torch", "transformers", "peft", "tokenizers", "safetensors"):
                    raise
                raise ImportError(f'{name} needs the package {error.name}: pip install "collm-envs[agents]"') from error
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
