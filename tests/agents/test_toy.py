"""Toy models: built from scripted play, remembered, and ordinary transformers folders when they are done."""

from __future__ import annotations

import json
import multiprocessing
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM, AutoTokenizer

from collm_agents.models.base import Prompt, Sampling
from collm_agents.models.local import LocalTeam
from collm_agents.models.toy import RECIPES, Speaker, ToyRecipe, cache, cache_folder, recipes, toy_model, toy_recipe
from collm_agents.models.toy.demonstrations import play
from collm_agents.models.toy.tokenizer import build_tokenizer, cutter
from collm_envs import relay_v0, strbuild_v0
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import TASKS, version_module
from collm_envs.diagnostic.relay import Relay

ALONE = """
import json, sys
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
folder, text = sys.argv[1:]
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder)
rendered = tokenizer.apply_chat_template([{"role": "user", "content": text}], add_generation_prompt=True, tokenize=False)
read = tokenizer(rendered, add_special_tokens=False, return_tensors="pt")
said = model.generate(**read, max_new_tokens=8, do_sample=False, top_k=None)
assert not any(name.startswith("collm") for name in sys.modules)
print(json.dumps([tokenizer.decode(said[0, read["input_ids"].shape[1]:], skip_special_tokens=True), len(rendered)]))
"""


pytestmark = pytest.mark.usefixtures("one_thread")


def relay(**options: object) -> CollabEnv:
    return relay_v0.parallel_env(max_cycles=2, **options)


