"""A run that is cut off anywhere goes on as if nothing had happened."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from collm_agents import CoLLMCC, CoLLMConfig, Evaluation, checkpoint, train
from collm_agents.checkpoint import Lines, iteration_of, newest, read_lines
from collm_agents.learners.base import Learner
from collm_agents.models.relay_tables import relay_tables
from collm_agents.training import Interrupted
from collm_envs import coophe_v0, relay_v0
from tests.agents.lm import make_model

TIMES = ("seconds", "seconds_collecting", "seconds_learning")


pytestmark = pytest.mark.usefixtures("one_thread")


def learner(iterations: int = 6, **changes: Any) -> Learner:
    config = CoLLMConfig(**{"iterations": iterations, "episodes": 3, "actor_lr": 0.1, "replay": 2, "critic_warmup": 1, **changes})
    env = relay_v0.parallel_env(max_cycles=2)
    return CoLLMCC(env, relay_tables(env), config)


def timeless(path: Path) -> list[dict[str, Any]]:
    return [{key: value for key, value in line.items() if key not in TIMES} for line in read_lines(path)]


def same(one: Any, other: Any) -> bool:
    """Equal to the bit, tensors and all."""
    if isinstance(one, torch.Tensor):
        return isinstance(other, torch.Tensor) and one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, dict):
        return isinstance(other, dict) and list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return type(one) is type(other) and len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def final(folder: Path) -> Any:
    place = newest(folder)
    assert place
    return torch.load(place / "state.pt", weights_only=True)


def assert_same_runs(one: Path, other: Path) -> None:
    assert timeless(one / "metrics.jsonl") == timeless(other / "metrics.jsonl")
    assert timeless(one / "eval.jsonl") == timeless(other / "eval.jsonl")
    assert same(final(one), final(other))
    files = [sorted(path.relative_to(run) for path in (run / "agents").rglob("*.*")) for run in (one, other)]
    assert files[0] == files[1]
    assert files[0]
    for name in files[0]:
        assert content(one / name) == content(other / name), name


def content(file: Path) -> Any:
    """What a file says; peft writes the names of modules in any order."""
    if file.name != "adapter_config.json":
        return file.read_bytes()
    config = json.loads(file.read_text())
    return {**config, "target_modules": sorted(config["target_modules"])}


# -- in this process ------------------------------------------------------------------------------------------------------


def test_a_run_in_two_parts_is_the_run_in_one(tmp_path: Path) -> None:
    tried = Evaluation(2, 4)
    whole = train(learner(), tmp_path / "whole", save_every=2, evaluation=tried)
    train(learner(3), tmp_path / "parts", save_every=2, evaluation=Evaluation(2, 4))
    # The end of the first part was no end of the whole.
    lines = [line for line in read_lines(tmp_path / "parts/eval.jsonl") if line["iteration"] != 3]
    (tmp_path / "parts/eval.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    parts = train(learner(), tmp_path / "parts", save_every=2, evaluation=tried)
    assert [line["iteration"] for line in parts] == [line["iteration"] for line in whole] == [1, 2, 3, 4, 5, 6]
    assert [line["iteration"] for line in read_lines(tmp_path / "whole/eval.jsonl")] == [0, 2, 4, 6]
    assert_same_runs(tmp_path / "whole", tmp_path / "parts")


def test_metrics_after_the_checkpoint_are_cut_off_and_made_again(tmp_path: Path) -> None:
    train(learner(), tmp_path / "whole", save_every=2)
    train(learner(), tmp_path / "cut", save_every=2)
    # As if killed in iteration 6, in the middle of a line.
    shutil.rmtree(tmp_path / "cut/checkpoints/00000006")
    lines = (tmp_path / "cut/metrics.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "cut/metrics.jsonl").write_text("".join(lines[:5]) + lines[5][:20])
    assert len(train(learner(), tmp_path / "cut", save_every=2)) == 6
    assert_same_runs(tmp_path / "whole", tmp_path / "cut")


def test_two_checkpoints_are_kept_and_the_newest_agents_stand_in_the_run(tmp_path: Path) -> None:
    train(learner(), tmp_path, save_every=2)
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == ["00000004", "00000006"]
    for agent in ("relay_0", "relay_1"):
        table = (tmp_path / "agents" / agent / "table.json").read_text()
        assert table == (tmp_path / "checkpoints/00000006/agents" / agent / "table.json").read_text()
        assert table != (tmp_path / "checkpoints/00000004/agents" / agent / "table.json").read_text()
    assert (tmp_path / "critics/team/weights.json").exists()
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]


def test_other_settings_or_another_learner_are_refused(tmp_path: Path) -> None:
    train(learner(2), tmp_path)
    with pytest.raises(ValueError, match=r"written with actor_lr=0\.1, the learner has 0\.2"):
        train(learner(4, actor_lr=0.2), tmp_path)
    other = learner(4)
    other.name = "mine"  # type: ignore[misc]
    with pytest.raises(ValueError, match="of collm-cc, not of mine"):
        train(other, tmp_path)
    assert len(read_lines(tmp_path / "metrics.jsonl")) == 2


def test_another_game_is_refused_and_what_is_nothing_but_an_object_is_not_compared(tmp_path: Path) -> None:
    train(learner(2), tmp_path)
    other = learner(4)
    other.collector.env = relay_v0.parallel_env(max_cycles=2, colours=3)
    with pytest.raises(checkpoint.CannotGoOn, match="written with colours=2, the environment has 3"):
        train(other, tmp_path)
    env = coophe_v0.parallel_env(feedback="expert", expert=lambda *_: ("", ""))
    other.collector.env = env
    game = checkpoint._game(other)
    assert (game["task"], game["max_cycles"], game["time_limit"]) == ("coophe", 2, 10.0)
    assert not {"expert", "sandbox"} & game.keys()


class Killed(BaseException):
    """Nothing catches it."""


def killing(monkeypatch: pytest.MonkeyPatch, moment: int) -> list[str]:
    """Let the process die, so to speak, at the moment-th thing that is done to the disk; returns what was done."""
    done: list[str] = []

    def mortal(home: Any, name: str) -> None:
        real: Callable[..., Any] = getattr(home, name)

        def act(*args: Any, **kwargs: Any) -> Any:
            done.append(name)
            if len(done) == moment:
                if name == "save":  # Dies half way.
                    Path(args[1]).write_bytes(b"PK\x03\x04")
                if name == "rmtree":
                    next(path for path in Path(args[0]).rglob("*") if path.is_file()).unlink()
                raise Killed
            return real(*args, **kwargs)

        monkeypatch.setattr(home, name, act)

    for home, name in ((torch, "save"), (os, "fsync"), (os, "link"), (Path, "rename"), (Path, "mkdir"), (shutil, "rmtree")):
        mortal(home, name)
    return done


def test_whatever_moment_a_save_is_killed_at_a_whole_checkpoint_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taught = learner(10)
    for _ in range(3):
        taught.iterate()
        checkpoint.save(taught, tmp_path / "before")
    old = taught.state()
    taught.iterate()
    new = taught.state()
    moments, kept = 0, set()
    while True:
        moments += 1
        run = tmp_path / f"run{moments}"
        shutil.copytree(tmp_path / "before", run)
        with monkeypatch.context() as patched:
            killing(patched, moments)
            try:
                checkpoint.save(taught, run)
                break
            except Killed:
                pass
        place = newest(run)
        assert place
        fresh = learner(10)
        checkpoint.load(fresh, place)
        assert same(fresh.state(), old if iteration_of(place) == 3 else new)
        kept.add(iteration_of(place))
        # The next save, by a process that goes on, finds its way.
        checkpoint.clean(run)
        assert sorted(path.name for path in (run / "agents").iterdir()) == ["relay_0", "relay_1"]
        checkpoint.save(taught, run)
        assert sorted(path.name for path in (run / "checkpoints").iterdir()) == ["00000003", "00000004"]
        assert (run / "agents/relay_0/table.json").read_text() == (
            run / "checkpoints/00000004/agents/relay_0/table.json"
        ).read_text()
    assert kept == {3, 4}
    assert moments > 20


def test_a_signal_stops_between_iterations_with_everything_saved(tmp_path: Path) -> None:
    def stop(metrics: dict[str, float]) -> None:
        if metrics["iteration"] == 3:
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Interrupted):
        train(learner(), tmp_path / "parts", save_every=100, evaluation=Evaluation(3, 4), on_iteration=stop)
    assert signal.getsignal(signal.SIGTERM) is before
    assert iteration_of(newest(tmp_path / "parts")) == 3
    train(learner(), tmp_path / "parts", save_every=100, evaluation=Evaluation(3, 4))
    train(learner(), tmp_path / "whole", save_every=100, evaluation=Evaluation(3, 4))
    assert_same_runs(tmp_path / "whole", tmp_path / "parts")


def test_a_second_signal_is_not_waited_with(tmp_path: Path) -> None:
    def stop(metrics: dict[str, float]) -> None:
        if metrics["iteration"] == 3:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt) as caught:
        train(learner(), tmp_path, save_every=2, on_iteration=stop)
    assert not isinstance(caught.value, Interrupted)
    assert iteration_of(newest(tmp_path)) == 2


def test_lines_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    lines = Lines(tmp_path / "metrics.jsonl", 0)
    with pytest.raises(ValueError, match="JSON"):
        lines.add({"iteration": 1, "return": float("nan")})
    lines.close()
    assert not read_lines(tmp_path / "metrics.jsonl")


# -- whole processes ------------------------------------------------------------------------------------------------------

LANGUAGE = ("--lora-rank", "2", "--set", "max_new_tokens=3", "episodes=2", "max_cycles=2")
# A replay that is soon full: what it drops, a resumed run must have dropped, too.
CRITIC = ("critic_warmup=1", "critic_steps=2", "replay=2")
TABLE = ("--set", "episodes=4", "max_cycles=4")
COMMON = ("--iterations", "12", "--save-every", "3", "--eval-every", "5", "--eval-episodes", "3", "--threads", "1")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("base"), max_position_embeddings=1024)


def start(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "collm_agents", "train", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(process: subprocess.Popen[str], folder: Path, lines: int) -> None:
    """Until the run has written so many lines of metrics, or has ended."""
    deadline = time.monotonic() + 120
    while process.poll() is None and len(read_lines(folder / "metrics.jsonl")) < lines:
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "method"), [("language", "collm-cc"), ("table", "collm-dc"), ("table", "magrpo")])
def test_a_run_that_is_killed_and_resumed_is_the_run_that_was_not(model: str, method: str, tmp_path: Path, base: Path) -> None:
    settings = ("--model", "table", *TABLE) if model == "table" else ("--model", str(base), *LANGUAGE, *CRITIC)
    words = ("relay", "--method", method, *settings, *COMMON)
    whole = start(*words, "--out", str(tmp_path / "whole"))
    assert whole.communicate(timeout=240)[1] == ""
    assert whole.returncode == 0

    folder, chance = tmp_path / "killed", random.Random(f"{model}/{method}")
    process = start(*words, "--out", str(folder))
    # Nothing saved yet (with tables, for a start takes a language model long); then some way into the second half.
    moments = [chance.randint(1, 2)] * (model == "table") + [chance.randint(7, 10)]
    for lines in moments:
        wait_for(process, folder, lines)
        time.sleep(chance.random() * 0.02)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        process = start("--resume", str(folder))
    out, err = process.communicate(timeout=240)
    assert (process.returncode, err) == (0, "")
    assert "collm eval relay --team" in out
    assert_same_runs(tmp_path / "whole", folder)
    assert json.loads((folder / "run.json").read_text())["complete"]


@pytest.mark.slow
def test_ctrl_c_saves_says_how_to_go_on_and_loses_nothing(tmp_path: Path, base: Path) -> None:
    words = ("relay", "--method", "magrpo", "--model", str(base), *LANGUAGE, *COMMON)
    folder = tmp_path / "stopped"
    process = start(*words, "--out", str(folder))
    wait_for(process, folder, 4)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    done = iteration_of(newest(folder))
    assert len(read_lines(folder / "metrics.jsonl")) == done >= 4
    assert err == f"collm: stopped after iteration {done} of 12; to go on: collm train --resume {folder}\n"
    assert not json.loads((folder / "run.json").read_text())["complete"]
    for last in (start("--resume", str(folder)), start(*words, "--out", str(tmp_path / "whole"))):
        last.communicate(timeout=240)
        assert last.returncode == 0
    assert_same_runs(tmp_path / "whole", folder)
