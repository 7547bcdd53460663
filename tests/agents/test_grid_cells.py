"""Cells of a table: what they ask for, and what a folder that was begun, stopped, moved or made otherwise comes to."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from collm_agents.__main__ import main
from collm_agents.arguments import literal
from collm_agents.grid.cells import Cell, _spelt, cells_of
from collm_agents.grid.config import GridConfig, grid_of
from collm_agents.grid.run import run_cells
from collm_agents.records import RESULTS, is_run_of, read_results
from collm_agents.results import TIMES
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import version_module
from tests.agents.grid_runs import Running, alive, wait_for, workers_of
from tests.agents.grid_voices import quick_table

SHORT: dict[str, Any] = {"learner": {"iterations": 1, "episodes": 1}, "run": {"eval_episodes": 1, "threads": 1}}


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random model with room for the tasks' prompts."""
    from tests.agents.lm import make_model

    return make_model(tmp_path_factory.mktemp("model"), max_position_embeddings=8192)


def cell_of(config: GridConfig, home: Path) -> Cell:
    [cell] = cells_of(config, home)
    return cell


def tiny(model: Path, row: str, rank: int = 4, **more: Any) -> GridConfig:
    train = {**SHORT, "model": {"lora_rank": rank}, **more.pop("train", {})}
    short = {"split": "generated:tiny", "episodes": 2, "max_tokens": 6, "seeds": [1], "threads": 1}
    return grid_of({"tasks": ["tldr"], "rows": [row], "model": str(model), **short, "train": train, **more})


def played(folder: Path) -> list[dict[str, Any]]:
    """All of an evaluation but what depends on the clock, and on the folder's name."""
    own = (*TIMES, "team", "config")
    return [{k: v for k, v in json.loads(r.to_json()).items() if k not in own} for r in read_results(folder)]


def agents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*.safetensors"))}


def moments(folder: Path) -> dict[Path, int]:
    return {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}


def play(cell: Cell) -> None:
    [ended] = run_cells([cell], threads=1)
    assert ended.problem == ""


# -- what is asked ----------------------------------------------------------------------------------------------------------


def option_of(env: CollabEnv, name: str) -> Any:
    return env.max_cycles if name == "max_cycles" else getattr(env.task, name)


def evaluated(cell: Cell, monkeypatch: pytest.MonkeyPatch) -> CollabEnv:
    """The environment that a cell's evaluation would play."""
    from collm_agents.commands import eval as command

    found: list[CollabEnv] = []
    monkeypatch.setattr(command, "eval_team", lambda env, *_: found.append(env) or 0)
    assert main(cell.eval_words(cell.folder)) == 0
    return found[0]


@pytest.mark.parametrize("row", ["raw", "magrpo"])
def test_options_of_training_alone_are_not_played_in_the_end(row: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else trained rows and others would play different games."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m/config.json").write_text("{}")
    given = {"tasks": ["strbuild"], "rows": [row], "seeds": [0], "model": str(tmp_path / "m"), "env": {"max_cycles": 3}}
    config = grid_of({**given, "train": {"env": {"max_cycles": 2, "report": False, "split": "val"}}})
    cell = cell_of(config, tmp_path)
    cell.rehearse()
    cell.begin()
    if cell.about.method:
        from collm_agents import runs
        from collm_agents.resolve import resolve
        from collm_agents.settings import read_config

        named = {"task": "strbuild", "method": "magrpo"}
        settings = resolve({**read_config(cell.folder / "train.yaml"), **named}, flags={"model": {"name": str(tmp_path / "m")}})
        assert (settings.env["max_cycles"], settings.env["report"], settings.env["split"]) == (2, False, "val")
        runs.begin(cell.folder / "run", settings)
    env = evaluated(cell, monkeypatch)
    usual = version_module("strbuild").parallel_env()
    assert env.max_cycles == 3
    assert env.task == usual.task


@pytest.mark.parametrize("row", ["raw", "collm-cc"])
def test_what_a_preset_says_of_the_task_holds_for_all_rows(row: str, tmp_path: Path) -> None:
    config = grid_of({"tasks": ["strbuild"], "rows": [row], "seeds": [0], "model": "a/b", "train": {"preset": "paper"}})
    paper = {key: value for key, value in version_module("strbuild").PAPER.items() if key != "split"}
    env = version_module("strbuild").parallel_env()
    other = {f"{key}={value}" for key, value in paper.items() if option_of(env, key) != value}
    assert other
    words = cell_of(config, tmp_path).eval_words(tmp_path)
    # A trained team has them from its training.
    assert {words[place + 1] for place, word in enumerate(words) if word == "--set"} == (other if row == "raw" else set())


