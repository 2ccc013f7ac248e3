"""A prompt's parameters as lines that people edit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.model import ModelSpec
from synterm.core.params_text import params_text, parse_params
from synterm.errors import InputError
from synterm.providers.known_params import param_problem

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)


@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_what_was_written_is_read_back(params: dict[str, Any]) -> None:
    assert parse_params(params_text(params)) == params


def test_yaml_and_toml_lines_are_both_read() -> None:
    text = '# low\ntemperature: 0.2  # steady\n\ntop_p = 1\nstop: [a, "#b"]\nreasoning_effort: low'
    assert parse_params(text) == {"temperature": 0.2, "top_p": 1, "stop": ["a", "#b"], "reasoning_effort": "low"}


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("a: 1\n\nb", "line 3", "not a parameter"),
        ("a:", "line 1", "has no value"),
        ("a: 1\na: 2", "line 2", "twice"),
        ("a: [1, ", "line 1", "can't be read"),
        ("a: 2001-01-01", "", ""),
        ("a: " + "[" * 5000, "line 1", "not a plain value"),
        ("a: &x [*x]", "line 1", "not a plain value"),
    ],
)
def test_what_is_wrong_names_its_line(text: str, where: str, words: str) -> None:
    if not where:
        assert parse_params(text) == {"a": "2001-01-01"}
        return
    with pytest.raises(InputError, match=words) as refusal:
        parse_params(text)
    assert refusal.value.where == where
    assert refusal.value.hint or words == "twice"


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        assert isinstance(parse_params(text), dict)
    except InputError as error:
        assert error.where


@pytest.mark.parametrize(
    ("model", "text", "words"),
    [
        ("openai/gpt-4o", "temperature: hot", "'temperature' is wrong"),
        ("openai/gpt-4o", "temperature: 3", "'temperature' is wrong"),
        ("openai/gpt-4o", "temprature: 1", "no parameter 'temprature'"),
        ("embedded/default", "top_k: 1", "no parameter 'top_k'"),
    ],
)
def test_a_parameter_is_held_to_what_the_model_takes(model: str, text: str, words: str) -> None:
    spec = ModelSpec(name="m", model=model)
    with pytest.raises(InputError, match=words) as refusal:
        parse_params(text, lambda name, value: param_problem(spec, name, value))
    assert refusal.value.where == "line 1"
    assert parse_params("temperature: 1", lambda name, value: param_problem(spec, name, value)) == {"temperature": 1}
