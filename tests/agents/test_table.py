"""Intervals with known answers, and what tables say."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from collm_agents.evaluate import EpisodeResult
from collm_agents.statistics import interval
from collm_agents.table import markdown, summarise, terminal_table


def result(**changes: Any) -> EpisodeResult:
    given: dict[str, Any] = {
        "task": "strbuild",
        "env": "strbuild_v0",
        "team": "greedy",
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
        "seconds": {},
        "env_seconds": 0.001,
        "instance": {},
        "transcript": [],
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


class TestRows:
    def test_means(self) -> None:
        second = result(last_reward=0.75, best_reward=1.0, solved=True, turns=4, env_seconds=0.002)
        (row,) = summarise([result(), second])
        assert (row.task, row.team, row.split, row.episodes) == ("strbuild", "greedy", "test", 2)
        assert row.reward == (0.5, 0.25, 0.75)
        assert (row.best, row.solved, row.turns) == (0.75, 0.5, 3)
        assert row.metrics["coverage"] == 0.75
        assert row.steps_per_second == pytest.approx(6 / 0.003)

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


def test_markdown_holds_everything() -> None:
    text = markdown(ROWS)
    assert text.startswith("## strbuild_v0, split test\n\n| team ")
    assert "## tldr_v0, split test" in text
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(line) for line in lines[:4]}) == 1
    cells = [cell.strip() for cell in lines[3].strip("|").split("|")]
    assert cells == ["oracle", "2.000", "[2.000, 2.000]", "2.000", "0.500", "0.750", "0.125", "1.000", "100%", "2.00", "2,000", "1"]
