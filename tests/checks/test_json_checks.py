from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.checks.json_text import same_json
from synterm.checks.registry import load_check
from synterm.core.evaluation import CheckResult
from synterm.core.request import JsonSchema
from synterm.errors import InputError

Ask = Callable[..., CheckResult]

ROUTE: dict[str, Any] = {
    "type": "object",
    "properties": {"route": {"enum": ["schedule", "clarify"]}, "why": {"type": "string", "pattern": "^[a-z ]+$"}},
    "required": ["route"],
    "additionalProperties": False,
}
DRAFT_7 = "http://json-schema.org/draft-07/schema#"


def schema(value: dict[str, Any]) -> dict[str, Any]:
    return {"type": "is-json", "value": value}


@pytest.mark.parametrize("text", ['{"a": 1}', "[]", " 3 ", '"x"', "null", '{"a": {"b": [1, 2.5e3, true]}}\n'])
def test_json_passes(ask: Ask, text: str) -> None:
    assert ask({"type": "is-json"}, text).passed is True


@pytest.mark.parametrize(
    "text", ["", "hello", "{'a': 1}", "[1,]", "[NaN]", "[1] x", "```json\n[1]\n```", '"\ud800"', "\x00"]
)
def test_what_is_not_json_fails(ask: Ask, text: str) -> None:
    result = ask({"type": "is-json"}, text)
    assert result.passed is False
    assert result.reason.startswith("not JSON: ")


def test_the_reason_names_the_position(ask: Ask) -> None:
    assert "line 2 column 8" in ask({"type": "is-json"}, '{"a": 1,\n "b": 2,}').reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"route": "schedule", "why": "a time was named"}', "is JSON that fits the schema"),
        ('{"route": "lunch"}', "$.route: 'lunch' is not one of ['schedule', 'clarify']"),
        ('{"why": "x"}', "$: 'route' is a required property"),
        ('{"route": "clarify", "else": 1}', "$: does not take 'else'"),
        ('{"route": "clarify", "why": "X1"}', "$.why: 'X1' does not match '^[a-z ]+$'"),
        ("[]", "$: [] is not of type 'object'"),
    ],
)
def test_an_answer_is_held_against_the_schema(ask: Ask, text: str, reason: str) -> None:
    result = ask(schema(ROUTE), text)
    assert (result.passed, result.reason) == (reason == "is JSON that fits the schema", reason)


def test_a_schema_may_be_one_json_text(ask: Ask) -> None:
    assert ask({"type": "is-json", "value": json.dumps(ROUTE)}, '{"route": "clarify"}').passed is True


def test_a_model_can_be_held_to_the_schema() -> None:
    assert load_check(schema(ROUTE)).constraint() == JsonSchema(ROUTE)
    assert load_check({"type": "is-json"}).constraint() is None


