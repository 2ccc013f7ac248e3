"""Cases as YAML for an editor, and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.case import Case, Origin
from synterm.errors import InputError
from synterm.formats.case_documents import read_documents, write_documents

PATHS = {"s1": "Routing/Out of scope/off-topic", "s2": "Routing/no/null"}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["null", "~", "1e3", "0x1f", "on", "- a", "a: b", "---\n---", "# x", "two\nlines\n", " lead", "trail \n x", "1_000"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    return Case(
        scenario_id=draw(st.sampled_from(["s1", "s2"])),
        input=draw(st.dictionaries(TEXT, JSON, max_size=3)),
        expected=draw(JSON),
        tags=tuple(draw(st.lists(TEXT, max_size=2))),
        split=draw(st.sampled_from(["dev", "holdout", "train"])),
        status=draw(st.sampled_from(["accepted", "draft", "rejected"])),
        origin=Origin(kind="generated", detail={"model": "x"}),
    )


@given(st.lists(cases(), min_size=1, max_size=3))
def test_what_nobody_changed_reads_as_it_was(before: list[Case]) -> None:
    text = write_documents(before, PATHS, ["c1", "c2", "c3"][: len(before)])
    assert read_documents(text, before, PATHS) == before


def one(**changes: Any) -> tuple[str, list[Case]]:
    case = Case(id="C1", scenario_id="s1", input={"message": "a"}, expected="x")
    text = write_documents([case], PATHS, ["c1"])
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    return text, [case]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("id: ", "id: Z"), "none of the cases"),
        (("split: dev", "split: test"), "split"),
        (("off-topic", "off-topics"), "is no scenario"),
        (("tags: []", "tags: [1]"), "tags"),
        (("status: accepted", "states: accepted"), "not a field here"),
        (("expected: x", "expected: [x"), "line"),
    ],
)
def test_each_mistake_is_named_with_its_line(change: tuple[str, str], message: str) -> None:
    text, before = one(change=change)
    with pytest.raises(InputError) as raised:
        read_documents(text, before, PATHS)
    assert message in raised.value.message and "the file line" in raised.value.message


def test_lines_are_counted_over_all_documents_and_all_mistakes_are_told() -> None:
    first = Case(id="C1", scenario_id="s1", input={"message": "a"})
    second = Case(id="C2", scenario_id="s1", input={"message": "b"})
    text = write_documents([first, second], PATHS, ["c1", "c2"]).replace("split: dev", "split: no")
    numbers = [number for number, line in enumerate(text.splitlines(), start=1) if line == "split: no"]
    with pytest.raises(InputError) as raised:
        read_documents(text, [first, second], PATHS)
    assert [f"line {number}" in raised.value.message for number in numbers] == [True, True]


def test_a_case_whose_document_is_gone_is_left_out_and_one_twice_is_refused() -> None:
    first = Case(id="C1", scenario_id="s1", input={"message": "a"})
    second = Case(id="C2", scenario_id="s1", input={"message": "b"})
    text = write_documents([first, second], PATHS, ["c1", "c2"])
    assert read_documents(text.split("---\n")[1], [first, second], PATHS) == [second]
    assert read_documents("", [first], PATHS) == []
    with pytest.raises(InputError, match="stands twice"):
        read_documents(f"{text}---\n{text}", [first, second], PATHS)
