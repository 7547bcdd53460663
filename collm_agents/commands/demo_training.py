"""The second half of ``collm demo``: a small team learns to draw letters with CoLLM-CC, and shows what it built before and now."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from collm_agents.arguments import UsageError
from collm_agents.checkpoint import METRICS, read_lines
from collm_agents.commands import matches
from collm_agents.commands.console import say
from collm_agents.commands.curve import curve
from collm_agents.commands.matches import Match
from collm_agents.commands.show import save_picture
from collm_agents.evaluate import play_episode
from collm_agents.settings import Sections, Settings
from collm_agents.table import Row

if TYPE_CHECKING:
    from collm_agents.policies.local import ModelTeam

TASK, METHOD = "strbuild", "collm-cc"
ITERATIONS = 100
EPISODES = 32
"""Of each team. There are nine letters only: it is tried on what it was trained on."""
DRAWN = (0, 1)


def can_train() -> str:
    """Why no team can be trained here; "" if one can."""
    missing = [name for name in ("torch", "transformers", "peft", "yaml") if find_spec(name) is None]
    return f'no team was trained: pip install "collm-envs[agents]" for {", ".join(missing)}' if missing else ""


def train_small(folder: Path, seed: int, console: Console, iterations: int = ITERATIONS) -> tuple[list[Row], list[Path]]:
    """Train a toy team, draw its curve, and let it play as it was and as it is.

    Args:
        folder: of the run; an earlier run there is replaced.
        seed: of the run, and of the first episode that is played.
        console: where curve and remarks go.
        iterations: how long to train.

    Returns:
        A row for each team, and the pictures drawn.

    Raises:
        UsageError: if training fails or is interrupted.
    """
    from collm_agents import runs
    from collm_agents.commands.train import train
    from collm_agents.policies.local import load_run

    if runs.is_training(folder):
        shutil.rmtree(folder)
    command = f"collm train {TASK} --method {METHOD} --model toy --iterations {iterations} --out {folder}"
    say(console, f"\n{command}")
    named = {"task": TASK, "method": METHOD, "preset": None}
    flags: Sections = {"model": {"name": "toy"}, "learner": {"iterations": iterations, "seed": seed}}
    if train(named, [], flags, None, folder, None):
        raise UsageError("the demo's training was not finished")
    console.print("\nreward of an episode's last turn (2 at most) while learning, means of neighbours")
    console.print(curve([line["last_reward"] for line in read_lines(folder / METRICS)]), markup=False)
    settings = runs.read_settings(folder)
    teams = [_beginner(settings, folder), load_run(folder, settings.team_env().task)]
    teams[0].name, teams[1].name = "toy, untrained", f"toy, {METHOD}"
    games = [Match(settings.team_env(), team, settings.run.eval_split, EPISODES, seed) for team in teams]
    rows, _ = matches.play(games, "demo", None, "refuse")
    return rows, _pictures(settings, teams, folder / "pictures", seed)


def _beginner(settings: Settings, folder: Path) -> ModelTeam:
    from collm_agents.models.base import Sampling
    from collm_agents.policies.local import ModelTeam
    from collm_agents.teams import new_team, quiet

    with quiet(settings.model):
        team = new_team(settings, folder)
    return ModelTeam(team, Sampling(settings.learner.temperature, settings.learner.max_new_tokens))


def _pictures(settings: Settings, teams: list[ModelTeam], folder: Path, seed: int) -> list[Path]:
    """What both teams build in the same episodes; nothing where Pillow is missing."""
    env = settings.team_env()
    try:
        env.task.check_pictures()
    except ImportError as error:
        say(Console(stderr=True), str(error))
        return []
    folder.mkdir(exist_ok=True)
    paths = []
    for index in DRAWN:
        for team, words in zip(teams, ("before", "after")):
            play_episode(env, team, settings.run.eval_split, index, seed)
            paths.append(folder / f"{index}-{words}.png")
            save_picture(env, paths[-1])
    return paths
