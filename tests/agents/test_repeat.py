"""S16: a run follows from its seed, and goes on from any iteration as if it had never stopped, to the last bit."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal

from collm_agents.learners.actor_critic import CoLLMConfig
from collm_agents.learners.collm_cc import CoLLMCC
from collm_agents.learners.collm_dc import CoLLMDC
from collm_agents.learners.magrpo import MAGRPO, MAGRPOConfig
from collm_agents.models.relay_tables import relay_tables
from collm_envs import relay_v0

KINDS = pytest.mark.parametrize("kind", [CoLLMCC, CoLLMDC, MAGRPO])


pytestmark = pytest.mark.usefixtures("one_thread")


def make(kind: Any, seed: int = 0) -> Any:
    env = relay_v0.parallel_env(max_cycles=3)
    shared: dict[str, Any] = {
        "seed": seed,
        "episodes": 3,
        "actor_lr": 0.1,
        "kl_coef": 0.01,
        "entropy_coef": 0.01,
        "minibatches": 2,
        "epochs": 2,
    }
    if kind is MAGRPO:
        return MAGRPO(env, relay_tables(env), MAGRPOConfig(**shared, samples=2))
    own = CoLLMConfig(**shared, critic_lr=0.05, replay=2, critic_batch=4, critic_steps=3, critic_warmup=1, value_clip=0.5)
    return kind(env, relay_tables(env), own)


def figures(metrics: dict[str, float]) -> dict[str, float]:
    """All but times."""
    return {name: value for name, value in metrics.items() if not name.startswith("seconds")}


def run(learner: Any, iterations: int) -> list[dict[str, float]]:
    return [figures(learner.iterate()) for _ in range(iterations)]


def same(one: Any, other: Any) -> None:
    """Two states are equal to the last bit."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            same(one[key], other[key])
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other)
        for mine, theirs in zip(one, other):
            same(mine, theirs)
    elif isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    else:
        assert one == other


@KINDS
def test_the_same_seed_gives_the_same_run_and_another_another(kind: Any) -> None:
    first, second, other = make(kind), make(kind), make(kind, seed=1)
    assert run(first, 4) == run(second, 4)
    same(first.state(), second.state())
    run(other, 4)
    assert not torch.equal(*(learner.model.logits["relay_0"] for learner in (first, other)))


@KINDS
@pytest.mark.parametrize("stored", [False, True], ids=["in memory", "in a file"])
def test_a_run_goes_on_from_a_state_as_if_it_had_never_stopped(kind: Any, stored: bool) -> None:
    """Replay, optimisers, counts and metrics included; the state itself does not change while the run goes on."""
    whole = make(kind)
    run(whole, 3)
    state = whole.state()
    if stored:
        file = io.BytesIO()
        torch.save(state, file)
        file.seek(0)
        state = torch.load(file, weights_only=True)
    later = run(whole, 3)
    for _ in range(2):
        resumed = make(kind)
        run(resumed, 1)  # Whatever was done before a state is loaded is forgotten.
        resumed.load_state(state)
        assert run(resumed, 3) == later
        same(resumed.state(), whole.state())


@KINDS
def test_two_runs_from_one_state_do_not_disturb_each_other(kind: Any) -> None:
    start = make(kind)
    run(start, 2)
    state = start.state()
    one, other = make(kind), make(kind)
    one.load_state(state)
    other.load_state(state)
    later = run(one, 3)
    assert run(other, 3) == later


def test_global_random_numbers_are_neither_used_nor_changed() -> None:
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    learner = make(CoLLMCC)
    run(learner, 2)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert_array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002


@KINDS
def test_metrics_are_finite_and_counts_add_up(kind: Any) -> None:
    learner = make(kind)
    rows = run(learner, 4)
    assert all(np.isfinite(list(row.values())).all() for row in rows)
    for name in ("joint_rewards", "responses", "tokens"):
        assert rows[-1][f"total_{name}"] == sum(row[name] for row in rows) == getattr(learner, name)
    assert [row["iteration"] for row in rows] == [1, 2, 3, 4]
    assert all(0 <= row["return"] <= 1 and row["turns"] == 3 for row in rows)
    assert rows[-1].keys() >= {"dead_share", "advantage_std", "entropy", "clip_share", "grad_norm"}
