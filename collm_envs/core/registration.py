"""From a task class to the names users import: version modules, PettingZoo's and Gymnasium's registries."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

import gymnasium
import pettingzoo
from pettingzoo import AECEnv

from collm_envs.core.checks import one_of
from collm_envs.core.env import CollabEnv
from collm_envs.core.task import Task

TASKS = {"tldr": "TLDR", "arxiv": "ArXiv", "coophe": "CoopHE", "strbuild": "StrBuild", "housebuild": "HouseBuild", "relay": "Relay"}
"""Task names, in the order of listings, with their names in Gymnasium's registry."""

_ENV_OPTIONS = ("max_cycles", "split", "render_mode")


def constructors(
    task_type: type[Task[Any]],
) -> tuple[Callable[..., CollabEnv], Callable[..., AECEnv[str, str, str | None]], Callable[..., AECEnv[str, str, str | None]]]:
    """``parallel_env``, ``env`` and ``raw_env`` of a version module.

    Keyword arguments are those of the environment (``max_cycles``, ``split``, ``render_mode``) and the task's fields;
    any other raises TypeError naming them all.
    """
    options = [item.name for item in dataclasses.fields(task_type)]

    def parallel_env(**kwargs: Any) -> CollabEnv:
        for key in kwargs:
            if key not in options and key not in _ENV_OPTIONS:
                names = ", ".join([*_ENV_OPTIONS, *options])
                raise TypeError(f"unknown argument {key!r} of {task_type.name}; choose from: {names}")
        of_env = {key: value for key, value in kwargs.items() if key in _ENV_OPTIONS}
        return CollabEnv(task_type(**{key: value for key, value in kwargs.items() if key not in _ENV_OPTIONS}), **of_env)

    def raw_env(**kwargs: Any) -> AECEnv[str, str, str | None]:
        from pettingzoo.utils.conversions import parallel_to_aec

        return parallel_to_aec(parallel_env(**kwargs))  # type: ignore[arg-type]  # it passes None for nobody: see its step()

    def env(**kwargs: Any) -> AECEnv[str, str, str | None]:
        from pettingzoo.utils.wrappers import OrderEnforcingWrapper

        return OrderEnforcingWrapper(raw_env(**kwargs))

    parallel_env.__doc__ = f"The PettingZoo parallel environment of {task_type.title}; arguments as in the module's page."
    raw_env.__doc__ = f"{task_type.title} with agents acting one after another (PettingZoo AEC), unwrapped."
    env.__doc__ = f"{task_type.title} with agents acting one after another (PettingZoo AEC), wrapped against misuse."
    shown = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None) for name in _ENV_OPTIONS]
    shown += list(inspect.signature(task_type).parameters.values())
    functions: tuple[Any, ...] = (parallel_env, env, raw_env)
    for function in functions:
        # As if it had been written in the version module, so that it pickles by name.
        function.__module__ = f"collm_envs.{task_type.name}_v{task_type.version}"
        function.__qualname__ = function.__name__
        function.__signature__ = inspect.Signature(shown)
    return parallel_env, env, raw_env


def version_module(task: str) -> Any:
    """The module ``collm_envs.TASK_v0``; raises ValueError naming the tasks for an unknown one."""
    return import_module(f"collm_envs.{one_of('task', task, TASKS)}_v0")


def register_all() -> None:
    """Register every task with PettingZoo (``collm/strbuild-v0``) and Gymnasium (``collm/StrBuild-v0``)."""
    for name, title in TASKS.items():
        module = f"collm_envs.{name}_v0"
        pettingzoo.register("parallel", f"collm/{name}-v0", entry_point=f"{module}:parallel_env")
        pettingzoo.register("aec", f"collm/{name}-v0", entry_point=f"{module}:env")
        gymnasium.register(
            f"collm/{title}-v0",
            entry_point="collm_envs.wrappers.single_agent:make",
            kwargs={"task": name},
            order_enforce=True,
        )
