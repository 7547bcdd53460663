"""The same joint actions in process and on the embedded server, over both transports: the same worlds, the same scores."""

from __future__ import annotations

from functools import lru_cache
from random import Random

import pytest

from collm_envs.minecraft.server import open_site
from collm_envs.testing import CHECKS, Settings, check_text_env

from ..envs.test_fuzz import corpus, mutate
from ..envs.tools import MODULES, scripted
from .conftest import skip_without

TOLERANCE = 1e-12
JOINT_ACTIONS = {"strbuild": 500, "housebuild": 200}
A_FEW = 24
WOOL = [["red_wool", "white_wool"], ["blue_wool", "minecraft:glass", "air"]]
MIXED = [["minecraft:stone", "sea_lantern"], ["obsidian", "stone_bricks", "planks"]]
OPTIONS = {
    "strbuild": [
        {},
        {"persistent_world": True},
        {"palettes": WOOL, "texture": "colour"},
        {"palettes": MIXED, "persistent_world": True},
        {"allow_fill": False, "max_commands": 31},
    ],
    "housebuild": [
        {},
        {"persistent_world": True},
        {"limited_resource": False, "reward": "coverage"},
        {"palettes": [["stone_bricks", "planks", "white_concrete"], ["obsidian", "stone_stairs"]], "persistent_world": True},
    ],
}
SPLITS = ("test", "paper_train", "generated:hard")
PALETTE_NOISE = ("red_wool", "glass", "planks", "sea_lantern", "minecraft:stone", "obsidian", "air", "stone_stairs[facing=west]")


@pytest.fixture(scope="module", params=["node", "javascript"])
def site(request, node_modules):
    skip_without(request.param)
    site = open_site(2, bridge=request.param)
    yield site
    site.close()


texts_of = lru_cache(corpus)


def noisy(texts, rng):
    """A recorded or a scripted completion: as it is, with edits, or with other blocks."""
    text = rng.choice(texts)
    kind = rng.randrange(3)
    if kind == 1:
        return mutate(text, rng)
    if kind == 2:
        return "\n".join(
            f"{line.rpartition(' ')[0]} {rng.choice(PALETTE_NOISE)}" if " " in line and rng.random() < 0.4 else line
            for line in text.split("\n")
        )
    return text


def compare(name, site, count, seed):
    """Play ``count`` joint actions in both worlds; returns how many of them were accepted in part."""
    rng, texts = Random(f"parity {name} {seed}"), texts_of(name)
    options = {"max_cycles": 4, **({"spider_attacks": ()} if name == "housebuild" else {})}
    module = MODULES[name]
    pairs = [
        (module.parallel_env(backend=site, **options, **more), module.parallel_env(**options, **more)) for more in OPTIONS[name]
    ]
    played = built = 0
    while played < count:
        pair = rng.choice(pairs)
        where = {"split": rng.choice(SPLITS), "index": rng.randrange(8)}
        for env in pair:
            env.reset(seed=played, options=where)
        there, here = pair
        while here.agents and played < count:
            joint = {agent: noisy(texts, rng) for agent in here.agents}
            if rng.random() < 0.15:
                joint = scripted(here, "oracle")
            for env in pair:
                env.step(joint)
            played += 1
            if there.turns[-1].lost:
                pytest.fail(f"{where}: {there.turns[-1].lost}")
            remote, local = there.turns[-1].score, here.turns[-1].score
            assert remote.evidence.world == local.evidence.world, (where, joint)
            assert remote.total == pytest.approx(local.total, abs=TOLERANCE)
            assert remote.terms == pytest.approx(local.terms, abs=TOLERANCE)
            shared = {key: remote.metrics[key] for key in local.metrics}
            assert shared == pytest.approx(local.metrics, abs=TOLERANCE)
            assert [(own["accepted"], own["rejected"]) for own in remote.own] == [tuple(own.values()) for own in local.own]
            assert remote.evidence.outcome.remarks == ()
            built += bool(local.evidence.world)
        assert there.agents == here.agents
    return built


