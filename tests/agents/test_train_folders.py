"""``collm train`` in folders that are not as it left them, and where a run comes to nothing: one line is said, nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from collm_agents import CoLLMCC, runs
from collm_agents.__main__ import main
from collm_agents.checkpoint import read_lines
from collm_agents.resolve import resolve
from collm_envs.core.task import BackendLost
from tests.agents.lm import make_model

RELAY = ("train", "relay", "--method", "collm-cc", "--model", "table")
SMALL = ("--set", "max_cycles=2", "episodes=2", "critic_warmup=1", "--eval-episodes", "2")
TABLE = {"task": "relay", "method": "collm-cc", "model": {"name": "table"}}

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "relay"
    assert main([*RELAY, *SMALL, "--iterations", "4", "--save-every", "2", "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def run(trained: Path, tmp_path: Path) -> Path:
    """A copy of a run of four iterations, with checkpoints after two and four."""
    return Path(shutil.copytree(trained, tmp_path / "run"))


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file() and file.name != ".lock"
    }


def refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that a command ends with."""
    capsys.readouterr()
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("collm: error: ")
    assert err.count("\n") == 1
    return err


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


# -- what is damaged or missing -----------------------------------------------------------------------------------------------


def cut(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda run: (run / name).write_bytes(content) and None


def without_line(number: int) -> Callable[[Path], None]:
    def remove(run: Path) -> None:
        lines = (run / "metrics.jsonl").read_text().splitlines(keepends=True)
        (run / "metrics.jsonl").write_text("".join(lines[: number - 1] + lines[number:]))

    return remove


def broken_line(name: str, number: int, text: str) -> Callable[[Path], None]:
    def damage(run: Path) -> None:
        lines = (run / name).read_text().splitlines()
        lines[number - 1] = text
        (run / name).write_text("".join(line + "\n" for line in lines))

    return damage


def setting(before: str, after: str) -> Callable[[Path], None]:
    return lambda run: edit(run / "config.yaml", before, after)


STATE = "checkpoints/00000004/state.pt"
LEFT = "remove the folder {run}/checkpoints/00000004 to go on from {run}/checkpoints/00000002"


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (lambda run: shutil.rmtree(run / "checkpoints"), "{run}/checkpoints has no checkpoint to go on from"),
        (lambda run: [shutil.rmtree(run / name) for name in ("checkpoints", "agents")], "has no checkpoint to go on from"),
        (lambda run: (run / "metrics.jsonl").unlink(), "{run}/metrics.jsonl has no line of 4 of the 4 iterations before"),
        (
            without_line(4),
            "metrics.jsonl has no line of 1 of the 4 iterations before {run}/checkpoints/00000004, the first of them 4",
        ),
        (without_line(1), "the first of them 1"),
        (broken_line("metrics.jsonl", 2, "{broken"), "{run}/metrics.jsonl, line 2, is no JSON"),
        (broken_line("metrics.jsonl", 3, "3"), "{run}/metrics.jsonl, line 3, does not say of which iteration it is"),
        (broken_line("eval.jsonl", 1, "\u00e9"), "{run}/eval.jsonl, line 1, is no JSON"),
        (cut(STATE, b""), LEFT),
        (cut(STATE, b"PK\x03\x04"), "{run}/" + STATE + " is damaged"),
        (lambda run: torch.save([1], run / STATE), "is no state of a learner; " + LEFT),
        (
            lambda run: [cut(STATE, b"")(run), shutil.rmtree(run / "checkpoints/00000002")],
            "no earlier checkpoint is left to go on from: begin a new run",
        ),
        (setting("gamma: 1.0", "gamma: 0.9"), "was written with gamma=1.0, the learner has 0.9; a run keeps its settings"),
        (setting("method: collm-cc", "method: collm-dc"), "is of collm-cc, not of collm-dc"),
        (setting("symbols: 4", "symbols: 3"), "was written with symbols=4, the environment has 3"),
        (setting("max_cycles: 2", "max_cycles: 3"), "was written with max_cycles=2, the environment has 3"),
        (setting("iterations: 4", "iterations: 3"), "{run} has 4 iterations already"),
    ],
)
def test_a_run_that_cannot_go_on_says_why_and_is_left_as_it_was(
    damage: Callable[[Path], Any], named: str, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(run)
    before = content(run)
    assert named.replace("{run}", str(run)) in refused(["train", "--resume", str(run)], capsys)
    assert content(run) == before


def test_a_damaged_checkpoint_that_is_removed_is_made_again(run: Path, trained: Path) -> None:
    shutil.rmtree(run / "checkpoints/00000004")
    assert main(["train", "--resume", str(run)]) == 0
    assert (run / "agents/relay_0/table.json").read_bytes() == (trained / "agents/relay_0/table.json").read_bytes()


def test_a_checkpoint_of_an_earlier_version_does_not_say_which_game_and_fits_or_not(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in (run / "checkpoints").iterdir():
        state = torch.load(place / "state.pt", weights_only=True)
        assert state.pop("game")["max_cycles"] == 2
        torch.save(state, place / "state.pt")
    assert main(["train", "--resume", str(run), "--iterations", "5"]) == 0
    edit(run / "config.yaml", "symbols: 4", "symbols: 3")
    shutil.rmtree(run / "checkpoints/00000005")
    assert "does not fit the team as it is now" in refused(["train", "--resume", str(run)], capsys)


def test_iterations_can_only_become_more_and_are_written_when_the_run_goes_on(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = content(run)
    words = ["train", "--resume", str(run), "--iterations"]
    assert "has 4 iterations already: --iterations can make a run longer, not end it after 2" in refused([*words, "2"], capsys)
    (run / STATE).write_bytes(b"")
    refused([*words, "6"], capsys)
    assert content(run) == {**before, STATE: b""}


def test_a_model_that_was_moved_is_looked_for_where_the_settings_say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = make_model(tmp_path / "base", max_position_embeddings=8192)
    run = tmp_path / "run"
    words = [
        "train",
        "relay",
        "--method",
        "magrpo",
        "--model",
        str(base),
        "--lora-rank",
        "2",
        "--iterations",
        "1",
        "--eval-episodes",
    ]
    assert main([*words, "1", "--set", "max_cycles=1", "episodes=1", "max_new_tokens=2", "samples=2", "--out", str(run)]) == 0
    moved = base.rename(tmp_path / "moved")
    resume = ["train", "--resume", str(run), "--iterations", "2"]
    remedy = f"edit model.name in {run / 'config.yaml'}"
    assert f"there is no folder {base}" in (line := refused(resume, capsys))
    assert remedy in line
    assert remedy in refused([*resume, "--model", str(moved)], capsys)
    assert remedy in refused(["eval", "relay", "--team", str(run)], capsys)
    edit(run / "config.yaml", str(base), str(moved))
    assert main(resume) == 0


# -- a start that fails -------------------------------------------------------------------------------------------------------


def test_a_model_that_cannot_be_loaded_leaves_the_folder_to_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    run = tmp_path / "run"
    words = ["train", "relay", "--method", "collm-cc", *SMALL, "--iterations", "2", "--out", str(run), "--model"]
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "config.json").write_text("{}")
    refused([*words, str(tmp_path / "none")], capsys)
    assert content(run) == {}
    assert main([*words, "table"]) == 0


def test_a_start_that_came_to_nothing_may_be_made_again_with_other_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    runs.begin(run, resolve(TABLE, ["max_cycles=3"]))
    (run / "metrics.jsonl").write_text("")
    assert main([*RELAY, *SMALL, "--iterations", "2", "--out", str(run)]) == 0
    assert runs.read_settings(run).env["max_cycles"] == 2
    assert "go on with it by --resume" in refused([*RELAY, *SMALL, "--iterations", "2", "--out", str(run)], capsys)


def test_files_of_others_are_never_taken_for_those_of_a_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = resolve(TABLE)
    for number, name in enumerate(("config.yaml", "notes.txt", "base")):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / name).write_text(settings.to_yaml())
        assert "choose another folder" in refused([*RELAY, *SMALL, "--out", str(folder)], capsys)
        assert content(folder) == {name: settings.to_yaml().encode()}
    runs.begin(tmp_path / "run", settings)
    (tmp_path / "run" / "agents").mkdir()
    assert "has files in it" in refused([*RELAY, *SMALL, "--out", str(tmp_path / "run")], capsys)


def test_the_toy_of_an_earlier_start_is_not_taken_for_this_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_model(tmp_path / "made", max_position_embeddings=8192)
    monkeypatch.setattr("collm_agents.models.toy.toy_model", lambda *_, **__: made)
    run = tmp_path / "run"
    (run / "base").mkdir(parents=True)
    (run / "base" / "stale").write_text("")
    (run / ".lock").write_text("")
    small = ("--set", "max_cycles=1", "episodes=1", "max_new_tokens=2", "samples=2", "--eval-episodes", "1")
    words = ["train", "relay", "--method", "magrpo", "--model", "toy", *small, "--iterations", "1", "--out", str(run)]
    assert main(words) == 0
    assert not (run / "base" / "stale").exists()
    assert (run / "base" / "config.json").is_file()


# -- what is said -------------------------------------------------------------------------------------------------------------


def test_how_to_see_it_play_names_the_split_and_can_be_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [*RELAY, *SMALL, "--iterations", "2", "--out"]
    for split, flag in (("val", " --split val"), ("test", ""), ("generated:tiny", " --split generated:tiny")):
        folder = tmp_path / f"my run {split}"
        assert main([*words, str(folder), "--set", f"run.eval_split={split}"]) == 0
        assert capsys.readouterr().out.endswith(f"to see it play: collm eval relay --team '{folder}'{flag}\n")
    assert f"--resume '{folder}'" in refused([*words, str(folder)], capsys)


@pytest.mark.parametrize(("method", "own"), [("collm-cc", ["critic_warmup=3"]), ("collm-dc", ["critic_warmup=3"]), ("magrpo", [])])
def test_a_run_in_which_no_agent_is_trained_is_warned_of(
    method: str, own: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "relay", "--method", method, "--model", "table", "--iterations", "3", "--eval-episodes", "2"]
    assert main([*words, "--set", "max_cycles=2", "episodes=2", *own, "--out", str(tmp_path / "run")]) == 0
    err = capsys.readouterr().err
    assert err.count("\n") == len(own)
    assert ("collm: warning: critic_warmup=3 leaves none of the 3 iterations to the agents: only critics learn;" in err) == bool(
        own
    )
    assert main(["train", "--resume", str(tmp_path / "run"), "--iterations", "4"]) == 0
    assert not capsys.readouterr().err


@pytest.mark.parametrize("error", [FloatingPointError("it is not finite"), BackendLost("it is gone")])
def test_a_run_that_fails_before_its_first_checkpoint_does_not_say_that_it_is_saved(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(learner: CoLLMCC, roots: Any) -> Any:
        raise error

    monkeypatch.setattr(CoLLMCC, "learn", fail)
    run = tmp_path / "run"
    assert main([*RELAY, *SMALL, "--iterations", "6", "--out", str(run)]) == 1
    lost = isinstance(error, BackendLost)
    # What was there before an iteration that nobody scored is worth keeping.
    assert (run / "checkpoints").exists() == lost
    said = "saved as it was after iteration 0 of 6; to go on" if lost else "nothing was saved of 6 iterations yet; to begin again"
    assert capsys.readouterr().err == f"collm: training failed: {error}; {said}: collm train --resume {run}\n"
    monkeypatch.undo()
    assert main(["train", "--resume", str(run)]) == 0
    assert len(read_lines(run / "metrics.jsonl")) == 6