HASTY = replace(RECIPES["relay"], hidden=16, heads=2, episodes=12, steps=4, batch=8)


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A toy of four steps, in a cache of its own."""
    return toy_model(relay(), recipe=HASTY, cache=tmp_path_factory.mktemp("toys"))


def small_env(task: str) -> CollabEnv:
    recipe = RECIPES[task]
    env: CollabEnv = version_module(task).parallel_env(split=recipe.split, **recipe.options)
    return env


# -- the folder -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_toy_is_an_ordinary_folder_that_loads_without_this_package(hasty: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", ALONE, str(hasty), "press A"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    said, length = json.loads(done.stdout)
    assert isinstance(said, str)
    assert length > len("press A")


def test_a_toy_is_small_ends_its_answers_and_has_no_dropout(hasty: Path) -> None:
    model, tokenizer = AutoModelForCausalLM.from_pretrained(hasty), AutoTokenizer.from_pretrained(hasty)
    assert model.dtype == torch.float32
    assert model.config.tie_word_embeddings
    assert model.config.attention_dropout == 0
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    assert model.generation_config.eos_token_id == tokenizer.eos_token_id
    assert model.generation_config.pad_token_id == tokenizer.pad_token_id
    assert sum(weight.numel() for weight in model.parameters()) < 100_000


def test_a_toy_is_a_team_like_any_other_model(hasty: Path) -> None:
    env = relay()
    observations, _ = env.reset(seed=0)
    team = LocalTeam.from_pretrained(hasty, env.possible_agents, lora_rank=2, device="cpu")
    prompts = [Prompt(agent, text, (number,)) for number, (agent, text) in enumerate(observations.items())]
    sampled = team.sample(prompts, 2, Sampling(max_new_tokens=4), 0)
    assert [len(each) for each in sampled] == [2, 2]
    assert all(0 < len(one.ids) <= 4 for each in sampled for one in each)


# -- the cache ------------------------------------------------------------------------------------------------------------


def _files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes_whatever_the_process_drew_before(hasty: Path, tmp_path: Path) -> None:
    torch.rand(3)
    assert _files(toy_model(relay(), recipe=HASTY, cache=tmp_path)) == _files(hasty)


def test_building_moves_no_generator_and_no_episode(tmp_path: Path) -> None:
    env, threads, state = relay(), torch.get_num_threads(), torch.get_rng_state()
    env.reset(seed=3)
    before = env.state()
    toy_model(env, recipe=HASTY, cache=tmp_path)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == threads
    assert env.state() == before


def test_a_toy_in_the_cache_is_not_built_again(hasty: Path) -> None:
    def refuse(done: int, steps: int, words: str) -> None:
        raise AssertionError(words)

    assert toy_model(relay(), recipe=HASTY, cache=hasty.parent, on_progress=refuse) == hasty


def test_building_reports_its_progress_up_to_the_last_step(tmp_path: Path) -> None:
    heard: list[tuple[int, int, str]] = []
    toy_model(relay(), recipe=HASTY, cache=tmp_path, on_progress=lambda *told: heard.append(told))
    assert [done for done, _, _ in heard] == [0, 0, 1, 2, 3, 4]
    assert {steps for _, steps, _ in heard} == {4}
    assert "loss" in heard[-1][2]


@pytest.mark.parametrize("damage", ["a file is missing", "a file is cut", "there is no record", "the record is no JSON"])
def test_a_broken_folder_is_built_anew(hasty: Path, tmp_path: Path, damage: str) -> None:
    broken = tmp_path / hasty.name
    shutil.copytree(hasty, broken)
    weights, record = broken / "model.safetensors", broken / "toy.json"
    if damage == "a file is missing":
        weights.unlink()
    elif damage == "a file is cut":
        weights.write_bytes(weights.read_bytes()[:-1])
    elif damage == "there is no record":
        record.unlink()
    else:
        record.write_text("{")
    assert toy_model(relay(), recipe=HASTY, cache=tmp_path) == broken
    assert _files(broken) == _files(hasty)


def test_a_build_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def interrupt(done: int, steps: int, words: str) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        toy_model(relay(), recipe=HASTY, cache=tmp_path, on_progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_whatever_a_toy_follows_from_has_a_folder_of_its_own(hasty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = hasty.parent
    made = [
        hasty,
        toy_model(relay(), recipe=HASTY, cache=home, seed=1),
        toy_model(relay(), recipe=replace(HASTY, lr=1e-3), cache=home),
        toy_model(relay(symbols=3), recipe=HASTY, cache=home),
        toy_model(relay_v0.parallel_env(max_cycles=3), recipe=HASTY, cache=home),
        toy_model(relay(split="test"), recipe=HASTY, cache=home),
    ]
    monkeypatch.setattr(cache, "VERSION", cache.VERSION + 1)
    made.append(toy_model(relay(), recipe=HASTY, cache=home))
    assert len(set(made)) == len(made)


def test_new_wording_of_a_prompt_makes_a_new_toy(hasty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opening = Relay.opening
    monkeypatch.setattr(Relay, "opening", lambda *given: opening(*given) + "!")
    assert toy_model(relay(), recipe=HASTY, cache=hasty.parent) != hasty


def _build(home: str) -> None:
    torch.set_num_threads(1)
    toy_model(relay(), recipe=HASTY, cache=Path(home))


@pytest.mark.slow
def test_processes_that_build_at_once_do_not_meet(hasty: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    builders = [context.Process(target=_build, args=(str(tmp_path),)) for _ in range(3)]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join()
    assert [builder.exitcode for builder in builders] == [0, 0, 0]
    assert [folder.name for folder in tmp_path.iterdir()] == [hasty.name]
    assert _files(tmp_path / hasty.name) == _files(hasty)


def test_the_cache_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COLLM_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path / "toy"
    monkeypatch.delenv("COLLM_CACHE")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "collm-envs" / "toy"


@pytest.mark.parametrize("seed", [-1, 2**63, 0.5])
def test_a_seed_out_of_range_is_refused(seed: int, tmp_path: Path) -> None:
    with pytest.raises((ValueError, TypeError), match="seed"):
        toy_model(relay(), recipe=HASTY, cache=tmp_path, seed=seed)


# -- tokenizers and recipes -------------------------------------------------------------------------------------------------


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
@settings(deadline=None)
def test_a_tokenizer_loses_nothing_of_any_text(hasty: Path, text: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(hasty) if hasty not in _LOADED else _LOADED[hasty]
    _LOADED[hasty] = tokenizer
    for written in (text, f"press A\x00{text}\U0001f600 7 red\r\n"):
        if not re.search(r"<\|(pad|im_start|im_end)\|>", written):
            assert tokenizer.decode(tokenizer(written, add_special_tokens=False)["input_ids"]) == written


_LOADED: dict[Path, object] = {}


def test_a_vocabulary_without_room_for_the_bytes_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        build_tokenizer(["a b"], ["a"], r"\w+", 258)


def test_a_vocabulary_is_never_larger_than_asked() -> None:
    words = [f"word{number} " for number in range(500)] * 2
    assert len(build_tokenizer(words, words, r"\w+ ", 300)) == 300


@pytest.mark.parametrize("task", sorted(RECIPES))
def test_a_recipe_keeps_prompts_and_answers_short(task: str) -> None:
    """Speed on a processor is decided by the number of tokens."""
    recipe = RECIPES[task]
    played = play(small_env(task), recipe, 12, 0)
    cut = cutter(recipe.cuts)
    for shown in played.demonstrations:
        assert len(cut.pre_tokenize_str(shown.answer)) <= recipe.answer_tokens
        assert len(cut.pre_tokenize_str(shown.lesson)) <= recipe.answer_tokens
        assert len(cut.pre_tokenize_str(shown.prompt)) <= LONGEST_PROMPTS[task]


LONGEST_PROMPTS = {"relay": 60, "strbuild": 80, "housebuild": 100, "tldr": 60, "arxiv": 60, "coophe": 200}


def test_every_task_of_this_project_has_a_recipe_with_options_it_takes() -> None:
    assert set(RECIPES) == set(TASKS)
    for task, recipe in RECIPES.items():
        env = small_env(task)
        assert toy_recipe(env) is recipe
        assert env.split == recipe.split
        for speaker in (*recipe.speakers, *recipe.teachers):
            assert speaker.policy in env.task.policies
            assert set(speaker.options) <= {item.name for item in fields(env.task)}


def test_a_placed_block_is_two_tokens() -> None:
    played = play(small_env("strbuild"), RECIPES["strbuild"], 40, 0)
    answers = [shown.answer for shown in played.demonstrations]
    tokenizer = build_tokenizer([], answers, recipes.RECIPES["strbuild"].cuts, 1024)
    assert [len(ids) for ids in tokenizer(answers)["input_ids"]] == [2 * len(answer.split("\n")) for answer in answers]


def test_a_task_without_a_recipe_is_refused_with_those_that_have_one() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Unknown(Relay):
        name = "unknown"

    with pytest.raises(ValueError, match=r"unknown.*relay"):
        toy_recipe(CollabEnv(Unknown(), max_cycles=2))


def test_demonstrations_are_the_speakers_and_lessons_the_teachers() -> None:
    recipe = ToyRecipe(split="train", speakers=(Speaker("greedy"),), teachers=(Speaker("oracle"),), cuts=r"\d+ ?")
    env = strbuild_v0.parallel_env(split="generated:tiny", max_cycles=1)
    played = play(env, recipe, 8, 0)
    assert all("stone" not in shown.answer and "obsidian" not in shown.answer for shown in played.demonstrations)
    assert any("stone" in shown.lesson or "obsidian" in shown.lesson for shown in played.demonstrations)
    assert play(env, recipe, 8, 0) == played
    assert play(env, recipe, 8, 1) != played


def test_what_is_played_on_a_server_is_shown_in_process() -> None:
    recipe = ToyRecipe(split="train", speakers=(Speaker("oracle"),), cuts=r"\d+ ?")
    options = {"split": "generated:tiny", "max_cycles": 1}
    here = strbuild_v0.parallel_env(**options)
    # Nothing listens there: a demonstration on the server would fail.
    there = strbuild_v0.parallel_env(backend="server", host="127.0.0.1", port=1, bridge="node", plot=2, **options)
    assert play(there, recipe, 2, 0) == play(here, recipe, 2, 0)
    assert cache._description(there, recipe, 0) == cache._description(here, recipe, 0)


def test_noise_leaves_lines_out_and_long_answers_end_after_a_whole_line() -> None:
    recipe = ToyRecipe(split="train", speakers=(Speaker("greedy"),), cuts=r"/setblock \d+ \d+ |0 [a-z_]+(?:\n|$)", answer_tokens=8)
    env = strbuild_v0.parallel_env(split="generated:tiny", max_cycles=1)
    whole = [shown.answer for shown in play(env, recipe, 20, 0).demonstrations]
    assert all(re.fullmatch(r"(/setblock \d \d 0 [a-z_]+\n?){4}", answer) for answer in whole)
    thin = [shown.answer for shown in play(env, replace(recipe, noise=0.5), 20, 0).demonstrations]
    assert 0.3 < sum(len(answer.split("/")) - 1 for answer in thin) / (4 * len(thin)) < 0.7


def test_a_speaker_that_the_task_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(ValueError, match=r"nobody.*oracle"):
        play(relay(), replace(HASTY, speakers=(Speaker("nobody"),)), 1, 0)


def test_recipes_are_read_without_torch() -> None:
    code = "import sys; from collm_agents.models.toy import RECIPES; assert RECIPES; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


# -- what comes out ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_toy_of_strbuild_writes_what_can_be_read_and_leaves_much_to_learn(tmp_path: Path) -> None:
    env = small_env("strbuild")
    folder = toy_model(env, cache=tmp_path)
    team = LocalTeam.from_pretrained(folder, env.possible_agents, lora_rank=0, device="cpu")
    sampling = Sampling(max_new_tokens=RECIPES["strbuild"].answer_tokens)
    rewards, accepted, rejected, answers = [], 0, 0, set()
    for episode in range(64):
        observations, _ = env.reset(seed=episode)
        while env.agents:
            prompts = [
                Prompt(agent, observations[agent], (episode, len(env.turns), place)) for place, agent in enumerate(env.agents)
            ]
            said = {one.agent: one.text for [one] in team.sample(prompts, 1, sampling, 0)}
            answers |= set(said.values())
            observations, reward, _, _, infos = env.step(said)
            rewards.append(reward["builder_0"])
            accepted += sum(info["accepted"] for info in infos.values())
            rejected += sum(info["rejected"] for info in infos.values())
    assert accepted / (accepted + rejected) > 0.9
    assert 0.3 < sum(rewards) / len(rewards) < 1.0  # chance has -0.1, the oracle 2
    assert len(answers) > 100
