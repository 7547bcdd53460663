"""From episodes to the table: known answers, and the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from collm_agents.__main__ import main
from collm_agents.grid.cells import cells_of
from collm_agents.grid.paper import figure
from collm_agents.grid.render import FORMATS, markdown
from collm_agents.grid.rows import COST, MAIN, REWARD, ROWS, TASKS, TIME, columns_of
from collm_agents.grid.run import run_cells
from collm_agents.grid.summary import summarise
from collm_agents.settings import dump_yaml
from collm_agents.statistics import crossed_difference, crossed_interval
from tests.agents.grid_results import asked, episode, figure_of, lines_of, made, put
from tests.agents.grid_voices import quick_table

# -- columns ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
def test_columns_are_of_the_episode_in_the_paper_s_units(task: str) -> None:
    result = episode(task, 0, 0, {})
    found = {column.name: column.of(result) for column in columns_of(task)}
    scores = {
        "tldr": {"score": 50.0},
        "arxiv": {"score": 50.0},
        "coophe": {"pass_rate": 50.0},
        "strbuild": {"adjacent_same_ratio": 25.0, "iou": 50.0},
        "housebuild": {"iou": 50.0, "hp": 4.5},
    }
    others = {"seconds": 1.5, "speaker_tokens": 20.0, "tokens": 40.0, "prompt_tokens": 250.0, "reward": 0.5}
    assert found == {**others, **scores[task]}
    assert list(found)[:2] == ["seconds", "speaker_tokens"]
    assert MAIN[task].name in scores[task]
    for column in columns_of(task):
        assert "(" in column.label or column is REWARD or column.name == "prompt_tokens"


def test_the_paper_s_figures_stand_in_its_columns() -> None:
    assert figure("strbuild", "collm-cc", "iou") == 68.5
    assert figure("strbuild", "collm-cc", "adjacent_same_ratio") == 7.3
    assert figure("tldr", "raw", "speaker_tokens") == 465
    assert figure("coophe", "raw", "pass_rate") is None
    assert figure("tldr", "raw", "reward") is None
    for task in TASKS:
        names = [column.name for column in columns_of(task)]
        assert all(figure(task, row, name) is None for row in ROWS for name in names[-3:])


# -- known answers ------------------------------------------------------------------------------------------------------------


def test_means_are_over_seeds_and_instances_and_intervals_of_both(tmp_path: Path) -> None:
    cc, raw = [[10.0, 20.0, 30.0], [20.0, 30.0, 70.0]], [[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]
    lines = lines_of(made(tmp_path, {"raw": raw, "collm-cc": cc}))
    best = figure_of(lines["collm-cc"], "score")
    assert best.interval == crossed_interval(cc)
    assert best.interval.mean == pytest.approx(30.0)
    assert best.by_seed == (20.0, 40.0)
    assert (best.best, figure_of(lines["raw"], "score").best) == (True, False)
    assert lines["raw"].behind == crossed_difference(cc, raw)
    assert lines["raw"].behind is not None
    assert lines["raw"].behind.mean == pytest.approx(27.5)
    assert lines["raw"].behind.low > 0
    assert lines["collm-cc"].behind is None
    assert (lines["raw"].seeds, lines["raw"].instances, lines["raw"].episodes, lines["raw"].cut) == ((0, 1), 3, 6, 0.25)


def test_where_the_reference_is_worse_the_difference_is_below_0(tmp_path: Path) -> None:
    behind = lines_of(made(tmp_path, {"raw": [[9.0, 8.0]], "collm-cc": [[1.0, 2.0]]}, "housebuild"))["raw"].behind
    assert behind is not None
    assert behind.mean == pytest.approx(-7.0)
    assert behind.high < 0


def test_all_that_are_equally_good_are_best_and_less_is_better_where_it_costs(tmp_path: Path) -> None:
    config, cells = asked(tmp_path, {"raw": [[0.1, 0.2, 0.6]], "parallel": [[0.6, 0.1, 0.2]], "pipeline": [[0.1, 0.1, 0.1]]})
    for cell, (seconds, tokens) in zip(cells, [(3.0, 10), (1.0, 20), (2.0, 10)]):
        results = [
            episode("tldr", i, i, {"score": value}, team_seconds=seconds, tokens={"a_0": tokens})
            for i, value in enumerate({"raw": [0.1, 0.2, 0.6], "parallel": [0.6, 0.1, 0.2], "pipeline": [0.1] * 3}[cell.row])
        ]
        (cell.results / "results.jsonl").write_text("".join(each.to_json() + "\n" for each in results))
    lines = lines_of(summarise(config, cells))
    best = {name: [row for row, line in lines.items() if figure_of(line, name).best] for name in ("score", TIME.name, COST.name)}
    assert best == {"score": ["raw", "parallel"], "seconds": ["parallel"], "speaker_tokens": ["raw", "pipeline"]}
    adjacent = next(column for column in columns_of("strbuild") if column.name == "adjacent_same_ratio")
    assert not adjacent.high


def test_an_instance_counts_once_however_often_it_was_played(tmp_path: Path) -> None:
    config, cells = asked(tmp_path, {"raw": [[0.0]]})
    results = [episode("tldr", 0, 0, {"score": 0.0}), episode("tldr", 0, 1, {"score": 2.0}), episode("tldr", 1, 2, {"score": 4.0})]
    (cells[0].results / "results.jsonl").write_text("".join(each.to_json() + "\n" for each in results))
    line = lines_of(summarise(config, cells))["raw"]
    assert figure_of(line, "score").interval.mean == pytest.approx(2.5)
    assert (line.instances, line.episodes) == (2, 3)


def test_rows_that_are_not_there_or_lack_seeds_are_named(tmp_path: Path) -> None:
    values: dict[str, Any] = {"raw": [[1.0], [2.0]], "ac": [None, None], "parallel": [None, [5.0]], "collm-cc": [[4.0], [4.0]]}
    [section] = made(tmp_path, values).sections
    assert section.missing == ("ac", "parallel")
    lines = {line.row.name: line for line in section.lines}
    assert list(lines) == ["raw", "parallel", "collm-cc"]
    assert lines["parallel"].seeds == (1,)
    assert lines["parallel"].behind is not None
    assert lines["parallel"].behind.mean == -1.0


def test_without_the_reference_nothing_is_compared(tmp_path: Path) -> None:
    assert lines_of(made(tmp_path, {"raw": [[1.0, 2.0]], "ac": [[1.0, 2.0]]}))["raw"].behind is None


def test_seeds_of_a_row_must_have_played_the_same_instances(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the seeds of raw played different instances of tldr"):
        made(tmp_path, {"raw": [[1.0, 2.0], [1.0]]})


def test_rows_are_compared_on_the_same_instances_of_the_same_game_alone(tmp_path: Path) -> None:
    """As many instances are not the same ones."""
    config, cells = asked(tmp_path, {row: [[1.0, 2.0]] for row in ("raw", "grpo", "ac", "parallel", "collm-cc")})
    of = {cell.row: cell for cell in cells}
    changes: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "raw": ({"split": "val"}, {}),
        "grpo": ({}, {"max_cycles": 9}),
        "ac": ({"index": 7}, {}),
    }
    for row, (fields, options) in changes.items():
        for file in of[row].results.iterdir():
            file.unlink()
        of[row].results.rmdir()
        put(of[row], [episode("tldr", **{"index": i, "seed": i, "metrics": {}, **fields}) for i in (0, 1)], options)
    table = summarise(config, cells)
    assert table.sections[0].apart == ("raw", "grpo", "ac")
    assert [row for row, line in lines_of(table).items() if line.behind] == ["parallel"]
    assert "On other instances or with other options of the task than collm-cc: raw, grpo, ac." in markdown(table)


def test_results_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    config, cells = asked(tmp_path, {"raw": [[1.0]]})
    (cells[0].results / "results.jsonl").write_text("{}\n")
    with pytest.raises(ValueError, match=r"raw/seed-0/eval/results\.jsonl, line 1"):
        summarise(config, cells)


# -- the command --------------------------------------------------------------------------------------------------------------


def table(*words: str) -> int:
    return main(["table", *words])


def test_the_same_table_twice_is_the_same_but_for_times(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "t.yaml"
    file.write_text(dump_yaml(quick_table({"raw": "Quick", "discussion": "Quick"}, ["tldr", "coophe"], (0, 1)).to_json()))
    told = []
    for name in ("a", "b"):
        assert table("--config", str(file), "--out", str(tmp_path / name), "--format", "json") == 0
        out = capsys.readouterr().out
        assert out == (tmp_path / name / "table.json").read_text()
        told.append(json.loads(out))
        assert {each.name for each in (tmp_path / name).iterdir() if each.is_file() and each.name != ".lock"} == {
            "grid.yaml",
            *(f for f, _ in FORMATS.values()),
        }
    for each in told:
        for task in each["tasks"].values():
            for row in task["rows"].values():
                assert row["figures"].pop("seconds")["mean"] > 0
    assert told[0] == told[1]
    assert table("--config", str(tmp_path / "a/grid.yaml"), "--out", str(tmp_path / "a"), "--no-run", "--format", "csv") == 0
    assert capsys.readouterr().out == (tmp_path / "a/table.csv").read_text()


def test_figures_of_other_settings_are_not_shown_under_these(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "t"
    config = quick_table({"raw": "Quick"})
    run_cells(cells_of(config, home))
    file = tmp_path / "other.yaml"
    file.write_text(dump_yaml(quick_table({"raw": "Quick"}, split="test").to_json()))
    for words in ([], ["--no-run"]):
        assert table("--config", str(file), "--out", str(home), *words) == 2
        assert "made with other settings" in capsys.readouterr().err
    assert not list(home.glob("table.*"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "collm table needs --config FILE, or --quick for toys, and not both"),
        (["--quick", "--config", "x.yaml"], "and not both"),
        (["--config", "nowhere.yaml"], "nowhere.yaml: No such file or directory"),
        (["--quick", "--format", "html"], "unknown format 'html'; choose from: md, csv, latex, json"),
        (["--quick", "--tasks", "relay"], "unknown task of the table 'relay'; choose from: tldr, arxiv"),
        (["--quick", "--rows", "ppo"], "unknown row 'ppo'; choose from: raw, grpo"),
        (["--quick", "--seeds", "x"], "--seeds: "),
        (["--quick", "--workers", "0"], "--workers must be 1 or more, got 0"),
        (["--quick", "--out", "{file}"], "is no folder"),
        (["--quick", "--out", "{theirs}"], "table.md was not written by collm table (there is no grid.yaml beside it)"),
        (["--quick", "--out", "{empty}", "--no-run"], "holds no cell of this table that was played to the end"),
    ],
)
def test_what_is_wrong_is_one_line(words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    for name in ("empty", "theirs"):
        (tmp_path / name).mkdir()
    (tmp_path / "theirs/table.md").write_text("mine")
    places = {f"{{{name}}}": str(tmp_path / name) for name in ("file", "empty", "theirs")}
    out = [] if "--out" in words else ["--out", str(tmp_path / "new")]
    assert table(*(places.get(word, word) for word in words), *out) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "new").exists()
    assert not list((tmp_path / "empty").iterdir())
    assert [file.read_text() for file in (tmp_path / "theirs").iterdir()] == ["mine"]


def test_a_row_that_cannot_be_played_is_found_before_any_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "t.yaml"
    config = quick_table({"raw": "Quick", "parallel": "Missing"})
    file.write_text(dump_yaml(config.to_json()))
    assert table("--config", str(file), "--out", str(tmp_path / "t")) == 2
    assert "tldr, parallel: " in capsys.readouterr().err
    assert not (tmp_path / "t/tldr").exists()


def test_a_table_that_cannot_be_written_is_shown_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from collm_agents import checkpoint

    home, file = tmp_path / "t", tmp_path / "t.yaml"
    config = quick_table({"raw": "Quick"})
    file.write_text(dump_yaml(config.to_json()))
    run_cells(cells_of(config, home))

    write = checkpoint.write

    def full(path: Path, text: str) -> None:
        if path.name.startswith("table."):
            raise OSError(28, "No space left on device", str(path))
        write(path, text)

    monkeypatch.setattr(checkpoint, "write", full)
    assert table("--config", str(file), "--out", str(home), "--format", "csv") == 1
    told = capsys.readouterr()
    assert told.out.startswith("task,split,row")
    assert "No space left on device" in told.err


def test_a_config_in_the_folder_of_its_table_stays_as_it_is_and_no_run_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "table.yaml"
    text = "# mine\n" + dump_yaml(quick_table({"raw": "Quick"}, ["tldr", "coophe"]).to_json())
    file.write_text(text)
    assert table("--config", str(file), "--out", str(tmp_path)) == 0
    whole = (tmp_path / "table.md").read_text()
    assert "## coophe" in whole
    assert table("--config", str(file), "--out", str(tmp_path), "--tasks", "tldr", "--no-run") == 0
    assert (tmp_path / "table.md").read_text() == whole
    assert file.read_text() == text
