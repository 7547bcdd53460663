"""Several teams and tasks in a row, with a progress bar, and files if wanted: what ``eval`` and ``demo`` do."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from collm_agents.arguments import user_input
from collm_agents.commands.console import make_progress
from collm_agents.evaluate import episode_count, play_split
from collm_agents.policies import Team
from collm_agents.records import RunFolder
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


def play(matches: Sequence[Match], command: str, out: Path | None, overwrite: bool) -> tuple[list[Row], list[Path]]:
    """Play all matches one after another.

    Args:
        matches: what to play.
        command: the command's name, for ``run.json``.
        out: folder for the results (None: nothing is written).
        overwrite: replace the files of an earlier run there.

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
                folder = stack.enter_context(RunFolder(out, config, overwrite))
        progress = stack.enter_context(make_progress())
        bar = progress.add_task("", total=total, note="")
        for match in matches:
            progress.update(bar, description=f"{match.env.task.name}, {match.team.name}")
            rewards = 0.0
            played = play_split(match.env, match.team, match.split, match.episodes, match.seed, match.at_once)
            # Whoever is interrupted here must not leave episodes under way.
            stack.enter_context(closing(played))
            for number, result in enumerate(played, 1):
                if folder:
                    folder.add(result)
                # The table needs no transcripts, and those of a long run would fill the memory.
                results.append(replace(result, transcript=[], exchanges=[]))
                rewards += result.last_reward
                progress.update(bar, advance=1, note=f"mean reward {rewards / number:.3f}")
        rows = summarise(results)
        return rows, folder.finish(rows) if folder else []
