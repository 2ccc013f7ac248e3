"""Parquet and Arrow files that make Arrow crash, or want all memory: only the process that reads them is gone."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest

from synterm.errors import InputError
from synterm.formats.import_file import FileOptions, opened_source
from synterm.formats.sources.base import SourceRow

arrow: Any = pytest.importorskip("pyarrow")
ipc: Any = pytest.importorskip("pyarrow.ipc")
parquet: Any = pytest.importorskip("pyarrow.parquet")


def read(path: Path) -> list[SourceRow | InputError]:
    with opened_source(str(path), FileOptions()) as (source, file):
        return list(source.rows(file))


def test_texts_that_lie_outside_of_the_file_are_not_read(tmp_path: Path) -> None:
    # In the process that asks, this ended it with SIGSEGV.
    path = tmp_path / "far.arrow"
    table = arrow.table({"text": ["aaaa", "bbbb", "cccc"]})
    with ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)
    places, far = struct.pack("<4i", 0, 4, 8, 12), struct.pack("<4i", 0, 1 << 28, 1 << 29, 1 << 30)
    assert [row.fields["text"] for row in read(path) if isinstance(row, SourceRow)] == ["aaaa", "bbbb", "cccc"]
    assert path.read_bytes().count(places) == 1
    path.write_bytes(path.read_bytes().replace(places, far))
    with pytest.raises(InputError, match="can't be read as Parquet or Arrow"):
        read(path)


def test_a_text_that_stands_there_once_for_very_many_rows_ends_the_reading(tmp_path: Path) -> None:
    # 1.3 kB that come to 40 GB: 2,000 rows of the same 20 MB.
    rows = arrow.array([0] * 2000, arrow.int32())
    bomb = arrow.DictionaryArray.from_arrays(rows, arrow.array(["a" * 20_000_001]))
    path = tmp_path / "bomb.parquet"
    parquet.write_table(arrow.table({"text": bomb}), str(path), compression="zstd")
    assert path.stat().st_size < 2000
    with pytest.raises(InputError, match="a row of over 20 MB"):
        read(path)


def test_many_rows_of_the_same_text_are_read(tmp_path: Path) -> None:
    path = tmp_path / "same.parquet"
    texts = arrow.array(["a" * 100_000] * 400).dictionary_encode()
    lists = arrow.array([["x", None], []] * 200)
    parquet.write_table(arrow.table({"text": texts, "tags": lists}), str(path))
    rows = [row for row in read(path) if isinstance(row, SourceRow)]
    assert len(rows) == 400
    assert rows[0].fields == {"text": "a" * 100_000, "tags": ["x", None]}


def test_a_broken_end_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "cut.parquet"
    parquet.write_table(arrow.table({"text": ["a", "b"]}), str(path))
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match="can't be read as Parquet or Arrow"):
        read(path)
