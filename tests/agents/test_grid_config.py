"""What ``table.yaml`` may hold, and which word counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from collm_agents.grid.config import QUICK, GridConfig, Play, game_of, grid_of, limit_of, read_grid, sections_of, with_changes
from collm_agents.grid.rows import ROWS, TASKS
from collm_agents.settings import dump_yaml, load_yaml


def grid(**content: Any) -> GridConfig:
    return grid_of({"model": "toy", **content})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"task": ["tldr"]}, r"unknown key of the table 'task'; choose from: tasks, rows, .*by_task, by_row"),
        ({"tasks": ["relay"]}, r"unknown task of the table 'relay'; choose from: tldr, arxiv, coophe, strbuild, housebuild"),
        ({"rows": ["collm"]}, r"unknown row 'collm'; choose from: raw, grpo, .*collm-cc"),
        ({"rows": [False]}, r"unknown row False; choose from: raw"),
        ({"rows": ["raw", "raw"]}, r"rows must be one or more, each once, got raw, raw"),
        ({"seeds": []}, r"seeds must be one or more, each once, got none"),
        ({"seeds": 3}, r"seeds must be a list, got 3"),
        ({"seeds": ["a"]}, r"seed must be a whole number, got 'a'"),
        ({"seeds": [-1]}, r"seed must be in 0\.\.1000000, got -1"),
        ({"threads": 0}, r"threads must be in 1\.\.4096"),
        ({"by_task": {"relay": {}}}, r"unknown task of the table 'relay'; choose from: tldr"),
        ({"by_row": {"ppo": {}}}, r"unknown row 'ppo'; choose from: raw"),
        ({"by_row": {"raw": {"seeds": [1]}}}, r"unknown key of raw 'seeds'; choose from: model, split, episodes"),
        ({"by_row": [1]}, r"by_row must hold keys and values, got \[1\]"),
        ({"by_task": {"tldr": 5}}, r"tldr must hold keys and values, got 5"),
        ({"episodes": 0}, r"episodes must be in 1\.\."),
        ({"episodes": "all"}, r"episodes must be a whole number, got 'all'"),
        ({"max_tokens": 0}, r"max_tokens must be in 1\.\."),
        ({"rounds": 1}, r"rounds must be in 2\.\."),
        ({"concurrency": 0}, r"concurrency must be in 1\.\."),
        ({"temperature": -0.1}, r"temperature must be 0 or more, got -0\.1"),
        ({"temperature": float("nan")}, r"temperature must be a number"),
        ({"model": ""}, r"a table needs a model: a folder, a name on the hub or toy"),
        ({"model": None}, r"model must be text, got None"),
        ({"model": "table"}, r"the model table plays relay alone; choose"),
        ({"env": {"split": "train"}}, r"unknown key of env for tldr 'split'; choose from: .*max_cycles"),
        ({"env": {"colour": 1}}, r"unknown key of env for tldr 'colour'; choose from: "),
        ({"env": 7}, r"env must hold keys and values, got 7"),
        ({"train": {"iterations": 3}}, r"unknown key of train 'iterations'; choose from: preset, env, learner, model, run"),
        ({"train": {"preset": "mine"}}, r"unknown preset 'mine'; choose from: default, paper, toy, table"),
        ({"train": {"learner": [3]}}, r"learner must hold keys and values, got \[3\]"),
        ({"train": {"learner": {"gamma": float("nan")}}}, r"settings of a table are text, numbers, .*: Out of range float"),
        ({"train": {"learner": {"gamma": {1, 2}}}}, r"settings of a table are text, .*: Object of type set"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_choices(content: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        grid(**content)


def test_what_fits_nowhere_but_in_a_task_that_is_not_asked_for_is_no_error() -> None:
    assert grid(tasks=["strbuild"], env={"report": False}).play("strbuild", "raw").env == {"report": False}
    with pytest.raises(ValueError, match=r"unknown key of env for tldr 'report'"):
        grid(tasks=["tldr"], env={"report": False})


def test_by_row_counts_over_by_task_and_that_over_the_top() -> None:
    config = grid(
        tasks=["tldr", "arxiv"],
        episodes=1,
        rounds=3,
        temperature=0.1,
        by_task={"arxiv": {"episodes": 2, "rounds": 4}},
        by_row={"discussion": {"rounds": 5}},
    )
    found = {
        (task, row): (play.episodes, play.rounds, play.temperature)
        for task in config.tasks
        for row in ("raw", "discussion")
        for play in [config.play(task, row)]
    }
    assert found == {
        ("tldr", "raw"): (1, 3, 0.1),
        ("tldr", "discussion"): (1, 5, 0.1),
        ("arxiv", "raw"): (2, 4, 0.1),
        ("arxiv", "discussion"): (2, 5, 0.1),
    }


def test_sections_of_training_and_options_are_merged_key_by_key() -> None:
    config = grid(
        tasks=["strbuild"],
        env={"max_cycles": 3, "report": False},
        train={"preset": "toy", "learner": {"gamma": 0.5, "iterations": 7}, "run": {"save_every": 2}},
        by_task={"strbuild": {"env": {"max_cycles": 2}, "train": {"learner": {"iterations": 9}}}},
        by_row={"grpo": {"train": {"preset": "default", "learner": None, "model": {"lora_rank": 4}}}},
    )
    play = config.play("strbuild", "grpo")
    assert play.env == {"max_cycles": 2, "report": False}
    assert play.train == {
        "preset": "default",
        "learner": {"gamma": 0.5, "iterations": 9},
        "run": {"save_every": 2},
        "model": {"lora_rank": 4},
    }
    assert config.play("strbuild", "ac").train["preset"] == "toy"


def test_a_trained_row_cannot_be_a_server_and_another_can() -> None:
    server = "openai:http://127.0.0.1:1/v1#m"
    with pytest.raises(ValueError, match=r"the row grpo is trained, which openai:.* cannot be: give it a model of its own"):
        grid(model=server)
    with pytest.raises(ValueError, match=r"the row grpo is trained, which builtins:dict cannot be"):
        grid(model="builtins:dict", rows=["grpo"])
    config = grid(model=server, by_row={row.name: {"model": "toy"} for row in ROWS.values() if row.method})
    assert config.play("tldr", "raw").model == server


def test_one_who_answers_for_all_has_as_many_tokens_for_each() -> None:
    play = Play(model="m", max_tokens=100)
    assert [limit_of(play, ROWS[row], 3) for row in ("raw", "grpo", "ac", "parallel", "magrpo")] == [300, 300, 300, 100, 100]
    assert [limit_of(Play(model="m"), ROWS[row], 2) for row in ("raw", "pipeline")] == [1024, 512]
    assert limit_of(Play(model="toy"), ROWS["raw"], 2) is None
    assert limit_of(Play(model="toy", max_tokens=9), ROWS["raw"], 2) == 18
    assert sections_of(play, ROWS["grpo"], 300) == {"learner": {"max_new_tokens": 300}}
    own = Play(model="m", train={"learner": {"max_new_tokens": 7}})
    assert sections_of(own, ROWS["grpo"], 300)["learner"] == {"max_new_tokens": 7}


def test_what_is_played_follows_from_the_preset_and_the_options_whoever_plays() -> None:
    assert game_of(Play(model="m"), "strbuild") == {}
    assert game_of(Play(model="toy"), "strbuild") == {"max_cycles": 2, "report": False, "feedback": "none"}
    assert game_of(Play(model="toy", env={"max_cycles": 3}), "strbuild")["max_cycles"] == 3
    paper = game_of(Play(model="m", train={"preset": "paper"}), "strbuild")
    assert paper
    assert "split" not in paper


def test_nothing_under_a_heading_is_nothing_asked() -> None:
    config = grid(env=None, train={"learner": None}, by_task=None, by_row={"raw": None}, threads=None)
    assert config == grid(env=None, train={"learner": None}, by_row={"raw": {}})
    assert config.play("tldr", "raw").env == {}
    assert grid_of(None).play("tldr", "grpo").model == "Qwen/Qwen3-1.7B"


def test_a_table_comes_back_from_its_file(tmp_path: Path) -> None:
    config = grid(seeds=[3, 1], rows=["ac", "raw"], temperature=1e-5, by_row={"ac": {"train": {"learner": {"gamma": 0.5}}}})
    file = tmp_path / "table.yaml"
    file.write_text(dump_yaml(config.to_json()), encoding="utf-8")
    assert read_grid(file) == config
    quick = grid_of(QUICK)
    file.write_text(dump_yaml(quick.to_json()), encoding="utf-8")
    assert read_grid(file) == quick
    assert (quick.tasks, quick.rows, len(quick.seeds)) == (TASKS, tuple(ROWS), 3)


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    file = tmp_path / "table.yaml"
    for text, message in [("a: [", r"table\.yaml is no YAML"), ("- 1", r"table\.yaml must hold keys and values"), ("0", "keys")]:
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=message):
            read_grid(file)
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"table\.yaml"):
        read_grid(file)
    with pytest.raises(OSError, match="missing"):
        read_grid(tmp_path / "missing.yaml")


def test_a_model_s_folder_is_the_same_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models/tiny").mkdir(parents=True)
    (tmp_path / "toy").mkdir()
    monkeypatch.chdir(tmp_path)
    asked = {
        "model": "models/tiny",
        "by_row": {"raw": {"model": "hf:./models/tiny"}, "ac": {"model": "toy"}, "grpo": {"model": "a/b"}},
    }
    config = grid_of(asked)
    models = [config.play("tldr", row).model for row in ("magrpo", "raw", "ac", "grpo")]
    assert models == [str(tmp_path / "models/tiny")] * 2 + ["toy", "a/b"]
    monkeypatch.chdir("/")
    assert grid_of(load_yaml("table", dump_yaml(config.to_json()))) == config


def test_tasks_rows_and_seeds_can_be_chosen_anew() -> None:
    config = with_changes(grid(seeds=[0, 1]), tasks=["arxiv"], rows=(), seeds=[5])
    assert (config.tasks, config.rows, config.seeds) == (("arxiv",), tuple(ROWS), (5,))
    with pytest.raises(ValueError, match="unknown row 'x'"):
        with_changes(config, rows=["x"])
