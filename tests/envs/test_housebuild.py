"""HouseBuild: known answers of the paper's houses, limits, rewards and spiders."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from collm_envs import housebuild_v0
from collm_envs.minecraft import house, houses, spiders
from collm_envs.minecraft.house import Fill, limit_of, limits_of
from collm_envs.minecraft.housebuild_reward import score

from .tools import planned, play

PAPER = [house.parse({**fields, "spider_attacks": [2, 2, 2]}) for fields in houses.PAPER_HOUSES]
A = PAPER[0]


@pytest.mark.parametrize(
    ("number", "stairs", "bricks", "air", "solid", "boxes", "empty"),
    [
        (0, 36, 54, 122, 172, 37, 0.4150),
        (1, 12, 114, 86, 208, 33, 0.2925),
        (4, 24, 42, 146, 148, 35, 0.4966),
        (6, 54, 58, 100, 194, 37, 0.3401),
        (8, 30, 38, 144, 150, 39, 0.4898),
    ],
)
def test_paper_houses(number, stairs, bricks, air, solid, boxes, empty):
    one = PAPER[number]
    assert one.box == (6, 7, 7)
    assert one.counts == {
        "white_concrete": 68,
        "obsidian": 12,
        "stone_stairs": stairs,
        "stone_bricks": bricks,
        "planks": 2,
    }
    assert (one.solid.bit_count(), one.box.volume - one.solid.bit_count(), len(one.fills)) == (solid, air, boxes)
    assert score(one, ("/kill", "")).total == pytest.approx(empty, abs=5e-5)


def test_paper_houses_repeat():
    assert [PAPER.index(one) for one in PAPER] == [0, 1, 1, 1, 4, 4, 6, 6, 8, 8]


@pytest.mark.parametrize(
    ("count", "limit"),
    [(68, 51), (12, 9), (2, 1), (36, 27), (54, 40), (114, 85), (24, 18), (42, 31), (58, 43), (30, 22), (38, 28)],
)
def test_limits(count, limit):
    assert limit_of(count, 2) == limit
    assert limit_of(count, 1) == count + count // 2
    assert all(agents * limit_of(count, agents) >= count for agents in range(1, 17))


COMPLETE = tuple(
    housebuild_v0.parallel_env().task.policies["oracle"](housebuild_v0.parallel_env().task, A, agent, None) for agent in (0, 1)
)


@pytest.mark.parametrize(
    ("actions", "match", "coverage", "iou"),
    [
        (("", ""), 0.314966, -0.2, 0.0),
        (("/kill", ""), 0.414966, 0.0, 0.0),
        (("/fill 0 0 1 5 0 5 white_concrete", "kill @e[type=spider]"), 0.517007, 0.348837, 0.174419),
        (("/fill 2 1 1 3 1 1 planks", ""), 0.314966, -0.2, 0.0),
        (("/fill 2 1 1 2 1 1 planks", "/fill 3 1 1 3 1 1 planks\n/kill"), 0.421769, 0.023256, 0.011628),
        (("/fill 0 4 1 5 4 5 stone_bricks", "/fill 0 4 1 5 4 5 stone_bricks replace"), 0.417007, 0.148837, 0.174419),
        (COMPLETE, 1.0, 2.0, 1.0),
    ],
)
def test_reward_vectors(actions, match, coverage, iou):
    assert score(A, actions).total == pytest.approx(match, abs=1e-6)
    assert score(A, actions, reward="coverage").total == pytest.approx(coverage, abs=1e-6)
    assert score(A, actions).metrics["iou"] == pytest.approx(iou, abs=1e-6)


def test_a_solid_block_is_the_lower_end_of_coverage():
    solid = score(PAPER[4], ("/fill 0 0 0 5 6 6 planks", ""), reward="coverage", limited_resource=False)
    # Two cells are planks by chance; the rest of the house is the wrong block.
    assert solid.metrics["redundancy"] == pytest.approx(146 / 148)
    assert solid.total == pytest.approx(2 * 2 / 148 - 1.5 * 146 / 148 - 0.2)


def test_a_fill_over_the_limit_is_rejected_whole_and_a_smaller_one_still_fits():
    result = score(A, ("/fill 0 0 1 5 1 5 white_concrete\n/fill 0 0 1 5 0 5 white_concrete\n/fill 0 0 1 5 0 4 white_concrete", ""))
    first = result.evidence.commands[0]
    assert [command.volume for command in first.accepted] == [30]
    assert [reason for _, reason in first.rejected] == [
        "needs 60 white_concrete, only 51 left",
        "needs 24 white_concrete, only 21 left",
    ]


def test_limits_count_volume_not_cells_and_air_is_free():
    line = "/fill 0 1 1 0 1 3 obsidian\n"
    assert score(A, (line * 4, "")).own[0] == {"accepted": 3, "rejected": 1}
    assert score(A, ("/fill 0 0 0 5 6 6 air\n" * 9, "")).own[0] == {"accepted": 9, "rejected": 0}
    assert score(A, (line * 4, ""), limited_resource=False).own[0] == {"accepted": 4, "rejected": 0}


def test_spider_damage_distribution():
    rng = np.random.default_rng(0)
    drawn = Counter(sum(spiders.draw(rng)) for _ in range(27_000))
    expected = dict(zip(range(3, 10), (1, 3, 6, 7, 6, 3, 1)))
    assert set(drawn) == set(expected)
    for damage, weight in expected.items():
        assert abs(drawn[damage] - 1000 * weight) < 5 * (1000 * weight) ** 0.5
    threats = sum(weight * spiders.threat((damage,), 5) for damage, weight in expected.items()) / 27
    assert threats == pytest.approx(0.963, abs=5e-4)


def test_health_falls_and_its_end_ends_the_episode():
    env = housebuild_v0.parallel_env(report=True)
    env.reset(seed=0, options={"task": {**A.fields(), "spider_attacks": [1, 1, 1], "player_hp": 5}})
    nothing = {"builder_0": "", "builder_1": ""}
    _, rewards, over, _, infos = env.step(nothing)
    assert (infos["builder_0"]["hp"], infos["builder_1"]["damage"], over["builder_0"]) == (2, 3, False)
    assert rewards["builder_0"] == pytest.approx(122 / 294 - 0.1 * 3 / 5)
    *_, infos = env.step({"builder_0": "", "builder_1": "/kill"})
    assert (infos["builder_0"]["hp"], infos["builder_0"]["damage"], infos["builder_0"]["killed"]) == (2, 0, True)
    _, _, over, cut, infos = env.step(nothing)
    assert (infos["builder_0"]["hp"], over["builder_0"], cut["builder_0"], env.agents) == (0, True, False, [])
    assert not infos["builder_0"]["solved"]


def test_attacks_are_drawn_per_episode_from_the_seed():
    env = housebuild_v0.parallel_env()
    drawn = []
    for seed in range(20):
        env.reset(seed=seed)
        drawn.append(env.instance.spider_attacks)
        env.reset(seed=seed)
        assert env.instance.spider_attacks == drawn[-1]
    assert len(set(drawn)) > 5
    env.reset(seed=0, options={"task": {**A.fields(), "spider_attacks": [9]}})
    assert env.instance.spider_attacks == (9,)


def test_paper_spiders_are_fixed_and_health_constant():
    env = housebuild_v0.parallel_env(**housebuild_v0.PAPER)
    rewards = play(env, "silent")
    assert env.instance.spider_attacks == (2, 2, 2)
    assert len(rewards) == 4
    assert {turn.score.metrics["hp"] for turn in env.turns} == {5}


@pytest.mark.parametrize("feedback", ["score", "positions", "fixes", "cells", "boxes", "budget", "none"])
def test_feedback_modes_play_through(feedback):
    for persistent in (False, True):
        env = housebuild_v0.parallel_env(feedback=feedback, persistent_world=persistent, constant_health=True, split="test")
        assert len(play(env, "random")) == 4


def test_following_fixes_reaches_the_maximum():
    env = housebuild_v0.parallel_env(feedback="fixes", report=False, constant_health=True)
    env.reset(seed=0, options={"task": A.fields()})
    observations, *_ = env.step({"builder_0": "/fill 0 0 1 5 0 5 white_concrete\n/fill 0 0 0 0 0 0 planks", "builder_1": ""})
    _, rewards, *_ = env.step(planned(observations))
    assert rewards["builder_0"] == 1.0


def test_budget_feedback_needs_limits():
    with pytest.raises(ValueError, match="limited_resource"):
        housebuild_v0.parallel_env(feedback="budget", limited_resource=False)


def test_blocks_outside_the_house_have_limit_zero():
    fields = {**A.fields(), "inventory": {**A.fields()["inventory"], "G": "glass"}}
    assert limits_of(house.parse(fields), [["glass"], ["glass"]])["glass"] == 0


def test_any_number_of_builders():
    for number in (1, 2, 3, 5, 16):
        env = housebuild_v0.parallel_env(num_agents=number, split="paper_train")
        assert play(env, "oracle", index=0) == [1.0]


def test_generated_houses_have_doors_windows_and_many_roofs():
    from random import Random

    heights, marks = set(), Counter()
    for seed in range(300):
        fields = houses.generate(Random(seed), ("easy", "medium", "hard")[seed % 3])
        built = house.parse(fields)
        low, high = {0: (4, 6), 1: (7, 9), 2: (10, 12)}[seed % 3]
        assert low <= built.box.width <= high
        assert low <= built.box.depth <= high
        marks.update({mark for rows in fields["layers"] for row in rows for mark in row})
        heights.add(built.box.height)
        assert replace(built, spider_attacks=(1,)).content == built.content
    assert marks["D"] == 300
    assert marks["G"] > 290
    assert len(houses.ROOFS) >= 6
    assert len(heights) >= 6


def test_tiny_houses_are_huts_that_nobody_can_build_alone():
    from random import Random

    huts = [house.parse(houses.generate(Random(seed), "tiny")) for seed in range(300)]
    assert len({hut.content for hut in huts}) > 60
    for hut in huts:
        assert {hut.box.width, hut.box.depth} <= {3, 4}
        assert (len(hut.fills), len(hut.counts)) == (4, 2)
        limits = limits_of(hut, [hut.palette] * 2)
        assert all(
            max(fill.volume for fill in hut.fills if fill.block == block) <= limits[block] < hut.counts[block] for block in limits
        )


def test_palettes_of_their_own_still_make_a_whole_house():
    """Limits are shared by those who have a block, so that a block of one builder alone is no bottleneck."""
    palettes = [["white_concrete", "obsidian", "planks"], ["stone_bricks", "minecraft:stone_stairs"]]
    for feedback in ("score", "budget", "fixes", "boxes"):
        env = housebuild_v0.parallel_env(palettes=palettes, feedback=feedback, constant_health=True)
        assert play(env, "oracle", task=A.fields()) == [1.0]
        env.reset(options={"task": A.fields()})
        observations, *_ = env.step({"builder_0": "", "builder_1": ""})
        if feedback in ("budget", "fixes"):
            advice = observations["builder_0"].split("Result of the previous turn")[1]
            assert "stone_bricks" not in advice
            assert "white_concrete" in advice


def test_budget_names_a_part_of_a_box_that_does_not_fit():
    env = housebuild_v0.parallel_env(feedback="budget", constant_health=True)
    env.reset(options={"task": A.fields()})
    observations, *_ = env.step({"builder_0": "/fill 0 0 1 5 0 5 white_concrete", "builder_1": ""})
    assert "white_concrete: 30 of 51" in observations["builder_0"]
    assert "white_concrete: 0 of 51" in observations["builder_1"]
    part = observations["builder_0"].split("still fits:\n")[1].splitlines()[0]
    assert part.startswith("/fill")


@pytest.mark.parametrize(("volume", "size"), [(0, None), (1, 1), (5, 5), (7, 6), (9, 9), (12, 12), (100, 30)])
def test_parts_of_boxes(volume, size):
    part = Fill((0, 0, 0), (5, 0, 4), "stone").part(volume)
    assert (part and part.volume) == size


def test_boxes_say_what_should_be_air():
    fields = {
        "inventory": {"C": "stone", "D": "dirt", "A": "air"},
        "layers": [["CCA", "AAA"], ["AAA", "AAA"]],
        "spider_attacks": [],
    }
    env = housebuild_v0.parallel_env(feedback="boxes", limited_resource=False)
    env.reset(options={"task": fields})
    observations, *_ = env.step({"builder_0": "/fill 0 0 0 2 1 1 dirt\n/fill 0 0 0 1 0 0 stone", "builder_1": ""})
    assert "should be air: 2 0 0; 0 0 1" in observations["builder_0"]
    assert "No spiders are near." in observations["builder_0"]


def test_health_is_told_whenever_it_can_fall():
    env = housebuild_v0.parallel_env(report=False, feedback="none")
    env.reset(options={"task": {**A.fields(), "spider_attacks": [1]}})
    observations, *_ = env.step({"builder_0": "", "builder_1": ""})
    assert "1 damage. Health: 4." in observations["builder_1"]
    assert "costs reward and 1 health" in observations["builder_1"]


@pytest.mark.parametrize("feedback", ["positions", "fixes", "cells", "boxes", "budget"])
def test_large_houses_keep_prompts_whole_and_steps_quick(feedback):
    side = 32
    rows = [["".join("CD"[(x // 8 + z // 8 + y) % 2] for x in range(side)) for z in range(side)] for y in range(side)]
    fields = {"inventory": {"C": "stone", "D": "dirt", "A": "air"}, "layers": rows, "spider_attacks": [1]}
    env = housebuild_v0.parallel_env(feedback=feedback, num_agents=16, constant_health=True)
    env.reset(options={"task": fields})
    joint = dict.fromkeys(env.agents, "/fill 0 0 0 31 31 31 air\n" * 600)
    start = time.process_time()
    observations, *_ = env.step(joint)
    assert time.process_time() - start < 2.0
    for observation in observations.values():
        assert observation in env.observation_space("builder_0")
        assert observation.endswith("This is turn 2 of 4. Give your whole answer again, improved.")
        assert observation.startswith("You are a builder")
