"""Toy models: language models of a hundred thousand parameters that play one task after a minute's teaching.

    path = toy_model(relay_v0.parallel_env())       # a transformers folder, built once and remembered
    AutoModelForCausalLM.from_pretrained(path)

A toy goes through the same code as any model of a hub (tokenizer, chat template, adapters), without weights to fetch and without
an accelerator. It is taught by scripted policies of mixed skill: it has learnt to read its prompts and to write what the task
can read, and earns a third of what can be earned, so that most is left to learn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collm_agents.models.toy.recipes import RECIPES, Speaker, ToyRecipe, hearing_recipe, solo_recipe, toy_recipe

if TYPE_CHECKING:
    from collm_agents.models.toy.cache import cache_folder, toy_model

__all__ = ["RECIPES", "Speaker", "ToyRecipe", "cache_folder", "hearing_recipe", "solo_recipe", "toy_model", "toy_recipe"]


def __getattr__(name: str) -> Any:
    # Recipes are read where torch is not loaded; building needs it.
    if name in ("cache_folder", "toy_model"):
        from collm_agents.models.toy import cache

        return getattr(cache, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
