"""Paths as people type them, paste them, or drop files on a terminal."""

from __future__ import annotations

import shlex
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.tui.imports.paths import completed_path, entries_of, pasted_path, split_typed

PATHS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]) | st.just(" "), min_size=1).map(
    lambda name: f"/nowhere/{name}x"
)


@given(PATHS)
def test_a_quoted_path_means_itself(path: str) -> None:
    assert pasted_path(shlex.quote(path)) == path
    assert pasted_path(f"  {shlex.quote(path)}  \n") == path


@given(PATHS)
def test_a_url_means_its_path(path: str) -> None:
    assert pasted_path(f"file://{quote(path)}\r\n") == path
    assert pasted_path(f"file://localhost{quote(path)}") == path


@given(st.text())
def test_anything_can_be_pasted(text: str) -> None:
    assert "\n" not in pasted_path(text)


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        (r"/data/my\ file.csv", "/data/my file.csv"),
        ("/data/it's.csv", "/data/it's.csv"),
        ("/data/two words.csv", "/data/two words.csv"),
        ("\n\n /data/a.csv \n/data/b.csv\n", "/data/a.csv"),
        ("'file:///data/a%20b.csv'", "/data/a b.csv"),
        ("", ""),
    ],
)
def test_odd_pastes(pasted: str, meant: str) -> None:
    assert pasted_path(pasted) == meant


def test_a_path_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / r"back\ slash 'quoted'.csv"
    path.write_text("x", encoding="utf-8")
    assert pasted_path(str(path)) == str(path)


def test_a_folder_is_listed_as_one_types(tmp_path: Path) -> None:
    for name in ("Utterances.csv", "utter.jsonl", ".hidden", "other.csv"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    (tmp_path / "utils").mkdir()
    assert [entry.name for entry in entries_of(tmp_path)] == ["utils", "other.csv", "utter.jsonl", "Utterances.csv"]
    assert [entry.name for entry in entries_of(tmp_path, "utt")] == ["utter.jsonl", "Utterances.csv"]
    assert [entry.name for entry in entries_of(tmp_path, ".")] == [".hidden"]
    assert split_typed(f"{tmp_path}/utt") == (tmp_path, "utt")
    assert completed_path(f"{tmp_path}/o") == f"{tmp_path}/other.csv"
    assert completed_path(f"{tmp_path}/ut") is None
    assert completed_path(f"{tmp_path}/uti") == f"{tmp_path}/utils/"
    assert completed_path(f"{tmp_path}/nothing/x") is None
