"""Paths into JSON: what people write leads where they mean, and anything at all is taken or refused in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.errors import InputError
from synterm.providers.http_paths import JsonPath

DOCUMENT = {"choices": [{"text": "a"}, {"text": "b"}], "full text": {"x.y": 1}, "": "empty", "n": None, "a-b": [[7]]}
NAMES = st.text(st.characters(exclude_characters="\"'", exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$", DOCUMENT),
        ("$.choices[0].text", "a"),
        ("choices[1].text", "b"),
        ("$.choices[-1].text", "b"),
        ("  choices.[0].text ", "a"),
        ('$["full text"]["x.y"]', 1),
        ("full text['x.y']", 1),
        ('[""]', "empty"),
        ("n", None),
        ("a-b[0][0]", 7),
    ],
)
def test_a_path_leads_to_its_value(text: str, found: Any) -> None:
    assert JsonPath(text).find(DOCUMENT) == found
    assert JsonPath(text).get(DOCUMENT) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$.choice", "there is no $.choice: $ has choices, full text, , n, a-b"),
        ("choices[2]", "there is no $.choices[2]: $.choices is a list of 2"),
        ("choices.text", "there is no $.choices.text: $.choices is a list of 2"),
        ("choices[0][0]", "there is no $.choices[0][0]: $.choices[0] has text"),
        ("n.x", "there is no $.n.x: $.n is null"),
        ("choices[0].text[0]", "there is no $.choices[0].text[0]: $.choices[0].text is text"),
        ("a-b[0][0].x", "there is no $.a-b[0][0].x: $.a-b[0][0] is a number"),
    ],
)
def test_a_path_that_leads_nowhere_says_what_is_there(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        JsonPath(text).find(DOCUMENT)
    assert str(caught.value) == words
    assert JsonPath(text).get(DOCUMENT) is None


REFUSED = ["$.", "$..a", "a..b", "$a", "a[", "a[]", "a[*]", "a[?x]", "a[1:2]", "a[x]", "..a", "a.", 'a["x', "a]"]


@pytest.mark.parametrize("text", ["", "  ", *REFUSED, "a" * 501])
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no path"):
        JsonPath(text)


@given(st.text(max_size=60))
def test_any_text_is_a_path_or_is_refused(text: str) -> None:
    try:
        path = JsonPath(text)
    except InputError:
        return
    path.get(DOCUMENT)


def paths(value: Any, so_far: str = "$") -> list[tuple[str, Any]]:
    """Every value in a document, with a path to it."""
    found = [(so_far, value)]
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += paths(item, f"{so_far}[{index}]")
    if isinstance(value, dict):
        for name, item in value.items():
            found += paths(item, f'{so_far}["{name}"]')
    return found


@given(JSON)
def test_every_value_has_a_path(document: Any) -> None:
    for text, value in paths(document):
        assert JsonPath(text).find(document) == value
