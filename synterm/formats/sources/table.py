"""CSV and TSV as spreadsheets and scripts write them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from synterm.errors import InputError
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow
from synterm.formats.sources.lines import MOST_CHARACTERS, lines_of
from synterm.formats.sources.peek import MARKS, Peek, cells_of
from synterm.text import plural

_MOST_COLUMNS = 1000
_MOST_BAD = 1000
"""After so many rows that are no CSV it is no CSV file."""
_MOST_AGAIN = 4 * MOST_CHARACTERS
"""So many characters are read once more after rows that are no CSV: each open quote may take in all that follows."""


class Table(Source):
    """A table in a text file."""

    name = "csv"
    title = "CSV, TSV: a table as text, also with ; or | between"

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        if peek.ending in (".csv", ".tsv", ".tab"):
            return True
        is_text = "\0" not in peek.text and not peek.is_json and peek.ending not in (".txt", ".md", ".text")
        return is_text and len(peek.columns) > 1

    def rows(self, file: SourceFile) -> Rows:
        for line, found in records(file):
            if isinstance(found, InputError):
                yield found
            else:
                yield SourceRow(file.at(line), line, dict(found))


def records(file: SourceFile) -> Iterator[tuple[int, dict[str, str] | InputError]]:
    """Each row of a table by the names of its columns, with the line that it begins on.

    Empty rows are left out; columns without a name are left out where they are empty, else numbered.
    """
    cells_of = _Reader(file)
    names: list[str] | None = None
    for line, cells in cells_of:
        if isinstance(cells, InputError):
            yield line, cells
        elif names is None:
            names = [cell.strip() for cell in cells] if file.header else [str(n) for n in range(1, len(cells) + 1)]
            if error := _bad_names(names, file.at(line)):
                yield line, error
                return
            if not file.header:
                yield line, _named(names, cells, file.at(line))
        elif any(cells):
            yield line, _named(names, cells, file.at(line))


def _bad_names(names: list[str], where: str) -> InputError | None:
    if len(names) > _MOST_COLUMNS:
        return InputError(f"over {_MOST_COLUMNS:,} columns", where=where)
    folded = [name.casefold() for name in names if name]
    twice = next((name for name in folded if folded.count(name) > 1), None)
    hint = "--no-header takes the first row for data"
    return InputError(f"the column {twice!r} stands twice", where=where, hint=hint) if twice else None


def _named(names: list[str], cells: list[str], where: str) -> dict[str, str] | InputError:
    if len(cells) > len(names) and any(cells[len(names) :]):
        return InputError(f"{len(cells)} cells under {len(names)} columns", where=where)
    return {
        name or f"column {number}": cell
        for number, (name, cell) in enumerate(zip(names, cells, strict=False), start=1)
        if name or cell
    }


class _Reader:
    """The rows of a CSV file as cells. After one that is no CSV, the next line is the next row."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._source = lines_of(file)
        self._again: list[tuple[int, str]] = []
        """Lines to be read before those of the file, the last one first."""
        self._taken: list[tuple[int, str]] = []
        """The lines of the row that is being read."""
        self._size = 0
        self._error: InputError | None = None
        csv.field_size_limit(MOST_CHARACTERS)

    def __iter__(self) -> Iterator[tuple[int, list[str] | InputError]]:
        first = next(self._lines(), "")
        if self._taken:
            self._again.append(self._taken[0])
        mark = "\t" if self._file.peek.ending in (".tsv", ".tab") else mark_of(first)
        bad = again = 0
        reader = csv.reader(self._lines(), delimiter=mark, strict=True)
        while True:
            self._taken, self._size = [], 0
            try:
                cells = next(reader, None)
            except csv.Error as error:
                line, bad, again = self._taken[0][0], bad + 1, again + self._size
                self._again += self._taken[:0:-1]
                yield line, InputError(f"not CSV: {_words(error)}", where=self._file.at(line))
                if bad < _MOST_BAD and again < _MOST_AGAIN:
                    reader = csv.reader(self._lines(), delimiter=mark, strict=True)
                    continue
                said = f"{plural(bad, 'row')} can't be read as CSV: the rest was not read"
                yield line, InputError(said, where=self._file.title)
                return
            if self._error is not None:
                yield 0, self._error
                return
            if cells is None:
                return
            yield self._taken[0][0], cells

    def _lines(self) -> Iterator[str]:
        while True:
            if self._again:
                number, line = self._again.pop()
            else:
                number, found = next(self._source, (0, None))
                if found is None:
                    return
                if isinstance(found, InputError):
                    self._error = found
                    return
                line = found
            self._taken.append((number, line))
            self._size += len(line)
            yield line
            if self._size > MOST_CHARACTERS:
                raise csv.Error(f"a row of over {MOST_CHARACTERS:,} characters")


def mark_of(line: str) -> str:
    """What stands between the cells of a header: the mark that makes the most of them."""
    return max(MARKS, key=lambda mark: len(cells_of(line, mark)))


def _words(error: Any) -> str:
    text = str(error)
    return "a quote is opened and never closed" if "unexpected end of data" in text else text
