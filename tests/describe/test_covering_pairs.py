"""Covering arrays: every pair is there, in few rows, the same ones each time."""

from __future__ import annotations

from itertools import combinations, product
from math import log

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from synterm.describe.pairs import covering_rows

SIZES = st.lists(st.integers(1, 6), min_size=2, max_size=8)


@settings(max_examples=40)
@example(sizes=[6] * 8)
@example(sizes=[1] * 8)
@example(sizes=[1, 6])
@given(sizes=SIZES)
def test_every_pair_is_covered_in_few_rows(sizes: list[int]) -> None:
    rows = covering_rows(sizes)
    for a, b in combinations(range(len(sizes)), 2):
        assert {(row[a], row[b]) for row in rows} == {*product(range(sizes[a]), range(sizes[b]))}
    assert all(0 <= value < size for row in rows for value, size in zip(row, sizes, strict=True))
    assert len({*rows}) == len(rows)
    first, second = sorted(sizes)[-2:]
    pairs = sum(x * y for x, y in combinations(sizes, 2))
    assert first * second <= len(rows) <= first * second * (1 + log(pairs) / 2)
    assert rows == covering_rows(sizes)


@pytest.mark.parametrize(
    ("sizes", "most"),
    [
        # The least that is known of each, from the tables of covering arrays: 9, 15, 16, 8 and 100 or more.
        ([3] * 4, 11),
        ([3] * 13, 20),
        ([4] * 5, 22),
        ([2] * 15, 10),
        ([10] * 5, 140),
        ([5, 4, 3, 2], 21),
    ],
)
def test_rows_are_near_the_fewest_that_are_known(sizes: list[int], most: int) -> None:
    assert len(covering_rows(sizes)) <= most


def test_one_parameter_or_none_has_no_pairs() -> None:
    assert covering_rows([3]) == [(0,), (1,), (2,)]
    assert covering_rows([]) == [()]
