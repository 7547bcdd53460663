"""Many cells at a time: what one that fails, a process that is killed, Ctrl-C and a second table do to the others."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from collm_agents.grid.cells import Cell, cells_of
from collm_agents.grid.run import Ended, alone, run_cells
from tests.agents.grid_runs import Running, alive, wait_for, workers_of
from tests.agents.grid_voices import MENDED, quick_table


@pytest.fixture
def mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that makes all voices well once it is there."""
    monkeypatch.setenv(MENDED, str(tmp_path / "mended"))
    return tmp_path / "mended"


def problems(ended: Sequence[Ended]) -> dict[str, str]:
    return {each.cell.name: each.problem for each in ended}


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks for processes in /proc")


@pytest.fixture
def started() -> Iterator[Callable[..., Running]]:
    running: list[Running] = []

    def start(*words: Any) -> Running:
        running.append(Running(*words))
        return running[-1]

    yield start
    for each in running:
        each.process.kill()
        each.process.communicate()


# -- cells that fail ----------------------------------------------------------------------------------------------------------


def test_a_worker_that_is_killed_costs_its_cell_alone_and_the_next_call_mends_it(tmp_path: Path, mended: Path) -> None:
    config = quick_table({"raw": "Dying", "parallel": "Quick", "pipeline": "Dying", "discussion": "Quick"})
    cells = cells_of(config, tmp_path / "t")
    ended = problems(run_cells(cells))
    assert {name: problem.partition(":")[0] for name, problem in ended.items()} == {
        "tldr, raw, seed 0": "its process ended with status -9",
        "tldr, parallel, seed 0": "",
        "tldr, pipeline, seed 0": "its process ended with status -9",
        "tldr, discussion, seed 0": "",
    }
    mended.touch()
    assert set(problems(run_cells(cells)).items()) == {("tldr, raw, seed 0", ""), ("tldr, pipeline, seed 0", "")}
    assert run_cells(cells) == []


def test_a_log_that_is_no_text_is_shown_as_far_as_it_goes(tmp_path: Path, mended: Path) -> None:
    [ended] = run_cells(cells_of(quick_table({"raw": "Noisy"}), tmp_path))
    assert ended.problem.startswith("collm eval ended with status 1:\n")
    assert ended.problem.endswith("ArithmeticError: a voice that breaks")
    assert "\x1b" not in ended.problem
    assert "\x07" not in ended.problem
    assert len(ended.problem.splitlines()) == 16


def test_a_folder_that_cannot_be_written_costs_its_cell_alone(tmp_path: Path, mended: Path) -> None:
    cells = cells_of(quick_table({"raw": "Quick", "parallel": "Quick"}), tmp_path)
    (tmp_path / "tldr").mkdir()
    (tmp_path / "tldr/raw").write_text("no folder")
    ended = problems(run_cells(cells))
    assert "tldr/raw" in ended["tldr, raw, seed 0"]
    assert ended["tldr, parallel, seed 0"] == ""


def test_a_cell_that_asks_is_not_given_the_next_job_for_an_answer(tmp_path: Path, mended: Path) -> None:
    assert set(problems(run_cells(cells_of(quick_table({"raw": "Asking", "parallel": "Quick"}), tmp_path))).values()) == {""}


def test_several_workers_do_what_one_does(tmp_path: Path) -> None:
    from collm_agents.records import read_results

    config = quick_table({"raw": "Quick", "discussion": "Quick"}, seeds=(0, 1))
    told: list[Ended] = []
    looked: list[int] = []
    ended = run_cells(cells_of(config, tmp_path / "a"), 3, 1, told.append, lambda cells: looked.append(len(cells)))
    assert ended == told
    assert len(ended) == 4
    assert 0 < max(looked) <= 3
    run_cells(cells_of(config, tmp_path / "b"))
    for one, other in zip(cells_of(config, tmp_path / "a"), cells_of(config, tmp_path / "b")):
        assert [r.tokens for r in read_results(one.results)] == [r.tokens for r in read_results(other.results)]
    with pytest.raises(ValueError, match="workers must be 1 or more, got 0"):
        run_cells([], 0)


