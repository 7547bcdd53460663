"""Episodes kept of a training run's evaluations: what is kept, of whom, and what a run that is killed and gone on with has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collm_agents import CoLLMCC, CoLLMConfig, Evaluation, recorded, train
from collm_agents.__main__ import main
from collm_agents.checkpoint import Lines, read_lines
from collm_agents.collect import Collector, Plan, task_env
from collm_agents.models.base import Prompt, Response, Sampling
from collm_agents.models.relay_tables import relay_tables
from collm_agents.records import read_results
from collm_agents.replay import first_difference, make_again, read_options
from collm_agents.settings import RunSettings
from collm_envs import relay_v0
from collm_envs.core.registration import TASKS, version_module
from collm_envs.core.task import BackendLost
from collm_envs.diagnostic.relay import Relay
from collm_envs.wrappers.last_turn import LastTurnPays
from collm_envs.wrappers.single_agent import SoloEnv
from tests.agents import tables
from tests.agents.tables import Game, pays

VAL = {"split": "val"}
SETTINGS: dict[str, Any] = {"episodes": 2, "actor_lr": 0.5, "critic_warmup": 0}

pytestmark = pytest.mark.usefixtures("one_thread")


def learner(iterations: int = 4, **settings: Any) -> CoLLMCC:
    env = relay_v0.parallel_env(max_cycles=3, code=3)
    return CoLLMCC(env, relay_tables(env), CoLLMConfig(**{**SETTINGS, "iterations": iterations, **settings}))


def kept(folder: Path) -> dict[str, list[Any]]:
    """The results by evaluation."""
    return {place.name: read_results(place) for place in sorted((folder / "episodes").iterdir())}


class Parrot:
    """A team whose agents always say the same, in as many tokens as it has words."""

    def __init__(self, agents: Sequence[str], text: str = "one two three") -> None:
        self.agents, self.text = tuple(agents), text

    def sample(self, prompts: Sequence[Prompt], samples: int, sampling: Sampling, seed: int) -> list[list[Response]]:
        def say(prompt: Prompt) -> Response:
            ids = np.arange(len(self.text.split()))
            return Response(prompt.agent, np.arange(7), ids, np.zeros(len(ids), np.float32), self.text, ended=False)

        return [[say(prompt) for _ in range(samples)] for prompt in prompts]


def play(env: Any, episodes: int = 3, options: Any = None, alone: bool = False) -> tuple[Collector, list[Any]]:
    """A collector, and the records of what it played."""
    team: Any = Parrot(env.possible_agents)
    collector = Collector(env, team, 5, options=options)
    ends: dict[int, Any] = {}
    roots = collector.collect(0, range(episodes), Plan(), Sampling(), lambda episode, env: ends.update({episode: task_env(env)}))
    seeds = [collector.seed_of(0, episode) for episode in range(episodes)]
    stage = recorded.Stage(0, alone)
    return collector, [recorded.record(stage, root, ends[root.episode], seeds[root.episode]) for root in roots]


# -- what is kept ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("solo", [False, True], ids=["team", "alone"])
@pytest.mark.parametrize("task", [task for task in TASKS if task != "coophe"])
def test_a_record_can_be_played_again_and_names_the_instance_and_the_seed(task: str, solo: bool) -> None:
    env = version_module(task).parallel_env()
    collector, results = play(SoloEnv(env) if solo else env, options=VAL, alone=solo)
    for number, result in enumerate(results):
        assert first_difference(env, result) == ""
        assert (result.split, result.seed) == ("val", collector.seed_of(0, number))
        env.reset(seed=result.seed, options=VAL)
        assert json.loads(json.dumps(env.instance.fields())) == json.loads(json.dumps(result.instance))
        assert env.task.tasks["val"][result.index].content == env.instance.content
        assert result.protocol == ("single" if solo else "parallel")
        assert type(result).from_json(result.to_json()).rewards == result.rewards
    assert len({result.seed for result in results}) == 3


def test_what_was_asked_for_is_named_where_chance_did_not_decide() -> None:
    env = relay_v0.parallel_env(split="test")
    assert {(result.split, result.index) for result in play(env, options={"index": 3})[1]} == {("test", 3)}
    env.reset(seed=1)
    assert {result.index for result in play(env, options={"task": env.instance.fields()})[1]} == {-1}


def test_tokens_are_those_of_the_answers_and_there_are_no_times() -> None:
    env = relay_v0.parallel_env(max_cycles=2)
    [result, *_] = play(env)[1]
    assert result.tokens == dict.fromkeys(env.possible_agents, 2 * 3)
    assert result.prompt_tokens == dict.fromkeys(env.possible_agents, 2 * 7)
    assert result.completions == result.cut == dict.fromkeys(env.possible_agents, 2)
    assert result.characters == dict.fromkeys(env.possible_agents, 2 * len("one two three"))
    assert (result.seconds, result.turn_seconds, result.team_seconds) == ({}, [], 0.0)
    [result, *_] = play(SoloEnv(env), alone=True)[1]
    assert result.tokens == {"team": 6}
    assert set(result.characters) == set(env.possible_agents)


def test_every_evaluation_keeps_its_first_episodes_which_are_always_the_same_instances(tmp_path: Path) -> None:
    train(learner(), tmp_path, evaluation=Evaluation(2, 8, VAL, recorded=3))
    found = kept(tmp_path)
    assert list(found) == ["00000000", "00000002", "00000004"]
    names = ["before training", "after 2 iterations", "after 4 iterations"]
    assert [{result.team for result in results} for results in found.values()] == [{name} for name in names]
    assert recorded.Stage(1).name == "after 1 iteration"
    instances = [[(result.split, result.index, result.seed, result.instance) for result in results] for results in found.values()]
    assert instances[0] == instances[1] == instances[2]
    assert len(instances[0]) == 3
    answers = [[turn["actions"] for result in results for turn in result.transcript] for results in found.values()]
    assert answers[0] != answers[2]


def test_the_mean_of_what_is_kept_is_the_evaluation_where_everything_is_kept(tmp_path: Path) -> None:
    train(learner(), tmp_path, evaluation=Evaluation(2, 4, VAL, recorded=100))
    for results, line in zip(kept(tmp_path).values(), read_lines(tmp_path / "eval.jsonl")):
        assert len(results) == line["episodes"] == 4
        assert np.mean([result.episode_return for result in results]) == pytest.approx(line["return"])
        terms = [turn["terms"]["right"] for result in results for turn in result.transcript]
        assert np.mean(terms) == pytest.approx(line["term.right"])


def test_an_evaluation_is_a_folder_that_replays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train(learner(), tmp_path, evaluation=Evaluation(0, 4, VAL))
    place = tmp_path / "episodes" / "00000004"
    assert main(["replay", str(place), "--all"]) == 0
    assert capsys.readouterr().out == "4 of 4 episodes are identical\n"
    options = read_options(place)
    [result, *_] = read_results(place)
    assert options[result.config]["code"] == 3
    assert make_again(result, options).max_cycles == 3


def test_nothing_is_kept_where_nothing_is_asked_for_or_the_environment_is_not_the_tasks_own(tmp_path: Path) -> None:
    train(learner(1), tmp_path / "none", evaluation=Evaluation(1, 2, VAL, recorded=0))
    game = Game(pays(1.0))
    config = CoLLMConfig(iterations=1, episodes=2)
    train(CoLLMCC(game, tables.team(), config), tmp_path / "game", evaluation=Evaluation(1, 2))
    env = relay_v0.parallel_env(max_cycles=2)
    wrapped: Any = LastTurnPays(env)
    train(CoLLMCC(wrapped, relay_tables(env), config), tmp_path / "wrapped", evaluation=Evaluation(1, 2))
    for name in ("none", "game", "wrapped"):
        assert len(read_lines(tmp_path / name / "eval.jsonl")) == 2
        assert not (tmp_path / name / "episodes").exists()
    for name in ("game", "wrapped"):
        assert not [key for key in read_lines(tmp_path / name / "metrics.jsonl")[0] if key.startswith("term.")]


def test_an_episode_whose_score_was_lost_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, lost = Relay.score, set[str]()

    def score(task: Any, instance: Any, *args: Any) -> Any:
        if not lost:
            lost.add(instance.content)
        if instance.content in lost:
            raise BackendLost("gone")
        return real(task, instance, *args)

    monkeypatch.setattr(Relay, "score", score)
    train(learner(1), tmp_path, evaluation=Evaluation(1, 4, VAL))
    for results, line in zip(kept(tmp_path).values(), read_lines(tmp_path / "eval.jsonl")):
        assert len(results) == line["episodes"] == 3
        assert not any(turn["lost"] for result in results for turn in result.transcript)


def test_a_setting_says_how_many(tmp_path: Path) -> None:
    words = ["train", "relay", "--method", "magrpo", "--model", "table", "--iterations", "1", "--eval-episodes", "5"]
    words += ["--set", "max_cycles=2", "episodes=2", "run.eval_recorded=2", "--out", str(tmp_path / "run")]
    assert main(words) == 0
    assert [len(results) for results in kept(tmp_path / "run").values()] == [2]
    with pytest.raises(ValueError, match="eval_recorded must be in 0"):
        RunSettings(eval_recorded=-1)


# -- a run in parts -------------------------------------------------------------------------------------------------------


def content(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in sorted((folder / "episodes").rglob("*")) if file.is_file()}


class Killed(BaseException):
    """Nothing catches it."""


@pytest.mark.parametrize("when", ["before the episodes", "between the files", "before the line"])
def test_a_run_that_is_killed_while_it_writes_has_in_the_end_what_the_whole_run_has(
    when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = Evaluation(2, 3, VAL)
    train(learner(6), tmp_path / "whole", save_every=3, evaluation=tried)
    with monkeypatch.context() as patched:
        real_keep, real_write, real_add = recorded.keep, recorded.write, Lines.add

        def keep(home: Path, of: Any, results: Any) -> None:
            if of.iteration == 4 and when == "before the episodes":
                raise Killed
            real_keep(home, of, results)

        def write(path: Path, text: str) -> None:
            if path.parent.name == "00000004" and path.name == "run.json" and when == "between the files":
                raise Killed
            real_write(path, text)

        def add(lines: Lines, line: Any) -> None:
            if line["iteration"] == 4 and "episodes" in line and when == "before the line":
                raise Killed
            real_add(lines, line)

        patched.setattr(recorded, "keep", keep)
        patched.setattr(recorded, "write", write)
        patched.setattr(Lines, "add", add)
        with pytest.raises(Killed):
            train(learner(6), tmp_path / "parts", save_every=3, evaluation=tried)
    train(learner(6), tmp_path / "parts", save_every=3, evaluation=tried)
    assert content(tmp_path / "parts") == content(tmp_path / "whole")
    assert len(content(tmp_path / "whole")) == 2 * 4


def test_what_came_after_the_checkpoint_that_a_run_goes_on_from_is_gone(tmp_path: Path) -> None:
    train(learner(2), tmp_path, evaluation=Evaluation(2, 2, VAL))
    before = content(tmp_path)
    stale, mine = tmp_path / "episodes" / "00000003", tmp_path / "episodes" / "notes"
    for place in (stale, mine):
        place.mkdir()
        (place / "run.json").write_text("{}")
    train(learner(2), tmp_path, evaluation=Evaluation(2, 2, VAL))
    assert not stale.exists()
    assert content(tmp_path) == before | {"episodes/notes/run.json": "{}"}


def test_a_run_of_an_earlier_version_goes_on_and_keeps_what_comes(tmp_path: Path) -> None:
    train(learner(2), tmp_path, evaluation=Evaluation(2, 2, VAL, recorded=0))
    train(learner(4), tmp_path, evaluation=Evaluation(2, 2, VAL))
    assert list(kept(tmp_path)) == ["00000004"]


def test_keeping_changes_nothing_about_the_run(tmp_path: Path) -> None:
    for count in (0, 4):
        train(learner(3), tmp_path / str(count), evaluation=Evaluation(1, 4, VAL, recorded=count))
    for name in ("metrics.jsonl", "eval.jsonl"):
        with_, without = (
            [{key: value for key, value in line.items() if "seconds" not in key} for line in read_lines(tmp_path / run / name)]
            for run in ("0", "4")
        )
        assert with_ == without


@pytest.mark.slow
def test_two_processes_keep_what_one_does(tmp_path: Path) -> None:
    words = ["train", "relay", "--method", "magrpo", "--model", "table", "--iterations", "1", "--eval-episodes", "6"]
    words += ["--eval-every", "1", "--threads", "1", "--set", "max_cycles=2", "episodes=4", "run.eval_recorded=3"]
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "-m", "collm_agents"]
    command = [*torchrun, *words, "--out", str(tmp_path / "two")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr
    assert main([*words, "--out", str(tmp_path / "one")]) == 0
    one, two = (kept(tmp_path / name) for name in ("one", "two"))
    assert one["00000000"] == two["00000000"]
    seeds = [[[result.seed for result in results] for results in each.values()] for each in (one, two)]
    assert seeds[0] == seeds[1]
    terms = [[line["term.right"] for line in read_lines(tmp_path / name / "metrics.jsonl")] for name in ("one", "two")]
    assert terms[0] == terms[1]
