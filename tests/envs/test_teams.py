"""Scripted teams as yardsticks: the oracle is exact, the others below it in the order a person would expect."""

from __future__ import annotations

from statistics import mean

import pytest

from collm_envs.core.taskset import ALL_DIFFICULTIES, DIFFICULTIES

from .tools import MODULES, perfect, play

GENERATED = 1_000


@pytest.mark.parametrize("name", MODULES)
def test_oracle_is_exact_on_every_shipped_instance(name):
    env = MODULES[name].parallel_env()
    tasks = env.task.tasks
    for split in ("train", "val", "test", *tasks.fixed):
        for index in range(len(tasks[split])):
            assert play(env, "oracle", split=split, index=index) == perfect(env), (split, index)


@pytest.mark.parametrize("level", ALL_DIFFICULTIES)
@pytest.mark.parametrize("name", MODULES)
def test_oracle_is_exact_on_generated_instances(name, level):
    env = MODULES[name].parallel_env()
    for index in range(-(-GENERATED // len(DIFFICULTIES))):
        assert play(env, "oracle", split=f"generated:{level}", index=index) == perfect(env), index


@pytest.mark.parametrize("name", MODULES)
def test_oracle_is_exact_in_the_paper_setting(name):
    module = MODULES[name]
    env = module.parallel_env(**module.PAPER)
    for index in range(min(20, len(env.task.tasks[env.split]))):
        assert play(env, "oracle", index=index) == perfect(env)


@pytest.mark.parametrize("split", ["test", "generated:tiny"])
@pytest.mark.parametrize("name", MODULES)
def test_teams_are_in_order(name, split):
    env = MODULES[name].parallel_env(max_cycles=1)
    number = len(env.task.tasks["test"])
    means = [
        mean(play(env, policy, seed=index, split=split, index=index)[0] for index in range(number))
        for policy in ("silent", "random", "greedy", "oracle")
    ]
    assert means == sorted(means)
    assert len(set(means)) == 4
