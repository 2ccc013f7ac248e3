"""What a gate may say, and its JSON form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from synterm.core.gate import KINDS, Gate, rate_words
from synterm.core.problems import problems_of
from tests.support.gates import GATES

FORMS: list[tuple[dict[str, Any], str, str]] = [
    ({"min_pass_rate": 0.9}, "at least 90 % pass", "≥ 90 %"),
    ({"min_pass_rate": 0.925}, "at least 92.5 % pass", "≥ 92.5 %"),
    (
        {"min_pass_rate": 0.9, "bound": "lower"},
        "at least 90 % pass, on the interval's lower end",
        "≥ 90 % (lower end)",
    ),
    ({"no_regression": True}, "no regression against the baseline", "no regression"),
    ({"no_regression": True, "baseline": "main"}, "no regression against main", "no regression against main"),
    ({"max_cost_usd_per_case": 0.00002}, "at most $0.00002 a case", "≤ $0.00002 a case"),
    ({"max_cost_usd": 0.5}, "at most $0.5 in all", "≤ $0.5"),
    ({"max_latency_ms": 1500}, "95 % of answers within 1,500 ms", "p95 ≤ 1,500 ms"),
    ({"max_latency_ms": 800, "percentile": 99.5}, "99.5 % of answers within 800 ms", "p99.5 ≤ 800 ms"),
    ({"must_pass": "all"}, "no case may fail", "all must pass"),
    ({"must_pass": ["01J8FH3K2QW"]}, "case …8FH3K2QW must pass", "case …8FH3K2QW must pass"),
    ({"must_pass": ["8FH3K2QW", "0M4R7T1C"]}, "2 named cases must pass", "2 named cases must pass"),
    ({"must_pass_tag": "critical"}, "no case tagged critical may fail", "#critical must pass"),
    ({"min_score": 0.8}, "a mean score of at least 0.8", "score ≥ 0.8"),
    ({"min_metric": {"name": "polite", "at_least": 0.7}}, "a mean of polite of at least 0.7", "polite ≥ 0.7"),
]


@pytest.mark.parametrize(("form", "words", "short"), FORMS)
def test_a_gate_is_written_as_it_was_read_and_has_words(form: dict[str, Any], words: str, short: str) -> None:
    gate = Gate.model_validate(form)
    assert gate.model_dump(mode="json") == json.loads(gate.model_dump_json()) == json.loads(json.dumps(form))
    assert (gate.words, gate.short) == (words, short)
    assert gate.kind in form


def test_every_condition_is_tried_here() -> None:
    assert {Gate.model_validate(form).kind for form, _, _ in FORMS} == set(KINDS)


@given(GATES)
def test_its_json_form_says_all_of_it_and_fits_the_schema(gate: Gate) -> None:
    form = gate.model_dump(mode="json")
    assert None not in form.values()
    assert Gate.model_validate_json(gate.model_dump_json()) == Gate.model_validate(form) == gate
    for mode in ("validation", "serialization"):
        Draft202012Validator(Gate.model_json_schema(mode=mode)).validate(form)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "needs a condition, one of min_pass_rate, no_regression, max_cost_usd_per_case"),
        ({"bound": "lower"}, "needs a condition"),
        ({"min_pass_rate": 0.9, "max_cost_usd": 1}, "has min_pass_rate and max_cost_usd: a gate has one condition"),
        ({"min_pass_rate": 9}, "min_pass_rate: must be at most 1"),
        ({"min_pass_rate": 0.9, "bound": "upper"}, "bound: must be 'lower'"),
        ({"min_pass_rate": 1, "bound": "lower"}, "min_pass_rate must be under 1 with a bound"),
        ({"max_cost_usd": 1, "bound": "lower"}, "has bound, which goes with min_pass_rate only"),
        ({"max_cost_usd": 1, "baseline": "main"}, "has baseline, which goes with no_regression only"),
        ({"max_cost_usd": 1, "percentile": 9}, "has percentile, which goes with max_latency_ms only"),
        ({"no_regression": False}, "no_regression: must be true"),
        ({"max_cost_usd": float("inf")}, "max_cost_usd: must be a finite number"),
        ({"max_cost_usd": -1}, "max_cost_usd: must be at least 0"),
        ({"max_latency_ms": 0}, "max_latency_ms: must be over 0"),
        ({"max_latency_ms": 9, "percentile": 101}, "percentile: must be at most 100"),
        ({"must_pass": []}, "must_pass: must be all, or a list of cases"),
        ({"must_pass": "some"}, "must_pass: must be all, or a list of cases"),
        ({"must_pass": ["QW"]}, "must_pass: each must be a case's id, or the last 6 or more characters of it"),
        ({"min_metric": {"name": "x"}}, "min_metric.at_least: is missing"),
        ({"min_pas_rate": 0.9}, "min_pas_rate: is not a field here; did you mean min_pass_rate"),
    ],
)
def test_what_is_wrong_is_said_by_field_with_what_is_allowed(form: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Gate.model_validate(form)
    [problem] = problems_of(caught.value, Gate)
    assert said in str(problem)


@given(st.floats(0, 1))
def test_all_and_none_are_said_only_of_all_and_none(rate: float) -> None:
    assert (rate_words(rate, 1) == "100 %") == (rate == 1)
    assert (rate_words(rate, 1) == "0 %") == (rate == 0)
