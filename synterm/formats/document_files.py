"""Documents as text files."""

from __future__ import annotations

from pathlib import Path

from synterm.core.document import MAX_BYTES, Document, decode_document, make_document
from synterm.errors import InputError
from synterm.paths import near_files

ENDINGS = (".md", ".markdown", ".txt")
"""The endings of files that are taken for documents."""


def read_document(path: Path, name: str | None = None) -> Document:
    """The document in a file; it is called as the file is, or `name`.

    Raises InputError, naming the file, when it is no text file, can't be read, is not UTF-8 or is too long.
    """
    if path.suffix.lower() not in ENDINGS:
        hint = f"documents are {', '.join(ENDINGS)}; synterm add PROJECT document - --name NAME takes any text"
        raise InputError("is not a text file by its ending", where=str(path), hint=hint)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 4)
    except (OSError, ValueError) as error:
        raise InputError(
            getattr(error, "strerror", None) or str(error), where=str(path), hint=near_files(path)
        ) from error
    return document_of(data, name or path.name, str(path))


def document_of(data: bytes, name: str, where: str) -> Document:
    """The document that bytes are. Raises InputError naming `where`."""
    if len(data) > MAX_BYTES:
        raise InputError(f"is longer than a document may be: {MAX_BYTES:,} bytes", where=where)
    try:
        return make_document(name, decode_document(data, where))
    except InputError as error:
        raise InputError(error.message, where=where, hint=error.hint) from error
