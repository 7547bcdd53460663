"""``collm train``, and ``collm eval`` of what it leaves behind."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
import yaml

import collm_agents
from collm_agents import CoLLMCC, CoLLMConfig, Evaluation, assess, checkpoint, runs, train
from collm_agents.__main__ import main
from collm_agents.checkpoint import read_lines
from collm_agents.evaluate import play_split
from collm_agents.methods import METHODS, find_method
from collm_agents.models.relay_tables import relay_tables
from collm_agents.policies import make_team
from collm_agents.presets import PRESETS, env_preset, preset
from collm_agents.resolve import resolve
from collm_agents.settings import read_config
from collm_envs import relay_v0, strbuild_v0
from collm_envs.core.registration import TASKS, version_module
from collm_envs.core.task import BackendLost
from tests.agents.lm import make_model

GROUP = ("train", "relay", "--method", "magrpo", "--model", "table", "--set")
RELAY = ("train", "relay", "--method", "collm-cc", "--model", "table")
SHORT = ("--iterations", "3", "--eval-episodes", "2")


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("base"), max_position_embeddings=8192)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "relay"
    assert main([*RELAY, "--iterations", "12", "--set", "max_cycles=4", "code=3", "critic_warmup=1", "--out", str(folder)]) == 0
    return folder


# -- what is wrong is said at once ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("train",), "a run needs a task; choose from: " + ", ".join(TASKS)),
        (("train", "chess", "--method", "magrpo"), "unknown task 'chess'; choose from: " + ", ".join(TASKS)),
        (("train", "relay"), "a run needs a method; choose from: " + ", ".join(METHODS)),
        (("train", "relay", "--method", "ppo"), "unknown method 'ppo'; choose from: " + ", ".join(METHODS)),
        (("train", "relay", "--method"), "--method needs a value; choose from: " + ", ".join(METHODS)),
        ((*RELAY, "--preset", "best"), "unknown preset 'best'; choose from: " + ", ".join(PRESETS)),
        ((*RELAY, "--preset", "paper"), "the paper has no task relay; choose another preset: default, toy, table"),
        ((*RELAY, "--set", "samples=2"), "samples=2 needs episodes of one turn, but there are 8"),
        ((*RELAY, "--set", "top_p=0.9"), "top_p is 1 in training"),
        ((*RELAY, "--set", "learner.top_p=0.9"), "top_p is 1 in training"),
        ((*RELAY, "--set", "gama=0.9"), "unknown key 'gama' of --set; options of relay: max_cycles, split"),
        ((*RELAY, "--set", "gama=0.9"), "settings of collm-cc: seed, iterations"),
        ((*RELAY, "--set", "env.gamma=0.9"), "unknown key 'env.gamma'"),
        ((*RELAY, "--set", "gamma"), "--set takes key=value, got 'gamma'"),
        ((*RELAY, "--set", "gamma=much"), "gamma must be a number, got 'much'"),
        ((*RELAY, "--set", "kl_coef=nan"), "kl_coef must be a number"),
        ((*RELAY, "--set", "episodes=2.5"), "episodes must be a whole number, got 2.5"),
        ((*RELAY, "--set", "normalise_returns=maybe"), "normalise_returns must be true or false"),
        ((*RELAY, "--set", "history=all"), "unknown history 'all'; choose from: current, last_k, full"),
        ((*RELAY, "--set", "colours=9"), "colours must be in 2..6"),
        ((*RELAY, "--set", "run.eval_split=tests"), "unknown split 'tests' of relay"),
        ((*RELAY, "--split", "tests"), "unknown split 'tests' of relay"),
        ((*RELAY, "--lora-rank", "-1"), "--lora-rank: must be a whole number, 0 or more, got '-1'"),
        ((*RELAY, "--set", "model.lora_rank=-1"), "lora_rank must be 0 or more"),
        ((*RELAY, "--set", "model.lora_alpha=0"), "lora_alpha must be above 0"),
        ((*RELAY, "--set", "model.lora_targets=[1]"), "lora_targets must be all-linear, a pattern, or names such as q_proj,v_proj"),
        ((*RELAY, "--save-every", "0"), "save_every must be in 1.."),
        ((*RELAY, "--lora", "3"), "choose from: TASK, --method, --model, --lora-rank, --preset"),
        (
            ("train", "relay", "--method", "magrpo", "--model", "table", "--set", "samples=1", "joint=aligned"),
            "2 samples or more, got 1",
        ),
        (
            ("train", "relay", "--method", "magrpo", "--model", "table", "--set", "joint=aligned"),
            "a tree of 8 turns with samples=4",
        ),
        (("train", "relay", "--method", "rloo", "--model", "table", "--set", "baseline=max"), "rloo has baseline 'rloo'"),
        (("train", "relay", "--method", "ac", "--model", "table"), "the model table plays relay, with a method for teams"),
        (("train", "tldr", "--method", "collm-cc", "--model", "table"), "the model table plays relay"),
        (("train", "tldr", "--method", "collm-cc"), "a run needs a model: a folder, a name on the hub, toy"),
        (("train", "tldr", "--method", "collm-cc", "--model", "./nowhere"), "there is no folder ./nowhere"),
        (("train", "tldr", "--method", "collm-cc", "--model", "/dev"), "/dev holds no model: it has no config.json"),
    ],
)
def test_a_wrong_argument_gets_one_line_before_anything_is_made(
    words: tuple[str, ...], named: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--out", str(tmp_path / "run")] if len(words) > 1 and words[-1] != "--method" else words) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("collm: error: ")
    assert err.count("\n") == 1
    assert named in err
    assert not (tmp_path / "run").exists()


def test_a_folder_is_needed_and_must_be_free(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(RELAY) == 2
    assert "collm train needs --out" in capsys.readouterr().err
    assert main([*RELAY, "--out", str(trained)]) == 2
    assert f"{trained} has files in it: go on with it by --resume {trained}" in capsys.readouterr().err
    (tmp_path / "mine.txt").write_text("")
    assert main([*RELAY, "--out", str(tmp_path)]) == 2
    assert "choose another folder" in capsys.readouterr().err


def test_two_processes_do_not_train_in_one_folder(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with runs.alone(trained):
        assert main(["train", "--resume", str(trained)]) == 2
    assert f"another process is training in {trained}" in capsys.readouterr().err


@pytest.mark.parametrize("package", ["torch", "transformers", "peft", "yaml"])
def test_without_its_extra_it_names_the_command(
    package: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("collm_agents.commands.train.find_spec", lambda name: None if name == package else object())
    assert main([*RELAY, "--out", "x"]) == 2
    assert 'pip install "collm-envs[agents]"' in capsys.readouterr().err


@pytest.mark.parametrize(("flag", "package"), [(("--tensorboard",), "tensorboard"), (("--wandb", "mine"), "wandb")])
def test_a_tracker_that_is_missing_names_its_extra(
    flag: tuple[str, ...], package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("wandb", "torch.utils.tensorboard"):
        monkeypatch.setitem(sys.modules, name, None)
    assert main([*RELAY, *SHORT, *flag, "--out", str(tmp_path / "run")]) == 2
    assert f'needs the package {package}: pip install "collm-envs[track]"' in capsys.readouterr().err


def test_trackers_hear_of_every_iteration_and_evaluation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, int]] = []

    class Writer:
        def __init__(self, folder: str) -> None:
            assert folder == str(tmp_path / "run" / "tensorboard")

        def add_scalar(self, name: str, value: float, step: int) -> None:
            heard.append((name, step))

        def close(self) -> None:
            heard.append(("closed", 0))

    class Run:
        id = "abc"

        def log(self, values: dict[str, float], step: int) -> None:
            heard.append((f"wandb {'eval' if 'eval/return' in values else 'train'}", step))

        def finish(self) -> None:
            heard.append(("finished", 0))

    def init(**settings: Any) -> Run:
        assert settings["project"] == "mine"
        return Run()

    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", SimpleNamespace(SummaryWriter=Writer))
    monkeypatch.setitem(sys.modules, "wandb", SimpleNamespace(init=init))
    assert main([*RELAY, *SHORT, "--tensorboard", "--wandb", "mine", "--eval-every", "2", "--out", str(tmp_path / "run")]) == 0
    assert [step for name, step in heard if name == "train/return"] == [1, 2, 3]
    assert [step for name, step in heard if name == "eval/return"] == [0, 2, 3]
    assert [entry for entry in heard if entry[0].startswith("wandb")] == [
        ("wandb eval", 0), ("wandb train", 1), ("wandb train", 2), ("wandb eval", 2), ("wandb train", 3), ("wandb eval", 3),
    ]  # fmt: skip
    assert {("closed", 0), ("finished", 0)} <= set(heard)


def test_a_run_that_is_gone_on_with_goes_on_at_weights_and_biases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[Any, Any]] = []

    def init(**settings: Any) -> Any:
        asked.append((settings["id"], settings["resume"]))
        return SimpleNamespace(id=settings["id"] or f"new{len(asked)}", log=lambda *_, **__: None, finish=lambda: None)

    monkeypatch.setitem(sys.modules, "wandb", SimpleNamespace(init=init))
    words = [*RELAY, "--set", "max_cycles=2", "episodes=2", "--eval-episodes", "1"]
    for name in ("one", "two"):
        assert main([*words, "--iterations", "1", "--wandb", "mine", "--out", str(tmp_path / name)]) == 0
    for last in ("2", "3"):
        assert main(["train", "--resume", str(tmp_path / "one"), "--iterations", last]) == 0
    assert asked == [(None, "allow"), (None, "allow"), ("new1", "allow"), ("new1", "allow")]
    record = json.loads((tmp_path / "one" / "run.json").read_text())
    assert (record["wandb"], record["complete"]) == ("new1", True)
    assert {"started", "resumed", "finished"} <= record.keys()


def test_a_prompt_that_the_model_cannot_hold_gets_one_line_in_training_and_in_evaluation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = make_model(tmp_path / "model", max_position_embeddings=8192)
    config = json.loads((model / "config.json").read_text())

    def hold(tokens: int) -> None:
        (model / "config.json").write_text(json.dumps({**config, "max_position_embeddings": tokens}))

    words = ["train", "relay", "--method", "magrpo", "--model", str(model), "--lora-rank", "2", "--iterations", "1"]
    words += ["--eval-episodes", "1", "--set", "max_cycles=1", "episodes=1", "max_new_tokens=4", "samples=2"]
    assert main([*words, "--out", str(tmp_path / "run")]) == 0
    hold(64)
    capsys.readouterr()
    for command in (
        [*words, "--out", str(tmp_path / "other")],
        ["eval", "relay", "--team", str(tmp_path / "run"), "--episodes", "1"],
    ):
        assert main(command) == 2
        err = capsys.readouterr().err
        assert err.startswith("collm: error: a prompt of ")
        assert "and 4 new ones exceed the context of" in err
        assert "max_prompt_tokens" in err
        assert err.count("\n") == 1


@pytest.mark.parametrize("error", [BackendLost("the sandbox is gone"), FloatingPointError("the gradient of relay_0 is not finite")])
def test_a_run_that_fails_says_so_in_one_line_and_how_to_go_on(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = CoLLMCC.learn

    def fail(learner: CoLLMCC, roots: Any) -> Any:
        if learner.iteration == 5:
            raise error
        return real(learner, roots)

    monkeypatch.setattr(CoLLMCC, "learn", fail)
    folder = tmp_path / "run"
    assert main([*RELAY, "--iterations", "7", "--save-every", "2", "--eval-episodes", "2", "--out", str(folder)]) == 1
    # Where nothing was scored nothing was changed; after a gradient that is not finite some agents may have been stepped.
    done = 5 if isinstance(error, BackendLost) else 4
    expected = f"training failed: {error}; saved as it was after iteration {done} of 7; to go on: collm train --resume {folder}"
    assert capsys.readouterr().err == f"collm: {expected}\n"
    monkeypatch.undo()
    assert main(["train", "--resume", str(folder)]) == 0
    assert len(read_lines(folder / "metrics.jsonl")) == 7


def test_nothing_heavy_is_imported_until_training_begins() -> None:
    code = (
        "import sys, collm_agents, collm_agents.commands\n"
        "from collm_agents.__main__ import main\n"
        "for words in (['--help'], ['train', '--help'], ['list'], ['eval', 'relay', '--team', 'oracle', '--episodes', '1'],\n"
        "              ['train', 'chess'], ['train', 'relay', '--method', 'none']):\n"
        "    main(words)\n"
        "assert 'CoLLMCC' in dir(collm_agents)\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "transformers", "peft", "yaml"} & set(done.stderr.split())


def test_the_package_gives_learners_by_name_and_knows_no_others() -> None:
    for name in collm_agents.__all__:
        assert getattr(collm_agents, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'PPO'"):
        _ = collm_agents.PPO


# -- settings -----------------------------------------------------------------------------------------------------------------


def test_flags_go_over_the_file_and_the_file_over_the_preset(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("task: relay\nmethod: collm-dc\nmodel: {name: table}\nlearner: {actor_lr: 1e-3, critic_lr: 0.2, episodes: 5}\n")
    plain = resolve({"task": "relay", "method": "collm-dc", "model": {"name": "table"}})
    assert (plain.preset, plain.learner.actor_lr, plain.learner.episodes, plain.learner.seed) == ("table", 0.1, 16, 0)
    settings = resolve(read_config(file), ["episodes=7", "env.colours=3", "run.save_every=4"], {"learner": {"seed": 9}})
    assert settings.method.name == "collm-dc"
    assert settings.learner.actor_lr == 1e-3  # YAML takes 1e-3 for a text
    assert (settings.learner.critic_lr, settings.learner.episodes, settings.learner.seed) == (0.2, 7, 9)  # type: ignore[attr-defined]
    assert settings.team_env().task.colours == 3  # type: ignore[attr-defined]
    assert settings.run.save_every == 4


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("learners: {}", "unknown key of .* 'learners'; choose from: task, method, preset, env, learner, model, run"),
        ("learner: 3", "learner in .* must hold keys and values"),
        ("learner: {gama: 1}", "unknown key of learner 'gama'; choose from: seed, iterations"),
        ("learner: {top_p: 0.5}", "top_p is 1 in training"),
        ("env: {colors: 2}", "unknown key of env 'colors'; choose from: max_cycles, split"),
        ("model: {rank: 2}", "unknown key of model 'rank'; choose from: name, lora_rank"),
        ("run: {every: 2}", "unknown key of run 'every'; choose from: save_every"),
        ("model: {name: {a: x}}", "model.name must be one model, or one for each of relay_0, relay_1; got it for a"),
        ("model: {name: {relay_0: 1, relay_1: x}}", "model.name must be a text, or a text for each agent"),
        ("model: {name: x, dtype: foo}", "unknown model.dtype 'foo'; choose from: auto, float32, bfloat16, float16"),
        ("model: {name: x, device: gpu}", "model.device 'gpu' is not to be had here; choose from: cpu"),
        ("model: {name: toy, device: gpu}", "model.device 'gpu' is not to be had here; choose from: cpu"),
        ("[1, 2]", "must hold keys and values"),
        ("a: [", "is no YAML"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(text: str, named: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=named):
        resolve({"task": "relay", "method": "collm-cc", "model": {"name": "table"}, **read_config(file)})


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("chosen", ["default", "paper", "toy"])
def test_every_preset_fits_every_task_and_method_and_comes_back_from_its_file(task: str, method: str, chosen: str) -> None:
    given: dict[str, Any] = {"task": task, "method": method, "preset": chosen, "model": {"name": "toy"}}
    if (task, chosen) == ("relay", "paper"):
        with pytest.raises(ValueError, match="the paper has no task relay"):
            resolve(given)
        return
    settings = resolve(given)
    assert resolve(yaml.safe_load(settings.to_yaml())) == settings
    paper = version_module(task).PAPER if chosen == "paper" else {}
    for key, value in paper.items():
        assert settings.env[key] == (list(value) if isinstance(value, tuple) else value)


@pytest.mark.parametrize(
    ("task", "method", "expected"),
    [
        (
            "strbuild",
            "collm-cc",
            {"actor_lr": 2.5e-6, "critic_lr": 2.5e-6, "episodes": 1, "gamma": 0.9, "gae_lambda": 0, "target_lambda": 0, "replay": 1}
            | {"critic_steps": 2, "critic_batch": 0, "critic_warmup": 0, "history": "current", "normalise_advantages": "turn"}
            | {"grad_clip": 0.5, "stop_above": -0.1, "reward_shift": -2.0, "temperature": 0.6, "max_new_tokens": 512, "samples": 1},
        ),
        ("strbuild", "collm-dc", {"critic_steps": 1, "actor_lr": 2.5e-6}),
        ("strbuild", "magrpo", {"actor_lr": 5e-6, "samples": 2, "joint": "aligned", "normalise_advantages": "none", "gamma": 0.9}),
        ("housebuild", "collm-cc", {"actor_lr": 5e-6, "stop_above": 0.0, "reward_shift": -1.0}),
        ("housebuild", "rloo", {"actor_lr": 1e-5, "stop_above": -0.1, "samples": 2, "baseline": "rloo"}),
        ("tldr", "collm-cc", {"actor_lr": 5e-6, "episodes": 4, "iterations": 5000, "temperature": 0.7, "max_new_tokens": 256}),
        ("tldr", "magrpo", {"samples": 4, "episodes": 1, "iterations": 2000, "stop_above": None}),
        ("arxiv", "grpo", {"max_new_tokens": 512, "samples": 4, "iterations": 500}),
        ("arxiv", "ac", {"max_new_tokens": 512, "episodes": 4, "iterations": 1000}),
        ("coophe", "magrpo", {"actor_lr": 2e-5, "samples": 4}),
    ],
)
def test_the_papers_preset_has_the_papers_values(task: str, method: str, expected: dict[str, Any]) -> None:
    settings = resolve({"task": task, "method": method, "preset": "paper", "model": {"name": "toy"}})
    assert {key: getattr(settings.learner, key) for key in expected} == expected
    assert settings.model.lora_rank == 0


def test_the_papers_preset_says_what_it_cannot_have(tmp_path: Path, capsys: pytest.CaptureFixture[str], base: Path) -> None:
    words = ["train", "tldr", "--method", "collm-cc", "--preset", "paper", "--model", str(base), "--lora-rank", "2"]
    small = ["--set", "max_new_tokens=2", "episodes=1", *SHORT, "--iterations", "1"]
    assert main([*words, *small, "--out", str(tmp_path / "run")]) == 0
    out = capsys.readouterr().out
    assert sum("top_p" in line for line in out.splitlines()) == 1


def test_presets_are_data_for_known_names_only() -> None:
    with pytest.raises(ValueError, match="unknown preset 'mine'; choose from: default, paper, toy, table"):
        env_preset("mine", "relay", {})
    assert preset("default", "relay", find_method("magrpo"), 8, 2)["learner"]["joint"] == "trajectory"
    assert preset("default", "strbuild", find_method("magrpo"), 4, 2)["learner"]["joint"] == "aligned"


def test_a_section_in_which_all_is_commented_out_is_empty(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("learner:\n  # gamma: 0.9\nrun:\nmodel: {name: table}\n")
    settings = resolve({"task": "relay", "method": "collm-cc", **read_config(file)})
    assert settings == resolve({"task": "relay", "method": "collm-cc", "model": {"name": "table"}})


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("[q_proj,v_proj]", ["q_proj", "v_proj"]),
        ("q_proj, v_proj", ["q_proj", "v_proj"]),
        ("[q_proj]", ["q_proj"]),
        ("['q_proj', 'v_proj']", ["q_proj", "v_proj"]),
        ("'q_proj', 'v_proj'", ["q_proj", "v_proj"]),
        ("all-linear", "all-linear"),
        (r".*\.[qv]_proj", r".*\.[qv]_proj"),
        (r"layers\.\d{1,2}\..*", r"layers\.\d{1,2}\..*"),
    ],
)
def test_what_is_adapted_may_be_a_list_of_names(text: str, targets: str | list[str]) -> None:
    given = {"task": "relay", "method": "collm-cc", "model": {"name": "table"}}
    settings = resolve(given, [f"model.lora_targets={text}"])
    assert settings.model.lora_targets == targets
    assert resolve(yaml.safe_load(settings.to_yaml())) == settings


def test_a_device_is_one_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def on(device: str) -> str | None:
        return resolve({"task": "relay", "method": "collm-cc", "model": {"name": "some/model", "device": device}}).model.device

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert on("cpu") == "cpu"
    with pytest.raises(ValueError, match=r"model\.device 'cuda' is not to be had here; choose from: cpu"):
        on("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert [on(each) for each in ("cuda", "cuda:0", "cuda:1")] == ["cuda", "cuda:0", "cuda:1"]
    with pytest.raises(ValueError, match="choose from: cpu, cuda, cuda:0, cuda:1"):
        on("cuda:2")


def test_tables_and_toys_take_any_type_of_weights_for_they_have_none_to_choose() -> None:
    for name in ("table", "toy"):
        for words in (["model.dtype=foo"], ["model.device=gpu"] if name == "table" else []):
            resolve({"task": "relay", "method": "collm-cc", "model": {"name": name}}, words)


# -- a run ------------------------------------------------------------------------------------------------------------------


def test_a_run_leaves_settings_metrics_evaluations_and_agents(trained: Path) -> None:
    metrics, tests = read_lines(trained / "metrics.jsonl"), read_lines(trained / "eval.jsonl")
    assert [line["iteration"] for line in metrics] == list(range(1, 13))
    assert metrics[-1]["total_joint_rewards"] == 12 * 16 * 4
    assert all(math.isfinite(value) for line in metrics for value in line.values())
    assert [(line["iteration"], line["episodes"]) for line in tests] == [(12, 64)]
    record = json.loads((trained / "run.json").read_text())
    assert (record["command"], record["task"], record["method"], record["complete"]) == ("train", "relay", "collm-cc", True)
    assert {"python", "collm-envs", "torch", "transformers", "peft"} <= set(record["versions"])
    config = yaml.safe_load((trained / "config.yaml").read_text())
    assert (config["env"]["code"], config["env"]["symbols"], config["learner"]["critic_warmup"]) == (3, 4, 1)
    assert sorted(path.name for path in (trained / "agents").iterdir()) == ["relay_0", "relay_1"]


def test_metrics_have_the_same_names_in_every_iteration_after_the_warm_up(trained: Path) -> None:
    first, *rest = read_lines(trained / "metrics.jsonl")
    assert "grad_norm" not in first
    assert len({tuple(line) for line in rest}) == 1


def test_the_config_of_a_run_makes_the_same_run(trained: Path, tmp_path: Path) -> None:
    assert main(["train", "--config", str(trained / "config.yaml"), "--out", str(tmp_path / "again")]) == 0
    last = [read_lines(folder / "metrics.jsonl")[-1] for folder in (trained, tmp_path / "again")]
    assert last[0]["return"] == last[1]["return"]
    assert last[0]["critic_loss"] == last[1]["critic_loss"]


def test_resuming_keeps_the_settings_and_may_go_further(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "run"
    shutil.copytree(trained, folder)
    for words, named in (
        (("--set", "gamma=0.9"), "is a run with learner.gamma 1.0, not 0.9: it keeps its settings"),
        (("--method", "magrpo"), "is a run with method collm-cc, not magrpo"),
        (("--set", "code=4"), "is a run with env.code 3, not 4"),
        (("--seed", "1"), "is a run with learner.seed 0, not 1"),
        (("--model", "toy"), "is a run with model.name 'table', not 'toy'"),
        (("--out", str(tmp_path / "other")), "leave out --out"),
    ):
        assert main(["train", "--resume", str(folder), *words]) == 2
        assert named in capsys.readouterr().err
    same = ("--set", "gamma=1", "code=3", "--method", "collm-cc", "--model", "table", "--out", str(folder))
    assert main(["train", "relay", "--resume", str(folder), *same, "--iterations", "14"]) == 0
    assert len(read_lines(folder / "metrics.jsonl")) == 14
    assert runs.read_settings(folder).learner.iterations == 14
    assert main(["train", "--resume", str(tmp_path)]) == 2
    assert "holds no training run" in capsys.readouterr().err


# -- playing it -------------------------------------------------------------------------------------------------------------


def test_eval_plays_a_trained_team_on_the_game_it_was_trained_on(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "eval"
    words = ["eval", "relay", "--team", str(trained), "--episodes", "20"]
    assert main([*words, "--out", str(out)]) == 0
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert {line["team"] for line in lines} == {str(trained)}
    assert {line["turns"] for line in lines} == {4}
    assert np.mean([line["last_reward"] for line in lines]) > 0.3
    assert json.loads((out / "run.json").read_text())["matches"][0]["options"]["code"] == 3
    assert main([*words, "--temperature", "-1"]) == 2
    assert "--temperature: must be a number, 0 or more" in capsys.readouterr().err
    assert main(["eval", "relay", "--team", "oracle", "--temperature", "1"]) == 2
    assert "has no temperature" in capsys.readouterr().err


def test_the_same_seed_gives_the_same_answers(trained: Path) -> None:
    env = runs.read_settings(trained).team_env()
    team = make_team(str(trained), env.task)
    first, again, other = ([result.transcript for result in play_split(env, team, "test", 5, seed)] for seed in (0, 0, 100))
    assert first == again
    assert first != other


def test_temperature_0_takes_the_likeliest(trained: Path) -> None:
    env = runs.read_settings(trained).team_env()
    team = make_team(str(trained), env.task, 0.0)
    answers = []
    for seed in range(3):
        observations, _ = env.reset(seed=0, options={"split": "test", "index": 0})
        team.reset(env, seed)
        answers.append(team.act(env, observations))
    assert answers[0] == answers[1] == answers[2]


def test_a_checkpoint_can_be_played_and_an_unfinished_run_plays_its_newest(tmp_path: Path) -> None:
    env = relay_v0.parallel_env()
    assert main([*RELAY, "--iterations", "4", "--save-every", "2", "--set", "critic_warmup=1", "--out", str(tmp_path / "run")]) == 0
    old = make_team(str(tmp_path / "run/checkpoints/00000002"), env.task)
    new = make_team(str(tmp_path / "run"), env.task)
    states = [team.model.state("relay_0")["logits"] for team in (old, new)]  # type: ignore[attr-defined]
    assert not torch.equal(*states)
    saved = torch.load(tmp_path / "run/checkpoints/00000004/state.pt", weights_only=True)
    assert torch.equal(states[1], saved["learner"]["actors"]["relay_0"]["logits"])


def test_a_run_that_does_not_fit_is_refused(trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "strbuild", "--team", str(trained)]) == 2
    assert f"{trained} was trained on relay, not on strbuild" in capsys.readouterr().err
    assert main(["eval", "strbuild", "--team", str(tmp_path)]) == 2
    assert "holds no training run" in capsys.readouterr().err
    assert main(["eval", "strbuild", "--team", str(tmp_path / "none")]) == 2
    assert str(tmp_path / "none") in capsys.readouterr().err
    runs.begin(tmp_path / "run", resolve({"task": "strbuild", "method": "collm-cc", "model": {"name": "toy"}}))
    with pytest.raises(ValueError, match="with the agents builder_0, builder_1, not with builder_0, builder_1, builder_2"):
        make_team(str(tmp_path / "run"), strbuild_v0.parallel_env(num_agents=3).task)
    with pytest.raises(ValueError, match="has saved no agents yet"):
        make_team(str(tmp_path / "run"), strbuild_v0.parallel_env().task)


# -- language models ----------------------------------------------------------------------------------------------------------

TINY = ("--set", "max_new_tokens=3", "episodes=2", "max_cycles=1", *SHORT, "--iterations", "1", "--threads", "1")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "method", "rank"),
    [
        ("tldr", "collm-cc", "2"),
        ("arxiv", "grpo", "2"),
        ("coophe", "collm-dc", "2"),
        ("strbuild", "magrpo", "0"),
        ("housebuild", "remax", "2"),
        ("relay", "ac", "0"),
    ],
)
def test_every_task_trains_a_language_model_and_eval_plays_it(
    task: str, method: str, rank: str, tmp_path: Path, base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    words = ["train", task, "--method", method, "--model", str(base), "--lora-rank", rank, *TINY, "--out", str(folder)]
    awake = ["critic_warmup=0"] * METHODS[method].critic
    assert main([*words, "--set", "actor_lr=1e-3", *awake]) == 0
    agents = ["team"] if METHODS[method].solo else version_module(task).parallel_env().possible_agents
    for agent in agents:
        home = folder / "agents" / agent
        assert (home / ("model.safetensors" if rank == "0" else "adapter_model.safetensors")).is_file()
        assert (home / "tokenizer.json").is_file()
    assert (folder / "critics").exists() == METHODS[method].critic
    env = runs.read_settings(folder).team_env()
    team = make_team(str(folder), env.task)
    saved = torch.load(folder / "checkpoints/00000001/state.pt", weights_only=True)["learner"]["actors"]
    for agent in agents:
        state = team.model.state(agent)  # type: ignore[attr-defined]
        assert all(torch.equal(state[name], weight) for name, weight in saved[agent].items())
    results = [list(play_split(env, team, "test", 2, 0)) for _ in range(2)]
    assert [result.transcript for result in results[0]] == [result.transcript for result in results[1]]
    assert not capsys.readouterr().err


def test_adapters_whose_base_is_gone_say_so_and_whole_models_do_not_need_it(tmp_path: Path, base: Path) -> None:
    env, gone = relay_v0.parallel_env(max_cycles=1), tmp_path / "gone"
    for rank in ("2", "0"):
        shutil.copytree(base, gone)
        words = ["train", "relay", "--method", "magrpo", "--model", str(gone), "--lora-rank", rank, *TINY]
        assert main([*words, "--out", str(tmp_path / rank)]) == 0
        shutil.rmtree(gone)
    with pytest.raises(ValueError, match=f"there is no folder {gone}"):
        make_team(str(tmp_path / "2"), env.task)
    assert make_team(str(tmp_path / "0"), env.task).name == str(tmp_path / "0")


# -- as a library -------------------------------------------------------------------------------------------------------------


def test_train_without_a_folder_writes_nothing_and_tells_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    env = relay_v0.parallel_env(max_cycles=2)
    learner = CoLLMCC(env, relay_tables(env), CoLLMConfig(iterations=3, episodes=2))
    heard: list[float] = []
    told = train(learner, on_iteration=lambda metrics: heard.append(metrics["return"]))
    assert [line["iteration"] for line in told] == [1, 2, 3]
    assert heard == [line["return"] for line in told]
    assert not list(tmp_path.iterdir())


def test_numbers_that_cannot_be_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    env = relay_v0.parallel_env(max_cycles=2)
    learner = CoLLMCC(env, relay_tables(env), CoLLMConfig(iterations=3, episodes=2))
    with pytest.raises(ValueError, match="save_every must be in 1"):
        train(learner, tmp_path / "run", save_every=0)
    with pytest.raises(ValueError, match="episodes must be in 1"):
        assess(learner, 0)
    for wrong in ({"every": -1}, {"episodes": 0}, {"recorded": -1}):
        with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be in"):
            Evaluation(**wrong)
    assert not (tmp_path / "run").exists()


def test_assessing_is_always_on_the_same_episodes_and_changes_nothing() -> None:
    env = relay_v0.parallel_env(max_cycles=2)
    learner = CoLLMCC(env, relay_tables(env), CoLLMConfig(episodes=2))
    before = learner.state()
    one, two = (assess(learner, 16, {"split": "val"}) for _ in range(2))
    assert {**one, "seconds": 0} == {**two, "seconds": 0}
    assert one["episodes"] == 16
    assert assess(learner, 16, {"split": "train"})["return"] != one["return"]
    after = learner.state()
    assert before["counts"] == after["counts"]
    assert torch.equal(before["actors"]["relay_0"]["logits"], after["actors"]["relay_0"]["logits"])


def test_names_of_agents_that_are_no_file_names_are_spelt_out(tmp_path: Path) -> None:
    assert checkpoint.agent_folder(tmp_path, "a/b") == tmp_path / "agents" / "a%2Fb"
    assert checkpoint.agent_folder(tmp_path, "builder_0") == tmp_path / "agents" / "builder_0"


# -- several processes --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("model", ["table", "language"])
@pytest.mark.parametrize("method", ["collm-cc", "magrpo"])
def test_torchrun_on_two_processes_trains_what_one_trains(model: str, method: str, tmp_path: Path, base: Path) -> None:
    if model == "table":
        own = ["--iterations", "1", "--model", "table", "--set", "max_cycles=3", "reward=dense", "gamma=0.9", "episodes=6"]
    else:
        # A random model earns nothing; with these it has something to learn all the same.
        own = ["--iterations", "2", "--model", str(base), "--lora-rank", "2", "--set", "max_cycles=2", "episodes=4"]
        own += ["max_new_tokens=3", "entropy_coef=0.1", "reward_shift=1.0"]
    if method == "collm-cc":
        own += ["critic_warmup=0", "normalise_returns=false", "normalise_advantages=none"]
    words = ["train", "relay", "--method", method, *own, "--eval-episodes", "4", "--threads", "1"]
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "-m", "collm_agents"]
    command = [*torchrun, *words, "--out", str(tmp_path / "two")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("to see it play") == 1
    assert main([*words, "--out", str(tmp_path / "one")]) == 0
    tokens = [[line["total_tokens"] for line in read_lines(tmp_path / run / "metrics.jsonl")] for run in ("one", "two")]
    assert tokens[0] == tokens[1]
    one, two = (checkpoint.newest(tmp_path / run) for run in ("one", "two"))
    assert one
    assert two
    one, two = (torch.load(place / "state.pt", weights_only=True)["learner"] for place in (one, two))
    parts = [("actors", "optimisers")] + [("critics", "critic_optimisers")] * (method == "collm-cc")
    for weights, optimisers in parts:
        for name in one[weights]:
            assert_close(*(with_gradients(state[weights][name], state[optimisers][name]) for state in (one, two)))


def with_gradients(weights: dict[str, torch.Tensor], optimiser: dict[str, Any]) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Weights, each with the size of its gradients."""
    moments = optimiser["state"]
    tensors = list(weights.values())
    assert len(moments) == len(tensors)
    return [(weight, moments[number]["exp_avg_sq"].sqrt()) for number, weight in enumerate(tensors)]


def assert_close(one: list[tuple[torch.Tensor, torch.Tensor]], two: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
    """Equal but for rounding, where there is a gradient. Where there is none, Adam makes a step of what rounding left of 0."""
    ones, twos = torch.cat([weight.flatten() for weight, _ in one]), torch.cat([weight.flatten() for weight, _ in two])
    sizes = torch.cat([size.flatten() for _, size in one])
    counts = sizes > 1e-5 * sizes.max()
    assert counts.sum() > counts.numel() / 10
    assert float((ones - twos)[counts].norm()) <= 1e-5 * float(ones[counts].norm())
