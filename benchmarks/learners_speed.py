"""How fast, and in how much memory, the learners train, against the reference library in the same run.

    python -m venv peer && peer/bin/pip install torch transformers comlrl==1.3.6 .
    python benchmarks/learners_speed.py --peer-python peer/bin/python [--size m128] [--horizon 2] [--rounds 3] ...

Task: StrBuild with one-letter words, two builders. There are two settings. ``--model random``: a small Qwen3 of random weights
that reads whole prompts, some 300 tokens, and answers once; it trains adapters here, and whole models there. ``--model toy``:
the suite's own toy of the task with its recipe's options, as ``make demo`` trains it: whole models on both sides, two turns,
first prompts of some 30 tokens. Either is kept from ever ending early, so that all completions have the same length, and its
rewards differ, so that all carry a gradient. Both sides are given the same words, model, float32 and one thread, and train as
the reference does: MAGRPO with standardised groups, CC with one-step targets, and as many steps of the critic as there are
agents. They differ in what is their own: the reference trains item by item, with its own buffer sizes; ours all items of an
iteration in a batch. ``--lora`` sets the rank of our adapters; ``--buffer 26`` lets the reference take as few steps as we do;
``--tuned`` takes our own defaults.

Every figure is of a process of its own, after a warm-up and without imports and loading; the sides take turns, round by round,
and medians over rounds are compared. ``tokens`` are counted while tokens are generated, ``rewards`` (joint ones) over the whole
training, each by the second and by the second of processor time, which other programs on the machine disturb less. ``training
MiB`` is the highest resident memory less that after imports; with models this small little of it is weights, see ``--size
l512``.
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

from benchmarks.peers.models import SIZES, make_model, make_toy
from benchmarks.peers.work import Work

PEERS = Path(__file__).parent / "peers"
METHODS = ("magrpo", "cc")
SPEED_BAR, MEMORY_BAR = 8.0, 1 / 3
LIMIT = 1800
COLUMNS = {
    "tokens": ("tokens/s", ".0f"),
    "tokens_cpu": ("tokens/CPU s", ".0f"),
    "rewards": ("rewards/s", ".2f"),
    "rewards_cpu": ("rewards/CPU s", ".2f"),
    "training": ("training MiB", ".0f"),
    "peak": ("peak MiB", ".0f"),
    "reward": ("mean reward", ".2f"),
}
SETTINGS = {"random": {"horizon": 1, "tokens": 64, "lora": 32}, "toy": {"horizon": 2, "tokens": 12, "lora": 0}}
"""What each model is measured with. The toy's completions are about as long as its answers are where it may end them."""


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
        "tokens_cpu": [got["tokens"] / got["generating_cpu"] for got in rounds],
        "rewards": [got["rewards"] / got["wall"] for got in rounds],
        "rewards_cpu": [got["rewards"] / got["cpu"] for got in rounds],
        "training": [got["rss"]["peak"] - got["rss"]["imports"] for got in rounds],
        "peak": [got["rss"]["peak"] for got in rounds],
        "reward": [got["mean_reward"] for got in rounds],
    }
    return {name: median(values) for name, values in each.items()}


def show(method: str, ours: dict[str, float], theirs: dict[str, float]) -> None:
    """A method's row for each side, and one of ratios."""
    for side, got in (("ours", ours), ("comlrl", theirs)):
        print(f"{method:<8}{side:<8}" + "".join(f"{got[name]:>14{form}}" for name, (_, form) in COLUMNS.items()))
    ratios = [f"{ours[name] / theirs[name]:.2f}x" for name in COLUMNS if name != "reward"]
    print(f"{method:<8}{'ratio':<8}" + "".join(f"{ratio:>14}" for ratio in ratios), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer-python", required=True, help="an interpreter that has comlrl and this project installed")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--model", choices=list(SETTINGS), default="random")
    parser.add_argument("--size", choices=list(SIZES), default="s64", help="hidden units and layers of the random model")
    parser.add_argument("--horizon", type=int, help="turns per episode (default: random 1, toy 2)")
    parser.add_argument("--tokens", type=int, help="length of every completion (default: random 64, toy 12)")
    parser.add_argument("--items", type=int, default=52, help="episodes or trees, timed; a multiple of --batch")
    parser.add_argument("--batch", type=int, default=26, help="items of an iteration, here")
    parser.add_argument("--buffer", type=int, default=0, help="rollout_buffer_size there; 0 for its default")
    parser.add_argument("--lora", type=int, help="rank of our adapters; 0 trains whole models (default: random 32, toy 0)")
    parser.add_argument("--words", type=int, default=26, help="how many different words: with 1 all first prompts are equal")
    parser.add_argument("--micro", type=int, default=0, help="tokens per forward and backward pass, here; 0 for the default")
    parser.add_argument("--rows", type=int, default=0, help="responses sampled at a time, here; 0 for the default")
    parser.add_argument("--tuned", action="store_true", help="our own defaults instead of the reference's settings")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if given.items % given.batch:
        parser.error(f"--items must be a multiple of --batch, got {given.items} and {given.batch}")
    for name, value in SETTINGS[given.model].items():
        if getattr(given, name) is None:
            setattr(given, name, value)
    toy = given.model == "toy"
    with TemporaryDirectory() as folder:
        make_toy(Path(folder)) if toy else make_model(Path(folder), given.size)
        same = ("horizon", "items", "batch", "tokens", "buffer", "tuned", "lora", "words", "micro", "rows")
        work = Work("", folder, toy, warmup=given.batch, **{name: getattr(given, name) for name in same})
        print(f"{'method':<8}{'side':<8}" + "".join(f"{head:>14}" for head, _ in COLUMNS.values()))
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
