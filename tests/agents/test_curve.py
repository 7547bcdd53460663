"""Learning curves in a terminal."""

from __future__ import annotations

import pytest

from collm_agents.commands.curve import curve


def test_a_rise_is_drawn_as_a_rise() -> None:
    assert curve([0.0, 0.5, 1.0], height=2).splitlines() == [
        "   1.00 │ ▁█",
        "   0.00 │▁██",
        "        └───",
        "         iteration 1 to 3",
    ]


@pytest.mark.parametrize("values", [[1.0], [0.5] * 7, list(range(1000))])
def test_every_value_has_a_place_and_no_line_is_too_long(values: list[float]) -> None:
    lines = curve(values, width=40, height=5).splitlines()
    assert len(lines) == 7
    assert all(len(line) <= 60 for line in lines)
    assert len(lines[4].partition("│")[2]) == min(40, len(values))


def test_neighbours_share_a_column_as_their_mean() -> None:
    assert curve([0.0, 0.0, 4.0, 8.0], width=2).splitlines()[0].startswith("   6.00")
