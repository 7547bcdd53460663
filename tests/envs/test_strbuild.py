"""StrBuild: known answers of font, reward and prompts."""

from __future__ import annotations

from random import Random

import pytest

from collm_envs import strbuild_v0
from collm_envs.minecraft import mural
from collm_envs.minecraft.font import LETTERS
from collm_envs.minecraft.strbuild_reward import score, texture_of
from collm_envs.minecraft.world import occupied

from .tools import planned, play, scripted

L = mural.parse({"text": "L"})
L_CELLS = [(0, y) for y in range(5)] + [(x, 0) for x in range(1, 5)]
ALL_FOUR = (
    "\n".join(f"/setblock {x} {y} 0 {'oak_planks' if y > 1 else 'stone'}" for x, y in L_CELLS if not (x + y) % 2),
    "\n".join(f"/setblock {x} {y} 0 {'white_concrete' if y > 1 else 'obsidian'}" for x, y in L_CELLS if (x + y) % 2),
)


@pytest.mark.parametrize(
    ("word", "width", "cells", "target", "background", "pairs"),
    [
        ("I", 5, 25, 13, 12, 12),
        ("C", 5, 25, 11, 14, 8),
        ("M", 5, 25, 13, 12, 10),
        ("L", 5, 25, 9, 16, 8),
        ("MC", 12, 60, 24, 36, 18),
        ("CM", 12, 60, 24, 36, 18),
        ("LI", 12, 60, 22, 38, 20),
        ("LLM", 19, 95, 31, 64, 26),
        ("ICML", 26, 130, 46, 84, 38),
        ("CLIM", 26, 130, 46, 84, 38),
    ],
)
def test_paper_words(word, width, cells, target, background, pairs):
    drawn = mural.parse({"text": word})
    assert (drawn.box.width, drawn.box.volume) == (width, cells)
    assert (drawn.target_cells, drawn.background_cells) == (target, background)
    assert drawn.box.neighbours(drawn.target) == pairs


def test_letter_shapes():
    assert mural.parse({"text": "m"}).grid == "#...#\n##.##\n#.#.#\n#...#\n#...#"
    assert mural.parse({"text": "L1"}).target == mural.parse({"text": "L"}).target & 0x1F | _wide_l()


def _wide_l():
    """L in the box of two letters: the second is blank."""
    wide = mural.parse({"text": "L1"})
    return sum(wide.box.bit(x, y, 0) for x, y in L_CELLS)


@pytest.mark.parametrize(
    ("actions", "reward", "metrics"),
    [
        (("", ""), -0.5, {"iou": 0.0, "missing_palettes": 2}),
        (
            ("\n".join(f"/setblock {x} {y} 0 oak_planks" for x, y in L_CELLS), ""),
            0.5,
            {"adjacent_same_ratio": 1.0, "missing_palettes": 2, "iou": 1.0},
        ),
        (ALL_FOUR, 2.0, {"adjacent_same_ratio": 0.0, "missing_palettes": 0, "iou": 1.0}),
        ((ALL_FOUR[0] + "\n/setblock 4 4 0 stone", ALL_FOUR[1]), 1.90625, {"extra_ratio": 1 / 16, "iou": 0.9}),
    ],
)
def test_reward_on_l(actions, reward, metrics):
    result = score(L, actions)
    assert result.total == pytest.approx(reward, abs=1e-12)
    for key, value in metrics.items():
        assert result.metrics[key] == pytest.approx(value, abs=1e-12), key


def test_mixed_parsing_case():
    first = """Here you are:
```mcfunction
/setblock 0 0 0 oak_planks
/setblock 0 1 0 stone
- /setblock 0 2 0 stone
/setblock ~ 3 0 stone
/setblock 0 9 0 stone
/setblock 0 3 0 obsidian
/setblock 0 3.0 0 stone
/fill 0 0 0 4 0 0 stone
and that is all
```
/setblock 0 4 0 stone"""
    result = score(L, (first, "/setblock 0 0 0 air"), allow_fill=False)
    assert result.total == pytest.approx(2 * (2 / 9) - 1 - 0.5, abs=1e-12)
    assert result.metrics["coverage"] == pytest.approx(2 / 9)
    assert result.metrics["adjacent_same_ratio"] == 1.0
    assert result.metrics["iou"] == pytest.approx(2 / 9)
    assert result.own == ({"accepted": 3, "rejected": 6}, {"accepted": 1, "rejected": 0})


def test_reference_points_of_icml():
    icml = mural.parse({"text": "ICML"})
    assert score(icml, ("/fill 0 0 0 25 4 0 stone", "")).total == pytest.approx(-1.0)
    blocks = ("oak_planks", "stone"), ("white_concrete", "obsidian")
    checker = ["", ""]
    for x in range(26):
        for y in range(5):
            checker[(x + y) % 2] += f"/setblock {x} {y} 0 {blocks[(x + y) % 2][y % 2]}\n"
    full = score(icml, checker)
    assert full.total == pytest.approx(0.5)
    assert full.metrics["iou"] == pytest.approx(46 / 130)


@pytest.mark.parametrize(
    ("block", "key"),
    [
        ("oak_planks", "wood"),
        ("birch_wood", "wood"),
        ("stone", "stone"),
        ("cobblestone", "stone"),
        ("smooth_stone", "stone"),
        ("mossy_stone_bricks", "stone"),
        ("stone_bricks", "stone"),
        ("red_concrete", "concrete"),
        ("obsidian", "obsidian"),
        ("glass", "glass"),
        ("stone_stairs", "stone_stairs"),
    ],
)
def test_texture_classes(block, key):
    assert texture_of(block) == key


