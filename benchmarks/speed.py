"""How long a scored joint action and an environment step take.

    python benchmarks/speed.py [--profile TASK]

One process, recorded joint actions, the median over items of the best of 5 rounds. ``score`` is what ``env.step``
calls: reading both completions, building the world, the reward with all metrics. ``step adds`` is what a whole
``env.step`` takes beyond that, prompts of the next turn included. Scores are timed twice: *warm*, when the command
lines were seen before (as in training, where teams repeat themselves) and the texts in another pair (as where every
answer of a group is paired with every other), and *cold*, with these memories emptied before each call.

Machines differ and are noisy, so that the same joint actions are also scored, in the same run, by the plain second
implementation of the tests (``tests/naive.py``: a pattern per line, numpy arrays, substring searches), and one call of
``json.loads`` on a fixed document of about 10 kB is timed: compare the ratios.
"""

from __future__ import annotations

import argparse
import copy
import cProfile
import gc
import json
import pstats
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from collm_envs import arxiv_v0, housebuild_v0, strbuild_v0, tldr_v0
from collm_envs.minecraft.commands import Reader
from collm_envs.minecraft.world import spell
from collm_envs.writing.words import words_of
from tests import naive

ROUNDS = 5
COPIES = 20
LINES_PER_BUILDER = 29
BARS = {"tldr": 20.0, "arxiv": 50.0, "strbuild": 35.0, "housebuild": 75.0}
STEP_BAR = 30.0
GOLDEN = Path(__file__).parent.parent / "tests" / "golden"

Item = tuple[Any, dict[str, Any], tuple[str, str]]
"""An environment, reset options, a joint action."""


def paper_items(env: Any, write: Callable[[Any, int, Random], str]) -> list[Item]:
    """Three joint actions on each of the paper's ten instances; ``write(instance, builder, rng)`` is a builder's."""
    items: list[Item] = []
    for split in ("paper_train", "paper_test"):
        for index, instance in enumerate(env.task.tasks[split]):
            rng = Random(f"{split} {index}")
            for _ in range(3):
                items.append((env, {"split": split, "index": index}, (write(instance, 0, rng), write(instance, 1, rng))))
    return items


def strbuild_items() -> list[Item]:
    """29 lines per builder: most of them right, some noise."""
    env = strbuild_v0.parallel_env()

    def write(mural: Any, builder: int, rng: Random) -> str:
        cells, palette = list(mural.box.cells(mural.target)), env.task.team_palettes[builder]
        right = [f"/setblock {spell(rng.choice(cells))} {rng.choice(palette[:2])}" for _ in range(LINES_PER_BUILDER - 3)]
        outside = f"/setblock {rng.randrange(40)} {rng.randrange(-1, 6)} 0 stone"
        return "\n".join([*right, outside, "- setblock 0 0 0 air", "I place a block"])

    return paper_items(env, write)


def housebuild_items() -> list[Item]:
    """Houses of 6 x 7 x 7 cells, 5 to 25 fills per builder."""

    def write(house: Any, builder: int, rng: Random) -> str:
        fills = [fill.text for fill in rng.sample(house.fills, rng.randint(5, 25))]
        return "\n".join(["/kill", *fills, "/fill 0 0 0 9 9 9 air"])

    return paper_items(housebuild_v0.parallel_env(), write)


def writing_items(task: str) -> list[Item]:
    """Recorded pairs of texts: about 68 and 179 words (tldr), 188 and 224 words (arxiv)."""
    env = {"tldr": tldr_v0, "arxiv": arxiv_v0}[task].parallel_env()
    rows = [json.loads(line) for line in (GOLDEN / f"{task}.jsonl").read_text().splitlines()]
    return [(env, {"index": 0}, tuple(row["actions"])) for row in rows]


def best(call: Callable[[], Any], before: Callable[[], Any] | None = None, inner: int = 1) -> float:
    """Seconds of one call: the best of a few rounds of ``inner`` calls, each round after ``before``."""
    rounds = []
    for _ in range(ROUNDS):
        if before:
            before()
        start = time.perf_counter()
        for _ in range(inner):
            call()
        rounds.append((time.perf_counter() - start) / inner)
    return min(rounds)


