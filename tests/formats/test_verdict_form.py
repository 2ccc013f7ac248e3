"""A verdict as a row of a file has it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from synterm.formats.verdict_form import VerdictForm


def form(**fields: Any) -> VerdictForm:
    return VerdictForm.model_validate({"output": "x", **fields})


@pytest.mark.parametrize(
    ("fields", "passed", "origin"),
    [
        ({"passed": True}, True, "review"),
        ({"passed": "FALSE"}, False, "review"),
        ({"passed": " Pass "}, True, "review"),
        ({"passed": 0}, False, "review"),
        ({"thumb": "👍"}, True, "feedback"),
        ({"thumb": -1}, False, "feedback"),
        ({"rating": "4"}, True, "feedback"),
        ({"rating": 3.5}, False, "feedback"),
        ({"passed": False, "rating": 5, "source": "feedback"}, False, "feedback"),
        ({"passed": ""}, None, "feedback"),
        ({}, None, "feedback"),
    ],
)
def test_verdicts_as_people_and_apps_write_them(fields: dict[str, Any], passed: bool | None, origin: str) -> None:
    found = form(**fields)
    assert found.verdict(4) is passed
    assert found.origin == origin


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("2026-03-01T09:30:00+02:00", "2026-03-01T07:30:00.000Z"),
        ("2026-03-01 09:30", "2026-03-01T09:30:00.000Z"),
        (1772354000, "2026-03-01T08:33:20.000Z"),
        ("1772354000123", "2026-03-01T08:33:20.123Z"),
        ("", ""),
    ],
)
def test_times_as_logs_have_them(time: Any, said: str) -> None:
    assert form(time=time).time == said


@pytest.mark.parametrize(
    "fields",
    [
        {"passed": "maybe"},
        {"thumb": "2"},
        {"rating": 0},
        {"rating": "five"},
        {"time": "yesterday"},
        {"time": 1e300},
        {"content_id": "12"},
        {"source": "rumour"},
    ],
)
def test_what_can_not_be_read_names_its_field(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refusal:
        form(**fields)
    assert [error["loc"] for error in refusal.value.errors()] == [tuple(fields)]


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner))


@given(st.dictionaries(st.sampled_from(sorted(VerdictForm.model_fields)), JSON))
def test_whatever_stands_there_it_is_a_form_or_an_error_of_a_field(fields: dict[str, Any]) -> None:
    try:
        VerdictForm.model_validate(fields)
    except ValidationError as error:
        assert all(one["loc"] for one in error.errors())
