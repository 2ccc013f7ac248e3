from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.errors import InputError
from synterm.formats.case_text import CaseText
from synterm.formats.jsonl_cases import read_cases


def read(folder: Path, content: str | bytes, variable: str | None = "message") -> list[CaseText | InputError]:
    path = folder / "cases.jsonl"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_cases(path, variable=variable))


def problem(folder: Path, content: str | bytes, variable: str | None = "message") -> InputError:
    (found,) = read(folder, content, variable)
    assert isinstance(found, InputError)
    return found


def test_each_line_is_a_case(tmp_path: Path) -> None:
    lines = (
        '{"input": {"message": "hi", "lang": "en"}, "expected": "clarify", "tags": ["terse"], "split": "holdout"}\n'
        '{"input": "bye", "expected": {"route": "none"}}\n'
        '{"input": "nothing is expected"}'
    )
    assert read(tmp_path, lines) == [
        CaseText(input={"message": "hi", "lang": "en"}, expected="clarify", tags=("terse",), split="holdout"),
        CaseText(input={"message": "bye"}, expected={"route": "none"}),
        CaseText(input={"message": "nothing is expected"}),
    ]


def test_blank_lines_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    found = read(tmp_path, '\ufeff{"input": "a"}\r\n\r\n   \n{"input": "b\u2028c"}\r\n')
    assert found == [CaseText(input={"message": "a"}), CaseText(input={"message": "b\u2028c"})]


def test_an_empty_file_has_no_cases(tmp_path: Path) -> None:
    assert read(tmp_path, "") == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"input": "a"', "not JSON: Expecting ',' delimiter at column 14"),
        ('{"input": NaN}', "not JSON: NaN is not a value"),
        ('{"input": "a", "input": "b"}', "'input' stands twice"),
        ('{"input": "a", "expect": "b"}', "expect: is not a field here; did you mean expected?"),
        ('{"expected": "b"}', "input: is missing"),
        ('{"input": 5}', 'input: must be a text, or named values such as {message: "…"}'),
        ('{"input": null}', "input: must be a text"),
        ('{"input": "a", "split": "test"}', "split: must be 'dev', 'holdout' or 'train'"),
        ('{"input": "a", "tags": "terse"}', "tags: must be a list"),
        ('{"input": "a", "tags": [1]}', "tags[0]: must be text"),
        ('["a"]', "must be named values"),
        ('"a"', "must be named values"),
    ],
)
def test_a_bad_line_is_told_by_file_line_and_field(tmp_path: Path, line: str, message: str) -> None:
    good = '{"input": "fine"}\n'
    found = read(tmp_path, good + line + "\n" + good)
    assert [isinstance(case, CaseText) for case in found] == [True, False, True]
    error = found[1]
    assert isinstance(error, InputError)
    assert error.where == "cases.jsonl line 2"
    assert message in error.message


def test_bytes_that_are_not_utf_8_are_told(tmp_path: Path) -> None:
    assert str(problem(tmp_path, b'{"input": "caf\xe9"}')) == "cases.jsonl line 1: not UTF-8: byte 15 of the line"


def test_a_bare_text_needs_a_variable_to_fill(tmp_path: Path) -> None:
    error = problem(tmp_path, '{"input": "a"}', variable=None)
    assert str(error) == "cases.jsonl line 1: a bare text needs a prompt with one variable"
    assert error.hint
    assert read(tmp_path, '{"input": {"x": "a"}}', variable=None) == [CaseText(input={"x": "a"})]


def test_a_line_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    error = problem(tmp_path, b'{"input": "' + b"a" * 6_000_000 + b'"}\n{"input": "b"}\n')
    assert error.message == "the line is over 5,000,000 bytes long"


def test_a_file_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.jsonl", tmp_path):
        (found,) = read_cases(path, variable=None, name="given name")
        assert isinstance(found, InputError)
        assert found.where == "given name"


def test_lines_are_read_only_as_they_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"input": "a"}\n' * 3)
    cases = read_cases(path, variable="message")
    assert list(islice(cases, 2)) == [CaseText(input={"message": "a"})] * 2
    with path.open("a") as file:
        file.write('{"input": "b"}\n' * 10_000)
    assert len(list(cases)) == 10_001


CASES = st.fixed_dictionaries(
    {"input": st.text() | st.dictionaries(st.text(), st.text() | st.integers(-(2**53), 2**53) | st.none())},
    optional={
        "expected": st.text() | st.booleans(),
        "tags": st.lists(st.text()),
        "split": st.sampled_from(["dev", "train"]),
    },
)


@given(st.lists(CASES, max_size=5))
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, written: list[dict[str, Any]]) -> None:
    folder = tmp_path_factory.mktemp("cases")
    found = read(folder, "\n".join(json.dumps(case, ensure_ascii=False) for case in written))
    assert len(found) == len(written)
    for case, given_case in zip(found, written, strict=True):
        assert isinstance(case, CaseText)
        text = given_case["input"]
        assert case.input == ({"message": text} if isinstance(text, str) else text)
        assert (case.expected, list(case.tags)) == (given_case.get("expected"), given_case.get("tags", []))


@given(st.binary(max_size=200))
def test_any_bytes_give_cases_or_errors_with_a_line(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    for found in read(tmp_path_factory.mktemp("cases"), content):
        assert isinstance(found, CaseText) or (found.where or "").startswith("cases.jsonl line ")
