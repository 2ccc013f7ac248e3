"""What is written for a chain or a filter is read as the same again."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from synterm.describe.generators.vary import Vary
from synterm.describe.pipeline.written import chain_text, filter_text, read_chain, read_filter

WORDS = st.text(min_size=1, max_size=30).filter(lambda text: "\x00" not in text)


@given(tone=WORDS, persona=st.one_of(st.none(), WORDS))
@example(tone='"\\', persona=None)
@example(tone='"\\', persona="0")
def test_any_settings_are_read_as_they_were_written(tone: str, persona: str | None) -> None:
    chain = (Vary(tone=tone, persona=persona), *read_chain("misspellings:strength=0.5"))
    assert read_chain(chain_text(chain)) == chain


@pytest.mark.parametrize(
    "text", ["paraphrase | misspellings:strength=0.5", "vary:tone=angry,language=German", "casing"]
)
def test_plain_settings_are_written_as_people_write_them(text: str) -> None:
    assert chain_text(read_chain(text)) == text


@pytest.mark.parametrize("text", ["near-duplicate:0.85", "length:longest=200", "well-formed"])
def test_a_filter_is_written_with_its_bare_threshold(text: str) -> None:
    assert filter_text(read_filter(text)) == text
