"""JSON amid other text, and fields of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.checks.json_within import json_within
from synterm.checks.registry import load_check
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

Ask = Callable[..., CheckResult]
LEAVES = (
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab{[\"'", max_size=3), inner, max_size=3),
)
NAMED = {"type": "object", "required": ["name"]}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('Here: {"a": 1}.', [{"a": 1}]),
        ('```json\n{"a": [1, 2]}\n```\nand [3]', [{"a": [1, 2]}, [3]]),
        ('see [1 and {"a": 1}', [{"a": 1}]),
        ('{not json {"a": 1} }', [{"a": 1}]),
        ('He said "{" and then {"a": "}"}', [{"a": "}"}]),
        ('a ] b } {"a": "\\"}"}', [{"a": '"}'}]),
        ("{'a': 1}", []),
        ("[1, 2,]", []),
        ("5", []),
        ("", []),
    ],
)
def test_objects_and_lists_are_found_amid_text(text: str, found: list[Any]):
    assert list(json_within(text)) == found


@given(VALUES.filter(lambda value: isinstance(value, dict | list)), st.text("ab.,: \n'", max_size=20))
def test_whatever_is_written_as_json_is_found(value: Any, around: str):
    assert list(json_within(f"{around}{json.dumps(value)}{around}")) == [value]


def test_one_that_fits_is_enough(ask: Ask):
    config = {"type": "contains-json", "value": NAMED}
    assert ask(config, 'a {"x": 1} b {"name": 2}').passed is True
    assert ask(config, 'a {"x": 1}').reason == "$: 'name' is a required property"
    assert ask(config, "none").reason == "contains no JSON object or list"
    assert ask({"type": "contains-json"}, "[]").passed is True
    assert ask({"type": "not-contains-json"}, "none").passed is True


def test_amid_too_much_that_could_be_json_no_verdict_is_given(ask: Ask):
    result = ask({"type": "contains-json"}, "[a," * 4000 + "]" * 4000)
    assert result.error == "the answer can't be searched for JSON: too many brackets without JSON"
    many = ask({"type": "contains-json", "value": NAMED}, "[] " * 500)
    assert "the first 100 objects and lists" in (many.error or "")


@pytest.mark.parametrize(
    ("fields", "text", "expected", "score", "reason"),
    [
        ({"a.b": 1}, '{"a": {"b": 1.0}}', None, 1, "a.b as expected"),
        ({"a.b": 1}, '{"a": {"b": true}}', None, 0, "a.b: true, expected 1"),
        ({"a.0.b": "x"}, '```json\n{"a": [{"b": "x"}]}\n```', None, 1, "a.0.b as expected"),
        ({"a": None}, '{"a": null}', None, 1, "a as expected"),
        ({"a": {"equals": {"b": [1]}}}, '{"a": {"b": [1]}}', None, 1, "a as expected"),
        ({"a": {"approx": 0.3}}, '{"a": 0.1}', None, 0, "a: 0.1, expected 0.3 ± 0"),
        ({"a": {"approx": 0.3, "tolerance": 0.2}}, '{"a": 0.1}', None, 1, "a as expected"),
        ({"a": {"approx": 1, "tolerance": 0.5}}, '{"a": "1"}', None, 0, 'a: "1", expected 1 ± 0.5'),
        ({"a": {"contains": "oo"}}, '{"a": "room"}', None, 1, "a as expected"),
        ({"a": {"contains": 2}}, '{"a": [1, 2.0]}', None, 1, "a as expected"),
        ({"a": {"contains": "k"}}, '{"a": {"k": 1}}', None, 1, "a as expected"),
        ({"a": {"contains": "x"}}, '{"a": 5}', None, 0, 'a: 5 does not contain "x"'),
        ({"a": 1, "b": 2}, '{"a": 1}', None, 0.5, "the answer has no b"),
        ({"a": 1}, "", None, 0, None),
        ({"a": 1}, "[]", None, 0, "the answer has no a"),
        (["a", "b.c"], '{"a": 1, "b": {"c": 3}}', {"a": 1, "b": {"c": 2}}, 0.5, "b.c: 3, expected 2"),
        ("a", '{"a": 1}', {"a": 1}, 1, "a as expected"),
    ],
)
def test_fields_are_judged_one_by_one(
    ask: Ask, fields: Any, text: str, expected: Any, score: float, reason: str | None
):
    result = ask({"type": "json-field", "fields": fields}, text, expected)
    assert (result.score, result.passed) == (score, score == 1)
    assert reason is None or result.reason == reason


def test_a_tolerance_holds_for_every_number(ask: Ask):
    config = {"type": "json-field", "fields": {"a": 1, "b": "x"}, "tolerance": 0.1}
    assert ask(config, '{"a": 1.1, "b": "x"}').passed is True
    assert ask(config, '{"a": 1.2, "b": "x"}').reason == "a: 1.2, expected 1"


@pytest.mark.parametrize("expected", [None, "text", {"b": 1}])
def test_a_value_that_nothing_gives_is_no_verdict(ask: Ask, expected: Any):
    result = ask({"type": "json-field", "fields": ["a"]}, '{"a": 1}', expected)
    assert result.error == "a has no value in the check, and what the case expects has no a"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "fields: must not be empty"),
        ({"a": {}}, "needs equals, approx or contains"),
        ({"a": {"equal": 1}}, "fields.a.equal: is not a field here"),
        ({"a": {"approx": "x"}}, "fields.a.approx: must be a number"),
        ({"a": {"approx": 1, "tolerance": -1}}, "fields.a.tolerance: must be at least 0"),
        ({"a..b": 1}, "a path has an empty step"),
        (5, "fields: must be named values"),
    ],
)
def test_fields_that_say_nothing_are_refused(fields: Any, message: str):
    with pytest.raises(InputError) as error:
        load_check({"type": "json-field", "fields": fields})
    assert message in error.value.message
