"""Toys for teams whose members hear each other: what their demonstrations show, and that ``collm eval`` plays them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collm_agents.__main__ import main
from collm_agents.commands import eval as command
from collm_agents.models.toy import RECIPES, ToyRecipe, hearing_recipe, toy_model, toy_recipe
from collm_agents.models.toy.demonstrations import Demonstration, play
from collm_agents.models.toy.tokenizer import build_tokenizer
from collm_agents.policies.choice import Choice, open_team
from collm_agents.protocols import PROTOCOLS, after_others, having_heard
from collm_agents.records import read_results
from collm_envs import relay_v0
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import version_module
from collm_envs.wrappers.single_agent import SoloEnv, heading

pytestmark = pytest.mark.usefixtures("one_thread")

HEARD = ("pipeline", "discussion")


def team_env(task: str) -> CollabEnv:
    recipe = RECIPES[task]
    env: CollabEnv = version_module(task).parallel_env(split=recipe.split, **recipe.options)
    return env


@pytest.fixture
def hasty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Toys of four steps, in a cache of their own."""
    monkeypatch.setenv("COLLM_CACHE", str(tmp_path / "cache"))
    small = {"hidden": 16, "heads": 2, "episodes": 12, "steps": 4, "batch": 8}
    for task in ("relay", "tldr", "strbuild"):
        monkeypatch.setitem(RECIPES, task, replace(RECIPES[task], **small))  # type: ignore[arg-type]
    return tmp_path / "cache/toy"


def made_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "toy.json").read_text())["made_of"]
    return found


# -- demonstrations -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", sorted(RECIPES))
def test_in_a_pipeline_members_are_shown_what_those_before_them_say(task: str) -> None:
    env, recipe = team_env(task), hearing_recipe(task)
    plain, heard = (play(env, recipe, 6, 0, protocol).demonstrations for protocol in ("parallel", "pipeline"))
    members = env.possible_agents
    assert len(plain) == len(heard) > 0
    for start in range(0, len(plain), len(members)):
        asked, shown = plain[start : start + len(members)], heard[start : start + len(members)]
        said: dict[str, str] = {}
        for name, one, other in zip(members, asked, shown):
            assert other == replace(one, prompt=after_others(one.prompt, said))
            said[name] = one.answer
    assert heard[0].prompt == plain[0].prompt
    assert heading(members[0]) in heard[1].prompt


@pytest.mark.parametrize("task", sorted(RECIPES))
def test_in_a_discussion_members_draft_and_are_then_shown_all_drafts(task: str) -> None:
    env, recipe = team_env(task), hearing_recipe(task)
    members = env.possible_agents
    shown = play(env, recipe, 6, 0, "discussion").demonstrations
    turn = 2 * len(members)
    revised_otherwise = 0
    assert len(shown) % turn == 0
    for start in range(0, len(shown), turn):
        drafts, revised = shown[start : start + len(members)], shown[start + len(members) : start + turn]
        said = {name: one.answer for name, one in zip(members, drafts)}
        for name, draft, last in zip(members, drafts, revised):
            assert last.prompt == having_heard(draft.prompt, name, said)
            assert heading(name) not in draft.prompt
            revised_otherwise += last.answer != draft.answer
    assert revised_otherwise > 0


@pytest.mark.parametrize("task", sorted(RECIPES))
def test_what_a_prompt_of_the_next_turn_says_was_said_in_parallel_too(task: str) -> None:
    """In a discussion it is the drafts that are played: the game goes on from what was said, not from nothing."""
    env, recipe = team_env(task), hearing_recipe(task)
    first = {protocol: play(env, recipe, 3, 0, protocol).demonstrations[0] for protocol in ("parallel", *HEARD)}
    assert isinstance(first["parallel"], Demonstration)
    assert len(set(first.values())) == 1


@pytest.mark.parametrize("task", sorted(RECIPES))
def test_a_heading_is_one_token_for_those_who_hear_too(task: str) -> None:
    env, recipe = team_env(task), hearing_recipe(task)
    shown = play(env, recipe, 12, 0, "discussion").demonstrations
    tokenizer = build_tokenizer([one.prompt for one in shown], [one.answer for one in shown], recipe.cuts, 1024)
    for name in env.possible_agents:
        assert len(tokenizer(heading(name) + "\n")["input_ids"]) == 1


def test_recipes_differ_by_the_headings_alone() -> None:
    env = team_env("tldr")
    assert toy_recipe(env) is toy_recipe(env, "parallel") is RECIPES["tldr"]
    for protocol in HEARD:
        heard: ToyRecipe = toy_recipe(env, protocol)
        assert heard != RECIPES["tldr"]
        assert replace(heard, cuts=RECIPES["tldr"].cuts) == RECIPES["tldr"]
        assert re.search(heard.cuts, "=== summarizer ===\n")


