"""Do the learners learn, and which learns from least? Runs a study's grid; one JSON lines file per run, what is done is skipped.

    python benchmarks/learning/study.py relay-long --seeds 0-1 --until .8 # the grid of learning rates, to choose from
    python benchmarks/learning/study.py relay-long --seeds 100-109 --best # what was chosen, on fresh seeds
    python benchmarks/learning/report.py                                  # tables and figures of all that is there

All on toy models (``collm_agents.models.toy``), which are trained as a whole, one thread for each run, at equal numbers of joint
rewards. Every learner has the same grid of learning rates and otherwise the settings below.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"

RATES = (2e-4, 5e-4, 1e-3)
"""Learning rates of the actors, the same for every learner."""

ALL = {"entropy_coef": 0.002, "gamma": 1.0, "grad_clip": 1.0, "micro_tokens": 16_384}
CRITIC = {
    "critic_lr": 1e-3,
    "history": "current",
    "replay": 32,
    "critic_steps": 6,
    "critic_batch": 16,
    "critic_warmup": 4,
    "warmup_steps": 20,
    "gae_lambda": 0.0,
    "episodes": 8,
}
# Trajectories without a critic, against the mean of the batch.
TRAJECTORIES = {
    "samples": 1,
    "joint": "trajectory",
    "baseline": "raw",
    "group": "batch",
    "normalise_advantages": "batch",
    "episodes": 8,
}
# Several trajectories of the same instance, each against the mean of the others.
GROUPS = {"samples": 8, "joint": "trajectory", "baseline": "rloo", "normalise_advantages": "batch", "episodes": 1}
TREE = {"samples": 2, "joint": "aligned", "baseline": "mean", "normalise_advantages": "batch", "episodes": 1}

# Each turn's advantages against their own mean: what a critic that lags behind is wrong by in all of them is gone.
BY_TURN = {"normalise_advantages": "turn"}
# A third of the work on critics.
BRIEF = {"critic_steps": 2}
WIDE = {"gae_lambda": 0.95}
# What long answers need: with 8 episodes in an iteration returns stood still (at 2e-4, for 3,000 joint rewards). Replay and warm-up
# are as many episodes as before.
MANY = {"episodes": 32}
MANY_CRITIC = {**CRITIC, **WIDE, **BRIEF, **MANY, "replay": 8, "critic_warmup": 1}

LEARNERS: dict[str, tuple[str, dict[str, Any]]] = {
    "collm-cc": ("collm-cc", CRITIC),
    "collm-cc-by-turn": ("collm-cc", {**CRITIC, **BY_TURN}),
    "collm-cc-brief": ("collm-cc", {**CRITIC, **BRIEF}),
    "collm-cc-0.95": ("collm-cc", {**CRITIC, **WIDE}),
    "collm-cc-0.95-by-turn": ("collm-cc", {**CRITIC, **WIDE, **BY_TURN}),
    "collm-cc-0.95-brief": ("collm-cc", {**CRITIC, **WIDE, **BRIEF}),
    "collm-cc-32": ("collm-cc", MANY_CRITIC),
    "collm-dc": ("collm-dc", CRITIC),
    "collm-dc-by-turn": ("collm-dc", {**CRITIC, **BY_TURN}),
    "collm-dc-brief": ("collm-dc", {**CRITIC, **BRIEF}),
    "collm-dc-0.95": ("collm-dc", {**CRITIC, **WIDE}),
    "collm-dc-0.95-by-turn": ("collm-dc", {**CRITIC, **WIDE, **BY_TURN}),
    "collm-dc-0.95-brief": ("collm-dc", {**CRITIC, **WIDE, **BRIEF}),
    "collm-dc-32": ("collm-dc", MANY_CRITIC),
    "reinforce": ("ma-reinforce", TRAJECTORIES),
    "reinforce-4": ("ma-reinforce", {**TRAJECTORIES, "episodes": 4}),
    "reinforce-32": ("ma-reinforce", {**TRAJECTORIES, **MANY}),
    "rloo-trajectories": ("rloo", GROUPS),
    "rloo-trajectories-4": ("rloo", {**GROUPS, "samples": 4, "episodes": 2}),
    "rloo-trajectories-32": ("rloo", {**GROUPS, "episodes": 4}),
    "magrpo-tree": ("magrpo", TREE),
    "rloo-tree": ("rloo", TREE),
}
"""By the name that figures have: method, settings. Of each kind (a critic for all, one for each, trajectories, trees) there are two
or four, of which the best is kept."""


COLUMNS = ("cpu_seconds", "joint_rewards", "total_joint_rewards", "total_responses", "return", "entropy", "explained_variance")
"""What is kept of each iteration."""


@dataclass(frozen=True)
class Study:
    """A game, and who plays it.

    Attributes:
        task: whose toy model is where all begin.
        options: of the environment.
        sparse: whether only the last turn pays, by :class:`~collm_envs.wrappers.last_turn.LastTurnPays`.
        split: instances to train on.
        tokens: longest answer.
        joint_rewards: after how many a run ends.
        learners: names of :data:`LEARNERS`.
        best: the rate of each learner that did best on the tuning seeds.
    """

    task: str
    options: dict[str, Any]
    tokens: int
    joint_rewards: int
    learners: tuple[str, ...]
    sparse: bool = False
    split: str = "train"
    best: dict[str, float] = field(default_factory=dict)


FAMILY = tuple(name for name in LEARNERS if "-32" not in name)
STUDIES = {
    "relay-long": Study(
        "relay",
        {"max_cycles": 8, "reward": "sparse"},
        4,
        9600,
        FAMILY,
        best={"collm-cc": 5e-4, "collm-dc-0.95": 5e-4, "reinforce": 5e-4, "rloo-trajectories": 1e-3, "magrpo-tree": 1e-3},
    ),
    # Trees alone, which need more than others: how much more.
    "relay-long-trees": Study("relay", {"max_cycles": 8, "reward": "sparse"}, 4, 40_000, ("magrpo-tree",)),
    "relay-short": Study(
        "relay",
        {"max_cycles": 2, "reward": "dense"},
        4,
        1600,
        ("collm-cc", "collm-dc", "reinforce", "rloo-trajectories", "magrpo-tree"),
        best={"collm-cc": 1e-3, "collm-dc": 1e-3, "reinforce": 1e-3, "rloo-trajectories": 1e-3, "magrpo-tree": 5e-4},
    ),
    "strbuild-long": Study(
        "strbuild",
        {"max_cycles": 6, "persistent_world": True},
        80,
        5760,
        ("collm-cc-32", "collm-dc-32", "reinforce-32", "rloo-trajectories-32", "magrpo-tree"),
        sparse=True,
        split="generated:tiny",
        best={"collm-cc-32": 5e-4, "collm-dc-32": 5e-4, "reinforce-32": 5e-4, "rloo-trajectories-32": 5e-4, "magrpo-tree": 5e-4},
    ),
}


WINDOW = 640
"""Joint rewards that a smoothed return is the mean over."""


def smoothed(newest: deque[tuple[float, float]]) -> float:
    """The mean return over as many of the newest iterations as fill the window, 0 with fewer; older ones are dropped."""
    total = sum(many for _, many in newest)
    while newest and total - newest[0][1] >= WINDOW:
        total -= newest.popleft()[1]
    return sum(value * many for value, many in newest) / total if total >= WINDOW else 0.0


def play(name: str, learner: str, rate: float, seed: int, out: Path, until: float) -> None:
    """One run, in this process."""
    import torch

    from collm_agents.methods import find_method
    from collm_agents.models.local import LocalTeam
    from collm_agents.models.toy import toy_model
    from collm_envs.core.registration import version_module
    from collm_envs.wrappers.last_turn import LastTurnPays

    torch.set_num_threads(1)
    study = STUDIES[name]
    made = version_module(study.task).parallel_env(split=study.split, **study.options)
    env = LastTurnPays(made) if study.sparse else made
    method_name, settings = LEARNERS[learner]
    method = find_method(method_name)
    values = {**ALL, **settings, "actor_lr": rate, "max_new_tokens": study.tokens, "seed": seed}
    config = method.config(**{**values, **dict(method.fixed)})
    team = LocalTeam.from_pretrained(
        toy_model(made), env.possible_agents, lora_rank=0, generation_batch=256, critic_batch=512, seed=seed
    )
    work = method.learner(env, team, config, {"split": study.split})
    partial = out.with_suffix(".partial")
    with partial.open("w", encoding="ascii") as file:
        header = {"study": name, "learner": learner, "rate": rate, "seed": seed, "settings": values, "torch": torch.__version__}
        file.write(json.dumps(header) + "\n")
        spent = 0.0
        newest: deque[tuple[float, float]] = deque()
        while work.joint_rewards < study.joint_rewards and smoothed(newest) < until:
            start = time.process_time()
            metrics = work.iterate()
            spent += time.process_time() - start
            newest.append((metrics["return"], metrics["joint_rewards"]))
            row = {"cpu_seconds": spent, **metrics}
            file.write(json.dumps({key: round(row[key], 4) for key in COLUMNS if key in row}) + "\n")
            file.flush()
    partial.rename(out)


def seeds_of(text: str) -> range:
    """The seeds that ``from-to``, or one number, stands for."""
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def run_all(script: str, jobs: Sequence[Sequence[str]], workers: int) -> None:
    """Run a script once for each list of arguments, so many at a time; the last argument is the file it writes.

    Files that are there are not written again.
    """
    left = [job for job in jobs if not Path(job[-1]).exists()]
    done = 0

    def run(job: Sequence[str]) -> None:
        nonlocal done
        # Progress bars of the libraries go there as well: it is shown only if it says why a run failed.
        ended = subprocess.run([sys.executable, script, *job], stderr=subprocess.PIPE, text=True, check=False)
        if ended.returncode:
            raise SystemExit(f"{' '.join(job)} ended with {ended.returncode}: {ended.stderr[-2000:]}")
        done += 1
        print(f"{done}/{len(left)} {Path(job[-1]).name}", flush=True)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(run, left))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("study", choices=STUDIES)
    parser.add_argument("--seeds", default="0-2", help="from-to")
    parser.add_argument("--learners", nargs="*", default=None)
    parser.add_argument("--rates", nargs="*", type=float, default=None)
    parser.add_argument("--best", action="store_true", help="each learner at the rate that was chosen")
    parser.add_argument("--until", type=float, default=math.inf, help="end a run when its smoothed return is there")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--one", nargs=4, metavar=("LEARNER", "RATE", "SEED", "OUT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    study = STUDIES[arguments.study]
    if arguments.one:
        learner, rate, seed, out = arguments.one
        play(arguments.study, learner, float(rate), int(seed), Path(out), arguments.until)
        return
    folder = RESULTS / arguments.study
    folder.mkdir(parents=True, exist_ok=True)
    jobs = []
    for seed in seeds_of(arguments.seeds):
        for learner in arguments.learners or study.learners:
            for rate in [study.best[learner]] if arguments.best else arguments.rates or RATES:
                out = folder / f"{learner}_lr{rate:g}_s{seed}.jsonl"
                one = ["--one", learner, str(rate), str(seed), str(out)]
                jobs.append([arguments.study, "--until", str(arguments.until), *one])
    run_all(__file__, jobs, arguments.workers)


if __name__ == "__main__":
    main()