@pytest.mark.parametrize(
    ("value", "text", "passed"),
    [
        ({"uniqueItems": True}, "[1, 2, [1], {}]", True),
        ({"uniqueItems": True}, "[1, 1.0]", False),
        ({"uniqueItems": True}, "[1, true]", True),
        ({"uniqueItems": True}, '[{"a": 1, "b": 2}, {"b": 2, "a": 1}]', False),
        ({"patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": False}, '{"x-a": "1"}', True),
        ({"patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": False}, '{"x-a": 1}', False),
        ({"patternProperties": {"^x-": {}}, "additionalProperties": {"type": "null"}}, '{"x-a": 1, "b": null}', True),
        ({"additionalProperties": {"type": "null"}}, '{"b": 1}', False),
        ({"anyOf": [{"type": "string"}, {"properties": {"a": {"const": 1}}}]}, '{"a": 1}', True),
        ({"anyOf": [{"type": "string"}, {"properties": {"a": {"const": 1}}}]}, '{"a": 2}', False),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"minLength": 2}}}, '"x"', False),
        ({"$schema": DRAFT_7, "items": [{"type": "string"}]}, '["x", 1]', True),
        ({"$schema": DRAFT_7, "items": [{"type": "string"}]}, "[1]", False),
        ({"pattern": r"\pL\z"}, '"né"', True),
    ],
)
def test_keywords_mean_what_json_schema_says(ask: Ask, value: dict[str, Any], text: str, passed: bool) -> None:
    assert ask(schema(value), text).passed is passed


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"type": "objekt"}, "not a JSON schema: $.type"),
        ({"properties": {"a": {"pattern": "("}}}, "the pattern '(' does not compile"),
        ({"patternProperties": {"(?=a)": {}}}, "does not compile"),
        (
            {"$ref": "http://127.0.0.1:9/schema.json"},
            "refers to 'http://127.0.0.1:9/schema.json', which it does not hold",
        ),
        ({"$ref": "file:///etc/hostname"}, "which it does not hold"),
        ({"$ref": "#/$defs/none"}, "refers to '#/$defs/none', which it does not hold"),
        ({"$schema": "http://127.0.0.1:9/own"}, "dialect 'http://127.0.0.1:9/own' is not known"),
        ({"items": {"$schema": DRAFT_7, "pattern": "(a+)+$"}}, "names its dialect ($schema) other than at the top"),
        ({"unevaluatedProperties": False}, "unevaluatedProperties is not for checks"),
        ({"description": "x" * 100_001}, "the schema is over 100,000 bytes"),
    ],
)
def test_a_schema_that_can_not_be_used_is_refused(value: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        load_check(schema(value))
    assert message in error.value.message


@pytest.mark.parametrize("value", ["{", "[]", 5, True])
def test_a_value_that_is_no_schema_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="value: "):
        load_check({"type": "is-json", "value": value})


def deep_schema(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(levels):
        inner = {"properties": {"a": inner}}
    return inner


def test_a_schema_that_nests_without_end_is_refused() -> None:
    with pytest.raises(InputError, match=r"nests deeper|not plain JSON"):
        load_check(schema(deep_schema(40)))
    with pytest.raises(InputError, match=r"nests deeper|not plain JSON"):
        load_check(schema(deep_schema(2000)))


@pytest.mark.parametrize(
    "config", [{"type": "is-json"}, schema(ROUTE), schema({"$ref": "#"}), schema({"items": {"$ref": "#"}})]
)
@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[" * 900 + "]" * 900, '{"a":' * 500 + "1" + "}" * 500, "1" * 1_000_001]
)
def test_deep_and_huge_answers_end_without_a_pass_of_the_schema(ask: Ask, config: dict[str, Any], text: str) -> None:
    result = ask(config, text)
    assert result.reason or result.error
    assert result.passed is not True or "value" not in config


def test_a_recursive_schema_takes_answers_that_nest_sensibly(ask: Ask) -> None:
    tree = schema({"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}, "additionalProperties": False})
    assert ask(tree, '{"left": ' * 50 + "{}" + "}" * 50).passed is True
    assert ask(tree, '{"left": ' * 50 + '{"x": 1}' + "}" * 50).passed is False
    assert ask(tree, '{"left": ' * 70 + "{}" + "}" * 70).reason == "nests deeper than 64"


def test_a_schema_that_multiplies_its_own_work_gives_no_verdict(ask: Ask) -> None:
    doubling: dict[str, Any] = {str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(40)}
    result = ask(schema({"$defs": {**doubling, "40": {}}, "$ref": "#/$defs/0"}), "1")
    assert (result.passed, result.error) == (None, "the schema takes too many steps on this answer")


def test_patterns_of_a_schema_do_not_run_wild(ask: Ask) -> None:
    answer = json.dumps({"a" * 50_000 + "b": "a" * 50_000 + "b"})
    assert ask(schema({"additionalProperties": {"pattern": "^(a+)+$"}}), answer).passed is False
    assert ask(schema({"patternProperties": {"^(a+)+$": False}}), answer).passed is True
    assert ask(schema({"propertyNames": {"pattern": "^(a+)+$"}}), answer).passed is False


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_every_json_value_passes_and_equals_itself(ask: Ask, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    if text.encode("utf-8", "ignore").decode() == text:
        assert ask({"type": "is-json"}, text).passed is True
    assert same_json(value, json.loads(json.dumps(value)))


@given(st.text())
def test_any_text_is_json_or_not_but_never_an_error(ask: Ask, text: str) -> None:
    assert ask(schema(ROUTE), text).passed is not None
