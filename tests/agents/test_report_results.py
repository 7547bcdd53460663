"""``collm report``: its tables of runs and of results, what they say of runs that are not whole, and that paper has all of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from collm_agents.report import data, page, results
from collm_envs import coophe_v0, tldr_v0
from tests.agents.browser import chromium, need_chromium
from tests.agents.run_folders import change, file_of, make_played, make_training, payload


def wanting(folder: Path, episodes: int, **about: Any) -> Path:
    """A run whose ``run.json`` says that so many episodes were asked for."""
    told = json.loads((folder / "run.json").read_text())
    matches = [{**match, "episodes": episodes} for match in told["matches"]]
    (folder / "run.json").write_text(json.dumps({**told, "matches": matches, **about}))
    return folder


def state_of(text: str) -> list[str]:
    """The second column of the table of runs."""
    [section] = re.findall(r'<section id="runs">.*?</section>', text, re.S)
    assert re.findall(r"<th>(.*?)</th>", section)[:2] == ["run", "state"]
    return [re.findall(r"<td[^>]*>(.*?)</td>", row)[1] for row in section.split("</tr>")[1:-1]]


def test_a_run_that_is_not_whole_says_so_beside_its_name_and_where_episodes_are_counted(tmp_path: Path) -> None:
    folders = [wanting(make_played(tmp_path / "a"), 20, complete=False), wanting(make_played(tmp_path / "b"), 3)]
    text = page.make_page(data.read_runs(folders))
    assert state_of(text) == ["<strong>3 of 20 episodes</strong>", "complete"]
    scores, costs = re.findall(r"<table.*?</table>", re.findall(r'<section id="results">.*?</section>', text, re.S)[0], re.S)
    for table in (scores, costs):
        first, second = (re.findall(r'<td class="n">(.*?)</td>', row)[0] for row in table.split("</tr>")[1:-1])
        assert (first, second) == ("<strong>3 of 20</strong>", "3")


def test_a_last_line_that_is_cut_is_seen_where_the_run_says_that_it_is_complete(tmp_path: Path) -> None:
    folders = [wanting(make_played(tmp_path / "a"), 3), make_played(tmp_path / "b"), make_training(tmp_path / "c")]
    for file in (file_of(folders[0]), file_of(folders[1]), folders[2] / "metrics.jsonl"):
        file.write_bytes(file.read_bytes()[:-5])
    text = page.make_page(data.read_runs(folders))
    # Of the others nothing says how many there should be.
    assert state_of(text) == [f"<strong>{words}</strong>" for words in ("2 of 3 episodes", "last line cut", "last line cut")]


def test_a_run_that_was_over_before_its_first_episode_is_told_with_what_was_asked(tmp_path: Path) -> None:
    folder = wanting(make_played(tmp_path / "a"), 20, complete=False)
    file_of(folder).write_text("")
    text = page.make_page(data.read_runs([folder, make_played(tmp_path / "b")]))
    assert state_of(text) == ["<strong>0 of 20 episodes</strong>", "complete"]
    assert '<td class="name">greedy</td>' in re.findall(r'<section id="runs">.*?</section>', text, re.S)[0].split("</tr>")[1]


def test_runs_with_matches_that_are_none_are_read(tmp_path: Path) -> None:
    folder = make_played(tmp_path / "a")
    told = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**told, "matches": 3}))
    assert state_of(page.make_page(data.read_runs([folder]))) == ["complete"]


def test_numbers_of_a_column_have_as_many_decimals_and_the_drawn_interval_its_quantity(tmp_path: Path) -> None:
    assert results.digits([56.5, 124.0, None, 48.0]) == ["56.5", "124.0", "", "48.0"]
    assert results.digits([1572.4, 56.5]) == ["1,572", "56"]
    assert results.digits([-0.5, 0.25]) == ["-0.500", "0.250"]
    assert results.digits([9.9999, 0.5]) == ["10.00", "0.50"]
    groups = [run.groups[0] for run in data.read_runs([make_played(tmp_path / team, team=team) for team in ("greedy", "random")])]  # type: ignore[union-attr]
    heads = re.findall(r"<th[^>]*>(.*?)</th>", results.tables(groups))
    assert heads[:6] == ["run", "team", "protocol", "n", "reward", "95 % interval"]
    assert re.fullmatch(r"reward, -?[\d.]+ to -?[\d.]+", heads[6])
    last = heads.index("solved")
    assert heads[7] == "iou"
    assert heads[last - 1] == "best"
    assert heads[last + 1 :] == ["run", "team", "protocol", "n", "turns", "tokens", "tokens read", "seconds", "characters"]


def test_teams_of_one_name_are_told_apart_by_their_protocols_everywhere(tmp_path: Path) -> None:
    folder = make_played(tmp_path / "a")
    change(folder, team="toy", protocol="discussion")
    first, *rest = file_of(folder).read_text().splitlines()
    others = [json.dumps({**json.loads(line), "team": "toy", "protocol": "single"}) for line in rest]
    file_of(folder).write_text("\n".join([first, *others]) + "\n")
    told = json.loads((folder / "run.json").read_text())
    matches = [{**told["matches"][0], "team": "toy", "protocol": protocol} for protocol in ("discussion", "single")]
    (folder / "run.json").write_text(json.dumps({**told, "matches": matches}))
    text = page.make_page(data.read_runs([folder]))
    names = ["toy, discussion", "toy, single"]
    assert [group["label"] for group in payload(text)["groups"]] == names
    for name in names:
        assert f"<h3>{name}</h3>" in text
        assert f"<strong>{name}</strong>, n = " in text
        assert f"<th>a: {name}</th>" in text


def test_a_table_has_the_means_of_its_episodes_and_their_interval(tmp_path: Path) -> None:
    folder = make_played(tmp_path / "a", count=4)
    run = data.read_run(folder, "a")
    assert isinstance(run, data.PlayedRun)
    for played, reward in zip(run.groups[0].episodes, (0.0, 1.0, 0.0, 1.0)):
        played.record.update(last_reward=reward, best_reward=2.0, solved=reward > 0)
    scores, costs = (re.findall(r'<td class="n">(.*?)</td>', table) for table in results.tables(run.groups).split("what it cost"))
    assert (scores[:3], scores[-2:]) == (["4", "0.500", "[0.000, 1.000]"], ["2.000", "50%"])
    assert costs[:2] == ["4", "2.000"]


@pytest.mark.slow
def test_paper_has_all_of_the_widest_tables(tmp_path: Path) -> None:
    need_chromium()
    out, folders = tmp_path / "report.html", []
    for task in (coophe_v0, tldr_v0):
        for team in ("greedy", "random"):
            name = f"a-folder-of-a-long-name/{team}/seed-0"
            folders.append(make_played(tmp_path / task.__name__ / name, task.parallel_env(max_cycles=1), team, 2))
            change(folders[-1], team=f"openai:http://127.0.0.1:8000/v1#a-model-of-a-long-name-{team}")
    out.write_text(page.make_page(data.read_runs([*folders, make_training(tmp_path / "learnt")])), encoding="utf-8")
    with chromium(tmp_path / "profile") as browser:
        # A4 with the margins that a browser leaves.
        browser.open(out, 718, media="print")
        beyond = "[...document.querySelectorAll('td, th')].filter((each) => each.getBoundingClientRect().right > innerWidth)"
        assert browser.eval(f"{beyond}.map((each) => each.textContent)") == []
        browser.open(out, 1280)
        assert browser.eval("document.querySelectorAll('#runs th')[1].getBoundingClientRect().right < innerWidth")
