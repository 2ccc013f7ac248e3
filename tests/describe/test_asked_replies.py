"""Reading what models wrote: whatever it is, there are texts or a reason in words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.completion import Completion, Outcome
from synterm.describe.generators.replies import items_of, texts_of
from synterm.describe.pipeline.written import read_chain
from synterm.errors import InputError

WORDS = st.text(alphabet="abc xyz", min_size=1, max_size=20).filter(lambda text: text.strip() == text)


@given(st.text(max_size=300) | st.sampled_from(['{"a":', "[[[", "```\n```", "- ", "1.", '"', "{}", "[]", "null", "7"]))
def test_any_reply_gives_texts_or_a_reason(text: str) -> None:
    for read in (texts_of, items_of):
        try:
            found = read(Completion(Outcome.COMPLETE, text))
        except ValueError as error:
            assert str(error)
        else:
            assert read is items_of or all(isinstance(one, str) and one.strip() for one in found)


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_lists_are_read_as_they_were_written(texts: list[str]) -> None:
    written = (
        json.dumps({"texts": texts}),
        json.dumps(texts),
        f"Sure!\n```json\n{json.dumps(texts)}\n```",
        "\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1)),
        "These are they:\n" + "\n".join(f'- "{text}"' for text in texts) + "\n\nAnything else?",
    )
    for text in written:
        assert texts_of(Completion(Outcome.COMPLETE, text)) == texts


def test_of_a_plain_list_that_was_cut_off_the_last_text_is_left_out() -> None:
    assert texts_of(Completion(Outcome.TRUNCATED, "- one\n- two\n- thr")) == ["one", "two"]
    with pytest.raises(ValueError, match="cut off"):
        texts_of(Completion(Outcome.TRUNCATED, '{"texts": ["one", "tw'))


@given(st.text(alphabet='ab|:=,[]{}"\\ ', max_size=40))
def test_any_chain_is_read_or_refused_in_words(text: str) -> None:
    try:
        assert read_chain(text)
    except InputError as error:
        assert str(error)
