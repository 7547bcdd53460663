"""``collm eval``: one team on one task."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from collm_agents.arguments import user_input
from collm_agents.commands.console import make_console, make_progress, say
from collm_agents.commands.matches import Match, play
from collm_agents.commands.results import cost_table, terminal_table
from collm_agents.evaluate import episode_count
from collm_agents.policies import Team
from collm_agents.policies.choice import TOY, Choice, check_team, open_team
from collm_agents.records import Earlier, check_free
from collm_agents.voices import kind_of
from collm_envs.core.env import CollabEnv


def eval_team(
    env: CollabEnv, choice: Choice, split: str, episodes: int | None, seed: int, out: Path | None, earlier: Earlier
) -> int:
    """Play, print the tables, and name the files written.

    Raises:
        UsageError: for what does not go together, before a model is loaded.
        BackendLost: if the task's backend cannot be had or is lost.
    """
    with user_input():
        # What would fail after a model was loaded fails before.
        check_team(choice, env)
        episode_count(env, split, episodes)
        if out is not None:
            check_free(out, earlier, "eval")
        team = _opened(choice, env)
    with ExitStack() as stack:
        stack.callback(getattr(team, "close", lambda: None))
        match = Match(env, team, split, episodes, seed, episodes_at_once(choice, env))
        rows, files = play([match], "eval", out, earlier)
    console = make_console()
    console.print(terminal_table(rows, console.width))
    console.print()
    console.print(cost_table(rows))
    if files:
        say(console, "\nwrote " + ", ".join(map(str, files)))
    return 0


def _opened(choice: Choice, env: CollabEnv) -> Team:
    """The team; building a toy shows, loading does by itself."""
    if TOY not in (*choice.parts.values(), choice.team):
        return open_team(choice, env)
    with make_progress() as progress:
        bar = progress.add_task("toy model", total=None, note="")
        return open_team(choice, env, lambda done, total, words: progress.update(bar, completed=done, total=total, note=words))


def episodes_at_once(choice: Choice, env: CollabEnv) -> int:
    """How many episodes it takes to keep ``--concurrency`` requests of endpoints under way; 1 for all other teams, and where
    episodes would build on the same place of a server."""
    names = set(choice.parts.values() or [choice.team])
    if (
        choice.concurrency is None
        or {kind_of(name) for name in names} != {"openai"}
        or getattr(env.task, "backend", "") == "server"
    ):
        return 1
    together = 1 if choice.protocol in ("single", "pipeline") else len(env.possible_agents)
    return max(1, choice.concurrency // together)
