"""Files that are made to take very long: what would have to be read again and again is not."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import pytest

from synterm.errors import InputError
from synterm.formats.import_file import FileOptions, opened_source
from synterm.formats.sources import table
from synterm.formats.sources.base import SourceRow
from synterm.formats.strict_json import load_json


def read(path: Path, data: bytes) -> list[SourceRow | InputError]:
    path.write_bytes(data)
    with opened_source(str(path), FileOptions()) as (source, file):
        return list(source.rows(file))


def test_a_name_that_stands_twice_among_very_many_is_found() -> None:
    names = ",".join(f'"a{number}":1' for number in range(100_000))
    with pytest.raises(ValueError, match="'a99999' stands twice"):
        load_json(f'{{{names},"a99999":1}}')


def test_quotes_that_open_again_with_every_line_are_not_followed_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Each line but the first opens a quote, whether or not one is open before it: no row ever ends.
    monkeypatch.setattr(table, "_MOST_AGAIN", 300_000)
    rows = read(tmp_path / "a.csv", b"a,b\n" + b'a","\n' * 20_000)
    assert "4 rows can't be read as CSV: the rest was not read" in str(rows[-1])
    assert len(rows) == 5


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl", "rows.txt"])
def test_what_gzip_made_is_read_as_what_is_in_it(tmp_path: Path, name: str) -> None:
    plain = {"rows.csv": b"text\na\nb\n", "rows.jsonl": b'{"text":"a"}\n{"text":"b"}\n', "rows.txt": b"a\nb\n"}[name]
    (tmp_path / "plain").mkdir()
    rows = read(tmp_path / f"{name}.gz", gzip.compress(plain[:5]) + gzip.compress(plain[5:]))
    assert rows == read(tmp_path / "plain" / name, plain)
    assert str(getattr(rows[0], "where", "")).startswith(f"{name} line")


def test_a_bomb_of_gzip_is_let_go_before_it_fills_the_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(aside))
    bomb = gzip.compress(b"\0" * 30_000_000)
    with pytest.raises(InputError, match=r"a\.csv\.gz: gives over 20\.0 MB when unpacked") as caught:
        read(tmp_path / "a.csv.gz", bomb)
    assert "zcat" in (caught.value.hint or "")
    with pytest.raises(InputError, match="can't be unpacked"):
        read(tmp_path / "b.csv.gz", gzip.compress(b"a,b\n" * 1000)[:-20])
    with pytest.raises(InputError, match="can't be unpacked"):
        read(tmp_path / "c.csv.gz", b"\x1f\x8b\x08\x00" + b"\xff" * 50)
    assert not list(aside.iterdir())
