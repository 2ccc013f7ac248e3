"""How two texts differ."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from synterm.core.differences import Line, TooLargeError, line_differences, prompt_differences
from synterm.core.prompt import Message, PromptBody

TEXTS = st.lists(st.sampled_from(["a", "b b", "c c d", "", "long line of words"]), max_size=12).map("\n".join)


def body(system: str, *more: Message, **values: object) -> PromptBody:
    return PromptBody(messages=(Message(role="system", content=system), *more), params=dict(values))


@given(TEXTS, TEXTS)
def test_both_texts_can_be_put_together_from_their_difference(old: str, new: str) -> None:
    assume(old != new)
    lines = list(line_differences(old, new, context=1000))
    assert [line.text for line in lines if line.sign in " -"] == (old.split("\n") if old else [])
    assert [line.text for line in lines if line.sign in " +"] == (new.split("\n") if new else [])
    for line in lines:
        assert all(0 <= start < end <= len(line.text) for start, end in line.changed)


def test_the_words_that_changed_are_told() -> None:
    gone, came = line_differences("route one message today", "route each message today")
    assert (gone.text[slice(*gone.changed[0])], came.text[slice(*came.changed[0])]) == ("one", "each")


def test_what_is_the_same_is_left_out_but_counted() -> None:
    old = "\n".join(str(number) for number in range(100))
    lines = list(line_differences(old, old.replace("50", "fifty"), context=1))
    assert [line.sign for line in lines] == ["…", " ", "-", "+", " ", "…"]
    assert lines[0] == Line("…", "49 lines the same")


def test_a_change_in_a_very_long_text_is_found_and_a_different_one_is_not_tried() -> None:
    lines = [f"line {number}" for number in range(20_000)]
    changed = [*lines[:9000], "new", *lines[9001:]]
    found = [line.text for line in line_differences("\n".join(lines), "\n".join(changed)) if line.sign in "+-"]
    assert found == ["line 9000", "new"]
    with pytest.raises(TooLargeError, match="20,000 lines against 20,000"):
        list(line_differences("\n".join(lines), "\n".join(reversed(lines))))


def test_only_the_parts_that_differ_are_told() -> None:
    old, new = body("a", temperature=1), body("a", Message(role="user", content="b"), temperature=2)
    sections = prompt_differences(old, new)
    assert [section.title for section in sections] == ["2. user", "params"]
    assert [line.sign for line in sections[0].lines] == ["+"]
    assert prompt_differences(old, old) == []