@pytest.mark.parametrize("name", ["strbuild", "housebuild"])
def test_a_few_joint_actions_score_alike(site, name):
    assert compare(name, site, A_FEW, "few") > A_FEW / 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["strbuild", "housebuild"])
def test_random_joint_actions_score_alike(site, name):
    assert compare(name, site, JOINT_ACTIONS[name], "many") > JOINT_ACTIONS[name] / 2


def test_a_cancelled_turn_leaves_no_trace(site):
    env = MODULES["strbuild"].parallel_env(backend=site)
    env.reset(seed=0, options={"task": {"text": "L"}})
    env.step_async({"builder_0": "/fill 0 0 0 4 4 0 stone", "builder_1": ""})
    env.step_cancel()
    env.step({"builder_0": "/setblock 0 0 0 stone", "builder_1": ""})
    assert env.turns[0].score.evidence.world == {"stone": 1}


def test_forks_go_on_from_their_own_worlds(site):
    env = MODULES["strbuild"].parallel_env(backend=site, persistent_world=True)
    env.reset(seed=0, options={"task": {"text": "L"}})
    env.step({"builder_0": "/fill 0 0 0 4 0 0 stone", "builder_1": ""})
    forks = [env.fork() for _ in range(3)]
    for number, fork in enumerate(forks):
        fork.step_async({"builder_0": "", "builder_1": f"/setblock {number} 0 0 obsidian"})
    for number, fork in enumerate(forks):
        fork.step_wait()
        assert fork.turns[-1].score.evidence.world == {"stone": 0b11111 & ~(1 << number), "obsidian": 1 << number}
    env.step({"builder_0": "", "builder_1": ""})
    assert env.turns[-1].score.evidence.world == {"stone": 0b11111}


def test_blocks_and_boxes_that_a_server_cannot_hold_are_refused_at_reset(site):
    env = MODULES["strbuild"].parallel_env(backend=site, palettes=[["stone"], ["chees"]])
    with pytest.raises(ValueError, match="'chees'"):
        env.reset(seed=0)
    env = MODULES["strbuild"].parallel_env(backend=site)
    with pytest.raises(ValueError, match="largest"):
        env.reset(seed=0, options={"task": {"text": "L" * 24, "spacing": 0}})
    env.reset(seed=0)


# -- conformance --------------------------------------------------------------------------------------------------------

_shared = []


class OnTheServer:
    """Makes an environment on one embedded server that all of a process share; found by its name in other processes."""

    def __init__(self, name):
        self.name = name

    def __call__(self, **options):
        if not _shared:
            _shared.append(open_site(2, bridge="node"))
        spiders = {"spider_attacks": ()} if self.name == "housebuild" else {}
        return MODULES[self.name].parallel_env(backend=_shared[0], **spiders, **options)


class OnItsOwnServer:
    """Makes an environment that starts a server of its own."""

    def __call__(self, **options):
        return MODULES["strbuild"].parallel_env(backend="server", bridge="node", max_cycles=2, **options)


def improving(env, agent, observation):
    """Random, then greedy, then perfect."""
    turn = len(env.turns)
    return scripted(env, ("random", "greedy", "oracle")[turn % 3], turn)[agent]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["strbuild", "housebuild"])
def test_conformance(node_modules, name):
    try:
        ran = check_text_env(OnTheServer(name), cross_process=True, policy=improving)
    finally:
        while _shared:
            _shared.pop().close()
    assert set(ran.skipped) <= {"render_rgb_array"}


@pytest.mark.slow
@pytest.mark.parametrize("check", ["deepcopy", "pickle", "instances"])
def test_conformance_of_environments_with_servers_of_their_own(node_modules, check):
    CHECKS[check](OnItsOwnServer(), Settings(episodes=1, policy=improving))
