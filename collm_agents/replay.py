"""A recorded episode is played again with its recorded answers, and must come out the same to the last digit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from collm_agents.records import RESULTS, RUN
from collm_agents.results import EpisodeResult, outcome
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import version_module

_LONGEST = 60


def read_options(folder: Path) -> dict[str, dict[str, Any]]:
    """The options of each configuration that was played, by its hash.

    Raises:
        OSError, ValueError: if the folder holds no results of ``collm eval``.
    """
    if not (folder / RESULTS).is_file() or not (folder / RUN).is_file():
        raise ValueError(f"{folder} holds no recorded episodes: it must have {RESULTS} and {RUN} of collm eval --out")
    try:
        run = json.loads((folder / RUN).read_text(encoding="utf-8"))
        return {match["config"]: dict(match["options"]) for match in run["matches"]}
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder / RUN} is not as collm eval writes it: {type(error).__name__}, {error}") from error


def make_again(result: EpisodeResult, options: Mapping[str, Mapping[str, Any]]) -> CollabEnv:
    """The environment that an episode was played in.

    Raises:
        ValueError, TypeError: if it cannot be made again, or would not do the same again; the message says why.
    """
    if result.config not in options:
        raise ValueError(f"{RUN} says nothing of the configuration {result.config} of this episode")
    given = dict(options[result.config])
    if given.get("backend") == "server":
        raise ValueError(
            f"{result.task} was built on a server, which has a mind of its own (ticks, light, mobs): the same commands may come out"
            " differently; episodes with backend=memory can be replayed"
        )
    module = version_module(result.task)
    env: CollabEnv = module.parallel_env(**given)
    if env.metadata["name"] != result.env:
        raise ValueError(f"the episode was played in {result.env}, here is {env.metadata['name']}; their rewards do not compare")
    return env


def first_difference(env: CollabEnv, result: EpisodeResult) -> str:
    """Where a replay first departs from the record; "" if it never does.

    Compared are the instance, of every turn what all agents were shown, what they did, rewards with their terms, all metrics and
    notes, whether and how the episode ended, and what was worked out of these. Times and tokens are the team's, not the
    environment's, and so are the exchanges of its protocol.
    """
    try:
        env.reset(seed=result.seed, options={"task": result.instance})
    except (ValueError, TypeError) as error:
        return f"instance: it cannot be played: {error}"
    found = _misplaced(env, result) or difference(_plain(env.instance.fields()), result.instance, "instance")
    for record in result.transcript:
        if found or not env.agents:
            break
        actions = record["actions"]
        if set(actions) != set(env.agents):
            return f"the agents are {', '.join(env.agents)}; the record has {', '.join(actions)}"
        env.step(actions)
        turn = len(env.turns)
        found = difference(_plain(env.transcript[-1]), record, f"turn {turn}")
    if found:
        return found
    if len(env.turns) < len(result.transcript) or env.agents:
        ends = f"after turn {len(env.turns)}" if not env.agents else "not at all by then"
        return f"the record ends after turn {len(result.transcript)}, the replay {ends}"
    again = _plain(outcome(env))
    return difference(again, {key: getattr(result, key) for key in again}, "result")


def _misplaced(env: CollabEnv, result: EpisodeResult) -> str:
    """What is wrong with where an episode says that its instance came from; tables and comparisons pair episodes by it. What came
    from a hub is taken at its word: a replay needs no network."""
    if result.split.startswith("hub:"):
        return ""
    try:
        split = env.task.tasks[result.split]
    except ValueError as error:
        return f"instance: {error}"
    if not 0 <= result.index < len(split):
        return f"instance: {result.split} has no instance {result.index}"
    # What an episode draws by its seed, spiders say, is no part of the content.
    same = split[result.index].content == env.instance.content
    return "" if same else f"instance: it is not instance {result.index} of {result.split}"


def difference(now: Any, recorded: Any, where: str) -> str:
    """The first place where two JSON values differ, with both; "" if they do not. Numbers are compared exactly."""
    if isinstance(now, dict) and isinstance(recorded, dict):
        for key in [*now, *(key for key in recorded if key not in now)]:
            if key not in recorded or key not in now:
                return f"{where}: {key} is only in the {'replay' if key in now else 'record'}"
            if found := difference(now[key], recorded[key], f"{where}, {key}"):
                return found
        return ""
    if isinstance(now, list) and isinstance(recorded, list):
        for place, (one, other) in enumerate(zip(now, recorded)):
            if found := difference(one, other, f"{where}, {place}"):
                return found
        return "" if len(now) == len(recorded) else f"{where}: {len(now)} items, recorded {len(recorded)}"
    if type(now) is type(recorded) and now == recorded:
        return ""
    if isinstance(now, str) and isinstance(recorded, str):
        place = next((at for at, pair in enumerate(zip(now, recorded)) if pair[0] != pair[1]), min(len(now), len(recorded)))
        return f"{where}, character {place}: {now[place : place + _LONGEST]!r}, recorded {recorded[place : place + _LONGEST]!r}"
    return f"{where}: {now!r:.{_LONGEST}}, recorded {recorded!r:.{_LONGEST}}"


def _plain(value: Any) -> Any:
    """As it comes back from a file."""
    return json.loads(json.dumps(value))
