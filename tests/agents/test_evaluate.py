"""Episodes, their records, and folders of runs."""

from __future__ import annotations

import dataclasses
import doctest
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

import collm_agents
from collm_agents.__main__ import main
from collm_agents.evaluate import evaluate, play_split
from collm_agents.policies import make_team
from collm_agents.policies.scripted import SCRIPTED, ScriptedTeam
from collm_agents.policies.voiced import VoicedTeam
from collm_agents.protocols import PROTOCOLS
from collm_agents.records import RunFolder, read_results
from collm_agents.results import TIMES, EpisodeResult
from collm_agents.voices import Completion
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import TASKS, version_module
from collm_envs.core.task import BackendLost
from tests.agents.fake_openai import FakeServer, answer, hang, status


def timeless(results: list[EpisodeResult]) -> list[dict[str, object]]:
    return [{key: value for key, value in dataclasses.asdict(result).items() if key not in TIMES} for result in results]


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", SCRIPTED)
def test_rewards_recompute_from_the_transcript(task: str, name: str) -> None:
    env = version_module(task).parallel_env()
    for result in evaluate(lambda: env, ScriptedTeam(name), "test", 3, seed=5):
        again = EpisodeResult.from_json(result.to_json())
        assert again == result
        instance, carry, rewards = env.task.tasks.parse(again.instance), None, []
        carry = env.task.begin(instance, env.max_cycles)
        for record in again.transcript:
            score = env.task.score(instance, [record["actions"][agent] for agent in env.possible_agents], carry)
            carry = env.task.carry(carry, score)
            rewards.append(score.total)
        assert rewards == again.rewards
        assert len(rewards) == again.turns
        assert again.last_reward == rewards[-1]
        assert again.best_reward == max(rewards)
        assert again.episode_return == pytest.approx(sum(rewards), abs=1e-12)
        assert again.discounted_return == pytest.approx(sum(0.9**t * reward for t, reward in enumerate(rewards)), abs=1e-12)
        assert again.metrics == score.metrics
        assert tuple(again.metrics)[: len(env.task.headline)] == env.task.headline
        assert again.characters == {
            agent: sum(len(record["actions"][agent]) for record in again.transcript) for agent in env.possible_agents
        }
        assert set(again.seconds) == set(again.tokens) == set(env.possible_agents)
        assert len(again.turn_seconds) == again.turns
        assert again.team_seconds == pytest.approx(sum(again.turn_seconds))
        assert {"python", "collm-envs", "numpy"} <= set(again.versions)
        assert again.env_seconds > 0


def test_episode_i_is_instance_i_with_seed_plus_i() -> None:
    results = evaluate("strbuild", ScriptedTeam("oracle"), "paper_test", 5, seed=3)
    assert [(result.index, result.seed) for result in results] == [(0, 3), (1, 4), (0, 5), (1, 6), (0, 7)]
    assert len(evaluate("strbuild", ScriptedTeam("oracle"), "paper_test")) == 2