def test_options_arrive_as_they_are_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"max_cycles": 2, "report": False, "feedback": "none"}
    env = evaluated(cell_of(quick_table({"raw": "Quick"}, ["strbuild"], env=options), tmp_path), monkeypatch)
    assert {key: option_of(env, key) for key in options} == options
    values = [1, 1.5, True, None, "1", "None", "a b", "it's", "", [1, "x"], {"a": None}, "[1"]
    assert [literal(_spelt(value)) for value in values] == values


def test_a_row_is_rehearsed_before_anything_is_loaded(tmp_path: Path) -> None:
    for row in ("raw", "grpo"):
        config = grid_of({"tasks": ["tldr"], "rows": [row], "seeds": [0], "model": "a/b", "split": "nowhere"})
        with pytest.raises(ValueError, match=r"split.*nowhere"):
            cell_of(config, tmp_path).rehearse()
    broken = {"tasks": ["tldr"], "seeds": [0], "model": "./nowhere"}
    for row, message in (("raw", "nowhere"), ("grpo", r"there is no folder \./nowhere")):
        with pytest.raises(ValueError, match=message):
            cell_of(grid_of({**broken, "rows": [row]}), tmp_path).rehearse()
    wrong = {**broken, "model": "a/b", "rows": ["grpo"], "train": {"learner": {"gama": 1}}}
    with pytest.raises(ValueError, match=r"unknown key of learner 'gama'; choose from: "):
        cell_of(grid_of(wrong), tmp_path).rehearse()


# -- what is there ----------------------------------------------------------------------------------------------------------


def test_settings_of_a_cell_in_which_nothing_came_about_may_be_mended(tmp_path: Path) -> None:
    """A wrong model, say; what there is are the commands, a log, and a run that has not begun."""
    wrong = cell_of(quick_table({"raw": "Missing"}), tmp_path)
    wrong.begin()
    (wrong.folder / "log.txt").write_text("no such model")
    (wrong.results).mkdir()
    (wrong.results / "results.jsonl").touch()
    mended = cell_of(quick_table({"raw": "Quick"}), tmp_path)
    mended.check()
    play(mended)
    assert mended.done
    with pytest.raises(FileExistsError, match="made with other settings"):
        wrong.check()


def test_a_cell_made_with_other_settings_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    cell = cell_of(quick_table({"raw": "Quick"}), tmp_path)
    play(cell)
    before = moments(tmp_path)
    other = cell_of(quick_table({"raw": "Quick"}, episodes=1), tmp_path)
    with pytest.raises(FileExistsError, match=r"made with other settings.*eval: .*--episodes 2.*; now: .*--episodes 1"):
        run_cells([other])
    assert moments(tmp_path) == before
    assert run_cells([cell]) == []
    assert moments(tmp_path) == before


def test_a_record_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    cell = cell_of(quick_table({"raw": "Quick"}), tmp_path)
    cell.begin()
    (cell.folder / "cell.json").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"cell\.json cannot be read"):
        cell.check()


