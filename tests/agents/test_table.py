"""Intervals with known answers, and what tables say."""

from __future__ import annotations

import math
import re
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from collm_agents.commands.results import cost_table, terminal_table
from collm_agents.results import EpisodeResult
from collm_agents.statistics import crossed_difference, crossed_interval, interval, paired, pass_at_k
from collm_agents.table import compare, markdown, summarise


def result(**changes: Any) -> EpisodeResult:
    given: dict[str, Any] = {
        "task": "strbuild",
        "env": "strbuild_v0",
        "team": "greedy",
        "protocol": "parallel",
        "config": "0",
        "split": "test",
        "index": 0,
        "seed": 0,
        "turns": 2,
        "rewards": [0.5, 0.25],
        "last_reward": 0.25,
        "best_reward": 0.5,
        "episode_return": 0.75,
        "discounted_return": 0.725,
        "solved": False,
        "metrics": {"iou": 0.5, "coverage": 0.75, "adjacent_same_ratio": 0.125, "missing_palettes": 1},
        "characters": {},
        "tokens": {"builder_0": 30, "builder_1": 10},
        "prompt_tokens": {"builder_0": 100, "builder_1": 150},
        "completions": {"builder_0": 2, "builder_1": 2},
        "cut": {"builder_0": 1, "builder_1": 0},
        "seconds": {"builder_0": 0.5, "builder_1": 1.5},
        "turn_seconds": [1.0, 0.5],
        "team_seconds": 1.5,
        "env_seconds": 0.001,
        "versions": {},
        "instance": {},
        "transcript": [],
        "exchanges": [],
    }
    return EpisodeResult(**{**given, **changes})


class TestInterval:
    def test_single_value(self) -> None:
        assert interval([0.3]) == (0.3, 0.3, 0.3)

    def test_equal_values_have_no_width(self) -> None:
        assert interval([0.1] * 7) == (0.1, 0.1, 0.1)

    def test_two_values_span_both(self) -> None:
        # A quarter of all resamples has both values low, a quarter both high.
        assert interval([0.0, 1.0]) == (0.5, 0.0, 1.0)

    def test_half_of_resampled_means_of_zeros_and_ones(self) -> None:
        # Of 100 draws between 0 and 1 the mean is binomial: 0.5 with standard deviation 0.05.
        mean, low, high = interval([0.0, 1.0] * 50)
        assert mean == 0.5
        assert low == pytest.approx(0.5 - 1.96 * 0.05, abs=0.011)
        assert high == pytest.approx(0.5 + 1.96 * 0.05, abs=0.011)

    def test_normal_data_agrees_with_the_textbook(self) -> None:
        data = np.random.default_rng(1).normal(3, 2, size=400)
        mean, low, high = interval(data.tolist(), confidence=0.9)
        width = 1.645 * data.std() / math.sqrt(400)
        assert (mean, low, high) == pytest.approx((data.mean(), data.mean() - width, data.mean() + width), abs=0.02)

    def test_same_seed_same_interval_whatever_the_number_of_values(self) -> None:
        data = list(range(3000))
        assert interval(data) == interval(data)
        assert interval(data, seed=1) != interval(data)

    @pytest.mark.parametrize(("values", "confidence"), [([], 0.95), ([1.0], 0.0), ([1.0], 1.0)])
    def test_nonsense_raises(self, values: list[float], confidence: float) -> None:
        with pytest.raises(ValueError, match=r"at least one value|confidence"):
            interval(values, confidence)

    def test_episodes_of_one_instance_are_no_instances(self) -> None:
        # Four instances that always give the same: a hundred episodes of each say no more than one.
        values, instances = [float(number % 4) for number in range(400)], [number % 4 for number in range(400)]
        assert interval(values, instances=instances) == pytest.approx(interval([0.0, 1.0, 2.0, 3.0]), abs=0.26)
        one = interval(values, instances=instances)
        plain = interval(values)
        assert one.high - one.low > 5 * (plain.high - plain.low)

    def test_seeds_of_a_single_instance_are_drawn(self) -> None:
        data = np.random.default_rng(3).normal(size=50).tolist()
        assert interval(data, instances=[0] * 50) == pytest.approx(interval(data), abs=0.03)
        assert interval(data, instances=[0] * 50).low < interval(data).mean

    def test_instances_of_different_numbers_of_episodes_weigh_by_them(self) -> None:
        mean, low, high = interval([1.0, 1.0, 1.0, 5.0], instances=["a", "a", "a", "b"])
        assert mean == 2.0
        assert (low, high) == (1.0, 5.0)

    def test_an_instance_is_named_for_each_value(self) -> None:
        with pytest.raises(ValueError, match="an instance for each of 2 values, got 1"):
            interval([1.0, 2.0], instances=[0])