def forget() -> None:
    """Empty the memories of lines and of texts."""
    Reader.cache_clear()
    words_of.cache_clear()


def measure(items: Sequence[Item]) -> dict[str, float]:
    """Median microseconds over items: score warm and cold, and what a step adds to a warm score."""
    warm, cold, extra, plain = [], [], [], []
    for env, options, joint in items:
        env.reset(seed=0, options=options)
        instance, task = env.instance, env.task
        carry = task.begin(instance, env.max_cycles)
        actions = dict(zip(env.possible_agents, joint))

        def score(task: Any = task, instance: Any = instance, joint: Any = joint, carry: Any = carry) -> None:
            task.score(instance, joint, carry)

        # A step may end the episode, so that each one is played on a copy of the environment, made beforehand.
        copies: list[Any] = []

        def restart(env: Any = env, copies: Any = copies) -> None:
            copies[:] = [copy.deepcopy(env) for _ in range(COPIES)]

        def step(copies: Any = copies, actions: Any = actions) -> None:
            copies.pop().step(actions)

        def score_alone(copies: Any = copies, joint: Any = joint, carry: Any = carry) -> None:
            one = copies.pop()
            one.task.score(one.instance, joint, carry)

        cold.append(best(score, before=forget))
        score()
        warm.append(best(score, inner=COPIES))
        plain.append(best(lambda env=env, joint=joint: naive_score(env, joint)))
        extra.append(best(step, before=restart, inner=COPIES) - best(score_alone, before=restart, inner=COPIES))
    figures = {"warm": warm, "cold": cold, "extra": extra, "plain": plain}
    return {name: 1e6 * median(values) for name, values in figures.items()}


def naive_score(env: Any, joint: Any) -> Any:
    """The same score by the plain implementation."""
    task, instance = env.task, env.instance
    if task.name == "strbuild":
        return naive.strbuild(instance.text, instance.spacing, joint, task.team_palettes, task.max_commands, task.allow_fill)
    if task.name == "housebuild":
        return naive.housebuild(
            instance.fields(), joint, task.team_palettes(instance), task.max_commands, task.limited_resource, task.reward
        )
    return naive.writing(*joint, task.name, task.matching)


def yardstick() -> float:
    """Microseconds of one ``json.loads`` of a fixed document of about 10 kB."""
    document = json.dumps([{"x": number, "block": "white_concrete", "at": [number / 3, -number]} for number in range(170)])
    return 1e6 * best(lambda: json.loads(document), inner=200)


def profile(items: Sequence[Item]) -> None:
    """Where the time of warm scores and steps goes."""
    profiler = cProfile.Profile()
    for env, options, joint in items:
        actions = dict(zip(env.possible_agents, joint))
        for _ in range(20):
            env.reset(seed=0, options=options)
            profiler.enable()
            env.step(actions)
            profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(18)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profile", choices=list(BARS), help="print where the time of this task goes")
    wanted = parser.parse_args().profile
    tasks = {
        "tldr": lambda: writing_items("tldr"),
        "arxiv": lambda: writing_items("arxiv"),
        "strbuild": strbuild_items,
        "housebuild": housebuild_items,
    }
    if wanted:
        profile(tasks[wanted]())
        return
    gc.disable()
    unit = yardstick()
    print(f"json.loads of 10 kB: {unit:.1f} us = 1 unit")
    heads = ("score us", "bar", "plain us", "ratio", "units", "cold us", "step adds", "bar")
    print(f"{'task':<12}" + "".join(f"{head:>10}" for head in heads))
    for name, make in tasks.items():
        got = measure(make())
        ratio, units = got["plain"] / got["warm"], got["warm"] / unit
        row = f"{name:<12}{got['warm']:>10.1f}{BARS[name]:>10.0f}{got['plain']:>10.0f}{ratio:>9.1f}x{units:>10.2f}"
        print(f"{row}{got['cold']:>10.1f}{got['extra']:>10.1f}{STEP_BAR:>10.0f}")


if __name__ == "__main__":
    main()