# -- toys -----------------------------------------------------------------------------------------------------------------------


def test_each_protocol_has_a_toy_of_its_own_and_parallel_the_one_it_always_had(hasty: Path) -> None:
    env = relay_v0.parallel_env(max_cycles=2)
    folders = {protocol: toy_model(env, protocol=protocol) for protocol in ("parallel", *HEARD)}
    assert len(set(folders.values())) == 3
    assert toy_model(env) == folders["parallel"]
    assert "protocol" not in made_of(folders["parallel"])
    assert [made_of(folders[protocol])["protocol"] for protocol in HEARD] == list(HEARD)
    assert "What your team mates have settled on" in made_of(folders["pipeline"])["demonstrations"][1]["prompt"]
    assert toy_model(env, protocol="pipeline") == folders["pipeline"]


def test_a_protocol_that_is_none_names_the_choices(tmp_path: Path) -> None:
    env = relay_v0.parallel_env(max_cycles=2)
    for protocol in ("single", "chat"):
        message = f"unknown protocol of a toy '{protocol}'; choose from: parallel, pipeline, discussion"
        with pytest.raises(ValueError, match=message):
            toy_model(env, protocol=protocol, cache=tmp_path)
    with pytest.raises(ValueError, match=r"unknown protocol of a toy 'pipeline'; choose from: parallel$"):
        toy_model(SoloEnv(env), protocol="pipeline", cache=tmp_path)
    with pytest.raises(ValueError, match="unknown protocol 'chat'; choose from: single, parallel, pipeline, discussion"):
        open_team(Choice("toy", "chat"), env)
    assert not list(tmp_path.iterdir())


def test_a_toy_needs_a_task_with_a_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(RECIPES, "relay")  # type: ignore[misc]
    with pytest.raises(ValueError, match="a toy is taught by scripted policies, and there is no recipe of them for relay"):
        open_team(Choice("toy"), relay_v0.parallel_env())


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_eval_plays_a_toy_in_every_protocol(protocol: str, hasty: Path, tmp_path: Path) -> None:
    rounds = ["--rounds", "3"] if protocol == "discussion" else []
    words = ["eval", "tldr", "--team", "toy", "--protocol", protocol, "--split", "generated:tiny", "--episodes", "2", *rounds]
    for name in ("a", "b"):
        assert main([*words, "--out", str(tmp_path / name)]) == 0
    [folder] = hasty.iterdir()
    assert made_of(folder).get("protocol", "parallel") == (protocol if protocol in HEARD else "parallel")
    assert made_of(folder).get("solo", False) == (protocol == "single")
    results, again = read_results(tmp_path / "a"), read_results(tmp_path / "b")
    assert [result.transcript for result in results] == [result.transcript for result in again]
    limit = RECIPES["tldr"].longest(2 if protocol == "single" else 1)
    for result in results:
        assert (result.team, result.protocol) == ("toy", protocol)
        assert set(result.tokens) == ({"team"} if protocol == "single" else set(team_env("tldr").possible_agents))
        assert all(result.tokens[who] <= limit * result.completions[who] for who in result.tokens)


def test_a_toy_plays_the_game_it_was_made_for(hasty: Path, tmp_path: Path) -> None:
    words = ["eval", "strbuild", "--team", "toy", "--split", "generated:tiny", "--episodes", "1", "--out", str(tmp_path / "a")]
    assert main(words) == 0
    options = json.loads((tmp_path / "a/run.json").read_text())["matches"][0]["options"]
    assert {key: options[key] for key in RECIPES["strbuild"].options} == dict(RECIPES["strbuild"].options)


def test_eval_shows_how_far_a_toy_is_while_it_is_built(hasty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[Any, ...]] = []

    class Bar:
        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *_: object) -> None:
            told.append(("gone",))

        def add_task(self, name: str, total: int | None, note: str) -> int:
            told.append((name,))
            return 0

        def update(self, bar: int, completed: int, total: int, note: str) -> None:
            told.append((completed, total))

    monkeypatch.setattr(command, "make_progress", Bar)
    words = ["eval", "relay", "--team", "toy", "--episodes", "1"]
    assert main(words) == 0
    assert told[0] == ("toy model",)
    assert told[-2:] == [(4, 4), ("gone",)]
    told.clear()
    assert main(words) == 0
    assert told == [("toy model",), ("gone",)]
    told.clear()
    assert main(["eval", "relay", "--team", "oracle", "--episodes", "1"]) == 0
    assert told == []
