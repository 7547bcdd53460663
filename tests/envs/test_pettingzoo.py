"""PettingZoo's own tests, on every environment."""

from __future__ import annotations

import warnings
from functools import partial
from types import SimpleNamespace

import gymnasium
import pettingzoo
import pytest
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import api_test, parallel_api_test, parallel_seed_test, render_test, seed_test
from pettingzoo.test.max_cycles_test import max_cycles_test
from pettingzoo.test.state_test import state_test

from collm_envs.core.registration import TASKS

from .tools import MODULES

SETTINGS = [
    pytest.param(name, setting, id=f"{name}-{'paper' if setting else 'default'}")
    for name, module in MODULES.items()
    for setting in ({}, module.PAPER)
]


@pytest.mark.parametrize(("name", "setting"), SETTINGS)
def test_parallel_api_without_warnings(name, setting):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parallel_api_test(MODULES[name].parallel_env(**setting), num_cycles=30)


@pytest.mark.parametrize(("name", "setting"), SETTINGS)
def test_seeds(name, setting):
    parallel_seed_test(partial(MODULES[name].parallel_env, **setting), num_cycles=10)
    seed_test(partial(MODULES[name].env, **setting), num_cycles=10)


@pytest.mark.parametrize(("name", "setting"), SETTINGS)
def test_max_cycles(name, setting):
    # Random texts never kill the spiders, whose damage may end a game early: by design, so the test plays without any.
    calm = {"spider_attacks": ()} if name == "housebuild" and not setting else {}
    module = MODULES[name]
    max_cycles_test(
        SimpleNamespace(parallel_env=partial(module.parallel_env, **setting, **calm), env=partial(module.env, **setting, **calm))
    )


@pytest.mark.parametrize("name", MODULES)
def test_render(name):
    render_test(MODULES[name].env)


@pytest.mark.parametrize("name", MODULES)
def test_state(name):
    with warnings.catch_warnings():
        # The helper knows arrays only, and says so of any other state.
        warnings.filterwarnings("ignore", message="State space for each environment probably")
        warnings.filterwarnings("ignore", message="State is not NumPy array")
        state_test(MODULES[name].env(), MODULES[name].parallel_env(), num_cycles=5)


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.xfail(
    strict=True,
    raises=AttributeError,
    reason="pettingzoo 1.27.0, test/api_test.py:167, test_observation: `observation.dtype`; a Text observation, a str, has none",
)
def test_aec_api(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        api_test(MODULES[name].env(), num_cycles=10)


@pytest.mark.parametrize("name", MODULES)
def test_registries(name):
    parallel = pettingzoo.make("parallel", f"collm/{name}-v0", split="test")
    assert parallel.split == "test"
    assert parallel.metadata["name"] == f"{name}_v0"
    aec = pettingzoo.make("aec", f"collm/{name}-v0")
    aec.reset(seed=0)
    assert aec.agent_selection == aec.possible_agents[0]
    alone = gymnasium.make(f"collm/{TASKS[name]}-v0", split="val")
    assert alone.unwrapped.team.split == "val"
    with warnings.catch_warnings():
        # The checker wants a rendered picture per mode; pictures have their own tests.
        warnings.simplefilter("ignore")
        check_env(alone.unwrapped, skip_render_check=True)
