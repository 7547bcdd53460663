"""Recorded episodes, played again: the same to the last digit, or the first difference is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collm_agents.__main__ import main
from collm_agents.records import read_results
from collm_agents.replay import difference
from collm_envs.core.registration import TASKS


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Three recorded episodes of StrBuild, four turns each."""
    assert main(["eval", "strbuild", "--team", "random", "--episodes", "3", "--seed", "4", "--out", str(tmp_path / "run")]) == 0
    return tmp_path / "run"


def tamper(folder: Path, episode: int, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "results.jsonl"
    records = [json.loads(line) for line in path.read_text().splitlines()]
    change(records[episode])
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


@pytest.mark.parametrize("settings", [[], ["--paper"]])
@pytest.mark.parametrize("task", [task for task in TASKS if task != "coophe"])
def test_every_task_replays_identically(task: str, settings: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["eval", task, "--team", "random", "--episodes", "4", *settings, "--out", str(tmp_path)]
    assert main([*words]) == 0
    capsys.readouterr()
    assert main(["replay", str(tmp_path), "--all"]) == 0
    assert capsys.readouterr().out == "4 of 4 episodes are identical\n"


def test_programs_in_the_sandbox_replay_identically(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "coophe", "--team", "greedy", "--episodes", "3", "--out", str(tmp_path)]) == 0
    assert main(["replay", str(tmp_path), "--all"]) == 0
    assert "3 of 3 episodes are identical" in capsys.readouterr().out


def test_options_of_the_task_are_those_of_the_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["num_agents=3", "max_cycles=2", "feedback=none", "report=false"]
    assert main(["eval", "strbuild", "--team", "greedy", "--episodes", "2", "--set", *options, "--out", str(tmp_path)]) == 0
    assert main(["replay", str(tmp_path), "--episode", "1"]) == 0
    assert "episode 1: identical, 2 turns" in capsys.readouterr().out


def deep(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(record: dict[str, Any]) -> None:
        for key in path[:-1]:
            record = record[key]
        record[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (deep("transcript", 1, "prompts", "builder_1", value="x"), "turn 2, prompts, builder_1, character 0: "),
        (deep("transcript", 0, "actions", "builder_0", value="nothing"), "turn 1, "),
        (deep("transcript", 2, "reward", value=0.125), "turn 3, reward: "),
        (deep("transcript", 2, "terms", "coverage", value=3.0), "turn 3, terms, coverage: "),
        (deep("transcript", 3, "metrics", "iou", value=9), "turn 4, metrics, iou: "),
        (deep("transcript", 3, "terminated", value=False), "turn 4, terminated: True, recorded False"),
        (deep("transcript", 3, "news", value=1), "turn 4: news is only in the record"),
        (deep("rewards", 0, value=7.0), "result, rewards, 0: "),
        (deep("last_reward", value=7.0), "result, last_reward: "),
        (deep("metrics", "iou", value=7.0), "result, metrics, iou: "),
        (lambda record: record["transcript"].pop(), "the record ends after turn 3, the replay not at all by then"),
        (
            lambda record: record["transcript"].append(record["transcript"][-1]),
            "the record ends after turn 5, the replay after turn 4",
        ),
        (lambda record: record["transcript"][0]["actions"].pop("builder_1"), "the agents are builder_0, builder_1; the record has"),
        (deep("instance", value={}), "instance: it cannot be played"),
        (deep("index", value=5), "instance: it is not instance 5 of test"),
        (deep("index", value=-1), "instance: test has no instance -1"),
        (deep("split", value="nowhere"), "instance: unknown split 'nowhere' of strbuild; choose from: "),
    ],
)
def test_the_first_difference_is_named(
    run: Path, change: Callable[[dict[str, Any]], None], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(run, 1, change)
    capsys.readouterr()
    assert main(["replay", str(run), "--episode", "1"]) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"episode 1: {said}")
    assert main(["replay", str(run), "--episode", "2"]) == 0
    capsys.readouterr()
    assert main(["replay", str(run), "--all"]) == 1
    out = capsys.readouterr().out
    assert f"episode 1: {said}" in out
    assert out.endswith("2 of 3 episodes are identical\n")


def test_the_smallest_change_of_a_number_is_found(run: Path) -> None:
    (first, *_) = read_results(run)
    tamper(run, 0, deep("transcript", 0, "reward", value=first.rewards[0] * (1 + 2**-52)))
    assert main(["replay", str(run), "--episode", "0"]) == 1


def test_times_and_tokens_may_differ(run: Path) -> None:
    tamper(run, 0, lambda record: record.update(team_seconds=99.0, tokens={"builder_0": 5}))
    assert main(["replay", str(run), "--episode", "0"]) == 0


def test_what_was_built_on_a_server_is_refused_with_the_reason(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads((run / "run.json").read_text())
    record["matches"][0]["options"]["backend"] = "server"
    (run / "run.json").write_text(json.dumps(record))
    assert main(["replay", str(run), "--episode", "0"]) == 2
    assert "built on a server, which has a mind of its own" in capsys.readouterr().err


def test_wrong_arguments_are_one_line(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    for words, said in [
        ([str(run)], "needs one of: --episode N, --all"),
        ([str(run), "--episode", "1", "--all"], "needs one of"),
        ([str(run), "--episode", "3"], "has no episode 3; it has: 0 to 2"),
        ([str(run), "--episode", "-1"], "must be a whole number, 0 or more"),
        ([str(tmp_path), "--all"], "holds no recorded episodes: it must have results.jsonl and run.json"),
        (["--all"], "collm replay needs DIR"),
    ]:
        assert main(["replay", *words]) == 2
        err = capsys.readouterr().err
        assert said in err
        assert err.count("\n") == 1


@pytest.mark.parametrize("text", ["", "nonsense", "3", '{"matches": 3}', '{"matches": [3]}', "{}"])
def test_a_damaged_record_of_the_run_is_named(text: str, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (run / "run.json").write_text(text)
    capsys.readouterr()
    assert main(["replay", str(run), "--all"]) == 2
    err = capsys.readouterr().err
    assert "run.json is not as collm eval writes it" in err
    assert err.count("\n") == 1


def test_an_episode_of_another_task_is_not_taken_for_one_of_this(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tamper(run, 1, deep("task", value="tldr"))
    assert main(["replay", str(run), "--all"]) == 2


def test_damaged_files_are_named(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = run / "results.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    for broken, said in [
        ('{"task": "strbuild"}\n', "this is no line of results"),
        ("nonsense\n", "Expecting value"),
        ("3\n", "no line"),
        ("\xff\n", "codec can't decode"),
    ]:
        path.write_text("".join([lines[0], broken]), encoding="latin-1")
        capsys.readouterr()
        assert main(["replay", str(run), "--all"]) == 2
        told = capsys.readouterr()
        assert "results.jsonl, line 2" in told.err
        assert said in told.err
        assert told.out == "1 of 1 episodes are identical\n"
    path.write_text("")
    assert main(["replay", str(run), "--all"]) == 2
    assert "has no episodes" in capsys.readouterr().err
    path.write_text("".join(lines))
    tamper(run, 0, deep("config", value="unknown"))
    assert main(["replay", str(run), "--episode", "0"]) == 2
    assert "says nothing of the configuration unknown" in capsys.readouterr().err
    tamper(run, 1, deep("env", value="strbuild_v9"))
    assert main(["replay", str(run), "--episode", "1"]) == 2
    assert "was played in strbuild_v9, here is strbuild_v0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("now", "recorded", "found"),
    [
        ({"a": [1, {"b": 2.0}]}, {"a": [1, {"b": 2.0}]}, ""),
        ({"a": [1, {"b": 2.0}]}, {"a": [1, {"b": 2.5}]}, "x, a, 1, b: 2.0, recorded 2.5"),
        ([1], [1, 2], "x: 1 items, recorded 2"),
        ({"a": 1}, {}, "x: a is only in the replay"),
        (True, 1, "x: True, recorded 1"),
        (1, 1.0, "x: 1, recorded 1.0"),
        ("abcd", "abxd", "x, character 2: 'cd', recorded 'xd'"),
        ("ab", "abc", "x, character 2: '', recorded 'c'"),
        (None, 0.0, "x: None, recorded 0.0"),
    ],
)
def test_differences(now: Any, recorded: Any, found: str) -> None:
    assert difference(now, recorded, "x") == found
