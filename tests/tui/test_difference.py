"""What differs between texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from synterm.core.prompt import PromptBody
from synterm.tui.why.difference import Piece, differences, excerpt, prompt_differences
from tests.tui.conftest import body

texts = st.text(st.sampled_from("ab \n.é"), max_size=60)


@given(texts, texts)
def test_what_was_kept_and_removed_is_the_old_text_and_kept_and_added_the_new(old: str, new: str) -> None:
    pieces = differences(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == new


@given(texts)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(piece.kind == "kept" for piece in differences(text, text))


def test_words_differ_not_letters() -> None:
    assert differences("send the notes", "send the note") == [
        Piece("kept", "send the "),
        Piece("removed", "notes"),
        Piece("added", "note"),
    ]


def test_big_texts_are_not_compared_word_by_word() -> None:
    old, new = "a b " * 5_000, "b c " * 5_000
    kinds = [piece.kind for piece in differences("same " + old, "same " + new)]
    assert kinds == ["kept", "removed", "added", "kept"]


def test_an_excerpt_shows_what_is_around_a_difference() -> None:
    pieces = excerpt(differences("x " * 100 + "old" + " y" * 100, "x " * 100 + "new" + " y" * 100), 6)
    assert [piece.text for piece in pieces] == ["…x x x ", "old", "new", " y y y…"]


def test_prompts_differ_in_messages_examples_and_parameters() -> None:
    old, new = body("Route it."), body("Route it briefly.")
    assert [where for where, _ in prompt_differences(old, new)] == ["system"]
    assert prompt_differences(old, old) == []
    warmer = PromptBody(messages=old.messages, params={"temperature": 1})
    assert [where for where, _ in prompt_differences(old, warmer)] == ["temperature"]