class TestCrossed:
    def test_variances_of_runs_and_instances_add_up(self) -> None:
        rng = np.random.default_rng(5)
        runs, instances = rng.normal(0, 1, 30), rng.normal(0, 2, 40)
        mean, low, high = crossed_interval((runs[:, None] + instances[None]).tolist())
        assert mean == pytest.approx(runs.mean() + instances.mean())
        width = 1.96 * math.sqrt(runs.var() / 30 + instances.var() / 40)
        assert (high - low) / 2 == pytest.approx(width, rel=0.05)

    def test_runs_alone_matter_where_instances_are_alike(self) -> None:
        assert crossed_interval([[0.0] * 50, [1.0] * 50]) == pytest.approx((0.5, 0.0, 1.0))
        assert crossed_interval([[0.25, 0.25]]) == (0.25, 0.25, 0.25)

    @pytest.mark.parametrize("values", [[], [[]], [[1.0], [1.0, 2.0]]])
    def test_nonsense_raises(self, values: list[list[float]]) -> None:
        with pytest.raises(ValueError, match="the same instances"):
            crossed_interval(values)


NUMBERS = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


@st.composite
def two_sides(draw: st.DrawFn) -> tuple[list[list[float]], list[list[float]]]:
    count = draw(st.integers(1, 6))
    runs = st.lists(st.lists(NUMBERS, min_size=count, max_size=count), min_size=1, max_size=4)
    return draw(runs), draw(runs)


class TestCrossedDifference:
    @settings(max_examples=40, deadline=None)
    @given(two_sides())
    def test_is_the_difference_of_means_within_its_bounds_and_the_other_way_round_its_opposite(
        self, sides: tuple[list[list[float]], list[list[float]]]
    ) -> None:
        first, second = sides
        there, back = crossed_difference(first, second), crossed_difference(second, first)
        scale = max(abs(value) for side in sides for run in side for value in run)
        near = {"rel": 1e-9, "abs": 1e-9 * max(1.0, scale)}
        assert there.mean == pytest.approx(np.mean(first) - np.mean(second), **near)
        assert back.mean == -there.mean
        assert there.low <= there.mean <= there.high
        assert back.low <= back.mean <= back.high
        assert crossed_difference(first, second) == there
        shifted = crossed_difference([[value + 10 for value in run] for run in first], second)
        assert shifted == pytest.approx([bound + 10 for bound in there], **near)

    def test_constants_and_a_constant_gap_have_no_width(self) -> None:
        assert crossed_difference([[3.0, 3.0]], [[1.0, 1.0], [1.0, 1.0]]) == (2.0, 2.0, 2.0)
        hard = [0.1, 25.7, -3.3, 14.9]
        found = crossed_difference([[value + 0.2 for value in hard]], [hard])
        assert found == pytest.approx((0.2, 0.2, 0.2), abs=1e-12)
        assert found.low <= found.mean <= found.high

    def test_two_runs_are_a_paired_comparison(self) -> None:
        rng = np.random.default_rng(7)
        one, other = rng.normal(size=60).tolist(), rng.normal(size=60).tolist()
        sides = ({number: [value] for number, value in enumerate(side)} for side in (one, other))
        assert crossed_difference([one], [other]) == pytest.approx(paired(*sides).interval, abs=1e-12)

    def test_against_nothing_it_is_the_interval_of_one_side(self) -> None:
        rng = np.random.default_rng(8)
        rows = (rng.normal(0, 1, 12)[:, None] + rng.normal(0, 1, 40)[None]).tolist()
        assert crossed_difference(rows, [[0.0] * 40]) == pytest.approx(crossed_interval(rows), abs=0.05)
        below = crossed_difference([[0.0] * 40], rows)
        assert (-below.high, -below.low) == pytest.approx(crossed_interval(rows)[1:], abs=0.05)

    def test_what_makes_instances_hard_for_both_does_not_blur_it_but_runs_do(self) -> None:
        rng = np.random.default_rng(9)
        hard, runs, others = rng.normal(0, 10, 50), rng.normal(0, 1, 20), rng.normal(0, 1, 30)
        found = crossed_difference((runs[:, None] + hard[None]).tolist(), (others[:, None] + hard[None]).tolist())
        half = 1.96 * math.sqrt(runs.var() / 20 + others.var() / 30)
        assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.05)

    def test_covers_the_truth_as_often_as_it_says_or_more(self) -> None:
        rng = np.random.default_rng(10)
        trials, truth, met = 100, 0.3, 0
        for _ in range(trials):
            hard = rng.normal(0, 2, 25)
            sides = [
                shift + hard + rng.normal(0, 0.4, (runs, 1)) + rng.normal(0, 0.5, 25) + rng.normal(0, 0.3, (runs, 25))
                for shift, runs in ((truth, 8), (0.0, 6))
            ]
            found = crossed_difference(sides[0].tolist(), sides[1].tolist())
            met += found.low <= truth <= found.high
        # Of 100 with a chance of 0.95, 87 or fewer are one in a thousand.
        assert 88 <= met < trials

    @pytest.mark.parametrize(("first", "second"), [([], [[1.0]]), ([[1.0]], []), ([[]], [[]]), ([[1.0]], [[1.0, 2.0]])])
    def test_nonsense_raises(self, first: list[list[float]], second: list[list[float]]) -> None:
        with pytest.raises(ValueError, match="the same instances"):
            crossed_difference(first, second)
        with pytest.raises(ValueError, match="confidence"):
            crossed_difference([[1.0]], [[1.0]], confidence=1.0)