def test_same_seed_same_results_but_for_times() -> None:
    first, again, other = (timeless(evaluate("housebuild", ScriptedTeam("random"), "val", 4, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_agents_of_a_random_team_differ_and_do_not_depend_on_who_else_is_asked() -> None:
    env = version_module("strbuild").parallel_env(palettes=[["stone"], ["stone"]])
    team = ScriptedTeam("random")
    observations, _ = env.reset(seed=0)
    team.reset(env, 0)
    both = team.act(env, observations)
    assert both["builder_0"] != both["builder_1"]
    team.reset(env, 0)
    assert team.act(env, {"builder_1": observations["builder_1"]}) == {"builder_1": both["builder_1"]}


def test_results_are_handed_out_as_they_come() -> None:
    seen: list[int] = []

    def stop_at_two(result: EpisodeResult) -> None:
        seen.append(result.seed)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate("strbuild", ScriptedTeam("silent"), "test", on_episode=stop_at_two)
    assert seen == [0, 1]


class Chorus:
    """A voice for several threads; the first call of each episode waits until as many are there as there should be."""

    name = "chorus"

    def __init__(self, together: int = 1, lost_at: int | None = None) -> None:
        self.barrier = threading.Barrier(together, timeout=10)
        self.calls = self.closed = 0
        self._lost_at, self._lock = lost_at, threading.Lock()

    def ask(self, prompts: Sequence[str], seed: int) -> list[Completion]:
        with self._lock:
            self.calls += 1
            number = self.calls
        if number <= self.barrier.parties:
            self.barrier.wait()
        if number == self._lost_at:
            raise BackendLost("the server went away")
        return [Completion(f"/setblock {seed % 5} 0 0 stone", 1, 1, 0.5) for _ in prompts]

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_episodes_at_once_are_those_played_one_by_one_in_the_same_order(protocol: str) -> None:
    env = version_module("strbuild").parallel_env()
    one_by_one = list(play_split(env, VoicedTeam(Chorus(), protocol), "test", 7, 3))
    at_once = list(play_split(env, VoicedTeam(Chorus(3), protocol), "test", 7, 3, at_once=3))
    assert timeless(at_once) == timeless(one_by_one)
    assert [result.team_seconds for result in at_once] == [result.team_seconds for result in one_by_one]


def test_a_lost_voice_ends_all_episodes_and_what_was_handed_out_stands() -> None:
    voice, seen, before = Chorus(2, lost_at=20), list[int](), threading.active_count()
    played = play_split(version_module("tldr").parallel_env(), VoicedTeam(voice), "test", None, 0, at_once=2)
    with pytest.raises(BackendLost, match="went away"):
        seen.extend(result.seed for result in played)
    assert 10 <= len(seen) < 20
    assert seen == list(range(len(seen)))
    assert voice.closed >= 1
    assert threading.active_count() == before


def test_whoever_stops_listening_ends_all_episodes() -> None:
    voice, before = Chorus(4), threading.active_count()
    played = play_split(version_module("tldr").parallel_env(), VoicedTeam(voice), "test", None, 0, at_once=4)
    assert next(played).seed == 0
    played.close()
    assert voice.closed >= 1
    assert threading.active_count() == before


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("concurrency", [[], ["--concurrency", "6"]])
def test_an_interrupt_while_a_server_is_silent_ends_at_once(concurrency: list[str], tmp_path: Path) -> None:
    words = ["eval", "tldr", *concurrency, "--out", str(tmp_path / "run"), "--team"]
    with FakeServer([answer("x")] * 10, usual=hang) as server:
        command = [sys.executable, "-m", "collm_agents", *words, f"openai:{server.url}#m"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        server.wait_until(lambda: len(server.requests) > 10, 20)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
        assert time.monotonic() - start < 3
    assert process.returncode == 130
    told, last = err.splitlines()
    assert re.fullmatch(r"\d of 48 episodes are in .*; the same command with --resume goes on", told)
    assert last == "interrupted"
    seeds = [result.seed for result in read_results(tmp_path / "run")]
    assert seeds == list(range(len(seeds)))


def test_a_server_that_gives_out_keeps_what_was_played_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    with FakeServer([answer("x")] * 10, usual=status(401, "no such key")) as server:
        words = ["eval", "tldr", "--team", f"openai:{server.url}#m", "--out", str(out)]
        assert main(words) == 1
    err = capsys.readouterr().err
    assert err.partition("\n")[2].startswith(f"collm: error: openai:{server.url}#m: ")
    assert err.count("\n") == 2
    assert [result.seed for result in read_results(out)] == [0, 1, 2, 3, 4]
    assert json.loads((out / "run.json").read_text())["complete"] is False


@pytest.mark.parametrize(("protocol", "episodes_at_once"), [("parallel", 3), ("pipeline", 6), ("single", 6)])
def test_concurrency_is_how_many_requests_there_are_at_most(protocol: str, episodes_at_once: int, tmp_path: Path) -> None:
    with FakeServer(usual=answer(delay=0.02)) as server:
        words = ["eval", "tldr", "--team", f"openai:{server.url}#m", "--episodes", "12", "--protocol", protocol]
        assert main([*words, "--concurrency", "6", "--out", str(tmp_path / "6")]) == 0
        assert 1 < server.most <= 6
        assert main([*words, "--out", str(tmp_path / "1")]) == 0
    six, one = read_results(tmp_path / "6"), read_results(tmp_path / "1")
    assert json.loads((tmp_path / "6" / "run.json").read_text())["matches"][0]["at_once"] == episodes_at_once
    assert timeless(six) == timeless(one)
    assert all(sum(result.tokens.values()) > 0 and result.team_seconds > 0 for result in six)


def test_wrong_arguments_raise() -> None:
    with pytest.raises(ValueError, match="unknown team 'x'; choose from: silent, random, greedy, oracle"):
        make_team("x", version_module("strbuild").parallel_env().task)
    with pytest.raises(ValueError, match="unknown team"):
        evaluate("strbuild", ScriptedTeam("x"))
    with pytest.raises(ValueError, match="unknown task"):
        evaluate("chess", ScriptedTeam("oracle"))
    with pytest.raises(ValueError, match="unknown split"):
        evaluate("strbuild", ScriptedTeam("oracle"), "tests")
    with pytest.raises(ValueError, match="has no end"):
        evaluate("strbuild", ScriptedTeam("oracle"), "generated")


def test_schema_is_the_one_documented() -> None:
    rows = re.findall(r"^\s*\| (`.*?) \|", EpisodeResult.__doc__ or "", re.MULTILINE)
    documented = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert documented == [field.name for field in dataclasses.fields(EpisodeResult)]


def test_package_docstring_is_true() -> None:
    assert doctest.testmod(collm_agents) == (0, 4)


class TestFolder:
    def test_holds_valid_lines_at_any_time(self, tmp_path: Path) -> None:
        with pytest.raises(KeyboardInterrupt), RunFolder(tmp_path / "a", {"command": "test"}) as folder:  # noqa: PT012
            for number, result in enumerate(evaluate("tldr", ScriptedTeam("oracle"), "test", 3)):
                folder.add(result)
                # Read back while the file is still open for writing: each line is there as soon as it was added.
                assert len(read_results(tmp_path / "a")) == number + 1
            raise KeyboardInterrupt
        assert read_results(tmp_path / "a") == evaluate_again(tmp_path / "a")
        assert json.loads((tmp_path / "a" / "run.json").read_text())["complete"] is False

    def test_eval_writes_one(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        words = ["eval", "strbuild", "--team", "random", "--episodes", "4", "--seed", "9", "--out", str(tmp_path / "x" / "run")]
        assert main([*words, "--set", "num_agents=3", "max_cycles=2", "--set", "report=false", "feedback=none"]) == 0
        assert str(tmp_path / "x" / "run" / "results.jsonl") in capsys.readouterr().out.replace("\n", "")
        results = read_results(tmp_path / "x" / "run")
        assert [result.seed for result in results] == [9, 10, 11, 12]
        assert all(result.turns <= 2 and len(result.characters) == 3 for result in results)
        run = json.loads((tmp_path / "x" / "run" / "run.json").read_text())
        options = run["matches"][0]["options"]
        assert (run["command"], run["complete"]) == ("eval", True)
        assert (options["num_agents"], options["max_cycles"], options["report"], options["feedback"]) == (3, 2, False, "none")
        assert options["max_commands"] == 300
        assert {"python", "collm-envs", "pettingzoo", "gymnasium", "numpy"} <= set(run["versions"])
        table = (tmp_path / "x" / "run" / "table.md").read_text()
        assert "## strbuild_v0, split test" in table

    def test_is_not_overwritten_unless_asked(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        words = ["eval", "tldr", "--team", "oracle", "--episodes", "1", "--out", str(tmp_path)]
        assert main(words) == 0
        (tmp_path / "notes.txt").write_text("mine")
        capsys.readouterr()
        assert main(words) == 2
        assert "has files in it: choose another folder, or give --overwrite" in capsys.readouterr().err
        assert main([*words, "--overwrite"]) == 0
        assert (tmp_path / "notes.txt").read_text() == "mine"

    def test_a_training_run_is_never_overwritten(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "run.json").write_text('{"command": "train"}')
        words = ["eval", "tldr", "--team", "oracle", "--episodes", "1", "--out", str(tmp_path)]
        for flag in ("--overwrite", "--resume"):
            assert main([*words, flag]) == 2
            assert f"holds no run of collm eval, which is all that {flag} is for" in capsys.readouterr().err
        assert [file.read_text() for file in tmp_path.iterdir()] == ['{"command": "train"}']

    def test_what_is_to_be_replaced_stays_until_there_is_something_to_replace_it_with(self, tmp_path: Path) -> None:
        words = ["eval", "tldr", "--team", "oracle", "--episodes", "2", "--out", str(tmp_path)]
        assert main(words) == 0
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        (result, _) = read_results(tmp_path)
        with RunFolder(tmp_path, {"command": "eval", "matches": []}, "overwrite") as folder:
            assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
            folder.add(result)
            assert len(read_results(tmp_path)) == 1
        assert not (tmp_path / "table.md").exists()

    def test_an_interrupted_run_is_gone_on_with_and_comes_out_the_same(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def words(name: str) -> list[str]:
            return ["eval", "housebuild", "--team", "random", "--episodes", "6", "--seed", "3", "--out", str(tmp_path / name)]

        assert main(words("whole")) == 0
        add = RunFolder.add

        def add_three(folder: RunFolder, result: EpisodeResult) -> None:
            add(folder, result)
            if len(read_results(folder.folder)) == 3:
                raise KeyboardInterrupt

        monkeypatch.setattr(RunFolder, "add", add_three)
        assert main(words("cut")) == 130
        monkeypatch.undo()
        assert "episodes are in" in capsys.readouterr().err
        with (tmp_path / "cut/results.jsonl").open("a") as file:
            file.write('{"task": "hou')  # What a killed process may leave.
        assert main([*words("cut"), "--resume", "--seed", "4"]) == 2
        assert "was asked for otherwise" in capsys.readouterr().err
        assert main([*words("cut"), "--resume", "--overwrite"]) == 2
        assert main([*words("cut"), "--resume"]) == 0
        ends = [[strip(result) for result in read_results(tmp_path / name)] for name in ("whole", "cut")]
        assert ends[0] == ends[1]
        assert json.loads((tmp_path / "cut/run.json").read_text())["complete"] is True
        assert re.search(r"\b6 \|$", (tmp_path / "cut/table.md").read_text(), re.MULTILINE)

    def test_paper_setting(self, tmp_path: Path) -> None:
        assert main(["eval", "strbuild", "--team", "greedy", "--paper", "--out", str(tmp_path)]) == 0
        match = json.loads((tmp_path / "run.json").read_text())["matches"][0]
        assert (match["split"], match["episodes"], match["options"]["show_target"]) == ("paper_test", 2, False)


def strip(result: EpisodeResult) -> dict[str, object]:
    """All of a result but its times."""
    return {key: value for key, value in dataclasses.asdict(result).items() if key not in TIMES}


def evaluate_again(folder: Path) -> list[EpisodeResult]:
    """The results of a folder with the rewards played anew from the recorded actions."""
    results = []
    for result in read_results(folder):
        env: CollabEnv = version_module(result.task).parallel_env()
        env.reset(seed=result.seed, options={"split": result.split, "index": result.index})
        for record in result.transcript:
            env.step(record["actions"])
        rewards = [turn.score.total for turn in env.turns]
        results.append(dataclasses.replace(result, rewards=rewards, transcript=env.transcript))
    return results
