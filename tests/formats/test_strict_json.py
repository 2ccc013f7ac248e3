from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.ids import canonical_json
from synterm.formats.strict_json import load_json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (' {"a": [1, -2.5, 1e2, true, null, "\\u00e9"]} ', {"a": [1, -2.5, 100.0, True, None, "é"]}),
        ("18446744073709551615", 2**64 - 1),
        ("-9223372036854775808", -(2**63)),
        ('"\\ud83d\\ude00"', "😀"),
    ],
)
def test_json_is_read(text: str, value: Any) -> None:
    assert load_json(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON: Expecting value at column 1"),
        ("[1,]", "not JSON: "),
        ("{'a': 1}", "not JSON: Expecting property name enclosed in double quotes at column 2"),
        ("[1] 2", "not JSON: Extra data at column 5"),
        ("\ufeff1", "not JSON: "),
        ("NaN", "NaN is not a value"),
        ("[-Infinity]", "-Infinity is not a value"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "'c' stands twice"),
        ("1e999", "1e999 is too large a number"),
        ("9" * 5000, "is too large a number"),
        ("18446744073709551616", "can't be kept"),
        ('"\\ud800"', "can't be kept"),
        ("[" * 100_000, "nests too deeply"),
        ("[" * 400 + "]" * 400, "can't be kept"),
        ('"\t"', "not JSON: Invalid control character at at column 2"),
    ],
)
def test_what_is_not_strict_json_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError) as error:
        load_json(text)
    assert message in str(error.value)


@given(st.text(max_size=100) | st.text(alphabet='[]{}",:0123456789.eE+-\\u aN', max_size=40))
def test_what_is_read_can_be_kept(text: str) -> None:
    try:
        value = load_json(text)
    except ValueError:
        return
    assert json.loads(canonical_json(value)) == value
