"""The parts of a text form, read line by line: YAML documents, and lists with a row of JSON on each line.

A line of three dashes begins a part, one of three dots ends the text, as in any YAML file: a list of rows is YAML too,
but is read without its parser, which would need minutes and gigabytes for a hundred thousand of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from synterm.errors import InputError
from synterm.formats.safe_yaml import MAX_CHARACTERS
from synterm.formats.strict_json import load_json
from synterm.formats.yaml_text import BEGIN, END
from synterm.paths import near_files

MAX_LINE_BYTES = 64_000_000
"""Of a row: a provider's raw answer may have 8 MB, and several times as much with what must be escaped in it."""

_MARK = re.compile(r"(---|\.\.\.)(?=\s|$)")
_NO_CONTENT = re.compile(r"\s*(#.*)?$|%")


class TextParts:
    """The parts of a file, each once and in order. Raises InputError for what is no text, with the line."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._lines = _numbered(path)
        self._held: tuple[int, str] | None = None
        self.last = 0
        """The number of the line that was read last."""

    def document(self) -> tuple[str, int]:
        """The next part as text, and the line that it begins on. A part that no dashes end goes on to the end."""
        lines: list[str] = []
        first, size, begun = self.last + 1, 0, False
        for number, line in self._each():
            mark = _MARK.match(line)
            if mark and (begun or mark[1] == END):
                self._held = (number, line)
                break
            first = first if lines else number
            begun = begun or mark is not None or not _NO_CONTENT.match(line)
            size += len(line)
            if size > MAX_CHARACTERS:
                raise InputError(f"over {MAX_CHARACTERS:,} characters long", where=self.place(first))
            lines.append(line)
        return "".join(lines), first

    @property
    def more(self) -> bool:
        """Whether another part begins."""
        return self._held is not None and self._held[1].startswith(BEGIN)

    @property
    def ended(self) -> bool:
        """Whether what was read so far ends with three dots."""
        return self._held is not None and self._held[1].startswith(END)

    def rows(self) -> Iterator[tuple[str, Any | InputError]]:
        """The rows of the next part, each with its place; for one that can't be read the error."""
        begins = self._held[0] if self._held else 0
        for number, line in self._each():
            mark = _MARK.match(line)
            if mark and number != begins:
                self._held = (number, line)
                return
            row = line[3:] if mark else line
            if _NO_CONTENT.match(row):
                continue
            place = self.place(number)
            if not row.startswith("- "):
                yield place, InputError("must be a row: a dash, a space, and JSON", where=place)
                continue
            try:
                yield place, load_json(row[2:].rstrip("\r\n"))
            except ValueError as error:
                yield place, InputError(str(error), where=place)

    def check_end(self) -> None:
        """Raise InputError unless the text ends here, with three dots."""
        held, self._held = self._held, None
        if held is None:
            hint = f"it was cut off: write it again; by hand, end it with a line of {END}"
            raise InputError(f"the text ends without {END}", where=self.place(self.last), hint=hint)
        for number, line in self._lines:
            if not _NO_CONTENT.match(line):
                raise InputError(f"something stands behind the end ({END})", where=self.place(number))

    def place(self, number: int) -> str:
        """``project.yaml line 17``."""
        return f"{self.name} line {number}"

    def _each(self) -> Iterator[tuple[int, str]]:
        held, self._held = self._held, None
        if held:
            yield held
        for number, line in self._lines:
            self.last = number
            yield number, line


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        with path.open("rb") as file:
            while line := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                if len(line) > MAX_LINE_BYTES:
                    raise InputError(f"over {MAX_LINE_BYTES:,} bytes long", where=f"{path.name} line {number}")
                yield number, (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).decode()
    except OSError as error:
        raise InputError(error.strerror or str(error), where=str(path), hint=near_files(path)) from error
    except UnicodeDecodeError as error:
        raise InputError("not UTF-8", where=f"{path.name} line {number}") from error
