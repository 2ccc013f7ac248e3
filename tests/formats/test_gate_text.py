"""Gates as people type them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.gate import Gate
from synterm.errors import InputError
from synterm.formats.gate_text import gate_text, gates_text, read_gate, read_gates
from tests.support.gates import GATES


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("", []),
        ("90%", [{"min_pass_rate": 0.9}]),
        ("0.9,  50%\n", [{"min_pass_rate": 0.9}, {"min_pass_rate": 0.5}]),
        ("90% lower, No  Regression", [{"min_pass_rate": 0.9, "bound": "lower"}, {"no_regression": True}]),
        ("no regression against main", [{"no_regression": True, "baseline": "main"}]),
        ("$0.002 a case\n$ 5", [{"max_cost_usd_per_case": 0.002}, {"max_cost_usd": 5}]),
        ("p99.5 1500 ms, 800ms", [{"max_latency_ms": 1500, "percentile": 99.5}, {"max_latency_ms": 800}]),
        ("must pass, all must pass", [{"must_pass": "all"}, {"must_pass": "all"}]),
        ("must pass 8FH3K2QW 0M4R7T1C", [{"must_pass": ["8FH3K2QW", "0M4R7T1C"]}]),
        ("must pass #critical", [{"must_pass_tag": "critical"}]),
        ("score 80%", [{"min_score": 0.8}]),
        (
            '{"min_metric": {"name": "a, \\"b}", "at_least": 0.5}}, {"must_pass": ["8FH3K2QW", "0M4R7T1C"]}',
            [{"min_metric": {"name": 'a, "b}', "at_least": 0.5}}, {"must_pass": ["8FH3K2QW", "0M4R7T1C"]}],
        ),
    ],
)
def test_gates_are_read_from_short_texts_and_from_json(text: str, forms: list[dict[str, Any]]) -> None:
    assert read_gates(text) == tuple(map(Gate.model_validate, forms))


@given(st.lists(GATES, max_size=4))
def test_what_is_written_is_read_again_as_the_same(gates: list[Gate]) -> None:
    assert read_gates(gates_text(gates)) == tuple(gates)
    assert read_gates("\n".join(map(gate_text, gates))) == tuple(gates)


@given(st.text('p0123456789.%$ #{}[]":,\n\\aäms', max_size=40))
def test_whatever_is_typed_is_gates_or_an_error(text: str) -> None:
    try:
        found = read_gates(text)
    except InputError as error:
        assert error.where == "gates"
    else:
        assert read_gates(gates_text(found)) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("much", "'much' is no gate"),
        ("must pass QW", "'must pass QW' is no gate"),
        ("120%", "must be from 0 to 1, or from 0% to 100%"),
        ("100% lower", "min_pass_rate must be under 1 with a bound"),
        ('{"min_pass_rate": 0.9', "not JSON"),
        ('{"min_pass_rate": 9}', "min_pass_rate: must be at most 1"),
        ("p0 5 ms", "percentile: must be over 0"),
    ],
)
def test_what_is_no_gate_is_said_where_it_stands(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_gate(text, "--gate 2")
    assert said in str(caught.value)
    assert caught.value.where == "--gate 2"
