"""Episodes, their records, and folders of runs."""

from __future__ import annotations

import dataclasses
import doctest
import json
import re
from pathlib import Path

import pytest

import collm_agents
from collm_agents.__main__ import main
from collm_agents.evaluate import TIMES, EpisodeResult, evaluate
from collm_agents.policies import make_team
from collm_agents.policies.scripted import SCRIPTED, ScriptedTeam
from collm_agents.records import RunFolder, read_results
from collm_envs.core.env import CollabEnv
from collm_envs.core.registration import TASKS, version_module


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
        assert set(again.seconds) == set(env.possible_agents)
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
        assert str(tmp_path / "x" / "run" / "episodes.jsonl") in capsys.readouterr().out.replace("\n", "")
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

    def test_paper_setting(self, tmp_path: Path) -> None:
        assert main(["eval", "strbuild", "--team", "greedy", "--paper", "--out", str(tmp_path)]) == 0
        match = json.loads((tmp_path / "run.json").read_text())["matches"][0]
        assert (match["split"], match["episodes"], match["options"]["show_target"]) == ("paper_test", 2, False)


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