class TestPaired:
    def test_what_makes_instances_hard_for_both_does_not_blur_the_difference(self) -> None:
        hard = np.random.default_rng(2).normal(0, 10, size=60)
        noise = np.random.default_rng(4).normal(0, 0.1, size=60)
        first = {number: [value + 0.2 + off] for number, (value, off) in enumerate(zip(hard, noise))}
        second = {number: [value] for number, value in enumerate(hard)}
        found = paired(first, second)
        assert (found.instances, found.left_out) == (60, 0)
        assert found.interval.mean == pytest.approx(0.2 + noise.mean())
        half = 1.96 * noise.std() / math.sqrt(60)
        assert (found.interval.high - found.interval.low) / 2 == pytest.approx(half, rel=0.1)
        assert paired(second, first).interval.mean == -found.interval.mean

    def test_only_common_instances_count_and_each_alike(self) -> None:
        found = paired({"a": [1.0, 3.0], "b": [4.0], "c": [9.0]}, {"b": [1.0], "a": [1.0], "d": [0.0]})
        assert found.interval.mean == 2.0
        assert (found.instances, found.left_out) == (2, 2)

    def test_the_seeds_of_an_instance_are_drawn_too(self) -> None:
        found = paired({0: [0.0, 1.0] * 50}, {0: [0.0]})
        assert found.interval == pytest.approx((0.5, 0.4, 0.6), abs=0.011)

    def test_nothing_in_common_raises(self) -> None:
        with pytest.raises(ValueError, match="no instance in common"):
            paired({0: [1.0]}, {1: [1.0]})

    def test_two_teams_are_compared_instance_by_instance(self) -> None:
        first = [result(index=number, last_reward=number + 1.0) for number in range(3)]
        second = [result(index=number, last_reward=float(number)) for number in range(4)]
        found = compare(first, second)
        assert found.interval == (1.0, 1.0, 1.0)
        assert (found.instances, found.left_out) == (3, 1)
        assert compare(first, second, lambda each: each.metrics["iou"]).interval.mean == 0.0
        with pytest.raises(ValueError, match="no instance in common"):
            compare(first, [result(split="val")])


class TestPassAtK:
    def test_is_the_share_of_all_subsets_with_a_pass(self) -> None:
        for tries in range(1, 7):
            for passed in range(tries + 1):
                for k in range(1, tries + 1):
                    subsets = list(combinations([True] * passed + [False] * (tries - passed), k))
                    assert pass_at_k(tries, passed, k) == pytest.approx(sum(map(any, subsets)) / len(subsets), abs=1e-12)

    @pytest.mark.parametrize(("tries", "passed", "k"), [(3, 4, 1), (3, -1, 1), (3, 1, 0), (3, 1, 4), (0, 0, 1)])
    def test_nonsense_raises(self, tries: int, passed: int, k: int) -> None:
        with pytest.raises(ValueError, match="must be in"):
            pass_at_k(tries, passed, k)


class TestRows:
    def test_means(self) -> None:
        second = result(index=1, last_reward=0.75, best_reward=1.0, solved=True, turns=4, env_seconds=0.002)
        (row,) = summarise([result(), second])
        assert (row.task, row.team, row.split, row.episodes) == ("strbuild", "greedy", "test", 2)
        assert row.reward == (0.5, 0.25, 0.75)
        assert (row.best, row.solved, row.turns) == (0.75, 0.5, 3)
        assert row.metrics["coverage"] == 0.75
        assert row.steps_per_second == pytest.approx(6 / 0.003)
        assert (row.seconds, row.tokens, row.speaker_tokens, row.prompt_tokens, row.cut) == (1.5, 40, 20, 250, 0.25)
        assert (row.instances, row.k, row.pass_at_k) == (2, 1, 0.5)

    def test_pass_at_k_needs_k_tries_of_every_instance(self) -> None:
        tries = [result(index=0, solved=solved) for solved in (True, False, False)] + [result(index=1), result(index=1)]
        (row,) = summarise(tries)
        assert (row.k, row.solved) == (2, 0.2)
        assert row.pass_at_k == pytest.approx((2 / 3 + 0) / 2)
        assert "pass@2" in markdown([row])

    def test_configurations_and_protocols_make_rows_of_their_own(self) -> None:
        results = [result(), result(protocol="pipeline"), result(config="1"), result(), result(team="single", tokens={"team": 7})]
        rows = summarise(results)
        assert [(row.protocol, row.episodes) for row in rows] == [
            ("parallel", 2),
            ("pipeline", 1),
            ("parallel", 1),
            ("parallel", 1),
        ]
        assert (rows[-1].tokens, rows[-1].speaker_tokens) == (7, 7)

    def test_one_row_for_each_task_split_and_team(self) -> None:
        results = [result(team="a"), result(team="b"), result(team="a", split="val"), result(team="a")]
        assert [(row.team, row.split, row.episodes) for row in summarise(results)] == [
            ("a", "test", 2),
            ("b", "test", 1),
            ("a", "val", 1),
        ]