def test_an_error_of_the_caller_s_own_ends_all_workers(tmp_path: Path, mended: Path) -> None:
    class Mine(Exception):
        pass

    def look(cells: Sequence[Cell]) -> None:
        if cells:
            raise Mine

    start = time.monotonic()
    with pytest.raises(Mine), alone(tmp_path / "t") as lock:
        run_cells(cells_of(quick_table({"raw": "Hanging"}), tmp_path / "t"), on_look=look, lock=lock)
    assert time.monotonic() - start < 30
    assert workers_of(tmp_path / "t") == []


# -- the command --------------------------------------------------------------------------------------------------------------


def test_a_table_with_a_cell_that_fails_is_one_of_the_others_and_says_so(tmp_path: Path, mended: Path, started: Any) -> None:
    config = quick_table({"raw": "Quick", "parallel": "Noisy", "pipeline": "Quick"})
    status, out, err = started(tmp_path / "t", config, "--format", "json").end()
    assert status == 1
    told = json.loads(out)["tasks"]["tldr"]
    assert (list(told["rows"]), told["missing"]) == (["raw", "pipeline"], ["parallel"])
    assert "tldr, parallel, seed 0: failed; collm eval ended with status 1:" in err
    assert "tldr, pipeline, seed 0: done" in err
    mended.touch()
    status, out, err = started(tmp_path / "t", config).end()
    assert status == 0
    assert err == "tldr, parallel, seed 0: done\n"
    assert "Parallel" in out


@needs_proc
def test_ctrl_c_ends_at_once_leaves_nobody_behind_and_is_gone_on_from(tmp_path: Path, mended: Path, started: Any) -> None:
    home, config = tmp_path / "t", quick_table({"raw": "Quick", "parallel": "Hanging"})
    table = started(home, config, "--workers", "2")
    # Either may be the first.
    wait_for((home / "tldr/parallel/seed-0/eval/run.json").exists)
    wait_for((home / "tldr/raw/seed-0/eval/run.json").exists)
    wait_for(lambda: 'complete": true' in (home / "tldr/raw/seed-0/eval/run.json").read_text())
    start = time.monotonic()
    table.process.send_signal(signal.SIGINT)
    status, _, err = table.end()
    assert status == 130
    assert err.endswith("interrupted\n")
    assert "Traceback" not in err
    assert time.monotonic() - start < 15
    assert workers_of(home) == []
    before = (home / "tldr/raw/seed-0/eval/run.json").stat().st_mtime_ns
    mended.touch()
    assert started(home, config).end()[0] == 0
    assert (home / "tldr/raw/seed-0/eval/run.json").stat().st_mtime_ns == before


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_a_table_that_is_killed(number: int, tmp_path: Path, mended: Path, started: Any) -> None:
    home, config = tmp_path / "t", quick_table({"raw": "Hanging", "parallel": "Hanging"})
    table = started(home, config, "--workers", "2")
    wait_for((home / "tldr/raw/seed-0/eval/run.json").exists)
    wait_for((home / "tldr/parallel/seed-0/eval/run.json").exists)
    workers = workers_of(home)
    assert len(workers) == 2
    table.process.send_signal(number)
    table.process.wait()
    wait_for(lambda: not any(map(alive, workers)), 15)


def test_two_tables_in_one_folder_do_not_get_into_each_other_s_way(tmp_path: Path, mended: Path, started: Any) -> None:
    home, config = tmp_path / "t", quick_table({"raw": "Hanging"})
    first = started(home, config)
    wait_for((home / "tldr/raw/seed-0/eval/run.json").exists)
    asked = (home / "grid.yaml").read_text()
    status, out, err = started(home, config, "--seeds", "0", "1").end()
    assert (status, out) == (2, "")
    assert err == f"collm: error: another process makes the table in {home}, or saves what it has before it ends\n"
    assert (home / "grid.yaml").read_text() == asked
    # To look is no harm.
    status, _, err = started(home, config, "--no-run").end()
    assert (status, err) == (2, f"collm: error: {home} holds no cell of this table that was played to the end\n")
    mended.touch()
    assert first.end()[0] == 0


def test_the_lock_is_free_again_when_its_holder_ends(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(BlockingIOError, match="another process"), alone(tmp_path):
        pass
    with alone(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path, started: Any) -> None:
    # A place below a file, for root writes to any folder.
    (tmp_path / "file").touch()
    home = tmp_path / "t"
    home.symlink_to(tmp_path / "file" / "t")
    status, _, err = started(home, quick_table({"raw": "Quick"})).end()
    assert status == 2
    assert err.startswith("collm: error: ")
    assert err.count("\n") == 1
