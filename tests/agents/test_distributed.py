"""Two processes, one run: the same as on one process, but for the order in which sums are rounded."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from collm_agents import distributed

ROOT = Path(__file__).parent.parent.parent
TIMES = ("seconds_collecting", "seconds_learning")

PROGRAM = """
import json, sys, warnings
import torch
from collm_agents import distributed
from collm_agents.learners.actor_critic import CoLLMConfig
from collm_agents.learners.collm_cc import CoLLMCC
from collm_agents.learners.collm_dc import CoLLMDC
from collm_agents.learners.magrpo import MAGRPO, MAGRPOConfig
from collm_agents.models.relay_tables import relay_tables
from collm_envs import relay_v0
from collm_envs.core.task import BackendLost
from tests.agents import tables
from tests.agents.tables import Game, cue_of, pays

torch.set_num_threads(1)
distributed.start()
found = {}
everyone = {"actor_lr": 0.1, "kl_coef": 0.05, "entropy_coef": 0.01, "epochs": 2, "minibatches": 2, "micro_tokens": 6}
for name, episodes in (("collm-cc", 5), ("collm-dc", 4), ("magrpo", 3), ("collm-cc", 1), ("magrpo", 1)):
    env = relay_v0.parallel_env(max_cycles=3)
    if name == "magrpo":
        learner = MAGRPO(env, relay_tables(env), MAGRPOConfig(**everyone, episodes=episodes, samples=2))
    else:
        own = CoLLMConfig(**everyone, episodes=episodes, critic_lr=0.05, replay=2, critic_batch=3, critic_steps=3, critic_warmup=1)
        learner = {"collm-cc": CoLLMCC, "collm-dc": CoLLMDC}[name](env, relay_tables(env), own)
    # AdamW makes steps of what is left by rounding where gradients cancel, and hides their scale.
    learner.optimisers = {agent: torch.optim.SGD(learner.model.parameters(agent), lr=2.0) for agent in learner.agents}
    if name != "magrpo":
        learner.critic_optimisers = {own: torch.optim.SGD(each.parameters(), lr=0.1) for own, each in learner.critics.items()}
    rows = [learner.iterate() for _ in range(4)]
    weights = [learner.model.logits[agent].tolist() for agent in learner.agents]
    weights += [critic.weights.tolist() for critic in getattr(learner, "critics", {}).values()]
    found[f"{name} {episodes}"] = {"rows": rows, "weights": weights}

# Backends are lost: some episodes of one process alone, then all of one process, then all.
for lost in ([2], [0, 2], [0, 1, 2, 3]):
    game = Game(pays(1.0), turns=1, cues=4, state=cue_of, lost=lost)
    learner = CoLLMCC(game, tables.team(4), CoLLMConfig(episodes=2, seed=1))
    try:
        found[f"lost {lost}"] = [learner.iterate()["lost_episodes"] for _ in range(4)]
    except BackendLost as error:
        found[f"lost {lost}"] = str(error)

everybody = [distributed.gather(list(distributed.share(range(many)))) for many in range(6)]
found["gathered"] = everybody
with open(f"{sys.argv[1]}.{distributed.rank()}", "w") as file:
    json.dump(found, file)
distributed.stop()
"""


def start(out: Path, processes: int) -> list[dict[str, Any]]:
    """Run the program on so many processes; what each of them found."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(processes), "OMP_NUM_THREADS": "1"}
    shared["CUDA_VISIBLE_DEVICES"] = ""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(out)],
            cwd=ROOT,
            env={**os.environ, **shared, "RANK": str(rank), "LOCAL_RANK": str(rank)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(processes)
    ]
    try:
        errors = [process.communicate(timeout=120)[1] for process in running]
    finally:
        for process in running:
            process.kill()
    assert [process.returncode for process in running] == [0] * processes, "\n".join(errors)
    return [json.loads(Path(f"{out}.{rank}").read_text()) for rank in range(processes)]


def close(one: Any, other: Any, where: str = "") -> None:
    """Numbers are equal but for rounding, all else exactly."""
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one.keys() - set(TIMES):
            close(one[key], other[key], f"{where} {key}")
    elif isinstance(one, list):
        assert len(one) == len(other), where
        for mine, theirs in zip(one, other):
            close(mine, theirs, where)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-4, abs=1e-6), where
    else:
        assert one == other, where


@pytest.mark.slow
def test_two_processes_play_and_learn_what_one_does(tmp_path: Path) -> None:
    """Weights of actors and critics, and all metrics; with shares of unequal size, and of none."""
    [alone] = start(tmp_path / "one", 1)
    both = start(tmp_path / "two", 2)
    for found in both:
        close(found, alone)
    close(both[0], both[1])
    assert alone["gathered"] == [list(range(many)) for many in range(6)]
    assert alone["lost [0, 1, 2, 3]"] == "the backend of all 2 episodes was lost"


def test_one_process_does_and_gathers_everything() -> None:
    assert (distributed.size(), distributed.rank()) == (1, 0)
    assert list(distributed.share(range(5))) == distributed.gather(range(5)) == [0, 1, 2, 3, 4]
