"""What is marked in a line of the editor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.template import compile_template
from synterm.errors import InputError
from synterm.tui.widgets.prompt.marks import Kind, clipped, marks_of, names_by_eye, names_in, open_after, opens

BITS = st.sampled_from(["{{", "}}", "{%", "%}", "{#", "#}", " a", "b.c", "|upper", '"', "'", "is", "\n", "# ", "**"])
TEXTS = st.lists(BITS, max_size=25).map("".join)


def marked(line: str, kind: Kind = "message", unknown: str = "") -> dict[str, str]:
    marks = marks_of(line, kind, "", frozenset(unknown.split()))
    return {line[mark.start : mark.end]: mark.style.removeprefix("prompt--") for mark in marks}


def test_markdown_and_tags_are_told_apart() -> None:
    assert marked("## Rules") == {"## Rules": "heading"}
    assert marked("- a **b** `c`") == {"-": "bullet", "**b**": "bold", "`c`": "code"}
    assert marked("{{ a }}{% if b %}{# no #}") == {"{{ a }}": "tag", "{% if b %}": "tag", "{# no #}": "comment"}


def test_examples_show_their_arrow_and_answer() -> None:
    assert marked("hi there -> clarify", "examples") == {"->": "arrow", "clarify": "answer"}
    assert marked('{"input": {"a": "x -> y"}}', "examples") == {}


def test_parameters_show_their_names_and_comments() -> None:
    assert marked("top_p = 1 # low", "params") == {"top_p": "tag", "# low": "comment"}
    assert marked("# temperature: 1", "params") == {"# temperature: 1": "comment"}


def test_unknown_names_are_marked_within_expressions() -> None:
    line = '{% for e in items|sort(attribute="items") if e.items is defined %}{{ loop.items or "items" }}'
    marks = marks_of(line, "message", "", frozenset({"items", "defined"}))
    spans = [(mark.start, mark.end) for mark in marks if mark.style == "prompt--unknown"]
    assert spans == [(12, 17)], "not the attributes, the keyword arguments, the tests and the texts"


def test_a_tag_goes_on_over_lines() -> None:
    assert opens(["a {% if", " b > c", "%} {{ x", " }}", "y"]) == {1: "{%", 2: "{%", 3: "{{"}
    assert open_after('{{ "}}" }}', "") == ""


@pytest.mark.parametrize("text", ["{{ a }} {{ ", "{% for a, b in c %}{{ a }}", "{{ c|upper }}{{ %}"])
def test_a_text_that_does_not_parse_still_tells_its_names(text: str) -> None:
    with pytest.raises(InputError):
        compile_template(text)
    assert names_by_eye(text) == frozenset(text.split(" in ")[-1][:1] if " in " in text else text[3])


@given(TEXTS)
def test_marks_lie_within_their_line(text: str) -> None:
    opened = opens(text.split("\n"))
    for index, line in enumerate(text.split("\n")):
        for mark in marks_of(line, "message", opened.get(index, ""), frozenset({"a", "b"})):
            assert 0 <= mark.start <= mark.end <= len(line)
        halves = clipped(marks_of(line, "message", "", frozenset()), 2, 5)
        assert all(0 <= mark.start < mark.end <= 3 for mark in halves)


@given(TEXTS)
def test_names_are_where_they_are_said_to_be(text: str) -> None:
    for name, (start, end) in names_in(text):
        assert text[start:end] == name
