"""``collm validate``: does what is installed here still do what the manual pages say?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

from collm_agents.arguments import make_env
from collm_agents.commands.console import make_console, make_progress, make_table, say, verdict
from collm_agents.policies.scripted import SCRIPTED, ScriptedTeam
from collm_envs.core.env import CollabEnv
from collm_envs.core.taskset import SHIPPED, check_data

TOLERANCE = 1e-9
_MOST_LISTED = 5

Finding = str | None
"""What an examined item comes to: None if it is as it should be, else what is wrong with it."""


def data_files(env: CollabEnv, generated: int) -> Iterator[Finding]:
    """Shipped files have the recorded checksums."""
    faults = check_data(env.task.name)
    for number in range(len(SHIPPED)):
        yield faults[number] if number < len(faults) else None


def instances(env: CollabEnv, generated: int) -> Iterator[Finding]:
    """Every instance can be read, and its fields, through JSON, give the same instance."""
    for split, index in _items(env):
        instance = env.task.tasks[split][index]
        again = env.task.tasks.parse(json.loads(json.dumps(instance.fields())))
        yield None if again == instance else f"{split}[{index}] is not the same after a round trip through its fields"


def splits(env: CollabEnv, generated: int) -> Iterator[Finding]:
    """No two splits share a problem. The paper's own items may do so among themselves: they are as they were published."""
    contents: dict[str, set[str]] = {split: set() for split in _split_names(env)}
    for split, index in _items(env):
        contents[split].add(env.task.tasks[split][index].content)
    for first, second in combinations(contents, 2):
        shared = contents[first] & contents[second]
        both_published = first not in SHIPPED and second not in SHIPPED
        yield f"{first} and {second} share {len(shared)} problems" if shared and not both_published else None


def oracle(env: CollabEnv, generated: int) -> Iterator[Finding]:
    """The oracle earns the largest reward there is, on every shipped and on some generated instances."""
    env = _of_one_turn(env)
    most = env.reward_range[1]
    for split, index in [*_items(env), *(("generated", index) for index in range(generated))]:
        reward = _only_reward(env, "oracle", split, index)
        yield None if abs(reward - most) <= TOLERANCE else f"oracle earns {reward!r}, not {most!r}, on {split}[{index}]"


def yardsticks(env: CollabEnv, generated: int) -> Iterator[Finding]:
    """All other scripted teams earn less than the oracle on average, and nowhere more."""
    env = _of_one_turn(env)
    most = env.reward_range[1]
    for team in SCRIPTED:
        if team == "oracle":
            continue
        rewards = []
        for split, index in _items(env):
            rewards.append(_only_reward(env, team, split, index))
            yield None if rewards[-1] <= most else f"{team} earns {rewards[-1]!r}, above {most!r}, on {split}[{index}]"
        mean = fmean(rewards)
        yield None if mean < most else f"{team} earns {mean!r} on average, no less than the oracle"


def determinism(env: CollabEnv, generated: int) -> Iterator[Finding]:
    """Same seed and same actions give the same transcript and state, in a used environment and in a fresh one."""
    for split in SHIPPED:
        first = _whole_episode(env, split, seed=7)
        again = _whole_episode(env, split, seed=7)
        fresh = _whole_episode(make_env(env.task.name), split, seed=7)
        yield None if first == again else f"an episode of {split} differs when it is played again"
        yield None if first == fresh else f"an episode of {split} differs in a fresh environment"


CHECKS: dict[str, Callable[[CollabEnv, int], Iterator[Finding]]] = {
    "data files": data_files,
    "instances": instances,
    "splits": splits,
    "oracle": oracle,
    "yardsticks": yardsticks,
    "determinism": determinism,
}


def _split_names(env: CollabEnv) -> tuple[str, ...]:
    return (*SHIPPED, *env.task.tasks.fixed)


def _items(env: CollabEnv) -> list[tuple[str, int]]:
    return [(split, index) for split in _split_names(env) for index in range(len(env.task.tasks[split]))]


def _of_one_turn(env: CollabEnv) -> CollabEnv:
    """The same task in episodes of one turn, which always pays: some tasks pay for the whole episode in its last turn alone."""
    return CollabEnv(env.task, max_cycles=1)


def _only_reward(env: CollabEnv, name: str, split: str, index: int) -> float:
    team = ScriptedTeam(name)
    observations, _ = env.reset(seed=index, options={"split": split, "index": index})
    team.reset(env, seed=index)
    return env.step(team.act(env, observations))[1][env.possible_agents[0]]


def _whole_episode(env: CollabEnv, split: str, seed: int) -> tuple[str, str]:
    team = ScriptedTeam("random")
    observations, _ = env.reset(seed=seed, options={"split": split})
    team.reset(env, seed)
    while env.agents:
        observations = env.step(team.act(env, observations))[0]
    return json.dumps(env.transcript), env.state()


# -- running them -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What a check of a task came to: how many items it examined, and what was wrong."""

    task: str
    check: str
    examined: int
    faults: list[str]


def run_check(env: CollabEnv, check: str, generated: int, on_item: Callable[[int], None] | None = None) -> Outcome:
    """Run one of :data:`CHECKS`, counting its items to ``on_item``; an exception in it is a fault like any other."""
    examined, faults = 0, []
    try:
        for finding in CHECKS[check](env, generated):
            examined += 1
            if on_item:
                on_item(examined)
            if finding:
                faults.append(finding)
    except Exception as error:
        # A damaged file can fail in any way at all, and the other checks should still run.
        faults.append(f"{type(error).__name__} after {examined} items: {error}")
    return Outcome(env.task.name, check, examined, faults)


def validate(tasks: Sequence[str], generated: int) -> int:
    """Run all checks on some tasks and print a table; 1 if anything is wrong."""
    envs = [make_env(task) for task in tasks]
    outcomes = []
    with make_progress() as progress:
        bar = progress.add_task("", total=len(envs) * len(CHECKS), note="")
        for env in envs:
            for check in CHECKS:
                progress.update(bar, description=f"{env.task.name}, {check}")
                outcomes.append(run_check(env, check, generated, lambda count: progress.update(bar, note=f"{count} items")))
                progress.advance(bar)
    console = make_console()
    table = make_table("task", *CHECKS, numbers=list(CHECKS))
    for start in range(0, len(outcomes), len(CHECKS)):
        row = outcomes[start : start + len(CHECKS)]
        words = [f"{len(item.faults)} wrong" if item.faults else f"{item.examined:,} ok" for item in row]
        table.add_row(row[0].task, *(verdict(not item.faults, text) for item, text in zip(row, words)))
    console.print(table)
    console.print()
    wrong = [outcome for outcome in outcomes if outcome.faults]
    for outcome in wrong:
        for fault in outcome.faults[:_MOST_LISTED]:
            say(console, f"{outcome.task}, {outcome.check}: {fault}")
        if len(outcome.faults) > _MOST_LISTED:
            console.print(f"{outcome.task}, {outcome.check}: and {len(outcome.faults) - _MOST_LISTED} more")
    console.print("something is wrong" if wrong else "all is well")
    return 1 if wrong else 0
