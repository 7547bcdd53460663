"""``collm list`` and ``collm show``: what tasks there are, and one of them as a manual page and an example."""

from __future__ import annotations

import json
from pathlib import Path

from rich.markdown import Markdown

from collm_agents.arguments import UsageError, make_env, user_input
from collm_agents.commands.console import draw, heading, make_console, make_table, say
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import TASKS, version_module

_LONGEST_FIELDS = 400


def list_tasks() -> int:
    """Print a line on each task."""
    table = make_table("task", "agents", "turns", "reward", "what it is", numbers=["turns"])
    for name in TASKS:
        task = make_env(name).task
        low, high = task.reward_range
        table.add_row(name, ", ".join(task.agents), str(task.horizon), f"{low:g} to {high:g}", task.summary)
    console = make_console()
    console.print(table)
    console.print("\ncollm show TASK tells more; from Python: from collm_envs import TASK_v0")
    return 0


def show(env: CollabEnv, split: str | None, index: int, seed: int, png: Path | None) -> int:
    """Print a task's manual page, then one instance with every agent's prompt and the picture."""
    task = env.task.name
    if png and not env.task.pictures:
        drawn = [name for name in TASKS if make_env(name).task.pictures]
        raise UsageError(f"{task} has no pictures, so that --png is not for it; choose from: {', '.join(drawn)}")
    if png and png.suffix.lower() != ".png":
        raise UsageError(f"--png takes a file name that ends in .png, got {str(png)!r}")
    with user_input():
        split = env.task.tasks.check(split or env.split)
        prompts, _ = env.reset(seed=seed, options={"split": split, "index": index})
        if png:
            save_picture(env, png)
    console = make_console()
    console.print(Markdown(version_module(task).__doc__ or "", code_theme="bw", hyperlinks=False))
    fields = json.dumps(env.instance.fields())
    heading(console, f"{split}[{index}], seed {seed}")
    say(console, fields if len(fields) <= _LONGEST_FIELDS else fields[:_LONGEST_FIELDS] + " ...", fold=True)
    for agent, prompt in prompts.items():
        heading(console, f"prompt of {agent}: {env.roles[agent]}")
        say(console, prompt, fold=True)
    heading(console, "picture")
    draw(console, env)
    if png:
        say(console, f"\nwrote {png}")
    return 0


def save_picture(env: CollabEnv, path: Path) -> None:
    """The last turn (before the first one: the instance) as a PNG file; raises ImportError without the extra ``render``."""
    env.task.check_pictures()
    from collm_envs.minecraft import render

    render.save(env.task.picture(env.instance, env.turns[-1].score if env.turns else None), path)
