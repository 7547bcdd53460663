"""Does every learner improve every task? Runs ``collm train TASK --method METHOD --model toy`` and keeps the figures.

    python benchmarks/learning/improve.py                    # all methods, tasks and seeds; what is done is skipped
    python benchmarks/learning/report.py                     # tables and figures of all that is there

One JSON lines file per run: the command, its evaluations before and after training (the same 128 episodes, sampled), and the
columns of :mod:`study` for each iteration. All methods of a task play as many iterations, but for those of :data:`LONGER`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from study import COLUMNS, RESULTS, run_all, seeds_of

from collm_agents.methods import METHODS

FOLDER = RESULTS / "improve"
ITERATIONS = {"tldr": 30, "arxiv": 20, "coophe": 25, "strbuild": 40, "housebuild": 30}
"""By task. With the preset for toys an iteration is 32 joint rewards a turn, fewer where episodes end early."""
LONGER = {("arxiv", "grpo"): 60, ("arxiv", "ac"): 60}
"""Who plays more: one model that writes both parts of an introduction learns from smaller steps (``actor_lr`` of the preset)."""
EPISODES = 128


def play(task: str, method: str, seed: int, out: Path) -> None:
    """One run, in a process of its own."""
    iterations = LONGER.get((task, method), ITERATIONS[task])
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        asked = [f"learner.seed={seed}", f"learner.iterations={iterations}", f"run.save_every={iterations}"]
        asked += [f"run.eval_every={iterations}", f"run.eval_episodes={EPISODES}"]
        command = ["train", task, "--method", method, "--model", "toy", "--out", str(run)]
        for pair in asked:
            command += ["--set", pair]
        before = os.times()
        done = subprocess.run([sys.executable, "-m", "collm_agents", *command], capture_output=True, text=True, timeout=3600)
        after = os.times()
        if done.returncode:
            raise SystemExit(f"{task} {method} {seed}: {done.stderr[-2000:]}")
        rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
        tests = [json.loads(line) for line in (run / "eval.jsonl").read_text(encoding="utf-8").splitlines()]
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    header = {"task": task, "learner": method, "seed": seed, "settings": asked, "cpu_seconds": round(cpu, 1)}
    header |= {"joint_rewards": rows[-1]["total_joint_rewards"], "evaluations": tests}
    lines = [header, *({key: round(row[key], 4) for key in COLUMNS if key in row} for row in rows)]
    out.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="ascii")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", nargs="*", default=list(ITERATIONS), choices=list(ITERATIONS))
    parser.add_argument("--methods", nargs="*", default=list(METHODS), choices=list(METHODS))
    parser.add_argument("--seeds", default="0-4", help="from-to")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--one", nargs=4, metavar=("TASK", "METHOD", "SEED", "OUT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        task, method, seed, out = arguments.one
        play(task, method, int(seed), Path(out))
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    jobs = [
        ["--one", task, method, str(seed), str(FOLDER / f"{task}_{method}_s{seed}.jsonl")]
        for seed in seeds_of(arguments.seeds)
        for task in arguments.tasks
        for method in arguments.methods
    ]
    # A process for each, so that the CPU seconds of its child are its own.
    run_all(__file__, jobs, arguments.workers)


if __name__ == "__main__":
    main()