ROWS = summarise(
    [
        result(),
        result(team="oracle", last_reward=2.0, best_reward=2.0, solved=True),
        result(task="tldr", env="tldr_v0", metrics={"score": 99.0, "a_very_long_name_of_a_metric": 1.0}),
    ]
)


def drawn(width: int) -> list[str]:
    console = Console(width=width)
    with console.capture() as capture:
        console.print(terminal_table(ROWS, width))
    return capture.get().splitlines()


@pytest.mark.parametrize("width", [60, 80, 100, 160])
def test_terminal_table_fits_and_lines_up(width: int) -> None:
    lines = drawn(width)
    assert max(map(len, lines)) <= width
    assert not any("…" in line for line in lines)
    first, second = next(line for line in lines if "greedy" in line), next(line for line in lines if "oracle" in line)
    assert [i for i, sign in enumerate(first) if sign == "."] == [i for i, sign in enumerate(second) if sign == "."]


def test_wider_terminals_show_more_metrics_the_main_one_first() -> None:
    narrow, wide = "\n".join(drawn(80)), "\n".join(drawn(160))
    assert "iou" in narrow
    assert "missing_palettes" not in narrow
    assert "missing_palettes" in wide


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", ["openai:http://127.0.0.1:18077/v1#Qwen/Qwen3-8B", "builder_0=hf:runs/a/b,builder_1=hf:runs/a/c"])
def test_long_names_are_folded_and_cost_no_number(name: str, width: int) -> None:
    console = Console(width=width)
    rows = summarise([result(team=name)])
    with console.capture() as capture:
        console.print(terminal_table(rows, width))
        console.print(cost_table(rows))
    shown = capture.get()
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= width
    assert "0.250" in shown
    assert "[0.250, 0.250]" in shown
    column = 24 if width >= 80 else 12
    assert name in "".join(line[:column].strip() for line in shown.splitlines())
    for line in (line for line in shown.splitlines() if "0.250" in line or "parallel" in line):
        assert line.split()[-1] == "1"


def test_markdown_holds_everything() -> None:
    text = markdown(ROWS)
    assert text.startswith("## strbuild_v0, split test\n\n| team ")
    assert "## tldr_v0, split test" in text
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(line) for line in lines[:4]}) == 1
    cells = [cell.strip() for cell in lines[3].strip("|").split("|")]
    heads = [cell.strip() for cell in lines[0].strip("|").split("|")]
    assert dict(zip(heads, cells)) == {
        "team": "oracle",
        "protocol": "parallel",
        "reward": "2.000",
        "95 % interval": "[2.000, 2.000]",
        "best": "2.000",
        "iou": "0.500",
        "coverage": "0.750",
        "adjacent_same_ratio": "0.125",
        "missing_palettes": "1.000",
        "solved": "100%",
        "turns": "2.00",
        "s/episode": "1.50",
        "tokens/agent": "20",
        "tokens in all": "40",
        "prompt tokens": "250",
        "cut": "25%",
        "env steps/s": "2,000",
        "n": "1",
    }
    assert set(lines[1]) == set("|-: ")
    assert all(len(cell.strip()) > 1 for cell in lines[1].strip("|").split("|"))


def test_a_name_with_a_bar_does_not_break_its_row() -> None:
    assert "| a\\|b " in markdown(summarise([result(team="a|b")]))


def test_costs_are_labelled_and_fit_a_terminal() -> None:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(cost_table(ROWS))
    heads, _, line, *_ = capture.get().splitlines()
    assert re.split(r"  +", heads.strip()) == [
        "per episode",
        "turns",
        "seconds",
        "tokens/agent",
        "tokens in all",
        "prompt tokens",
        "n",
    ]
    assert line.split() == ["parallel", "2.00", "1.50", "20", "40", "250", "1"]
