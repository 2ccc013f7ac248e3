from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.examples import examples_text, parse_examples
from synterm.core.prompt import Example
from synterm.errors import InputError


def example(text: str, expected: Any) -> Example:
    return Example(input={"message": text}, expected=expected)


def test_examples_stand_one_a_line() -> None:
    examples = [example("book a room", "schedule"), example("what did we decide?", "summarize")]
    text = examples_text(examples, "message")
    assert text == "book a room -> schedule\nwhat did we decide? -> summarize"
    assert parse_examples(text, "message") == tuple(examples)


@pytest.mark.parametrize(
    "odd",
    [
        example("two\nlines", "schedule"),
        example("a -> b", "schedule"),
        example("a ->", "schedule"),
        example("", "schedule"),
        example(" a ", "schedule"),
        example('{"a": 1}', "schedule"),
        example("a", {"route": "schedule"}),
        example("a", None),
        example("a\u2028b", "schedule"),
        Example(input={"message": "a", "lang": "en"}, expected="schedule"),
        Example(input={"other": "a"}, expected="schedule"),
    ],
)
def test_what_does_not_fit_on_such_a_line_stands_as_json(odd: Example) -> None:
    text = examples_text([odd], "message")
    assert text.startswith('{"input":')
    assert parse_examples(text, "message") == (odd,)


def test_blank_lines_and_space_around_do_not_matter() -> None:
    assert parse_examples("\n  a   ->   b  \n\n", "message") == (example("a", "b"),)


@pytest.mark.parametrize(
    ("text", "variable", "where", "message"),
    [
        ("a -> b\njust text", "message", "line 2", "no answer after the input"),
        ("a->b", "message", "line 1", "no answer after the input"),
        ("a -> b", None, "line 1", "this prompt needs one JSON object a line"),
        ('{"input": {}}', "message", "line 1", "not an example: Field required"),
        ('{"input": {}, "expected": 1, "more": 2}', None, "line 1", "not an example: Extra inputs are not permitted"),
        ('\n{"input"', "message", "line 2", "not an example: "),
    ],
)
def test_a_line_that_is_no_example_is_told(text: str, variable: str | None, where: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        parse_examples(text, variable)
    assert error.value.where == where
    assert error.value.message.startswith(message)


TEXTS = st.text(st.characters(codec="utf-8")) | st.text(alphabet='a ->{}"\n\t', max_size=12)
EXPECTED = TEXTS | st.none() | st.booleans() | st.dictionaries(TEXTS, TEXTS, max_size=2)
INPUTS = st.fixed_dictionaries({"message": TEXTS}) | st.dictionaries(TEXTS, TEXTS, max_size=2)
EXAMPLES = st.builds(Example, input=INPUTS, expected=EXPECTED)


@given(st.lists(EXAMPLES, max_size=4), st.sampled_from(["message", None]))
def test_reading_back_gives_the_same_examples(examples: list[Example], variable: str | None) -> None:
    assert parse_examples(examples_text(examples, variable), variable) == tuple(examples)


@given(st.text())
def test_any_text_is_examples_or_an_error_with_its_line(text: str) -> None:
    try:
        parse_examples(text, "message")
    except InputError as error:
        assert (error.where or "").startswith("line ")
