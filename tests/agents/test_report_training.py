"""``collm report`` of training runs: reward terms over time, and the episodes recorded of the first and newest evaluation."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collm_agents.arguments import UsageError
from collm_agents.commands.report import report
from collm_agents.report import curves, data, page
from tests.agents.browser import NAMES, chromium, find_chromium
from tests.agents.run_folders import change, learn, make_played, make_training, payload


def test_reward_terms_of_runs_that_learn_are_curves_with_their_sum_last(tmp_path: Path) -> None:
    runs = [data.read_run(learn(tmp_path / f"run{seed}", seed=seed), f"run{seed}") for seed in range(2)]
    [family] = curves.families(runs)  # type: ignore[arg-type]
    own, shared, reward = curves.learnt_terms(family, "total_joint_rewards")
    assert [curve.label for curve in (own, shared, reward)] == ["own", "shared", "reward"]
    assert (own.count, own.x.tolist(), own.mean.tolist()) == (2, [10, 20, 30, 40], [2, 3, 4, 5])
    np.testing.assert_allclose(own.high, own.mean)
    # Of 0 and -2 the standard deviation is the root of 2; t of 1 degree of freedom is 12.706.
    np.testing.assert_allclose(shared.mean, [-1] * 4)
    np.testing.assert_allclose(shared.high - shared.mean, 12.706)
    np.testing.assert_allclose(reward.mean, [1, 2, 3, 4])
    tried = curves.learnt_terms(family, "total_responses", tried=True)
    assert [(curve.label, curve.x.tolist(), curve.mean.tolist()) for curve in tried] == [
        ("own", [0, 160], [1, 5]), ("shared", [0, 160], [-1, -1]), ("reward", [0, 160], [0, 4]),
    ]  # fmt: skip


def test_a_single_term_has_no_sum_and_a_run_of_an_earlier_version_no_terms(tmp_path: Path) -> None:
    folder = make_training(tmp_path / "a")
    [family] = curves.families([data.read_run(folder, "a")])  # type: ignore[list-item]
    assert curves.learnt_terms(family, "total_joint_rewards") == []
    assert 'id="terms"' not in page.make_page(data.read_runs([folder]))
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    # Gone on with by a version that writes them.
    for row in rows[2:]:
        row["term.own"] = 1.5
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    [family] = curves.families([data.read_run(folder, "a")])  # type: ignore[list-item]
    [curve] = curves.learnt_terms(family, "total_joint_rewards")
    assert (curve.label, curve.x.tolist(), curve.mean.tolist()) == ("own", [30, 40], [1.5, 1.5])


def test_terms_of_runs_that_learn_are_drawn_by_either_axis_with_n_and_units(tmp_path: Path) -> None:
    folders = [learn(tmp_path / f"run{seed}", seed=seed) for seed in range(2)] + [learn(tmp_path / "other")]
    config = json.loads((folders[2] / "config.yaml").read_text())
    (folders[2] / "config.yaml").write_text(json.dumps({**config, "method": "magrpo"}))
    text = page.make_page(data.read_runs(folders))
    [part] = re.findall(r'<section id="terms">.*?</section>', text, re.S)
    found = re.findall(r"<figure.*?</figure>", part, re.S)
    # Two settings, in training and in evaluations, by either axis.
    assert len(found) == 2 * 2 * 2
    for figure in found:
        assert len(re.findall(r'class="axis[^"]*"[^>]*>[^<]*\([^<]+\)</text>', figure)) == 2
        assert 'class="legend"' in figure
    first = [figure for figure in found if 'class="axis-0"' in figure and "joint rewards (number)" in figure]
    assert len(first) == 4
    assert ["n = 2 seeds" in figure for figure in first] == [True, True, False, False]
    assert ["n = 1 seed." in figure for figure in first] == [False, False, True, True]
    # Of the other run's terms one is always 0; the rest is drawn as in the first figure.
    assert "Always 0: shared" in first[2]
    styles = [re.findall(r'class="line (c\d)" *(?:stroke-dasharray="([^"]*)")? x1.*?</svg> (\w+)</li>', each) for each in first]
    assert {name: style for *style, name in styles[2]}.items() <= {name: style for *style, name in styles[0]}.items()


def recorded_groups(folder: Path) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = payload(page.make_page(data.read_runs([folder])))["groups"]
    return groups


def test_of_a_run_that_learns_the_episodes_of_the_first_and_newest_evaluation_are_shown(tmp_path: Path) -> None:
    folder = learn(tmp_path / "a")
    text = page.make_page(data.read_runs([folder]))
    kept = payload(text)
    assert [group["label"] for group in kept["groups"]] == ["collm-cc, before training", "collm-cc, after 4 iterations"]
    first, last = ([episode["key"] for episode in group["episodes"]] for group in kept["groups"])
    assert first == last
    assert len(first) == 3
    answers = [kept["texts"][group["episodes"][0]["turns"][0]["agents"][0]["answer"]] for group in kept["groups"]]
    assert answers == ["", "/setblock 0 0 0 white_concrete"]
    # They are a sample, and so no results.
    assert 'id="results"' not in text
    assert "6 episodes." in text
    assert "the recorded ones of the first and the newest evaluation" in text


def test_runs_that_learn_are_told_apart_from_each_other_and_from_evaluations(tmp_path: Path) -> None:
    folders = [learn(tmp_path / "a"), make_played(tmp_path / "b"), learn(tmp_path / "c", seed=1)]
    text = page.make_page(data.read_runs(folders))
    assert [group["label"] for group in payload(text)["groups"]] == [
        "greedy (b)", "collm-cc, before training (a)", "collm-cc, after 4 iterations (a)",
        "collm-cc, before training (c)", "collm-cc, after 4 iterations (c)",
    ]  # fmt: skip
    [table] = re.findall(r'<section id="results">.*?</section>', text, re.S)
    # In the table of scores and in that of what they cost.
    assert table.count('<td class="name">greedy</td>') == 2
    assert "training" not in table


def test_an_evaluation_that_is_being_written_is_not_read_and_a_single_one_is_shown_alone(tmp_path: Path) -> None:
    folder = learn(tmp_path / "a")
    (folder / "episodes" / "00000004" / "run.json").unlink()
    assert [group["label"] for group in recorded_groups(folder)] == ["collm-cc, before training", "collm-cc, after 2 iterations"]
    (folder / "episodes" / "00000002" / "run.json").unlink()
    assert [group["label"] for group in recorded_groups(folder)] == ["collm-cc, before training"]


def test_a_broken_record_of_an_evaluation_is_an_error_that_names_it(tmp_path: Path) -> None:
    folder = learn(tmp_path / "a")
    with (folder / "episodes" / "00000004" / "results.jsonl").open("a") as file:
        file.write("{]\n")
    with pytest.raises(UsageError, match=r"00000004/results.jsonl, line 4, is no JSON"):
        report([folder], tmp_path / "report.html")


def test_no_time_is_told_of_episodes_that_were_answered_in_one_batch(tmp_path: Path) -> None:
    folder = make_played(tmp_path / "a")
    change(folder, team_seconds=0.0, turn_seconds=[])
    first, second, *_ = payload(page.make_page(data.read_runs([folder])))["groups"][0]["episodes"]
    assert "seconds" not in first["facts"]
    assert "seconds" in second["facts"]


def test_a_run_that_learns_says_how_much_of_it_there_is(tmp_path: Path) -> None:
    folders = [make_training(tmp_path / "a", iterations=4), make_training(tmp_path / "b", 1), learn(tmp_path / "c", seed=2)]
    config = json.loads((folders[0] / "config.yaml").read_text())
    (folders[0] / "config.yaml").write_text(json.dumps({**config, "learner": {**config["learner"], "iterations": 30}}))
    about = json.loads((folders[1] / "run.json").read_text())
    (folders[1] / "run.json").write_text(json.dumps({**about, "complete": False}))
    kept = folders[2] / "episodes" / "00000004"
    told = json.loads((kept / "run.json").read_text())
    (kept / "run.json").write_text(json.dumps({**told, "matches": [{**told["matches"][0], "episodes": 5}]}))
    states = [page.lack_of(run) for run in data.read_runs(folders)]
    assert states == ["4 of 30 iterations", "not complete", "3 of 5 recorded episodes"]


def test_builds_of_a_run_that_learns_stand_side_by_side_before_and_after(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    text = page.make_page(data.read_runs([learn(tmp_path / "a"), make_played(tmp_path / "b", count=1)]))
    [part] = re.findall(r'<section id="builds">.*?</section>', text, re.S)
    pairs = re.findall(r'<div class="pair">(.*?)</div>', part, re.S)
    captions = [re.findall(r"<figcaption>(.*?)</figcaption>", pair) for pair in pairs]
    assert [[caption.partition(", turn")[0] for caption in each] for each in captions] == [
        ["before training: test[0], seed 0", "after 4 iterations: test[0], seed 0"],
        ["before training: test[2], seed 2", "after 4 iterations: test[2], seed 2"],
    ]
    for pair in pairs:
        before, after = re.findall(r'src="([^"]*)"', pair)
        assert before != after
    assert "<h3>a: collm-cc</h3>" in part
    assert part.index("greedy (b)") < part.index("a: collm-cc")
    uris = re.findall(r"data:image/png;base64,[\w+/=]+", text)
    assert len(uris) == len(set(uris))


@pytest.mark.slow
def test_chromium_shows_what_a_run_learnt_side_by_side(tmp_path: Path) -> None:
    if find_chromium() is None:
        pytest.skip(f"the report was opened in no browser: none of {', '.join(NAMES)} is installed (apt-get install chromium)")
    out = tmp_path / "report.html"
    report([learn(tmp_path / f"run{seed}", seed=seed) for seed in range(2)], out)
    with chromium(tmp_path / "profile") as browser:
        for width, dark in ((1280, False), (400, True)):
            browser.open(out, width, dark=dark)
            assert browser.eval("document.documentElement.scrollWidth <= innerWidth")
            chosen = "[...document.querySelectorAll('.pane')].map((each) => each.querySelector('select').selectedOptions[0].label)"
            assert browser.eval(chosen) == ["collm-cc, before training (run0)", "collm-cc, after 4 iterations (run0)"]
            browser.press("j")
            episodes = "[...document.querySelectorAll('.pane')].map((each) => each.querySelectorAll('select')[1].value)"
            assert browser.eval(episodes) == ["1", "1"]
            assert browser.eval("[...document.images].every((each) => each.complete && each.naturalWidth > 0)")
            tops = "[...document.querySelector('.pair').children].map((each) => each.offsetTop)"
            before, after = browser.eval(tops)
            assert (before == after) == (width == 1280)
            # The switch of the learning curves is that of the terms, too.
            shown_axes = "[0, 1].map((n) => getComputedStyle(document.querySelector(`#terms .axis-${n}`)).display)"
            assert browser.eval(shown_axes) == ["block", "none"]
            browser.eval("document.getElementById('axis-1').click()")
            assert browser.eval(shown_axes) == ["none", "block"]
        assert browser.complaints == []
