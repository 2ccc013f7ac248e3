"""Files of rows, read one row at a time: JSONL, or CSV as spreadsheets write it."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from synterm.errors import InputError, UsageError
from synterm.formats.strict_json import load_json

Kind = Literal["csv", "jsonl"]
KINDS: tuple[Kind, ...] = ("csv", "jsonl")

_MOST_BYTES = 5_000_000
"""Of a line, and of a cell."""
_MOST_CELLS = 1000
_DELIMITERS = ",;\t"
_ACTIVE = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
"""The beginning of a cell that a spreadsheet would work out, or that has been kept from it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file."""

    fields: dict[str, Any]
    """By name; from CSV texts, without the empty ones."""
    line: int
    where: str
    """File and line."""


def kind_of(name: str, kind: Kind | None = None) -> Kind:
    """What a file holds, by its name unless that is said. Raises UsageError when the name does not tell."""
    if kind:
        return kind
    endings: dict[str, Kind] = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}
    found = "jsonl" if name == "-" else endings.get(Path(name).suffix.casefold())
    if found is None:
        raise UsageError(f"{name!r} names neither CSV nor JSONL", hint="end it in .csv or .jsonl, or give --format")
    return found


def read_rows(name: str, kind: Kind | None = None) -> Iterator[Row | InputError]:
    """Each row of a file, ``-`` for stdin, as it is asked for; for a row that can't be read the error.

    Blank lines are skipped. A file that can't be read, or a line that is too long to be one, ends it with an error.
    Raises UsageError when it is not clear what the file holds.
    """
    reader = {"csv": _csv_rows, "jsonl": _json_rows}[kind_of(name, kind)]
    title = "stdin" if name == "-" else Path(name).name
    try:
        if name == "-":
            yield from reader(sys.stdin.buffer, title)
        else:
            with Path(name).open("rb") as file:
                yield from reader(file, title)
    except OSError as error:
        yield InputError(error.strerror or str(error), where=title)


def _json_rows(file: BinaryIO, title: str) -> Iterator[Row | InputError]:
    for number, line in _lines(file, title):
        where = f"{title} line {number}"
        if isinstance(line, InputError):
            yield line
        elif line.strip():
            try:
                value = load_json(line.rstrip("\r\n"))
            except ValueError as error:
                yield InputError(str(error), where=where)
                continue
            if isinstance(value, dict):
                yield Row(cast("dict[str, Any]", value), number, where)
            else:
                yield InputError("must be an object: {…}", where=where)


def _csv_rows(file: BinaryIO, title: str) -> Iterator[Row | InputError]:
    source = _Texts(file, title)
    first = next(source, "")
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(_MOST_BYTES)
    # Strict: what stands behind a closing quote would else be taken for part of the cell.
    reader = csv.reader(_after(first, source), delimiter=delimiter, strict=True)
    names: list[str] | None = None
    while source.error is None:
        number = source.line + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield InputError(f"not CSV: {error}", where=f"{title} line {number}")
            return
        if cells is None:
            break
        if names is None:
            names = [cell.strip().casefold() for cell in cells]
            number = 1
            if error := _bad_names(names, title):
                yield error
                return
        elif any(cells):
            yield _csv_row(names, cells, source.line, f"{title} line {number}")
    if source.error is not None:
        yield source.error


def _bad_names(names: Sequence[str], title: str) -> InputError | None:
    where = f"{title} line 1"
    if len(names) > _MOST_CELLS:
        return InputError(f"over {_MOST_CELLS:,} columns", where=where)
    twice = next((name for name in names if name and names.count(name) > 1), None)
    return InputError(f"the column {twice!r} stands twice", where=where) if twice else None


def _csv_row(names: Sequence[str], cells: Sequence[str], line: int, where: str) -> Row | InputError:
    if len(cells) > len(names):
        return InputError(f"{len(cells)} cells under {len(names)} columns", where=where)
    named = zip(names, map(quiet, cells), strict=False)
    return Row({name: cell for name, cell in named if name and (cell or name == "output")}, line, where)


class _Texts:
    """The lines of a file as text; what is wrong with one ends them, and is kept."""

    def __init__(self, file: BinaryIO, title: str) -> None:
        self._lines = _lines(file, title)
        self.error: InputError | None = None
        self.line = 0

    def __iter__(self) -> _Texts:
        return self

    def __next__(self) -> str:
        number, line = next(self._lines)
        if isinstance(line, InputError):
            self.error = line
            raise StopIteration
        self.line = number
        return line


def _after(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _lines(file: BinaryIO, title: str) -> Iterator[tuple[int, str | InputError]]:
    number = 0
    while line := file.readline(_MOST_BYTES + 1):
        number += 1
        where = f"{title} line {number}"
        if len(line) > _MOST_BYTES:
            yield number, InputError(f"the line is over {_MOST_BYTES:,} bytes long", where=where)
            return
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        try:
            yield number, line.decode()
        except UnicodeDecodeError as error:
            hint = "save the file as UTF-8"
            yield number, InputError(f"not UTF-8: byte {error.start + 1} of the line", where=where, hint=hint)


def loud(cell: str) -> str:
    """A text as a cell of CSV that no spreadsheet works out: with ' before what would be a formula."""
    return f"'{cell}" if _ACTIVE.match(cell) else cell


def quiet(cell: str) -> str:
    """What `loud` made a cell of."""
    return cell[1:] if cell.startswith("'") and _ACTIVE.match(cell) else cell
