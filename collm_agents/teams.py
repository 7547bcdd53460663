"""The team of a run: made for its settings, and put back from what training left of it."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collm_agents.checkpoint import AGENTS, agent_folder
from collm_agents.resolve import check_loading, check_model
from collm_agents.settings import ModelSettings, Settings, as_played
from collm_envs.core.env import CollabEnv

if TYPE_CHECKING:
    from collm_agents.models.base import TeamModel
    from collm_agents.models.local import LocalTeam
    from collm_agents.models.tabular import TabularTeam
    from collm_envs.wrappers.single_agent import SoloEnv

BASE = "base"
"""Where a run keeps its toy, so that it does not depend on a cache."""

Report = Callable[[int, int, str], None]


def keep_toy(env: CollabEnv | SoloEnv, folder: Path, report: Report | None = None) -> None:
    """Keep a toy for an environment as it is played in the folder of a run, unless one is there; built, if it never was before."""
    if (folder / BASE).is_dir():
        return
    from collm_agents.models.toy import toy_model

    toy = toy_model(env, on_progress=report)
    new = folder / f".new-{BASE}"
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree(toy, new)
    new.rename(folder / BASE)


def forget_toy(folder: Path) -> None:
    """Remove what :func:`keep_toy` kept: an earlier start's, who knows for which options."""
    shutil.rmtree(folder / BASE, ignore_errors=True)


def new_team(settings: Settings, folder: Path) -> TeamModel:
    """The team that a run begins with.

    Args:
        settings: of the run.
        folder: of the run; a toy is there already.
    """
    env = settings.team_env()
    if settings.model.name == "table":
        return _tables(env)
    agents = as_played(env, settings.method).possible_agents
    return _local(settings, _base(settings.model, folder), agents)


def trained_team(settings: Settings, folder: Path, saved: Path) -> TeamModel:
    """The team of a run as it was saved.

    Args:
        settings: of the run.
        folder: of the run.
        saved: what holds the folder ``agents``: a checkpoint, or the run's folder itself.

    Raises:
        ValueError: if an agent is missing or does not fit.
    """
    env = settings.team_env()
    agents = as_played(env, settings.method).possible_agents
    homes = {agent: agent_folder(saved, agent) for agent in agents}
    for agent, home in homes.items():
        if not home.is_dir():
            there = sorted(path.name for path in (saved / AGENTS).iterdir()) if (saved / AGENTS).is_dir() else []
            raise ValueError(f"{saved} has no agent {agent}; it has: {', '.join(there) or 'none'}")
    if settings.model.name == "table":
        tables = _tables(env)
        for agent, home in homes.items():
            tables.load_agent(agent, home)
        return tables
    if settings.model.lora_rank == 0:
        return _local(settings, {agent: str(home) for agent, home in homes.items()}, agents)
    # Adapters are nothing without what they were trained on.
    check_base(settings, folder)
    team = _local(settings, _base(settings.model, folder), agents)
    for agent, home in homes.items():
        team.load_agent(agent, home)
    return team


def check_base(settings: Settings, folder: Path) -> None:
    """ValueError if the model that a run began with is not where it was; the message says what to edit."""
    from collm_agents.runs import CONFIG

    try:
        check_model(settings.model.name, settings)
    except ValueError as error:
        raise ValueError(f"{error}; if it was moved, edit model.name in {folder / CONFIG}") from error


@contextlib.contextmanager
def quiet(model: ModelSettings, always: bool = False) -> Iterator[None]:
    """Without transformers' own progress bars where there is no terminal; with ``always``, for a bar of ours is there, nowhere."""
    if model.name == "table":
        yield
        return
    import transformers.utils

    logging: Any = transformers.utils.logging
    silenced = logging.is_progress_bar_enabled() and (always or not sys.stderr.isatty())
    if silenced:
        logging.disable_progress_bar()
    try:
        yield
    finally:
        if silenced:
            logging.enable_progress_bar()


def _base(model: ModelSettings, folder: Path) -> str | dict[str, str]:
    return str(folder / BASE) if model.name == "toy" else model.name


def _local(settings: Settings, model: str | dict[str, str], agents: list[str]) -> LocalTeam:
    from collm_agents.models.local import LocalTeam

    check_loading(settings.model)
    options: dict[str, Any] = {**settings.sections()["model"]}
    del options["name"]
    return LocalTeam.from_pretrained(model, agents, **options, seed=settings.learner.seed)


def _tables(env: CollabEnv) -> TabularTeam:
    from collm_agents.models.relay_tables import relay_tables

    return relay_tables(env)
