"""From what was asked of a run to its settings, checked before any model loads: defaults, preset, config file, flags."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from inspect import signature
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from collm_agents.arguments import full_options, literal
from collm_agents.methods import METHODS, Method, find_method
from collm_agents.presets import PRESETS, env_preset, preset
from collm_agents.settings import (
    SECTIONS,
    ModelSettings,
    RunSettings,
    Sections,
    Settings,
    as_played,
    dump_yaml,
    load_yaml,
)
from collm_envs.core.checks import one_of
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import TASKS, version_module

D = TypeVar("D")

BUILT = ("toy", "table")
"""Models that are made for a task, not loaded."""

DTYPES = ("auto", "float32", "bfloat16", "float16")

_TOP_P = "top_p is 1 in training: what is cut off is not scored; temperature may be set"


def resolve(given: Mapping[str, Any], pairs: Iterable[str] = (), flags: Sections | None = None, checked: bool = False) -> Settings:
    """The settings of a run.

    Args:
        given: ``task``, ``method`` and, if wanted, ``preset`` and sections: a config file's content under the flags of these names.
        pairs: ``key=value`` texts. A key may name its section (``learner.gamma``); without, it is an option of the task or a
            setting of the learner.
        flags: values of flags, by section.
        checked: whether the settings as a whole were checked before, when the run was made: its model may be gone since.

    Raises:
        ValueError, TypeError, ImportError: for whatever does not fit; the message names the choices.
        BackendLost: if the task's backend cannot be had.
    """
    task, method = names_of(given)
    asked = merged({section: given.get(section) or {} for section in SECTIONS}, read_pairs(pairs, task, method), flags or {})
    chosen = given.get("preset") or _usual_preset(asked["model"].get("name"))
    module = version_module(task)
    env_values = {**env_preset(chosen, task, module.PAPER), **_known("env", asked["env"], env_keys(task))}
    env: CollabEnv = module.parallel_env(**env_values)
    told = preset(chosen, task, method, env.max_cycles, len(env.possible_agents))
    asked["learner"] = _unfixed(method, asked["learner"])
    told = merged(told, {section: asked[section] for section in told}, {"learner": dict(method.fixed)})
    settings = Settings(
        task,
        method,
        chosen,
        _whole(env),
        make(method.config, "learner", told["learner"]),
        make(ModelSettings, "model", told["model"]),
        make(RunSettings, "run", told["run"]),
    )
    if not checked:
        check(settings)
    return replace(settings, model=replace(settings.model, name=full_name(settings.model.name)))


def names_of(given: Mapping[str, Any]) -> tuple[str, Method]:
    """The task and the method that were asked for, checked."""
    for name, choices in (("task", TASKS), ("method", METHODS)):
        if not given.get(name):
            raise ValueError(f"a run needs a {name}; choose from: {', '.join(choices)}")
    if given.get("preset"):
        one_of("preset", given["preset"], PRESETS)
    return one_of("task", given["task"], TASKS), find_method(given["method"])


def _usual_preset(model: Any) -> str:
    return model if isinstance(model, str) and model in BUILT else "default"


def merged(*parts: Mapping[str, Mapping[str, Any]]) -> Sections:
    """Sections over sections; the last word counts."""
    found: Sections = {}
    for part in parts:
        for section, values in part.items():
            found[section] = {**found.get(section, {}), **values}
    return found


# -- keys and values ------------------------------------------------------------------------------------------------------


def env_keys(task: str) -> list[str]:
    """What the section ``env`` may hold."""
    return [key for key in signature(version_module(task).parallel_env).parameters if key != "render_mode"]


def keys_of(kind: Any) -> list[str]:
    """What the section of a dataclass may hold."""
    return [item.name for item in dataclasses.fields(kind)]


def read_pairs(pairs: Iterable[str], task: str, method: Method) -> Sections:
    """Values by section, from ``key=value`` texts.

    Raises:
        ValueError: for text without ``=``, or a key that is unknown or could be of two sections.
    """
    keys: dict[str, list[str]] = {
        "env": env_keys(task),
        "learner": keys_of(method.config),
        "model": keys_of(ModelSettings),
        "run": keys_of(RunSettings),
    }
    choices = (
        f"options of {task}: {', '.join(keys['env'])}; settings of {method.name}: {', '.join(keys['learner'])}; "
        f"with a prefix: env., learner., model. ({', '.join(keys['model'])}), run. ({', '.join(keys['run'])})"
    )
    found: Sections = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise ValueError(f"--set takes key=value, got {pair!r}; {choices}")
        section, dot, key = name.rpartition(".")
        if key == "top_p":
            raise ValueError(_TOP_P)
        homes = [section] if dot else [each for each in ("env", "learner") if key in keys[each]]
        if len(homes) > 1:
            raise ValueError(f"{key} may be env.{key} or learner.{key}: say which")
        if not homes or key not in keys.get(homes[0], ()):
            raise ValueError(f"unknown key {name!r} of --set; {choices}")
        found.setdefault(homes[0], {})[key] = literal(text)
    return found


def _known(section: str, values: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    for key in values:
        if key == "top_p":
            raise ValueError(_TOP_P)
        one_of(f"key of {section}", key, keys)
    return dict(values)


def _unfixed(method: Method, values: Mapping[str, Any]) -> dict[str, Any]:
    """The learner's settings that were asked for, less those that agree with what the method's name says."""
    for key, value in method.fixed.items():
        if values.get(key, value) != value:
            raise ValueError(f"{method.name} has {key} {value!r}; choose another method for another one: {', '.join(METHODS)}")
    return dict(values)


def make(kind: type[D], section: str, values: Mapping[str, Any]) -> D:
    """A dataclass of a section's values, each made to fit the field's type."""
    hints = get_type_hints(kind)
    known = _known(section, values, keys_of(kind))
    return kind(**{key: fitted(key, value, hints[key]) for key, value in known.items()})


def fitted(key: str, value: Any, kind: Any) -> Any:
    """A value as a field's type wants it: 1 is a number for a float, and so is the text 1e-5, which YAML does not take for one.

    Raises:
        ValueError: if it does not fit.
    """
    kinds = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    if value is None and type(None) in kinds:
        return None
    first = next(each for each in kinds if each is not type(None))
    if isinstance(value, tuple) and any(get_origin(each) is list for each in kinds):
        value = list(value)
    if first is bool:
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not isinstance(value, bool):
            raise ValueError(f"{key} must be true or false, got {value!r}")
    elif first is int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{key} must be a whole number, got {value!r}")
    elif first is float:
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number):
            raise ValueError(f"{key} must be a number, got {value!r}")
        return number
    elif get_origin(first) is Literal:
        one_of(key, value, get_args(first))
    elif first is str and not isinstance(value, tuple(get_origin(each) or each for each in kinds)):
        raise ValueError(f"{key} must be text, got {value!r}")
    return value


def _whole(env: CollabEnv) -> dict[str, Any]:
    """All options of an environment, as they come back from a file; what a later version has as default does not change a run."""
    constructor = set(env_keys(env.task.name))
    values = {key: value for key, value in full_options(env).items() if key in constructor}
    kept: dict[str, Any] = load_yaml("env", dump_yaml({**values, "split": env.split}))
    version_module(env.task.name).parallel_env(**kept)
    return kept


# -- what does not go together --------------------------------------------------------------------------------------------


def check(settings: Settings) -> None:
    """Raise for settings with which a run would fail later, or never learn; nothing is loaded."""
    env, name = settings.team_env(), settings.model.name
    check_model(name, settings)
    check_loading(settings.model)
    env.task.tasks.check(settings.run.eval_split)
    rehearse(as_played(env, settings.method), settings)
    env.task.check_backend()


def check_model(name: Any, settings: Settings) -> None:
    """Raise for a model that is not there, or does not fit; a name on the hub is taken as it is."""
    if not name:
        raise ValueError("a run needs a model: a folder, a name on the hub, toy, or for relay table")
    if name == "table" and (settings.task != "relay" or settings.method.solo):
        raise ValueError(
            "the model table plays relay, with a method for teams; elsewhere choose a folder, a name on the hub or toy"
        )
    if isinstance(name, dict):
        agents = as_played(settings.team_env(), settings.method).possible_agents
        if set(name) != set(agents):
            raise ValueError(f"model.name must be one model, or one for each of {', '.join(agents)}; got it for {', '.join(name)}")
    for each in name.values() if isinstance(name, dict) else [name]:
        if each in BUILT:
            if isinstance(name, dict):
                raise ValueError(f"the model {each} is for all agents, not for one of them")
            continue
        folder = Path(each).expanduser()
        if folder.is_dir():
            if not (folder / "config.json").is_file():
                raise ValueError(f"{each} holds no model: it has no config.json")
        elif folder.exists() or each.startswith((".", "/", "~")) or each.count("/") > 1:
            raise ValueError(f"there is no folder {each}; a model is a folder, a name on the hub, toy, or for relay table")


def check_loading(model: ModelSettings) -> None:
    """Raise ValueError for a type or a device of weights that there is not; what nobody reads is not looked at."""
    if model.name == "table":
        return
    if model.name != "toy" or model.lora_rank:
        one_of("model.dtype", model.dtype, DTYPES)
    there = devices()
    if model.device is not None and model.device.removesuffix(":0") not in there:
        raise ValueError(f"model.device {model.device!r} is not to be had here; choose from: {', '.join(there)}")


def devices() -> list[str]:
    """Where weights can be on this machine, by the names that torch has for it."""
    import torch

    found = ["cpu"]
    for kind, home in (("cuda", torch.cuda), ("xpu", torch.xpu)):
        if home.is_available():
            found += [kind, *(f"{kind}:{number}" for number in range(home.device_count()))]
    return [*found, "mps"] if torch.backends.mps.is_available() else found


def rehearse(env: Any, settings: Settings) -> None:
    """Make the learner with a team of next to nothing: what it cannot do in this environment, it says at once."""
    import numpy as np

    from collm_agents.models.tabular import TabularTeam

    stand_in = TabularTeam(env.possible_agents, ["-"], 1, lambda _: 0, lambda _: np.zeros(1))
    settings.method.learner(env, stand_in, settings.learner)


def full_name(name: str | dict[str, str]) -> str | dict[str, str]:
    """A model's name, that of a folder (``hf:`` before it or not) in full: a run or a table may be gone on with from elsewhere."""
    if isinstance(name, dict):
        return {agent: str(full_name(each)) for agent, each in name.items()}
    folder = Path(name.removeprefix("hf:")).expanduser()
    return str(folder.resolve()) if name and name not in BUILT and folder.is_dir() else name
