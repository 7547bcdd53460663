"""``collm demo``: every task with every scripted team, one table, pictures of some builds, and a small team that learns."""

from __future__ import annotations

import re
from pathlib import Path
from time import perf_counter

from collm_agents.arguments import make_env
from collm_agents.commands import matches
from collm_agents.commands.console import make_console, make_progress, say
from collm_agents.commands.demo_training import can_train, train_small
from collm_agents.commands.matches import Match
from collm_agents.commands.results import terminal_table
from collm_agents.commands.show import save_picture
from collm_agents.evaluate import play_episode
from collm_agents.policies import make_team
from collm_agents.policies.scripted import SCRIPTED
from collm_agents.records import is_run_of

DRAWN = (0, 1)
"""Instances of the test split of which pictures are drawn, one for each of these teams."""
DRAWN_TEAMS = ("greedy", "random", "oracle")


def demo(tasks: list[str], out: Path, seed: int, overwrite: bool, train: bool) -> int:
    """Play, print, draw, train if wanted, and name the files written."""
    start = perf_counter()
    envs = [make_env(task) for task in tasks]
    games = [Match(env, make_team(name, env.task), "test", None, seed) for env in envs for name in SCRIPTED]
    rows, files = matches.play(games, "demo", out, "overwrite" if overwrite or is_run_of(out, "demo") else "refuse")
    console = make_console()
    console.print(terminal_table(rows, console.width))
    pictures, remark = draw_builds([env.task.name for env in envs if env.task.pictures], out / "pictures", seed)
    say(console, f"\n{sum(row.episodes for row in rows)} episodes in {perf_counter() - start:.1f} s; wrote:")
    for path in [*files, *pictures]:
        say(console, f"  {path}")
    if remark:
        say(console, remark)
    if not train:
        return 0
    if missing := can_train():
        say(console, missing)
        return 0
    start = perf_counter()
    rows, pictures = train_small(out / "training", seed, console)
    console.print(terminal_table(rows, console.width))
    say(console, f"\ntrained and played in {perf_counter() - start:.0f} s; wrote {out / 'training'}, and of the same episodes:")
    for path in pictures:
        say(console, f"  {path}")
    return 0


def draw_builds(tasks: list[str], folder: Path, seed: int) -> tuple[list[Path], str]:
    """A PNG file of what each of some teams builds; where Pillow is missing, none, and a remark that says so."""
    try:
        for task in tasks:
            make_env(task).task.check_pictures()
    except ImportError as error:
        return [], f"no pictures were drawn: {error}"
    jobs = [(task, index, team) for task in tasks for index in DRAWN for team in DRAWN_TEAMS]
    folder.mkdir(exist_ok=True)
    paths = []
    with make_progress() as progress:
        bar = progress.add_task("pictures", total=len(jobs), note="")
        for task, index, team in jobs:
            env = make_env(task)
            play_episode(env, make_team(team, env.task), "test", index, seed)
            word = re.sub(r"\W", "", str(env.instance.fields().get("text", "")))
            paths.append(folder / f"{'-'.join(filter(None, [task, f'test{index}', word, team]))}.png")
            save_picture(env, paths[-1])
            progress.advance(bar)
    return paths, ""
