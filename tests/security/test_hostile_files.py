"""Files that are made to take very long: what would have to be read again and again is not."""

from __future__ import annotations

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
