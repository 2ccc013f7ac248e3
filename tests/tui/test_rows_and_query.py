"""Pages of cases, and the filter's small language."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.errors import InputError
from synterm.tui.query import parse_query
from synterm.tui.rows import CaseRows


def test_only_the_pages_that_are_looked_at_are_read() -> None:
    reads: list[int] = []

    def read(keys: Sequence[int]) -> list[Case]:
        reads.append(keys[0])
        return [Case(scenario_id="s", input={"m": str(key)}) for key in keys]

    rows = CaseRows(range(100_000), read)
    assert len(rows) == 100_000
    assert rows[50_123].title == "50123"
    assert rows[50_124].title == "50124"
    assert rows[-1].title == "99999"
    assert [case.title for case in rows[199:201]] == ["199", "200"]
    assert reads == [50_000, 99_800, 0, 200]
    with pytest.raises(IndexError):
        rows[100_000]


def test_a_query_names_split_status_and_tags() -> None:
    chosen = parse_query('tag:typo split:holdout status:draft "two words" more')
    assert (chosen.split, chosen.status, list(chosen.tags), chosen.text) == (
        "holdout",
        "draft",
        ["typo"],
        "two words more",
    )
    assert (parse_query("").split, parse_query("").status) == ("dev", "accepted")
    assert parse_query("split:all status:all").split is None


def test_a_value_that_does_not_exist_lists_those_that_do() -> None:
    with pytest.raises(InputError, match="split:tset is none of dev, holdout, train, all"):
        parse_query("split:tset")


@given(st.text())
def test_any_text_is_a_query_or_says_why_not(query: str) -> None:
    try:
        parse_query(query)
    except InputError as error:
        assert error.message


@pytest.mark.parametrize("query", ["what's", 'an "open quote', "http://x", "a\\b"])
def test_half_typed_and_odd_words_are_words(query: str) -> None:
    assert parse_query(query).text.replace('"', "") == query.replace('"', "")
