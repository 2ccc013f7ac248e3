"""Rows of JSONL and CSV files: read one by one, and what is wrong named by file and line."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synterm.errors import InputError, UsageError
from synterm.formats import row_files
from synterm.formats.row_files import Row, kind_of, loud, quiet, read_rows

FILES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def rows(folder: Path, name: str, content: bytes) -> list[dict[str, Any] | str]:
    file = folder / name
    file.write_bytes(content)
    return [str(one) if isinstance(one, InputError) else one.fields for one in read_rows(str(file))]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_as_spreadsheets_of_several_countries_write_it(tmp_path: Path, delimiter: str) -> None:
    lines = [["Input", "output", "passed"], ["a, b; c", "two\nlines", "TRUE"], ["", "", ""], ["x", "", ""]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(lines)
    assert rows(tmp_path, "a.csv", b"\xef\xbb\xbf" + text.getvalue().encode()) == [
        {"input": "a, b; c", "output": "two\nlines", "passed": "TRUE"},
        {"input": "x", "output": ""},
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'input,output\n"a"b,c\n', "a.csv line 2: not CSV"),
        (b"input,input\nx,y\n", "a.csv line 1: the column 'input' stands twice"),
        (b"input,output\nx,y,z\n", "a.csv line 2: 3 cells under 2 columns"),
        (b"input,output\nx,y\n\xff,z\n", "a.csv line 3: not UTF-8: byte 1 of the line"),
        (b'input,output\n"x,y\n', "a.csv line 2: not CSV"),
    ],
)
def test_what_is_wrong_with_csv_is_named_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    found = rows(tmp_path, "a.csv", content)
    assert str(found[-1]).startswith(said)


def test_a_bad_line_of_jsonl_does_not_hide_the_next(tmp_path: Path) -> None:
    found = rows(tmp_path, "a.jsonl", b'{"a": NaN}\n[1]\n\n\xff\n{"a": 1}\n{"a": 1, "a": 2}')
    assert [one if isinstance(one, dict) else one.partition(": ")[0] for one in found] == [
        "a.jsonl line 1",
        "a.jsonl line 2",
        "a.jsonl line 4",
        {"a": 1},
        "a.jsonl line 6",
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_line_without_end_is_not_read_into_memory(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_files, "_MOST_BYTES", 100)
    [found] = rows(tmp_path, name, b"x" * 1000)
    assert "line 1: the line is over 100 bytes long" in str(found)


@given(st.text())
def test_no_cell_is_worked_out_and_none_is_changed(text: str) -> None:
    assert quiet(loud(text)) == text
    assert loud(text)[:1] not in tuple("=+-@\t\r")


@pytest.mark.parametrize("text", ["'tis fine", "'", "it's", "'quoted'"])
def test_an_apostrophe_of_ones_own_stays(text: str) -> None:
    assert (quiet(text), loud(text)) == (text, text)


@FILES
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.jsonl"]))
def test_whatever_a_file_holds_it_is_rows_or_errors(tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    for one in read_rows(str(tmp_path / name)):
        assert isinstance(one, Row) or one.where


def test_the_name_tells_what_a_file_holds_unless_it_is_said() -> None:
    assert [kind_of(name) for name in ("a.CSV", "a.jsonl", "-")] == ["csv", "jsonl", "jsonl"]
    assert kind_of("a.txt", "csv") == "csv"
    with pytest.raises(UsageError, match="neither CSV nor JSONL"):
        kind_of("a.txt")
