"""Folders of runs as ``collm train`` and ``collm eval --out`` leave them, and what a report made of them holds."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from collm_agents.evaluate import play_split
from collm_agents.policies.scripted import ScriptedTeam
from collm_agents.records import RunFolder
from collm_agents.report import data
from collm_agents.table import summarise
from collm_envs import strbuild_v0

SETTINGS: dict[str, Any] = {"task": "relay", "method": "collm-cc", "env": {"max_cycles": 2}, "learner": {"seed": 0, "gamma": 1.0}}


def make_training(folder: Path, seed: int = 0, method: str = "collm-cc", iterations: int = 4, **learner: Any) -> Path:
    """A folder such as collm train writes. The return of iteration i is i + seed; each iteration plays 10 joint actions."""
    folder.mkdir(parents=True)
    rows = [
        {"iteration": i, "return": i + seed, "solved": 0.5, "total_joint_rewards": 10 * i, "total_responses": 40 * i}
        for i in range(1, iterations + 1)
    ]
    tried = [{"iteration": i, "episodes": 8, "return": 2.0 * i + seed} for i in (0, iterations)]
    for name, lines in (("metrics.jsonl", rows), ("eval.jsonl", tried)):
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    config = {**SETTINGS, "method": method, "learner": {**SETTINGS["learner"], "seed": seed, **learner}, "run": {"threads": seed}}
    (folder / "config.yaml").write_text(json.dumps(config))
    about = {"command": "train", "task": "relay", "env": "relay_v0", "method": method, "complete": True}
    (folder / "run.json").write_text(json.dumps(about))
    return folder


def learn(folder: Path, env: Any = None, answers: Any = ("", "/setblock 0 0 0 white_concrete"), seed: int = 0) -> Path:
    """A folder of a run that has recorded what its team, which always says the one and then the other, played before and after."""
    make_training(folder, seed)
    for name in ("metrics.jsonl", "eval.jsonl"):
        rows = [json.loads(line) for line in (folder / name).read_text().splitlines()]
        for row in rows:
            row.update({"term.own": 1.0 + row["iteration"], "term.shared": -2.0 * seed})
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    env = env or strbuild_v0.parallel_env(max_cycles=2)
    for iteration, answer in zip((0, 2, 4), (answers[0], *answers)):
        # What comes between is not shown.
        place = folder / data.RECORDED / f"{iteration:08d}"
        team = f"after {iteration} iterations" if iteration else "before training"
        make_played(place, env, count=3, scripted=Always(team, answer))
    return folder


class Always(ScriptedTeam):
    """A team that says the same in every turn."""

    def __init__(self, name: str, answer: str) -> None:
        super().__init__(name)
        self.answer = answer

    def policy(self, task: Any) -> Any:
        return lambda *_: self.answer


def make_played(folder: Path, env: Any = None, team: str = "greedy", count: int = 3, scripted: Any = None) -> Path:
    """A folder as collm eval --out writes it."""
    env = env or strbuild_v0.parallel_env(max_cycles=2)
    scripted = scripted or ScriptedTeam(team)
    match = {"env": env.metadata["name"], "team": scripted.name, "split": "test", "options": {"max_cycles": env.max_cycles}}
    with RunFolder(folder, {"command": "eval", "matches": [match]}) as run:
        results = list(play_split(env, scripted, "test", count, 0))
        for result in results:
            run.add(result)
        run.finish(summarise(results))
    return folder


def file_of(folder: Path) -> Path:
    return next(folder / name for name in data.EPISODES if (folder / name).exists())


def change(folder: Path, **fields: Any) -> None:
    """Give the first episode of a run other fields."""
    first, *rest = file_of(folder).read_text().splitlines()
    record = {**json.loads(first), **fields}
    file_of(folder).write_text("\n".join([json.dumps(record), *rest]) + "\n")


def first_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file_of(folder).read_text().splitlines()[0])
    return found


def payload(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    assert found
    content: dict[str, Any] = json.loads(found[1])
    return content


class Elements(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
