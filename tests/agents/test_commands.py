"""``show``, ``play``, ``demo``, ``validate`` and ``doctor``."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from random import Random
from typing import Any

import pytest

from collm_agents import installed
from collm_agents.__main__ import main
from collm_agents.arguments import make_env
from collm_agents.commands import doctor, validate
from collm_agents.records import read_results
from collm_envs.core import taskset
from collm_envs.core.registration import TASKS


class TestShow:
    @pytest.mark.parametrize("task", TASKS)
    def test_prints_page_prompts_and_picture(self, task: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["show", task, "--split", "test", "--index", "2", "--seed", "4"]) == 0
        out = capsys.readouterr().out
        env = make_env(task)
        prompts, _ = env.reset(seed=4, options={"split": "test", "index": 2})
        for agent, prompt in prompts.items():
            assert f"prompt of {agent}" in out
            assert prompt in out
        assert env.task.ansi(env.instance, None, None, colour=False) in out
        assert "Version history" in out
        assert "\x1b" not in out

    def test_settings_change_the_prompts(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["show", "strbuild", "--set", "num_agents=3"]) == 0
        assert "prompt of builder_2" in capsys.readouterr().out

    def test_png(self, tmp_path: Path) -> None:
        pytest.importorskip("PIL")
        assert main(["show", "housebuild", "--png", str(tmp_path / "house.png")]) == 0
        assert (tmp_path / "house.png").read_bytes().startswith(b"\x89PNG")

    def test_png_without_pillow_names_the_extra(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setitem(sys.modules, "PIL", None)
        assert main(["show", "housebuild", "--png", str(tmp_path / "house.png")]) == 2
        assert "pip install 'collm-envs[render]'" in capsys.readouterr().err


class TestPlay:
    def play(self, monkeypatch: pytest.MonkeyPatch, typed: str, *words: str) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return main(["play", *words])

    def test_a_person_with_a_partner(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        typed = "/setblock 99 0 0 obsidian\n/setblock 0 0 0 obsidian\n.\n\x1b[31mred\n"
        words = ["strbuild", "--role", "builder_1", "--partner", "oracle", "--split", "test", "--set", "max_cycles=2"]
        assert self.play(monkeypatch, typed, *words) == 0
        out = capsys.readouterr().out
        assert "your prompt as builder_1" in out
        assert "ended by a line with a single '.' (or Ctrl-D)" in out
        assert "after turn 1 of 2: reward" in out
        assert "builder_1: 1 accepted, 1 rejected" in out
        assert "/setblock 99 0 0 obsidian  <- " in out
        assert "feedback in your next prompt:" in out
        assert "your lines that were rejected:\n  \ufffd[31mred  <- not a command" in out
        assert "over after 2 of 2 turns" in out
        assert "\x1b" not in out

    def test_partner_plays_its_part(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        env = make_env("strbuild")
        env.reset(seed=0, options={"split": "train", "index": 0})
        mine = env.task.policies["oracle"](env.task, env.instance, 0, Random(0))
        assert self.play(monkeypatch, mine + "\n.\n", "strbuild") == 0
        assert "solved after 1 of 4 turns: last reward 2.0000" in capsys.readouterr().out

    def test_input_that_ends_ends_the_episode(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.play(monkeypatch, "hello\n.\n", "tldr", "--set", "max_cycles=3") == 0
        assert "the input ended in turn 2 of 3" in capsys.readouterr().out
        monkeypatch.setattr("sys.stdin", None)
        assert main(["play", "tldr"]) == 0


class TestDemo:
    def test_writes_what_it_names_and_can_be_repeated(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        pytest.importorskip("PIL")
        out = tmp_path / "demo"
        for _ in range(2):
            capsys.readouterr()
            assert main(["demo", "--no-train", "--out", str(out), "--tasks", "strbuild", "tldr"]) == 0
        named = [Path(line.strip()) for line in capsys.readouterr().out.splitlines() if line.startswith(f"  {out}")]
        assert {path for path in out.rglob("*") if path.is_file()} == set(named)
        assert sum("oracle" in path.name for path in named) == 2
        results = read_results(out)
        assert len(results) == 2 * 4 * 48
        assert {result.last_reward for result in results if result.team == "oracle"} == {2.0, 2.98}

    def test_leaves_other_folders_alone(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "thesis.tex").write_text("mine")
        assert main(["demo", "--no-train", "--out", str(tmp_path), "--tasks", "tldr"]) == 2
        assert capsys.readouterr().err.count("\n") == 1

    def test_without_pillow_it_says_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setitem(sys.modules, "PIL", None)
        assert main(["demo", "--no-train", "--out", str(tmp_path), "--tasks", "strbuild"]) == 0
        assert "no pictures were drawn: pictures need Pillow: pip install" in capsys.readouterr().out

    @pytest.mark.slow
    def test_a_small_team_is_trained_and_shown_before_and_after(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        pytest.importorskip("torch")
        pytest.importorskip("PIL")
        from collm_agents.commands.console import make_console
        from collm_agents.commands.demo_training import train_small

        for _ in range(2):  # An earlier demo's folder is used again.
            rows, pictures = train_small(tmp_path / "training", 0, make_console(), iterations=2)
        assert [row.team for row in rows] == ["toy, untrained", "toy, collm-cc"]
        assert [row.episodes for row in rows] == [32, 32]
        assert len(pictures) == 4
        assert all(path.stat().st_size > 1000 for path in pictures)
        assert "while learning" in capsys.readouterr().out


class TestValidate:
    @pytest.mark.parametrize("task", TASKS)
    def test_what_is_shipped_is_sound(self, task: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["validate", task, "--generated", "5"]) == 0
        assert "all is well" in capsys.readouterr().out

    def corrupt(self, monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
        read = taskset.data_file

        def data_file(task: str, split: str) -> bytes:
            data = read(task, split)
            return change(data) if split == "val" else data  # type: ignore[no-any-return]

        monkeypatch.setattr(taskset, "data_file", data_file)

    @pytest.fixture(autouse=True)
    def forget(self) -> Iterator[None]:
        taskset._parsed.cache_clear()
        yield
        taskset._parsed.cache_clear()

    def test_altered_file_is_found(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.corrupt(monkeypatch, lambda data: data.replace(b'"spacing": 2', b'"spacing": 3', 1))
        assert main(["validate", "strbuild", "--generated", "1"]) == 1
        out = capsys.readouterr().out
        assert "strbuild, data files: strbuild/val.jsonl has SHA-256" in out
        assert "something is wrong" in out

    def test_unreadable_file_is_found_and_other_checks_still_run(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.corrupt(monkeypatch, lambda data: b'{"text": "\n' + data)
        assert main(["validate", "strbuild", "tldr", "--generated", "1"]) == 1
        out = capsys.readouterr().out
        assert "strbuild, instances: JSONDecodeError" in out
        assert "tldr, data files" in out

    def test_shared_problem_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.corrupt(monkeypatch, lambda data: taskset_line("strbuild", "test", 0) + data)
        outcome = validate.run_check(make_env("strbuild"), "splits", 0)
        assert outcome.faults == ["val and test share 1 problems"]

    def test_weak_oracle_and_strong_random_are_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        env = make_env("strbuild")
        swapped = {**env.task.policies, "oracle": env.task.policies["random"], "random": env.task.policies["oracle"]}
        monkeypatch.setattr(type(env.task), "policies", swapped)
        assert len(validate.run_check(env, "oracle", 3).faults) > 100
        assert validate.run_check(env, "yardsticks", 0).faults == ["random earns 2.0 on average, no less than the oracle"]

    def test_chance_outside_the_seed_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        env, count = make_env("tldr"), iter(range(1000))
        monkeypatch.setattr(type(env.task), "opening", lambda *_: f"prompt {next(count)}")
        assert validate.run_check(env, "determinism", 0).faults


def taskset_line(task: str, split: str, index: int) -> bytes:
    return taskset.data_file(task, split).splitlines(keepends=True)[index]


class TestDoctor:
    def test_lists_versions_and_extras(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["doctor"]) == 0
        out = capsys.readouterr().out
        assert all(word in out for word in ("python", "pettingzoo", "gymnasium", "numpy", "platform"))

    def about(self, monkeypatch: pytest.MonkeyPatch, present: dict[str, str]) -> None:
        class About:
            def get_all(self, key: str) -> list[str]:
                needs = ['tyro>=0.9; extra == "cli"', "rich>=13 ; extra == 'cli'", 'pillow>=10.1; extra == "render"']
                needs += ['collm-envs[cli,render]; extra == "dev"', 'pytest>=8; extra == "dev"', "numpy>=1.24"]
                return ["cli", "render", "dev"] if key == "Provides-Extra" else needs

        def version_of(package: str) -> str | None:
            return present.get(package)

        monkeypatch.setattr(doctor, "metadata", lambda _: About())
        monkeypatch.setattr(doctor, "version_of", version_of)

    def test_hidden_package_is_missed_with_the_command_to_get_it(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.about(monkeypatch, {"tyro": "1.0.17", "rich": "15.0.0", "pytest": "8.0"})
        assert main(["doctor"]) == 0
        out = capsys.readouterr().out
        assert '-m pip install "collm-envs[render]"' in out
        assert '-m pip install "collm-envs[dev]"' in out
        assert '"collm-envs[cli]"' not in out
        assert "pillow missing" in out

    def test_extras_within_an_extra_are_spelled_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.about(monkeypatch, {"tyro": "0.8.14", "rich": "13", "pillow": "10.10.0"})
        found = doctor.extras()
        assert {need.package: need.met for need in found["dev"]} == {"tyro": False, "rich": True, "pillow": True, "pytest": False}
        assert str(found["cli"][0]) == "tyro 0.8.14 (needs 0.9)"

    def test_project_that_is_not_installed(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        def metadata(name: str) -> None:
            raise PackageNotFoundError(name)

        monkeypatch.setattr(doctor, "metadata", metadata)
        assert main(["doctor"]) == 0
        assert "pip install -e" in capsys.readouterr().out

    def test_missing_dependency_is_said_to_be_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def version(package: str) -> str:
            raise PackageNotFoundError(package)

        monkeypatch.setattr(installed, "version", version)
        assert installed.versions()["pettingzoo"] == "missing"


def test_json_of_results_is_plain_ascii(tmp_path: Path) -> None:
    assert main(["eval", "tldr", "--team", "greedy", "--episodes", "2", "--out", str(tmp_path)]) == 0
    for line in (tmp_path / "results.jsonl").read_bytes().splitlines():
        assert line.isascii()
        json.loads(line)
