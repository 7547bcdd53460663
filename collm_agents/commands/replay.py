"""``collm replay``: what differs first, and in how many episodes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from collm_agents.arguments import UsageError, user_input
from collm_agents.commands.console import make_console, say
from collm_agents.records import RESULTS, iter_results
from collm_agents.replay import first_difference, make_again, read_options
from collm_agents.results import EpisodeResult


def replay(folder: Path, episode: int | None, all_episodes: bool) -> int:
    """Replay one episode or all, and say what differs first.

    Args:
        folder: of ``collm eval --out``.
        episode: which, from 0, in the order of ``results.jsonl``.
        all_episodes: every one instead.

    Returns:
        1 if any differs, else 0.

    Raises:
        UsageError: if neither or both are asked for, there is no such episode, or the episode cannot be replayed.
        BackendLost: if the task's backend cannot be had or is lost.
    """
    if (episode is not None) == all_episodes:
        raise UsageError("collm replay needs one of: --episode N, --all")
    with user_input():
        options = read_options(folder)
    console, envs = make_console(), {}
    wrong = played = 0
    try:
        for number, result in _chosen(folder, episode):
            which = (result.config, result.task, result.env)
            with user_input():
                if which not in envs:
                    envs[which] = make_again(result, options)
            found = first_difference(envs[which], result)
            played += 1
            wrong += bool(found)
            if found or not all_episodes:
                say(console, f"episode {number}: {found or f'identical, {result.turns} turns'}")
    finally:
        # Also before the complaint about a line that was cut.
        if all_episodes and played:
            say(console, f"{played - wrong} of {played} episodes are identical")
    return 1 if wrong else 0


def _chosen(folder: Path, episode: int | None) -> Iterator[tuple[int, EpisodeResult]]:
    results, number = iter_results(folder), -1
    while True:
        with user_input():
            result = next(results, None)
        if result is None:
            break
        number += 1
        if episode is None:
            yield number, result
        elif number == episode:
            yield number, result
            return
    if episode is not None:
        there = f"0 to {number}" if number > 0 else "0 alone" if number == 0 else "none"
        raise UsageError(f"{folder / RESULTS} has no episode {episode}; it has: {there}")
    if number < 0:
        raise UsageError(f"{folder / RESULTS} has no episodes")
