"""The lines of text files in the encodings that are met: UTF-8, UTF-16 and UTF-32 with a mark, Windows and Latin."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from synterm.errors import InputError, UsageError
from synterm.formats.sources.base import SourceFile
from synterm.formats.sources.peek import encoding_by_mark

MOST_CHARACTERS = 5_000_000
"""Of a line."""
MOST_WHOLE = 200_000_000
"""Bytes of a file that is read at once."""
_PIECE = 1 << 20


def encoding_of(file: SourceFile) -> str:
    """The encoding of a text file: as it was said or is marked, else UTF-8, else one of Windows or Latin.

    The last is told. Reads all of the file. Raises OSError; UsageError for an encoding that does not exist.
    """
    if file.encoding:
        try:
            b"a".decode(file.encoding, errors="ignore")
        except LookupError as error:
            raise UsageError(f"no encoding is called {file.encoding!r}", hint="utf-8, utf-16, cp1252, …") from error
        return file.encoding
    if marked := encoding_by_mark(file.peek.head):
        return marked
    if _reads(file, "utf-8"):
        return "utf-8"
    found = "cp1252" if _reads(file, "cp1252") else "latin-1"
    file.note(f"{file.title} is not UTF-8: read as {found}; --encoding says another")
    return found


def _reads(file: SourceFile, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with file.path.open("rb") as source:
            while piece := source.read(_PIECE):
                decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def lines_of(file: SourceFile) -> Iterator[tuple[int, str | InputError]]:
    """Each line with its number, from 1, and its line break; the file ends with the error of a line that can't be read.

    ``\\n``, ``\\r\\n`` and a lone ``\\r`` end a line. Raises OSError, UsageError.
    """
    encoding = encoding_of(file)
    number = 0
    with file.path.open(encoding=encoding, newline="") as source:
        try:
            while line := source.readline(MOST_CHARACTERS + 1):
                number += 1
                if len(line) > MOST_CHARACTERS:
                    yield number, InputError(f"over {MOST_CHARACTERS:,} characters long", where=file.at(number))
                    return
                yield number, line.lstrip("\ufeff") if number == 1 else line
        except UnicodeError as error:
            hint = "--encoding says how the file is written"
            yield number + 1, InputError(f"not {encoding}: {error}", where=file.at(number + 1), hint=hint)


def text_of(file: SourceFile, most: int = MOST_WHOLE) -> str:
    """All of a file as text, its line breaks as they are.

    Raises InputError for one of over `most` bytes or in another encoding, OSError, UsageError.
    """
    if file.path.stat().st_size > most:
        hint = "split it, or make it JSON lines, which are read one by one"
        raise InputError(f"over {most // 1_000_000:,} MB, too large to be read at once", where=file.title, hint=hint)
    encoding = encoding_of(file)
    try:
        return file.path.read_bytes().decode(encoding).lstrip("\ufeff")
    except UnicodeError as error:
        raise InputError(
            f"not {encoding}: {error}", where=file.title, hint="--encoding says how it is written"
        ) from error
