"""Models that answer prompts and know nothing of tasks or teams, and what an answer of theirs cost.

| name | what it is |
|---|---|
| ``hf:NAME_OR_PATH`` | a language model on this machine (:mod:`.local`), a folder or a name on the hub; one agent of a run, too |
| ``openai:URL#MODEL`` | a model behind any server of the OpenAI protocol (:mod:`.endpoint`) |
| ``module:factory`` | whatever a function of the user's own makes of the environment: a voice, or a whole team |
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

NAMES = ("hf:NAME_OR_PATH", "openai:URL#MODEL", "module:factory")
"""How voices are spelt."""

KEYS = ("OPENAI_API_KEY", "COLLM_API_KEY")
"""Environment variables that may hold the key of an endpoint."""

_LOCAL = ("localhost", "127.0.0.1", "::1")
_ADAPTER = "adapter_config.json"
_FACTORY = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


@dataclass(frozen=True)
class Completion:
    """One answer and what it cost.

    Attributes:
        text: the answer.
        tokens: how many were generated, as the model or its server counts them, the end token included if there was one.
        prompt_tokens: how many the prompt has, template included.
        seconds: around generation only; answers of one batch have the time of the whole batch each.
        cut: whether the length limit ended it.
    """

    text: str
    tokens: int
    prompt_tokens: int
    seconds: float
    cut: bool = False


class Voice(Protocol):
    """A model that answers prompts.

    Attributes:
        name: what tables and result files call it; never a secret.
    """

    @property
    def name(self) -> str: ...

    def ask(self, prompts: Sequence[str], seed: int) -> list[Completion]:
        """An answer to each prompt, all at once: concurrently, or in a batch.

        Args:
            prompts: one at least.
            seed: in [0, 2^31); same prompts and seed, same answers, where the model allows.

        Raises:
            BackendLost: if the model cannot be had any more.
        """

    def close(self) -> None:
        """Release what the voice keeps open."""


@dataclass(frozen=True)
class Speech:
    """How voices answer.

    Attributes:
        temperature: 0 takes the likeliest always.
        max_tokens: longest answer, the end token included, 1 and up.
        concurrency: prompts answered at once, 1 and up: requests of an endpoint, a batch of a model on this machine. None for 8
            requests, and for one prompt after the other, each timed alone.
    """

    temperature: float = 0.7
    max_tokens: int = 512
    concurrency: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.temperature < float("inf"):
            raise ValueError(f"temperature must be 0 or more, got {self.temperature}")
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens must be 1 or more, got {self.max_tokens}")
        if self.concurrency is not None and self.concurrency < 1:
            raise ValueError(f"concurrency must be 1 or more, got {self.concurrency}")


def kind_of(name: str) -> str:
    """``hf``, ``openai``, ``factory``, or "" for what is no voice's name."""
    if name.startswith(("hf:", "openai:")):
        return name.partition(":")[0]
    return "factory" if _FACTORY.fullmatch(name) else ""


def check_voice(name: str) -> None:
    """Raise ValueError or ImportError for a name that cannot be a voice's here; no model is loaded and no server asked."""
    kind = kind_of(name)
    if kind == "hf":
        _check_model(name.partition(":")[2])
    elif kind == "openai":
        url, _ = endpoint_of(name)
        place = urlsplit(url)
        if place.scheme == "https" and place.hostname not in _LOCAL and not any(os.environ.get(key) for key in KEYS):
            raise ValueError(f"{place.hostname} needs a key: set {' or '.join(KEYS)} in the environment")
        importlib.import_module("collm_agents.voices.endpoint")
    elif kind == "factory":
        load_factory(name)
    else:
        raise ValueError(f"unknown voice {name!r}; choose from: {', '.join(NAMES)}")


def make_voice(name: str, speech: Speech | None = None) -> Voice:
    """The voice of a name that begins with ``hf:`` or ``openai:``; a factory needs an environment: see :func:`load_factory`.

    Raises:
        ValueError, OSError, ImportError: for an unknown name, a model that is not there or not supported, a missing extra.
    """
    speech = speech or Speech()
    kind = kind_of(name)
    if kind == "hf":
        check_voice(name)
        from collm_agents.settings import ModelSettings
        from collm_agents.teams import quiet
        from collm_agents.voices.local import LocalVoice

        model = name.partition(":")[2]
        with quiet(ModelSettings(name=model)):
            return LocalVoice(model, temperature=speech.temperature, max_tokens=speech.max_tokens, batch=speech.concurrency or 1)
    if kind == "openai":
        url, model = endpoint_of(name)
        endpoint: Any = importlib.import_module("collm_agents.voices.endpoint")
        wide = {} if speech.concurrency is None else {"concurrency": speech.concurrency}
        voice: Voice = endpoint.Endpoint(url, model, temperature=speech.temperature, max_tokens=speech.max_tokens, **wide)
        return voice
    raise ValueError(f"unknown voice {name!r}; choose from: {', '.join(NAMES[:2])}")


