"""All that a training run follows from, as it stands in a run's ``config.yaml``; :mod:`collm_agents.resolve` makes it."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collm_agents.methods import Method
from collm_envs.core.checks import one_of, whole
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import version_module

if TYPE_CHECKING:
    from collm_agents.learners.base import LearnerConfig

NAMES = ("task", "method", "preset")
SECTIONS = ("env", "learner", "model", "run")

Sections = dict[str, dict[str, Any]]
"""Values by section and key."""


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """The section ``model``; but for ``name`` see :meth:`.LocalTeam.from_pretrained`.

    Attributes:
        name: a folder, a name on the hub, ``toy``, ``table``, or a folder or name for each agent.
        lora_alpha: 1 and up; None for twice the rank.
        lora_targets: names, also as one text with commas between them, or a pattern.
    """

    name: str | dict[str, str] = ""
    lora_rank: int = 32
    lora_alpha: int | None = None
    lora_targets: str | list[str] = "all-linear"
    dtype: str = "auto"
    device: str | None = None
    gradient_checkpointing: bool = False
    generation_batch: int = 64
    critic_batch: int = 64
    mixed: bool = False
    max_prompt_tokens: int | None = None

    def __post_init__(self) -> None:
        if self.lora_rank < 0:
            raise ValueError(f"lora_rank must be 0 or more (0 trains whole models), got {self.lora_rank}")
        if self.lora_alpha is not None and self.lora_alpha <= 0:
            raise ValueError(f"lora_alpha must be above 0, or null for twice the rank; got {self.lora_alpha}")
        object.__setattr__(self, "lora_targets", _targets(self.lora_targets))
        if isinstance(self.name, dict) and not all(isinstance(word, str) for item in self.name.items() for word in item):
            raise ValueError(f"model.name must be a text, or a text for each agent; got {self.name!r}")


def _targets(given: str | list[str]) -> str | list[str]:
    """A list as --set spells it, ``[q_proj,v_proj]`` or without brackets, as a list; a pattern as it is."""
    if isinstance(given, str):
        inner = re.sub(r"^\[(.*)\]$", r"\1", given.strip())
        listed = inner != given.strip() or "," in inner
        names = [each.strip() for each in inner.split(",")]
        return names if listed and all(re.fullmatch(r"[\w.]+", each) for each in names) else given
    if not given or not all(isinstance(each, str) for each in given):
        raise ValueError(f"lora_targets must be all-linear, a pattern, or names such as q_proj,v_proj; got {given!r}")
    return given


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """The section ``run``.

    Attributes:
        save_every: iterations between checkpoints, 1 and up.
        eval_every: iterations between evaluations, the first of them before training; 0 for one at the end alone.
        eval_episodes: episodes of each, 1 and up.
        eval_split: their split.
        eval_recorded: how many of each evaluation are kept with all that was said, in ``episodes``; 0 for none.
        threads: of torch on the processor, 1 and up; None leaves torch's own choice.
        tensorboard: whether metrics go to TensorBoard, too.
        wandb: the project of Weights & Biases that they go to, too; None for none.
    """

    save_every: int = 10
    eval_every: int = 0
    eval_episodes: int = 64
    eval_split: str = "val"
    eval_recorded: int = 4
    threads: int | None = None
    tensorboard: bool = False
    wandb: str | None = None

    def __post_init__(self) -> None:
        for name, least in (("save_every", 1), ("eval_every", 0), ("eval_episodes", 1), ("eval_recorded", 0)):
            whole(name, getattr(self, name), least, 1_000_000_000)
        if self.threads is not None:
            whole("threads", self.threads, 1, 4096)


@dataclass(frozen=True)
class Settings:
    """A run's settings.

    Attributes:
        task, preset: names.
        method: the learner.
        env: arguments of the task's ``parallel_env``.
        learner: settings of the learner.
        model: settings of the team's model.
        run: how often what is done.
    """

    task: str
    method: Method
    preset: str
    env: dict[str, Any]
    learner: LearnerConfig
    model: ModelSettings
    run: RunSettings

    def team_env(self) -> CollabEnv:
        """The environment, for the whole team."""
        env: CollabEnv = version_module(self.task).parallel_env(**self.env)
        return env

    def sections(self) -> Sections:
        """Every section with all its keys."""
        parts = {name: dataclasses.asdict(getattr(self, name)) for name in SECTIONS if name != "env"}
        return {"env": dict(self.env), **parts}

    def to_yaml(self) -> str:
        """What ``config.yaml`` holds."""
        return dump_yaml({"task": self.task, "method": self.method.name, "preset": self.preset, **self.sections()})


def as_played(env: CollabEnv, method: Method) -> Any:
    """An environment as a method plays it: by a team, or by one agent for the whole team."""
    if not method.solo:
        return env
    from collm_envs.wrappers.single_agent import SoloEnv

    return SoloEnv(env)


def read_config(path: Path) -> dict[str, Any]:
    """The content of a config file: ``task``, ``method``, ``preset`` and sections, each of them optional.

    Raises:
        ValueError: if it is not YAML, or has a key that is none of these.
        OSError: if it cannot be read.
    """
    content = load_yaml(str(path), path.read_text(encoding="utf-8", errors="replace")) or {}
    if not isinstance(content, dict):
        raise ValueError(f"{path} must hold keys and values; keys: {', '.join((*NAMES, *SECTIONS))}")
    for key, value in content.items():
        one_of(f"key of {path}", key, (*NAMES, *SECTIONS))
        if key in SECTIONS and value is None:  # All that was in it is commented out.
            content[key] = {}
        elif key in SECTIONS and not isinstance(value, dict):
            raise ValueError(f"{key} in {path} must hold keys and values, got {value!r}")
    return content


def load_yaml(what: str, text: str) -> Any:
    """What a YAML text holds; ValueError naming ``what`` if it is none."""
    yaml = _yaml()
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"{what} is no YAML: {error}") from error


def dump_yaml(content: Any) -> str:
    """Plain data as YAML, keys in their order; ValueError for what is not plain."""
    yaml = _yaml()
    try:
        return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120))
    except yaml.YAMLError as error:
        raise ValueError(f"cannot be written as YAML: {error}") from error


def _yaml() -> Any:
    try:
        import yaml
    except ImportError as error:
        raise ImportError('settings of runs need the package pyyaml: pip install "collm-envs[agents]"') from error
    return yaml
