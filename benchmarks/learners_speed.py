"""How fast, and in how much memory, the learners train, against the reference library in the same run.

    python -m venv peer && peer/bin/pip install torch transformers comlrl==1.3.6 .
    python benchmarks/learners_speed.py --peer-python peer/bin/python [--size m128] [--horizon 2] [--rounds 3] ...

Task: StrBuild with one-letter words, two builders. Model: a small random Qwen3 that never ends early, so that all completions have
the same length, and whose rewards differ, so that all carry a gradient. Both sides are given the same words, model, float32 and one
thread, and train as the reference does: MAGRPO with standardised groups, CC with one-step targets, and as many steps of the
critic as there are agents. They differ in what is their own: the reference trains whole models, item by item, with its own buffer
sizes; ours trains adapters on one base, all items of an iteration in a batch. ``--lora 0`` trains whole models here, too;
``--buffer 26`` lets the reference take as few steps as we do; ``--tuned`` takes our own defaults.

Every figure is of a process of its own, after a warm-up and without imports and loading; the sides take turns, round by round, and
medians over rounds are compared. ``tokens/s`` counts while tokens are generated, ``rewards/s`` (joint ones) the whole training.
``CPU`` is the ratio of rewards per second of processor time, which other programs on the machine disturb less. ``training MiB`` is
the highest resident memory less that after imports; with models this small little of it is weights, see ``--size l512``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.peers.work import SIZES, Work, make_model

PEERS = Path(__file__).parent / "peers"
METHODS = ("magrpo", "cc")
SPEED_BAR, MEMORY_BAR = 8.0, 1 / 3
LIMIT = 1800


def play(python: str, script: str, work: Work) -> dict[str, Any]:
    """One process of one side: what it printed last."""
    quiet = {
        "OMP_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        "WANDB_MODE": "disabled",
        "CUDA_VISIBLE_DEVICES": "",
    }
    command = [python, str(PEERS / script), work.dumps()]
    done = subprocess.run(command, env={**os.environ, **quiet}, capture_output=True, text=True, timeout=LIMIT, check=False)
    if done.returncode:
        raise SystemExit(f"{script} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    got: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    expected = 2 * got["rewards"] * work.tokens
    if got["tokens"] != expected:
        raise SystemExit(f"{script}: {got['rewards']} joint rewards need {expected} tokens, but {got['tokens']} were generated")
    return got


def figures(rounds: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Medians of the figures of one side."""
    each = {
        "tokens": [got["tokens"] / got["generating"] for got in rounds],
        "rewards": [got["rewards"] / got["wall"] for got in rounds],
        "cpu": [got["rewards"] / got["cpu"] for got in rounds],
        "training": [got["rss"]["peak"] - got["rss"]["imports"] for got in rounds],
        "peak": [got["rss"]["peak"] for got in rounds],
        "reward": [got["mean_reward"] for got in rounds],
    }
    return {name: median(values) for name, values in each.items()}


def show(method: str, ours: dict[str, float], theirs: dict[str, float]) -> None:
    """A method's row for each side, and one of ratios."""
    columns = (("tokens", ".0f"), ("rewards", ".2f"), ("cpu", ".2f"), ("training", ".0f"), ("peak", ".0f"), ("reward", ".2f"))
    for side, got in (("ours", ours), ("comlrl", theirs)):
        print(f"{method:<8}{side:<8}" + "".join(f"{got[name]:>14{form}}" for name, form in columns))
    ratios = [f"{ours[name] / theirs[name]:.2f}x" for name, _ in columns[:-1]]
    print(f"{method:<8}{'ratio':<8}" + "".join(f"{ratio:>14}" for ratio in ratios), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer-python", required=True, help="an interpreter that has comlrl and this project installed")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--size", choices=list(SIZES), default="s64", help="hidden units and layers of the model")
    parser.add_argument("--horizon", type=int, default=1, help="turns per episode")
    parser.add_argument("--tokens", type=int, default=64, help="length of every completion")
    parser.add_argument("--items", type=int, default=52, help="episodes or trees, timed; a multiple of --batch")
    parser.add_argument("--batch", type=int, default=26, help="items of an iteration, here")
    parser.add_argument("--buffer", type=int, default=0, help="rollout_buffer_size there; 0 for its default")
    parser.add_argument("--lora", type=int, default=32, help="rank of our adapters; 0 trains whole models")
    parser.add_argument("--words", type=int, default=26, help="how many different words: with 1 all first prompts are equal")
    parser.add_argument("--micro", type=int, default=0, help="tokens per forward and backward pass, here; 0 for the default")
    parser.add_argument("--rows", type=int, default=0, help="responses sampled at a time, here; 0 for the default")
    parser.add_argument("--tuned", action="store_true", help="our own defaults instead of the reference's settings")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if given.items % given.batch:
        parser.error(f"--items must be a multiple of --batch, got {given.items} and {given.batch}")
    with TemporaryDirectory() as folder:
        make_model(Path(folder), given.size)
        same = ("horizon", "items", "batch", "tokens", "buffer", "tuned", "lora", "words", "micro", "rows")
        work = Work("", folder, warmup=given.batch, **{name: getattr(given, name) for name in same})
        heads = ("tokens/s", "rewards/s", "rewards/CPU s", "training MiB", "peak MiB", "mean reward")
        print(f"{'method':<8}{'side':<8}" + "".join(f"{head:>14}" for head in heads))
        for method in given.methods:
            # The reference's trees have 4 branches in one turn, and 2 in its multi-turn configurations.
            one = replace(work, method=method, samples=1 if method == "cc" else 4 if work.horizon == 1 else 2)
            # What the reference does after the first items is what it does after all: a few warm it up.
            ours, theirs = [], []
            for _ in range(given.rounds):
                theirs.append(play(given.peer_python, "comlrl_run.py", replace(one, warmup=8)))
                ours.append(play(sys.executable, "collm_run.py", one))
            show(method, figures(ours), figures(theirs))
        print(f"bars: tokens/s and rewards/s >= {SPEED_BAR:.0f}x, training MiB <= {MEMORY_BAR:.2f}x")


if __name__ == "__main__":
    main()
