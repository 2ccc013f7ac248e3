from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.checks.registry import load_check
from synterm.checks.words import words_of
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

Ask = Callable[..., CheckResult]


@pytest.mark.parametrize(
    ("config", "text", "passed"),
    [
        ({"type": "contains", "value": "refund"}, "a refund is due", True),
        ({"type": "contains", "value": "refund"}, "a Refund is due", False),
        ({"type": "contains", "value": 42}, "it is 42.", True),
        ({"type": "icontains", "value": "refund"}, "a REFUND is due", True),
        ({"type": "icontains", "value": "STRASSE"}, "die Straße", True),
        ({"type": "icontains", "value": "refund"}, "money back", False),
        ({"type": "starts-with", "value": "Dear"}, "Dear Ines", True),
        ({"type": "starts-with", "value": "Dear"}, " Dear Ines", False),
        ({"type": "contains-any", "value": ["a1", "b1"]}, "has b1", True),
        ({"type": "contains-any", "value": ["a1", "b1"]}, "has B1", False),
        ({"type": "icontains-any", "value": ["a1", "b1"]}, "has B1", True),
        ({"type": "contains-all", "value": ["a1", "b1"]}, "b1 and a1", True),
        ({"type": "contains-all", "value": ["a1", "b1"]}, "b1 alone", False),
        ({"type": "icontains-all", "value": ["A1", "b1"]}, "B1 and a1", True),
        ({"type": "contains-any", "value": "red, green"}, "the green one", True),
        ({"type": "contains-all", "value": '"red, green", blue'}, "red, green and blue", True),
        ({"type": "contains-all", "value": '"red, green", blue'}, "green, red and blue", False),
        ({"type": "regex", "value": r"\b\d{4}-\d\d\b"}, "on 2026-03 then", True),
        ({"type": "regex", "value": r"\d+"}, "none", False),
        ({"type": "regex", "value": r"\d+", "full": True}, "a 12", False),
        ({"type": "regex", "value": r"\d+", "full": True}, "12", True),
        ({"type": "regex", "value": "(?i)yes"}, "YES", True),
        ({"type": "equals", "value": "yes"}, " yes\n", True),
        ({"type": "equals", "value": "yes", "strip": False}, " yes\n", False),
        ({"type": "equals", "value": "yes"}, "Yes", False),
        ({"type": "equals", "value": "yes", "ignore_case": True}, "YES", True),
        ({"type": "equals", "value": "no"}, "no way", False),
    ],
)
def test_what_the_text_checks_find(ask: Ask, config: dict[str, Any], text: str, passed: bool) -> None:
    result = ask(config, text)
    assert (result.type, result.passed, result.score) == (config["type"], passed, float(passed))
    assert result.reason


@pytest.mark.parametrize("kind", ["equals", "contains", "icontains", "contains-any", "icontains-all", "starts-with"])
def test_without_a_value_the_expected_text_is_looked_for(ask: Ask, kind: str) -> None:
    assert ask({"type": kind}, "blue", "blue").passed is True
    assert ask({"type": kind}, "green", "blue").passed is False


@pytest.mark.parametrize("kind", ["equals", "contains", "contains-any", "contains-all", "starts-with"])
def test_without_anything_to_look_for_no_verdict_is_given(ask: Ask, kind: str) -> None:
    result = ask({"type": kind}, "blue", None)
    assert result.passed is None
    assert "the check has no value" in (result.error or "")


def test_a_list_that_is_expected_is_looked_for(ask: Ask) -> None:
    assert ask({"type": "contains-all"}, "blue and green", ["blue", "green"]).passed is True
    assert ask({"type": "contains-all"}, "blue", ["blue", "green"]).reason == 'does not contain "green"'
    assert ask({"type": "contains-any"}, "blue", {"not": "a list"}).passed is None


@pytest.mark.parametrize(
    ("expected", "text", "passed"),
    [
        ({"a": 1, "b": [True, None]}, '{"b": [true, null], "a": 1.0}', True),
        ({"a": 1}, '{"a": true}', False),
        ({"a": 1}, '{"a": 1, "b": 2}', False),
        ([1, 2], "[2, 1]", False),
        (42, " 42 ", True),
        (42, "forty-two", False),
        (True, "true", True),
        (True, "1", False),
        ({"a": 1}, "", False),
    ],
)
def test_values_that_are_not_text_are_compared_as_json(ask: Ask, expected: Any, text: str, passed: bool) -> None:
    assert ask({"type": "equals"}, text, expected).passed is passed


def test_reasons_stay_short(ask: Ask) -> None:
    assert len(ask({"type": "equals", "value": "no"}, "yes " * 10_000).reason) < 200
    assert len(ask({"type": "contains", "value": "n" * 10_000}, "yes").reason) < 200


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"type": "regex", "value": "("}, "the pattern '(' does not compile: missing ): ("),
        ({"type": "regex", "value": r"(?<=a)b"}, "RE2 has no look-around"),
        ({"type": "regex", "value": r"(a)\1"}, "does not compile"),
        ({"type": "regex", "value": "\ud800"}, "not plain JSON"),
        ({"type": "regex"}, "value: is missing"),
        ({"type": "contains", "value": ""}, "value: must not be empty"),
        ({"type": "contains", "value": ["a"]}, "value: must be text"),
        ({"type": "contains-any", "value": []}, "value: must hold texts that are not empty"),
        ({"type": "contains-any", "value": " , "}, "value: must hold texts that are not empty"),
        ({"type": "contains-any", "value": '"a'}, "value: has a quote that is not closed"),
        ({"type": "contains-any", "value": '"a" b'}, "value: needs a comma after what is in quotes"),
        ({"type": "contains-any", "value": {"a": 1}}, "value: must be a text or a list of texts"),
        ({"type": "equals", "value": "a", "strip": "maybe"}, "strip: must be true or false"),
    ],
)
def test_a_value_that_can_not_be_used_is_refused(config: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        load_check(config)
    assert message in error.value.message


def test_a_pattern_on_half_a_character_is_judged(ask: Ask) -> None:
    assert ask({"type": "regex", "value": "b"}, "a\ud800b").passed is True


@given(st.text(), st.text())
def test_contains_agrees_with_python(ask: Ask, text: str, piece: str) -> None:
    piece = piece.encode("utf-8", "ignore").decode() or "x"
    assert ask({"type": "contains", "value": piece}, text).passed is (piece in text)


@given(st.lists(st.text(alphabet="ab,\" \\'\n", min_size=1), min_size=1))
def test_quoted_items_are_read_as_they_were_written(items: list[str]) -> None:
    written = ",".join('"' + item.replace("\\", "\\\\").replace('"', '""') + '"' for item in items)
    assert list(words_of(written)) == items


def test_where_two_objects_differ_is_told_field_by_field(ask: Ask) -> None:
    wanted = {"kind": "invoice", "total": 96, "due": None, "items": [1]}
    same = ask({"type": "equals"}, '{"items": [1.0], "due": null, "total": 96.0, "kind": "invoice"}', wanted)
    assert same.passed
    wrong = ask({"type": "equals"}, '{"kind": "invoice", "total": 731.0, "items": [1], "note": "x"}', wanted)
    assert wrong.reason == 'total: 731.0, expected 96; due: missing, expected null; note: "x", not expected'
    many = ask({"type": "equals"}, "{}", wanted)
    assert many.reason.endswith("; and 1 more")
    assert len(ask({"type": "equals"}, '{"a": "' + "b" * 10_000 + '"}', {"a": 1}).reason) < 120
