"""``collm list`` and ``collm show``: what tasks there are, and one of them as a manual page and an example."""

from __future__ import annotations

import json
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markdown import Markdown
from rich.rule import Rule
from rich.table import Table

from collm_agents.arguments import UsageError, make_env, user_input
from collm_agents.console import make_console, picture, plain
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import TASKS, task_type, version_module

_LONGEST_FIELDS = 400


def list_tasks() -> int:
    """Print a line on each task."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for heading in ("task", "agents", "turns", "reward", "what it is"):
        table.add_column(heading, no_wrap=heading != "what it is", justify="right" if heading == "turns" else "left")
    for name in TASKS:
        task = task_type(name)()
        low, high = task.reward_range
        table.add_row(name, ", ".join(task.agents), str(task.horizon), f"{low:g} to {high:g}", task.summary)
    console = make_console()
    console.print(table)
    console.print("collm show TASK tells more; from Python: from collm_envs import TASK_v0")
    return 0


def show(task: str, settings: list[str], paper: bool, split: str | None, index: int, seed: int, png: Path | None) -> int:
    """Print a task's manual page, then one instance with every agent's prompt and the picture."""
    env = make_env(task, settings, paper)
    if png and not env.task.pictures:
        drawn = [name for name in TASKS if task_type(name).pictures]
        raise UsageError(f"{task} has no pictures, so that --png is not for it; choose from: {', '.join(drawn)}")
    with user_input():
        split = env.task.tasks.check(split or env.split)
        prompts, _ = env.reset(seed=seed, options={"split": split, "index": index})
        if png:
            save_picture(env, png)
    console = make_console()
    console.print(Markdown(version_module(task).__doc__ or "", code_theme="bw", hyperlinks=False))
    fields = json.dumps(env.instance.fields())
    heading(console, f"{split}[{index}], seed {seed}")
    console.print(plain(fields if len(fields) <= _LONGEST_FIELDS else fields[:_LONGEST_FIELDS] + " ..."))
    for agent, prompt in prompts.items():
        heading(console, f"prompt of {agent}: {env.roles[agent]}")
        console.print(plain(prompt))
    heading(console, "picture")
    draw(console, env)
    if png:
        console.print(plain(f"\nwrote {png}"))
    return 0


def heading(console: Console, text: str) -> None:
    """A line across the terminal with a title, after an empty one."""
    console.print()
    console.print(Rule(plain(text), align="left"))


def draw(console: Console, env: CollabEnv) -> None:
    """The last turn (before the first one: the instance) as text, coloured if the terminal is."""
    last = env.turns[-1] if env.turns else None
    colour = console.color_system is not None and not console.no_color
    drawing = env.task.ansi(env.instance, last.actions if last else None, last.score if last else None, colour)
    console.print(picture(drawing), soft_wrap=True)


def save_picture(env: CollabEnv, path: Path) -> None:
    """The last turn (before the first one: the instance) as a PNG file; raises ImportError without the extra ``render``."""
    env.task.check_pictures()
    from collm_envs.minecraft import render

    render.save(env.task.picture(env.instance, env.turns[-1].score if env.turns else None), path)
