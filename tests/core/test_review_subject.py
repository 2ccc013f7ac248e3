"""What a human verdict is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.review import output_id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("clarify", " clarify\n"),
        ("a\r\nb", "a\nb"),
        ("a  \nb\t", "a\nb"),
        ("caf\u00e9", "cafe\u0301"),
    ],
)
def test_texts_that_read_the_same_are_the_same_output(one: str, other: str) -> None:
    assert output_id(one) == output_id(other)


@pytest.mark.parametrize(("one", "other"), [("clarify", "Clarify"), ("a b", "ab"), ("a\n\nb", "a\nb"), ("", "a")])
def test_texts_that_read_differently_are_not(one: str, other: str) -> None:
    assert output_id(one) != output_id(other)


@given(st.text())
def test_any_text_has_a_name_also_half_a_character(text: str) -> None:
    assert len(output_id(text + "\ud83d")) == 64
