"""Several teams and tasks in a row, with a progress bar, and files if wanted: what ``eval`` and ``demo`` do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collm_agents.arguments import user_input
from collm_agents.commands.console import make_progress
from collm_agents.evaluate import episode_count, play_split
from collm_agents.policies import Team
from collm_agents.records import Earlier, RunFolder
from collm_agents.results import EpisodeResult, about_match
from collm_agents.table import Row, summarise
from collm_envs.core.env import CollabEnv


@dataclass(frozen=True)
class Match:
    """A team and what it plays; see :func:`collm_agents.evaluate.play_split`."""

    env: CollabEnv
    team: Team
    split: str
    episodes: int | None
    seed: int
    at_once: int = 1

    @property
    def count(self) -> int:
        """How many episodes it takes; raises ValueError for an unknown split or one without end."""
        return episode_count(self.env, self.split, self.episodes)

    @property
    def config(self) -> dict[str, Any]:
        """What was asked for, resolved and JSON-ready."""
        return about_match(self.env, self.team, self.split, self.count, seed=self.seed, at_once=self.at_once)


def play(matches: Sequence[Match], command: str, out: Path | None, earlier: Earlier) -> tuple[list[Row], list[Path]]:
    """Play all matches one after another.

    Args:
        matches: what to play.
        command: the command's name, for ``run.json``.
        out: folder for the results (None: nothing is written).
        earlier: what to do with a run that is there.

    Returns:
        One row for each match, and the files written.

    Raises:
        UsageError: for an unknown split or a folder that cannot be used, before anything is played.
    """
    results: list[EpisodeResult] = []
    with ExitStack() as stack:
        folder = None
        with user_input():
            total = sum(match.count for match in matches)
            config = {"command": command, "matches": [match.config for match in matches]}
            if out is not None:
                folder = stack.enter_context(RunFolder(out, config, earlier))
                results += folder.done
        if command == "eval":
            # Also where a team or a backend fails: what there is by then is not lost, and need not be played again.
            stack.callback(_tell_of_rest, out, results, total)
        progress = stack.enter_context(make_progress())
        bar = progress.add_task("", total=total, completed=len(results), note="")
        left = len(results)
        for match in matches:
            progress.update(bar, description=f"{match.env.task.name}, {match.team.name}")
            start = min(left, match.count)
            left -= start
            rewards = 0.0
            played = play_split(match.env, match.team, match.split, match.episodes, match.seed, match.at_once, start)
            # Whoever is interrupted here must not leave episodes under way.
            stack.enter_context(closing(played))
            for number, result in enumerate(played, 1):
                if folder:
                    folder.add(result)
                results.append(result.brief())
                rewards += result.last_reward
                progress.update(bar, advance=1, note=f"mean reward {rewards / number:.3f}")
        rows = summarise(results)
        return rows, folder.finish(rows) if folder else []


def _tell_of_rest(out: Path | None, results: Sequence[EpisodeResult], total: int) -> None:
    """Where a run ends before its end: what is there, and how to go on."""
    if out and results and len(results) < total:
        print(f"{len(results)} of {total} episodes are in {out}; the same command with --resume goes on", file=sys.stderr)
