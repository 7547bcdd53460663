"""``collm report``: what is read, what is counted, what is drawn, and that nothing a model wrote gets out of its box."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collm_agents.arguments import UsageError
from collm_agents.commands.report import report
from collm_agents.report import curves, data, episodes, page
from collm_agents.report.charts import line_chart, style_of, ticks, whole_ticks
from collm_agents.report.curves import Curve, t_quantile
from collm_agents.report.text import shown, visible
from collm_envs import housebuild_v0, relay_v0, strbuild_v0
from tests.agents.browser import chromium, need_chromium
from tests.agents.run_folders import Elements, change, file_of, first_of, learn, make_played, make_training, payload

HOSTILE = (
    "</script><script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\"><!--<script>"
    "\x1b[31mred\x00\x9b\u202egnihton\ud800 &lt;b&gt; ${1} `\u2028"
)


# -- curves ---------------------------------------------------------------------------------------------------------------


def test_runs_that_differ_only_in_their_seed_are_one_curve_with_the_t_interval_of_its_mean(tmp_path: Path) -> None:
    runs = [data.read_run(make_training(tmp_path / f"run{seed}", seed), f"run{seed}") for seed in range(3)]
    [family] = curves.families(runs)  # type: ignore[arg-type]
    [curve] = curves.training_curves([family], "return", "total_joint_rewards")
    assert curve.count == 3
    np.testing.assert_allclose(curve.x, [10, 20, 30, 40])
    np.testing.assert_allclose(curve.mean, [2, 3, 4, 5])
    # Of 0, 1, 2 the standard deviation is 1; t of 2 degrees of freedom is 4.303.
    np.testing.assert_allclose(curve.high - curve.mean, 4.303 / np.sqrt(3))
    [curve] = curves.evaluation_curves([family], "return", "total_responses")
    np.testing.assert_allclose(curve.x, [0, 160])
    np.testing.assert_allclose(curve.mean, [1, 9])


def test_runs_that_differ_otherwise_are_curves_of_their_own_named_by_what_differs(tmp_path: Path) -> None:
    folders = [
        make_training(tmp_path / "a"),
        make_training(tmp_path / "b", gamma=0.9),
        make_training(tmp_path / "c", method="magrpo"),
    ]
    found = curves.families(data.read_runs(folders))  # type: ignore[arg-type]
    assert [family.label for family in found] == ["collm-cc, gamma=1.0", "collm-cc, gamma=0.9", "magrpo"]


def test_one_seed_twice_counts_once_and_a_shorter_run_ends_the_curve(tmp_path: Path) -> None:
    folders = [make_training(tmp_path / "a", 0), make_training(tmp_path / "b", 0), make_training(tmp_path / "c", 1, iterations=2)]
    [family] = curves.families(data.read_runs(folders))  # type: ignore[arg-type]
    assert [run.name for run in family.runs] == ["a", "c"]
    assert "b has the seed of a" in family.remarks[0]
    assert "after 2 of 4 iterations" in family.remarks[1]
    [curve] = curves.training_curves([family], "return", "total_joint_rewards")
    assert curve.x[-1] == 20


def test_a_metric_that_begins_late_makes_a_curve_that_begins_late(tmp_path: Path) -> None:
    folder = make_training(tmp_path / "a")
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    for row in rows[2:]:
        row["entropy"] = 1.5
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = curves.families([data.read_run(folder, "a")])  # type: ignore[list-item]
    [curve] = curves.training_curves(found, "entropy", "total_joint_rewards")
    assert curve.x.tolist() == [30, 40]
    assert curves.training_curves(found, "kl", "total_joint_rewards") == []


@pytest.mark.parametrize(("freedom", "quantile"), [(1, 12.706), (10, 2.228), (11, 2.201), (20, 2.086), (120, 1.980)])
def test_quantiles_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    assert t_quantile(freedom) == pytest.approx(quantile, abs=1e-3)


def test_a_running_mean_keeps_its_digits() -> None:
    running = data.Running()
    for value in (1e9, 1e9 + 1, 1e9 + 2):
        running.add(value)
    assert (running.count, running.mean) == (3, 1e9 + 1)
    assert running.error == pytest.approx(1 / 3**0.5)


def test_reward_terms_are_means_of_their_turn(tmp_path: Path) -> None:
    folder = make_played(tmp_path / "a", count=2)
    transcript = first_of(folder)["transcript"]
    transcript[0].update(reward=3.0, terms={"coverage": 2.0, "own": 1.0})
    change(folder, transcript=transcript)
    run = data.read_run(folder, "a")
    assert isinstance(run, data.PlayedRun)
    found = {curve.label: curve for curve in curves.term_curves(run.groups[0])}
    other = json.loads(file_of(folder).read_text().splitlines()[1])["transcript"]
    np.testing.assert_allclose(found["reward"].mean, [(3.0 + other[0]["reward"]) / 2, transcript[1]["reward"]])
    assert (found["own"].count, found["own"].mean.tolist()) == (1, [1.0])


# -- charts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-0.2, 0.31), (5, 5), (0, 0), (1e-7, 3e-7), (0, 123_456), (-4, 1e6), (-3, -3)])
def test_ticks_are_few_and_hold_the_range(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 2 <= len(found) <= 6
    assert found[0] <= low + 1e-9 * abs(low)
    assert found[-1] >= high - 1e-9 * abs(high)


def test_ticks_of_turns_are_whole() -> None:
    assert whole_ticks(1, 1) == [1, 2]
    assert whole_ticks(1, 4) == [1, 2, 3, 4]
    assert len(whole_ticks(1, 100)) <= 9


def test_curves_differ_in_colour_or_dashes() -> None:
    assert len({style_of(place) for place in range(28)}) == 28
    assert all(style_of(place)[0] != style_of(place + 1)[0] and style_of(place)[1] != style_of(place + 1)[1] for place in range(6))


def test_a_chart_names_its_axes_and_keeps_to_its_frame() -> None:
    x = np.array([0.0, 10.0])
    curve = Curve("a", 2, x, x / 10, x / 10 - 0.5, x / 10 + 0.5)
    drawing = line_chart([curve], "steps (number) <", "reward", "title")
    assert "steps (number) &lt;" in drawing
    [line] = re.findall(r'<polyline[^>]* points="([^"]+)"', drawing)
    points = [tuple(map(float, each.split(","))) for each in line.split()]
    assert all(52 <= a <= 438 and 30 <= b <= 224 for a, b in points)
    assert drawing.count("<polygon") == 1


def test_wide_bands_are_clipped_and_leave_the_axis_to_the_means() -> None:
    x = np.array([0.0, 10.0])
    curve = Curve("a", 2, x, x / 10, x / 10 - 50, x / 10 + 50)
    drawing = line_chart([curve], "steps (number)", "reward", "title")
    [clipped] = re.findall(r'<svg class="plot" x="52" y="30" width="386" height="194" viewBox="52 30 386 194">(.*?)</svg>', drawing)
    assert "<polygon" in clipped
    assert drawing.count("<polygon") == clipped.count("<polygon")
    [line] = re.findall(r'<polyline[^>]* points="([^"]+)"', drawing)
    low, high = (float(each.split(",")[1]) for each in line.split())
    # Of a height of 194 the curve has 1 of 1.3 parts.
    assert low - high == pytest.approx(194 / 1.3, abs=0.2)
    assert re.findall(r'class="tick end"[^>]*>([^<]+)<', drawing) == ["0", "0.2", "0.4", "0.6", "0.8", "1"]


def test_where_means_show_no_change_the_axis_follows_the_intervals() -> None:
    for x in (np.array([5.0]), np.array([0.0, 10.0])):
        mean = np.full(len(x), 0.5)
        drawing = line_chart([Curve("a", 2, x, mean, mean - 2, mean + 2)], "steps (number)", "reward", "title")
        assert re.findall(r'class="tick end"[^>]*>([^<]+)<', drawing) == ["-2", "-1", "0", "1", "2", "3"]
    alone = line_chart([Curve("a", 1, x, mean, mean, mean)], "steps (number)", "reward", "title")
    assert "<polygon" not in alone
    assert len(re.findall(r'class="tick end"', alone)) >= 2


@pytest.mark.parametrize("spread", np.geomspace(0.05, 50, 10))
def test_at_least_two_numbers_stand_beside_every_plot(spread: float) -> None:
    for low in np.linspace(-1.0, 1.0, 41):
        mean = np.array([low, low + spread])
        drawing = line_chart([Curve("a", 1, np.array([0.0, 1.0]), mean, mean, mean)], "steps (number)", "reward", "title")
        assert 2 <= drawing.count('class="tick end"') <= 8


# -- what is read ---------------------------------------------------------------------------------------------------------


def test_a_folder_that_holds_no_run_is_an_error_that_says_what_it_must_have(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no run: it must have config.yaml and run.json of collm train, or"):
        report([tmp_path], tmp_path / "report.html")
    with pytest.raises(UsageError, match="needs RUN"):
        report([], tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    ("name", "line", "complaint"),
    [
        ("metrics.jsonl", "{]\n", "metrics.jsonl has a line that is no JSON"),
        ("eval.jsonl", "{}\n", "eval.jsonl has a line without an iteration"),
        ("config.yaml", "- 1\n", "config.yaml must hold keys and values"),
    ],
)
def test_a_training_run_with_a_broken_file_is_an_error_that_names_it(tmp_path: Path, name: str, line: str, complaint: str) -> None:
    folder = make_training(tmp_path / "a")
    (folder / name).write_text(line)
    with pytest.raises(UsageError, match=re.escape(complaint)):
        report([folder], tmp_path / "report.html")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{]", ", line 4, is no JSON"),
        ("{}", ", line 4, is no episode: it has no task"),
        ('{"last_reward": NaN}', ", line 4, is no JSON: it holds NaN"),
    ],
)
def test_a_broken_episode_is_an_error_that_names_its_line(tmp_path: Path, line: str, complaint: str) -> None:
    folder = make_played(tmp_path / "a")
    with file_of(folder).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(UsageError, match=re.escape(complaint)):
        report([folder], tmp_path / "report.html")


def test_of_a_run_that_still_goes_on_a_last_line_without_end_is_not_read(tmp_path: Path) -> None:
    training, played = make_training(tmp_path / "a"), make_played(tmp_path / "b")
    for file in (training / "metrics.jsonl", file_of(played)):
        with file.open("a") as lines:
            lines.write('{"iteration": 5, "ret')
    first, second = data.read_runs([training, played])
    assert isinstance(first, data.TrainingRun)
    assert isinstance(second, data.PlayedRun)
    assert (len(first.metrics), len(second.groups[0].episodes)) == (4, 3)


@pytest.mark.parametrize("name", data.EPISODES)
def test_episodes_are_read_under_both_names_and_without_the_fields_of_later_versions(tmp_path: Path, name: str) -> None:
    folder = make_played(tmp_path / "a")
    lines = [json.loads(line) for line in file_of(folder).read_text().splitlines()]
    file_of(folder).unlink()
    old = [{key: line[key] for key in data._NEEDED} for line in lines]
    (folder / name).write_text("".join(json.dumps(line) + "\n" for line in old))
    text = page.make_page(data.read_runs([folder]))
    assert len(payload(text)["groups"][0]["episodes"]) == 3


def test_folders_of_one_name_are_told_apart_and_one_folder_counts_once(tmp_path: Path) -> None:
    folders = [make_training(tmp_path / "x" / "run"), make_training(tmp_path / "y" / "run", 1)]
    assert [run.name for run in data.read_runs([*folders, folders[0]])] == ["x/run", "y/run"]


def test_what_is_no_report_is_not_written_over(tmp_path: Path) -> None:
    folder, out = make_training(tmp_path / "a"), tmp_path / "mine.html"
    out.write_text("mine")
    with pytest.raises(UsageError, match="is no report"):
        report([folder], out)
    assert out.read_text() == "mine"
    out.unlink()
    assert report([folder], out) == report([folder], out) == 0
    with pytest.raises(UsageError, match="is a folder"):
        report([folder], tmp_path)


# -- the page -------------------------------------------------------------------------------------------------------------


def test_every_figure_says_n_and_names_both_axes(tmp_path: Path) -> None:
    folders = [make_training(tmp_path / f"run{seed}", seed) for seed in range(2)]
    text = page.make_page(data.read_runs([*folders, make_played(tmp_path / "played")]))
    found = re.findall(r"<figure.*?</figure>", text, re.S)
    charts = [figure for figure in found if "<svg" in figure]
    # Return in training and in evaluations and solved, by either axis; the terms.
    assert len(charts) == 2 * 3 + 1
    for figure in charts:
        assert re.search(r"n = \d+", figure)
        assert len(re.findall(r'class="axis[^"]*"[^>]*>[^<]*\([^<]+\)</text>', figure)) == 2
    assert "sampled responses (number)" in text
    assert "(n = 2 seeds: 0, 1)" in text


def test_settings_that_differ_are_marked_and_the_rest_is_told_once(tmp_path: Path) -> None:
    folders = [make_training(tmp_path / "a"), make_training(tmp_path / "b", gamma=0.9)]
    text = page.make_page(data.read_runs(folders))
    assert '<td>learner.gamma</td><td class="long">1.0</td><td class="long differs">0.9</td>' in text
    assert '<td>env.max_cycles</td><td class="long">2</td></tr>' in text


def test_the_page_asks_for_nothing_from_anywhere(tmp_path: Path) -> None:
    text = page.make_page(data.read_runs([make_training(tmp_path / "a"), make_played(tmp_path / "b")]))
    for tag, attributes in Elements(text).found:
        assert tag not in ("link", "iframe", "object", "embed", "base")
        for name, value in attributes.items():
            if name in ("src", "href", "action"):
                assert (value or "").startswith(("data:image/png", "#"))
    assert "default-src 'none'" in text
    assert "@import" not in text
    assert "url(" not in text


def test_text_of_models_is_data_everywhere(tmp_path: Path) -> None:
    folder = make_played(tmp_path / "a", count=2)
    record = first_of(folder)
    turn = record["transcript"][0]
    agents = list(turn["actions"])
    turn["prompts"] = turn["actions"] = dict.fromkeys(agents, HOSTILE)
    turn["rejected"] = {agents[0]: [{"line": HOSTILE, "reason": HOSTILE}]}
    turn |= {"lost": HOSTILE, HOSTILE: HOSTILE, "terms": {HOSTILE: 1.0}, "metrics": {HOSTILE: 1}}
    exchange = {"call": 1, "speaker": HOSTILE, "prompt": HOSTILE, "text": HOSTILE, "tokens": 1, "prompt_tokens": 1, "cut": True}
    change(folder, team=HOSTILE, split=HOSTILE, transcript=record["transcript"], metrics={HOSTILE: 1}, exchanges=[[exchange]])
    training = make_training(tmp_path / "b", method=HOSTILE)
    out = tmp_path / "report.html"
    assert report([folder, training], out) == 0
    text = out.read_text(encoding="utf-8")
    tags = [tag for tag, _ in Elements(text).found]
    assert tags.count("script") == 2
    assert not [attributes for tag, attributes in Elements(text).found if tag == "img" and "onerror" in attributes]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", text)
    assert any("␛[31mred␀" in told for told in payload(text)["texts"])


@pytest.mark.parametrize(
    ("text", "seen"), [("a\r\nb\rc\td", "a\nb\nc\td"), ("\x1b\x00\x7f", "␛␀␡"), ("\x9b\u202e\ud800", "\ufffd\ufffd\ufffd")]
)
def test_control_characters_are_seen_not_obeyed(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_text_that_is_cut_says_so() -> None:
    assert shown("abc", 2) == "ab\n[1 more characters are in the run's file]"


def test_an_answer_of_16k_lines_is_shown_whole_and_its_rejections_are_counted(tmp_path: Path) -> None:
    folder = make_played(tmp_path / "a", count=1)
    record = first_of(folder)
    turn = record["transcript"][0]
    agent = next(iter(turn["actions"]))
    turn["actions"][agent] = "\n" * 16_384
    turn["rejected"] = {agent: [{"line": f"line {number}", "reason": "no"} for number in range(16_384)]}
    change(folder, transcript=record["transcript"])
    kept = payload(page.make_page(data.read_runs([folder])))
    own = kept["groups"][0]["episodes"][0]["turns"][0]["agents"][0]
    assert kept["texts"][own["answer"]] == "\n" * 16_384
    assert (own["rejections"], len(own["rejected"])) == (16_384, episodes.MOST_REJECTED)


def test_first_and_last_episodes_come_first_and_all_come_once() -> None:
    for count in (0, 1, 2, 3, 10, 97):
        order = list(episodes.spread(count))
        assert sorted(order) == list(range(count))
        assert order[:2] == [0, count - 1][:count]


def test_of_a_large_run_a_page_shows_the_same_sample_of_every_team_and_says_so(tmp_path: Path) -> None:
    env = relay_v0.parallel_env(max_cycles=2)
    folders = [make_played(tmp_path / team, env, team, 40) for team in ("greedy", "random")]
    text = page.make_page(data.read_runs(folders), most_text=40_000)
    first, second = ([episode["key"] for episode in group["episodes"]] for group in payload(text)["groups"])
    assert 2 <= len(second) <= len(first) < 40
    assert set(second) <= set(first)
    assert f"{len(first) + len(second)} of 80 episodes" in text
    assert first[0].startswith("relay_v0 test[0]")
    assert first[-1].startswith("relay_v0 test[39]")


@pytest.mark.slow
def test_the_largest_episodes_that_there_can_be_make_no_page_over_10_megabytes(tmp_path: Path) -> None:
    folder = make_played(tmp_path / "a", relay_v0.parallel_env(max_cycles=1))
    record = first_of(folder)
    turn = record["transcript"][0]
    turns = []
    for number in range(100):
        texts = {agent: chr(0x4E00 + number) * 16_384 for agent in turn["actions"]}
        told = {agent: [{"line": chr(0x5E00 + number) * 300, "reason": "r" * 300}] * 300 for agent in texts}
        turns.append(
            {**turn, "turn": number + 1, "prompts": {a: t + a for a, t in texts.items()}, "actions": texts, "rejected": told}
        )
    change(folder, transcript=turns, turns=100)
    text = page.make_page(data.read_runs([folder]))
    assert len(text.encode()) < 10_000_000
    assert "some texts are left out" in text


# -- pictures -------------------------------------------------------------------------------------------------------------


def test_builds_are_drawn_from_instance_and_actions_and_each_picture_is_there_once(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    folder = make_played(tmp_path / "a", housebuild_v0.parallel_env(max_cycles=2), "random", 3)
    text = page.make_page(data.read_runs([folder]))
    kept = payload(text)
    shown_in = {tag["id"] for name, tag in Elements(text).found if name == "img" and "id" in tag}
    ends = [kept["groups"][0]["episodes"][place]["turns"][-1] for place in (0, -1)]
    assert shown_in == {f"picture-{turn['picture']}" for turn in ends}
    assert not {f"picture-{place}" for place in kept["pictures"]} & shown_in
    uris = re.findall(r"data:image/png;base64,[\w+/=]+", text)
    assert len(uris) == len(set(uris)) > 2


def test_a_replay_with_other_rewards_than_the_run_is_told(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    folder = make_played(tmp_path / "a", count=1)
    transcript = first_of(folder)["transcript"]
    transcript[0]["reward"] -= 0.25
    change(folder, transcript=transcript)
    assert "whose rewards differ from those of the run" in page.make_page(data.read_runs([folder]))


@pytest.mark.parametrize(
    ("fields", "remark"),
    [({"env": "strbuild_v9"}, "the run is of strbuild_v9"), ({"instance": {"text": 3}}, "no pictures: ")],
)
def test_what_cannot_be_drawn_is_told_and_all_else_is_there(tmp_path: Path, fields: dict[str, Any], remark: str) -> None:
    pytest.importorskip("PIL")
    folder = make_played(tmp_path / "a", count=1)
    change(folder, **fields)
    text = page.make_page(data.read_runs([folder]))
    assert remark in text
    assert payload(text)["groups"][0]["episodes"][0]["turns"][0]["picture"] is None


# -- in a browser ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_chromium_shows_the_page_without_complaint_and_steps_through_the_transcripts(tmp_path: Path) -> None:
    need_chromium()
    folder, other = make_played(tmp_path / "a"), make_played(tmp_path / "b", team="random")
    record = first_of(folder)
    agent = next(iter(record["transcript"][1]["actions"]))
    record["transcript"][1]["actions"][agent] = f"bad line\n{HOSTILE}\n" + "\n" * 16_000
    record["transcript"][1]["rejected"] = {agent: [{"line": "bad line", "reason": "because <b>"}]}
    change(folder, transcript=record["transcript"])
    out = tmp_path / "report.html"
    report([folder, other, make_training(tmp_path / "c")], out)
    with chromium(tmp_path / "profile") as browser:
        for width, dark in ((1280, False), (400, True)):
            browser.open(out, width, dark=dark)
            assert browser.eval("document.documentElement.scrollWidth <= innerWidth")
            where = "[...document.querySelectorAll('.where')].map((each) => each.textContent)"
            assert browser.eval(where) == ["turn 1 of 2"] * 2
            browser.press("ArrowRight")
            assert browser.eval(where) == ["turn 2 of 2"] * 2
            assert browser.eval("document.querySelector('.answer').textContent").startswith("bad line\n</script><script>")
            assert browser.eval("document.querySelector('.pane mark').textContent") == "bad line"
            assert browser.eval("document.querySelector('.rejected li').textContent") == "bad line because <b>"
            browser.press("ArrowLeft")
            browser.press("j")
            chosen = "[...document.querySelectorAll('.pane')].map((each) => each.querySelectorAll('select')[1].value)"
            assert browser.eval(chosen) == ["1", "1"]
            assert browser.eval("[...document.images].every((each) => each.complete && each.naturalWidth > 0)")
            # The switch of axes.
            shows = "[0, 1].map((n) => getComputedStyle(document.querySelector(`.axis-${n}`)).display)"
            assert browser.eval(shows) == ["block", "none"]
            browser.eval("document.getElementById('axis-1').click()")
            assert browser.eval(shows) == ["none", "block"]
            assert browser.eval("document.title") == "collm report"
        assert browser.complaints == []


def test_the_page_is_written_without_torch_and_in_a_folder_that_was_not_there(tmp_path: Path) -> None:
    import subprocess
    import sys

    folder = learn(tmp_path / "a")
    script = (
        "import sys; from pathlib import Path; from collm_agents.commands.report import report;"
        f"report([Path({str(folder)!r})], Path({str(tmp_path / 'new' / 'page.html')!r})); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, capture_output=True)
    assert (tmp_path / "new" / "page.html").is_file()


def test_an_episode_without_turns_is_an_error_and_a_turn_that_was_not_scored_is_none(tmp_path: Path) -> None:
    pytest.importorskip("PIL")
    folder = make_played(tmp_path / "a")
    transcript = first_of(folder)["transcript"]
    transcript[-1]["reward"] = None
    change(folder, transcript=transcript)
    assert "turn 2: reward none" in page.make_page(data.read_runs([folder]))
    change(folder, transcript=[])
    with pytest.raises(ValueError, match=r"line 1, is no episode: it has no transcript"):
        data.read_runs([folder])


def test_what_models_were_asked_and_said_is_there_turn_by_turn(tmp_path: Path) -> None:
    folder = make_played(tmp_path / "a")
    said = {"call": 2, "speaker": "builder_1", "prompt": "asked", "text": "said", "tokens": 7, "prompt_tokens": 9, "cut": True}
    change(folder, exchanges=[[], [said]], tokens={"builder_0": 3, "builder_1": 7}, team_seconds=1.5)
    kept = payload(page.make_page(data.read_runs([folder])))
    episode = kept["groups"][0]["episodes"][0]
    assert [len(turn["exchanges"]) for turn in episode["turns"]] == [0, 1]
    title, prompt, text = episode["turns"][1]["exchanges"][0]
    assert (title, kept["texts"][prompt], kept["texts"][text]) == ("call 2, builder_1: 7 tokens, cut, 9 read", "asked", "said")
    assert (episode["facts"]["tokens"], episode["facts"]["seconds"]) == (10, 1.5)


def test_rewards_of_one_turn_are_a_table_of_terms(tmp_path: Path) -> None:
    text = page.make_page(data.read_runs([make_played(tmp_path / "a", strbuild_v0.parallel_env(), "oracle")]))
    found = re.search(r"episodes of one turn.*?</table>", text, re.S)
    assert found
    assert '<td class="name">oracle</td><td class="n">3</td><td class="n">2.000 [2.000, 2.000]</td>' in found[0]
