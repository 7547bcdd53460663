"""From what a user asks for to checked options; whatever is wrong with it becomes one line."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import inspect
import json
import warnings
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from collm_envs.core.checks import one_of
from collm_envs.core.env import CollabEnv
from collm_envs.core.prompting import printable
from collm_envs.core.registration import version_module
from collm_envs.core.task import BackendLost, Task


class UsageError(Exception):
    """A wrong argument. Its text is the one line the user gets."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


def one_line(message: str) -> str:
    """A message as the one line of an error."""
    return " ".join(printable(message).split())


@contextlib.contextmanager
def user_input() -> Iterator[None]:
    """What fails in here, but for a lost backend, fails because of what the user asked for: a :class:`UsageError`."""
    try:
        yield
    except BackendLost:
        raise
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise UsageError(f"{where}{error.strerror or error}") from error
    except (ValueError, TypeError, LookupError, ImportError, RuntimeError) as error:
        raise UsageError(str(error)) from error


def make_env(
    task: str, settings: Iterable[Iterable[str]] = (), paper: bool = False, usual: Mapping[str, Any] | None = None
) -> CollabEnv:
    """The environment of a task, with ``usual`` options, then its ``PAPER`` ones if asked for, then ``key=value`` settings on top.

    Raises:
        UsageError: for an unknown task or key, or a value the task does not take.
    """
    with user_input():
        module = version_module(task)
        pairs = chain.from_iterable(group or [""] for group in settings)
        options = {**(usual or {}), **(module.PAPER if paper else {}), **read_settings(module.parallel_env, pairs)}
        env: CollabEnv = module.parallel_env(**options)
        return env


def read_settings(constructor: Any, settings: Iterable[str]) -> dict[str, Any]:
    """Constructor options from ``key=value`` texts; values are Python literals, or else text.

    Raises:
        ValueError: for text without ``=``, an unknown key, or a switch that is neither true nor false.
    """
    defaults = {name: parameter.default for name, parameter in inspect.signature(constructor).parameters.items()}
    # A split has a flag of its own, and pictures are drawn by the commands themselves.
    keys = [name for name in defaults if name not in ("split", "render_mode")]
    options: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals:
            raise ValueError(f"--set takes key=value, got {setting!r}; choose keys from: {', '.join(keys)}")
        one_of("key of --set", key, keys)
        options[key] = _switch(key, text) if isinstance(defaults[key], bool) else literal(text)
    return options


def literal(text: str) -> Any:
    """The Python literal that a text spells, or else the text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Remarks of Python's on the spelling of a literal would be a second line.
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return text


def _switch(key: str, text: str) -> bool:
    # Any text is true to Python; `--set report=no` must not switch the report on.
    if text.lower() not in ("true", "false"):
        raise ValueError(f"{key} must be True or False, got {text!r}")
    return text.lower() == "true"


def full_options(env: CollabEnv) -> dict[str, Any]:
    """Every constructor option of an environment with the value it has, JSON-ready: what JSON cannot hold as its ``repr``."""
    task: Task[Any] = env.task
    options = {"max_cycles": env.max_cycles, **{item.name: getattr(task, item.name) for item in dataclasses.fields(task)}}
    return {name: value if _is_json(value) else repr(value) for name, value in options.items()}


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True
