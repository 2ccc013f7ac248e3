"""Figures as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.reports.figures import (
    PLOT_WIDTH,
    dollars,
    interval,
    interval_plot,
    milliseconds,
    p_figure,
    p_words,
    percent,
    seconds,
)

shares = st.floats(0, 1)


@pytest.mark.parametrize(
    ("rate", "text"),
    [(None, "–"), (0, "0 %"), (0.001, "<1 %"), (0.484, "48 %"), (0.999, ">99 %"), (1, "100 %")],
)
def test_percent_says_all_and_none_only_of_all_and_none(rate: float | None, text: str):
    assert percent(rate) == text


@pytest.mark.parametrize(
    ("cost", "text"),
    [(0, "$0.00"), (0.00001, "<$0.0001"), (0.00134, "$0.0013"), (0.05, "$0.05"), (12.4, "$12.40"), (1234, "$1,234.00")],
)  # fmt: skip
def test_dollars(cost: float, text: str):
    assert dollars(cost) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.03, "30 ms"), (0.44, "0.4 s"), (12.3, "12 s"), (59.7, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")],
)  # fmt: skip
def test_seconds(value: float, text: str):
    assert seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.04, "0.0 ms"), (9.94, "9.9 ms"), (412.4, "412 ms"), (1800, "1.8 s")]
)
def test_milliseconds(value: float | None, text: str):
    assert milliseconds(value) == text


@pytest.mark.parametrize(
    ("p", "words", "figure"),
    [(0, "p < 0.001", "<0.001"), (0.001, "p = 0.001", "0.001"), (0.0351, "p = 0.035", "0.035"), (1, "p = 1", "1")],
)
def test_p_values(p: float, words: str, figure: str):
    assert (p_words(p), p_figure(p)) == (words, figure)


def test_intervals():
    assert interval((0.394, 0.571)) == "39–57"
    assert interval(None) == ""


@given(st.tuples(shares, shares, shares).map(sorted))
def test_the_plot_is_of_one_width_with_the_dot_in_its_interval(ends: list[float]):
    low, rate, high = ends
    line = interval_plot(rate, (low, high))
    assert len(line) == PLOT_WIDTH
    assert line.count("●") == 1
    assert line.strip("·").strip("━●") == ""
    assert set(interval_plot(None, None)) == {"·"}