def test_colour_textures():
    assert texture_of("light_blue_concrete", "colour") == texture_of("light_blue_wool", "colour") == "light_blue"
    assert texture_of("red_concrete", "colour") != texture_of("white_concrete", "colour")
    assert texture_of("obsidian", "colour") == "obsidian"
    word = {"text": "L"}
    palettes = [["black_concrete", "green_concrete"], ["white_concrete", "red_concrete"]]
    assert max(play(strbuild_v0.parallel_env(palettes=palettes, texture="colour"), "oracle", task=word)) == 2.0
    assert max(play(strbuild_v0.parallel_env(palettes=palettes), "oracle", task=word)) < 2.0


def test_later_builders_overwrite_earlier_ones():
    result = score(L, ("/setblock 0 0 0 stone\n/setblock 0 0 0 oak_planks", "/setblock 0 0 0 obsidian"))
    assert result.evidence.world == {"obsidian": 1}
    assert occupied(score(L, ("/setblock 0 0 0 stone", "/setblock 0 0 0 air")).evidence.world) == 0


def test_world_is_empty_each_turn_unless_it_persists():
    for persistent in (False, True):
        env = strbuild_v0.parallel_env(persistent_world=persistent)
        env.reset(seed=0, options={"task": {"text": "L"}})
        env.step({"builder_0": "/setblock 0 0 0 stone", "builder_1": ""})
        *_, infos = env.step({"builder_0": "", "builder_1": ""})
        assert infos["builder_0"]["coverage"] == pytest.approx(1 / 9 if persistent else 0)


def test_persistent_oracle_cleans_up():
    env = strbuild_v0.parallel_env(persistent_world=True)
    env.reset(seed=0, options={"task": {"text": "LI"}})
    env.step(scripted(env, "random"))
    _, rewards, *_ = env.step(scripted(env, "oracle"))
    assert rewards["builder_0"] == 2.0


def test_following_fixes_reaches_the_maximum():
    """The feedback asks for what is right too, and its plan uses all blocks, so doing what it says is worth 2."""
    for persistent in (False, True):
        env = strbuild_v0.parallel_env(feedback="fixes", persistent_world=persistent, report=False)
        env.reset(seed=0, options={"task": {"text": "ICML"}})
        observations, *_ = env.step({"builder_0": "/setblock 2 2 0 stone\n/setblock 5 0 0 stone", "builder_1": "nothing"})
        _, rewards, *_ = env.step(planned(observations))
        assert rewards["builder_0"] == 2.0


def test_paper_hides_the_target():
    shown, hidden = strbuild_v0.parallel_env(), strbuild_v0.parallel_env(**strbuild_v0.PAPER)
    word = {"task": {"text": "MC"}}
    other = {"task": {"text": "LI"}}
    assert "#...#" in shown.reset(seed=0, options=word)[0]["builder_0"]
    first = hidden.reset(seed=0, options=word)[0]
    assert first == hidden.reset(seed=0, options=other)[0], "of words in equal boxes nothing is told on turn 1"
    second, *_ = hidden.step({"builder_0": "", "builder_1": ""})
    assert "22 target cells" in second["builder_1"]


def test_tiny_words_are_letters_of_few_cells():
    words = [mural.parse(mural.generate(Random(seed), "tiny")) for seed in range(300)]
    assert len({word.text for word in words}) == 9
    assert all(len(word.text) == 1 and 7 <= word.target_cells <= 11 for word in words)
    few = [mural.Mural(letter) for letter in LETTERS if mural.Mural(letter).target_cells <= 11]
    assert {word.text for word in words} == {letter.text for letter in few}


def test_any_number_of_builders():
    for number in (1, 2, 3, 5, 16):
        env = strbuild_v0.parallel_env(num_agents=number)
        assert play(env, "oracle", task={"text": "TEAM"}) == [2.0]
        assert env.reward_range[0] == -2.5 - 0.25 * number


@pytest.mark.parametrize("palettes", [[["air"], ["air"]], [["stone"], ["air"]], [["stone"], ["minecraft:air", "air"]]])
def test_a_palette_needs_a_block(palettes):
    with pytest.raises(ValueError, match="a palette needs a block other than air"):
        strbuild_v0.parallel_env(palettes=palettes)


def test_namespaced_palettes_are_the_same_blocks():
    env = strbuild_v0.parallel_env(palettes=[["minecraft:stone"], ["minecraft:obsidian"]])
    assert env.task.team_palettes == (("stone",), ("obsidian",))
    assert play(env, "oracle", task={"text": "LI"}) == [2.0]


def test_prompts_fit_the_team_and_the_world():
    word = {"options": {"task": {"text": "L"}}}
    alone = strbuild_v0.parallel_env(num_agents=1)
    first = alone.reset(**word)[0]["builder_0"]
    second = alone.step({"builder_0": ""})[0]["builder_0"]
    assert "You build alone" in first
    assert "team" not in first + second
    lasting = strbuild_v0.parallel_env(persistent_world=True)
    lasting.reset(**word)
    again = lasting.step({"builder_0": "", "builder_1": ""})[0]["builder_0"]
    assert again.endswith("This is turn 2 of 4. Write only what is to change.")
