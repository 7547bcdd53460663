"""Spiders on the embedded server: health is what they leave of it."""

from __future__ import annotations

from math import sqrt
from statistics import fmean, variance

import pytest

from collm_envs.minecraft.server import open_site

from ..envs.tools import MODULES

EPISODES = 20
CHASE = 1.0
NOBODY = {"builder_0": "", "builder_1": ""}
KILL = {"builder_0": "", "builder_1": "/fill 0 0 0 0 0 0 air\n/kill"}
HUT = {"inventory": {"C": "stone", "D": "planks", "A": "air"}, "layers": [["CCD", "CAC", "CCC"], ["AAA", "CCC", "AAA"]]}


@pytest.fixture(scope="module")
def site(node_modules):
    site = open_site(2, bridge="node", spider_seconds=CHASE)
    yield site
    site.close()


def house(attacks):
    return {"task": {**HUT, "spider_attacks": attacks, "player_hp": 5}}


def health_after(site, joint, episodes, turns=2):
    """The team's health after each of so many episodes of a team that always says the same."""
    env = MODULES["housebuild"].parallel_env(backend=site, max_cycles=turns)
    left = []
    for seed in range(episodes):
        before = env.reset(seed=seed, options=house(None))[1]["builder_0"]["hp"]
        while env.agents:
            *_, infos = env.step(joint)
            assert not env.turns[-1].lost, env.turns[-1].lost
            own = [infos[agent]["health"] for agent in env.possible_agents]
            now = infos["builder_0"]["hp"]
            assert now == pytest.approx(5 * fmean(own) / 20)
            assert infos["builder_0"]["damage"] == pytest.approx(before - now)
            assert infos["builder_0"]["drawn_damage"] == sum(env.instance.attacks)
            assert env.turns[-1].score.terms["spiders"] == pytest.approx(-0.1 * (before - now) / 5)
            before = now
        left.append(before)
    return left


def test_spiders_bite_those_who_do_not_kill_them_and_wounds_stay(site):
    env = MODULES["housebuild"].parallel_env(backend=site)
    env.reset(seed=1, options=house([3, 3, 3]))
    *_, bitten = env.step(NOBODY)
    assert bitten["builder_0"]["hp"] < 5
    wounds = [bitten[agent]["health"] for agent in env.agents]
    *_, spared = env.step(KILL)
    assert [spared[agent]["health"] for agent in env.agents] == pytest.approx(wounds, abs=0.05)
    assert spared["builder_0"]["killed"]
    _, infos = env.reset(seed=2, options=house([3, 3, 3]))
    *_, whole = env.step(KILL)
    assert whole["builder_0"]["health"] == infos["builder_0"]["health"] == 20.0


def test_a_builder_that_dies_ends_the_episode(site):
    env = MODULES["housebuild"].parallel_env(backend=site)
    env.reset(seed=0, options=house([1000]))
    _, _, over, cut, infos = env.step(NOBODY)
    assert min(infos[agent]["health"] for agent in env.possible_agents) == 0.0
    assert (over["builder_0"], cut["builder_0"], env.agents) == (True, False, [])
    env.reset(seed=1, options=house([1]))
    *_, infos = env.step(KILL)
    assert infos["builder_0"]["hp"] == 5.0, "the dead are alive again after a reset"


def test_constant_health_is_measured_then_healed(site):
    env = MODULES["housebuild"].parallel_env(backend=site, constant_health=True)
    env.reset(seed=0, options=house([3, 3, 3]))
    for _ in range(2):
        *_, infos = env.step(NOBODY)
        assert infos["builder_0"]["damage"] > 0
        assert infos["builder_0"]["hp"] == 5.0
    assert env.agents


@pytest.mark.slow
def test_a_team_that_kills_keeps_its_health_and_one_that_does_not_loses_it(site):
    kept = health_after(site, KILL, EPISODES)
    lost = health_after(site, NOBODY, EPISODES)
    difference = fmean(kept) - fmean(lost)
    error = sqrt((variance(kept) + variance(lost)) / EPISODES)
    assert difference - 3.3 * error > 0, f"{difference:.2f} +- {error:.2f}"
    assert fmean(kept) > 4.9