def test_what_is_half_written_is_not_done(tmp_path: Path) -> None:
    cell = cell_of(quick_table({"raw": "Quick"}), tmp_path)
    play(cell)
    record = cell.results / "run.json"
    text = record.read_text()
    for torn in ("", text[: len(text) // 2], text.replace('"complete": true', '"complete": false'), "[]", "null"):
        record.write_text(torn)
        assert not cell.done
    record.write_text(text)
    assert cell.done


def test_an_evaluation_that_was_interrupted_is_played_anew(tmp_path: Path) -> None:
    cell = cell_of(quick_table({"discussion": "Quick"}), tmp_path)
    play(cell)
    whole = played(cell.results)
    record = json.loads((cell.results / "run.json").read_text())
    (cell.results / "run.json").write_text(json.dumps({**record, "complete": False}))
    lines = (cell.results / RESULTS).read_text()
    (cell.results / RESULTS).write_text(lines[: len(lines) - 40])
    play(cell)
    assert played(cell.results) == whole


def test_progress_is_counted_as_files_grow(tmp_path: Path) -> None:
    cell = cell_of(quick_table({"raw": "Quick"}), tmp_path)
    assert cell.progress() == "episode 0"
    cell.results.mkdir(parents=True)
    for text, count in (("a\n", 1), ("a\nb\nc", 2), ("a\nb\nc\n", 3), ("z\n", 1)):
        (cell.results / RESULTS).write_text(text)
        assert cell.progress() == f"episode {count}"


def test_a_training_run_that_never_began_does_not_stand_in_the_way(tmp_path: Path, model: Path) -> None:
    """Killed between its first two files, it has settings and no record; a new run would refuse the folder for ever."""
    cell = cell_of(tiny(model, "magrpo"), tmp_path)
    (cell.folder / "run").mkdir(parents=True)
    (cell.folder / "run/config.yaml").write_text("task: tldr\n")
    cell.begin()
    assert not (cell.folder / "run").exists()
    (cell.folder / "run/checkpoints").mkdir(parents=True)
    cell.begin()
    assert (cell.folder / "run/checkpoints").exists()


# -- trained ones -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_typed_by_hand_in_the_cell_s_folder_its_commands_give_the_same_files(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell, before = cell_of(tiny(model, "collm-cc"), tmp_path / "table"), cell_of(tiny(model, "pipeline"), tmp_path / "other")
    # By a worker that has done something else before.
    assert [ended.problem for ended in run_cells([before, cell], threads=1)] == ["", ""]
    asked = json.loads((cell.folder / "cell.json").read_text())
    hand = tmp_path / "hand"
    hand.mkdir()
    shutil.copy(cell.folder / "train.yaml", hand)
    monkeypatch.chdir(hand)
    for command in ("train", "eval"):
        words = shlex.split(asked[command])
        subprocess.run([sys.executable, "-m", "collm_agents", *words[1:]], check=True, capture_output=True, timeout=120)
    assert played(hand / "eval") == played(cell.results)
    assert len(played(hand / "eval")) == 2
    assert agents(hand / "run/agents") == agents(cell.folder / "run/agents")
    assert len(agents(hand / "run/agents")) == 2
    assert (hand / "run/config.yaml").read_text() == (cell.folder / "run/config.yaml").read_text()


@pytest.mark.slow
def test_a_table_s_folder_can_be_moved_and_gone_on_with(tmp_path: Path, model: Path) -> None:
    config = tiny(model, "magrpo")
    play(cell_of(config, tmp_path / "here"))
    (tmp_path / "here").rename(tmp_path / "there")
    cell = cell_of(config, tmp_path / "there")
    assert run_cells([cell]) == []
    trained, whole = agents(cell.folder / "run/agents"), played(cell.results)
    shutil.rmtree(cell.results)
    before = moments(cell.folder / "run")
    play(cell)
    assert moments(cell.folder / "run") == before
    assert agents(cell.folder / "run/agents") == trained
    assert played(cell.results) == whole


@pytest.mark.slow
def test_a_training_run_that_is_killed_ends_as_one_that_was_not(tmp_path: Path, model: Path) -> None:
    train = {"learner": {"iterations": 3, "episodes": 1}, "run": {"save_every": 1, "eval_episodes": 1}}
    config = tiny(model, "magrpo", train=train)
    whole, cut = cell_of(config, tmp_path / "whole"), cell_of(config, tmp_path / "cut")
    play(whole)
    cut.begin()
    words = [sys.executable, "-m", "collm_agents", *cut.train_words(cut.folder)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"})
    wait_for(lambda: (cut.folder / "run/checkpoints/00000001").exists() or process.poll() is not None)
    process.kill()
    process.wait()
    assert is_run_of(cut.folder / "run", "train")
    assert not json.loads((cut.folder / "run/run.json").read_text())["complete"]
    play(cut)
    assert "resume" in (cut.folder / "log.txt").read_text()
    assert len(agents(whole.folder / "run/agents")) == 2
    assert agents(cut.folder / "run/agents") == agents(whole.folder / "run/agents")
    assert played(cut.results) == played(whole.results)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_training_run_saves_what_it_has_when_its_table_is_stopped(number: int, tmp_path: Path, model: Path) -> None:
    train = {"learner": {"iterations": 1000, "episodes": 1}, "run": {"save_every": 1000, "eval_episodes": 1}}
    config, home = tiny(model, "magrpo", train=train), tmp_path / "t"
    run = cell_of(config, home).folder / "run"
    table = Running(home, config)
    metrics = run / "metrics.jsonl"
    wait_for(lambda: table.process.poll() is not None or (metrics.exists() and metrics.read_text()), 120)
    [worker] = workers_of(home)
    table.process.send_signal(number)
    status, _, err = table.end()
    if number == signal.SIGINT:
        assert status == 130
        assert "stopping: what is being trained is saved first" in err
        assert workers_of(home) == []
    wait_for(lambda: not alive(worker), 60)
    [saved] = (run / "checkpoints").iterdir()
    assert int(saved.name) == len(metrics.read_text().splitlines()) > 0
    assert "Traceback" not in (run.parent / "log.txt").read_text()