def endpoint_of(name: str) -> tuple[str, str]:
    """URL and model of ``openai:URL#MODEL``; raises ValueError if it is spelt otherwise, or has a password in it."""
    url, _, model = name.removeprefix("openai:").partition("#")
    try:
        place = urlsplit(url)
        good = place.scheme in ("http", "https") and bool(place.hostname) and bool(model) and place.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"an endpoint is openai:URL#MODEL, openai:http://127.0.0.1:8000/v1#qwen say, got {_masked(name)!r}")
    if place.username or place.password or place.query:
        raise ValueError(f"keys go to the environment ({' or '.join(KEYS)}), not into the address of an endpoint")
    return url, model


def _masked(name: str) -> str:
    """A name without what stands before an ``@``, which may be a password."""
    return re.sub(r"//[^/#]*@", "//...@", name)


def load_factory(name: str) -> Callable[[Any], Any]:
    """The function ``module:factory``; modules of the working directory are found, too.

    Raises:
        ImportError: if there is no such module, or it has no such function.
    """
    module_name, _, attribute = name.partition(":")
    here = os.getcwd()
    if here not in sys.path:
        # As `python -m` does: an installed script would find only what is installed.
        sys.path.append(here)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise
        raise ImportError(f"there is no module {error.name} for {name}; it may be installed or stand in {here}") from error
    made = getattr(module, attribute, None)
    if not callable(made):
        raise ImportError(f"the module {module_name} has no function {attribute}")
    function: Callable[[Any], Any] = made
    return function


def _check_model(name: str) -> None:
    """Raise for what can be no model, before any is loaded; a name on the hub is taken as it is."""
    folder = Path(name).expanduser()
    if not name:
        raise ValueError("hf: takes a folder or a name on the hub, hf:Qwen/Qwen3-1.7B say")
    if folder.is_dir():
        if adapter_base(folder) is None and not (folder / "config.json").is_file():
            raise ValueError(f"{name} holds no model: it has neither config.json nor {_ADAPTER}")
    elif folder.exists() or _is_path(name):
        raise ValueError(f"there is no folder {name}; hf: takes a folder or a name on the hub")
    check_packages()


def adapter_base(folder: Path) -> str | None:
    """What the adapter in a folder changes: a folder or a name on the hub; None for a folder that holds no adapter alone.

    Raises:
        ValueError: if it does not say, or says a folder that is not there.
    """
    settings = folder / _ADAPTER
    if not settings.is_file() or (folder / "config.json").is_file():
        return None
    try:
        base = json.loads(settings.read_text(encoding="utf-8")).get("base_model_name_or_path")
    except (ValueError, AttributeError) as error:
        raise ValueError(f"{settings} cannot be read: {error}") from error
    if not isinstance(base, str) or not base:
        raise ValueError(f"{settings} does not say which model the adapter is for: it has no base_model_name_or_path")
    place = Path(base).expanduser()
    if place.is_dir():
        return str(place)
    if place.exists() or _is_path(base):
        raise ValueError(
            f"{folder} holds an adapter for the model {base}, and there is no such folder; if that moved, write its new place as"
            f" base_model_name_or_path into {settings}"
        )
    return base


def _is_path(name: str) -> bool:
    """Whether a name can only be that of a folder: names on the hub have one slash at most, and begin with a letter or digit."""
    return name.startswith((".", "/", "~")) or name.count("/") > 1 or Path(name).is_absolute()


def check_packages() -> None:
    """Raise ImportError naming the extra to install where no model can be loaded."""
    missing = [package for package in ("torch", "transformers", "peft") if importlib.util.find_spec(package) is None]
    if missing:
        raise ImportError(f'models on this machine need {" and ".join(missing)}: pip install "collm-envs[agents]"')
