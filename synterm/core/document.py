"""A document: a text that prompts can take context from."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.ids import content_id
from synterm.errors import InputError
from synterm.text import megabytes, one_line, printable

MAX_BYTES = 4_000_000
"""The most bytes of a document, as UTF-8."""
MAX_NAME = 200
"""The most characters of its name."""


class Document(BaseModel):
    """A named text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=MAX_NAME)
    text: str

    @property
    def content_id(self) -> str:
        """The name of its content, in hex: equal for equal texts."""
        return text_id(self.text)


class DocumentEntry(BaseModel):
    """A document without its text, as lists show it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """A ULID."""
    name: str
    content_id: str
    characters: int
    updated: str
    """ISO 8601, UTC."""


def text_id(text: str) -> str:
    """The name of a document's text, in hex. Raises TypeError for half a surrogate pair."""
    return content_id("document", text)


def make_document(name: str, text: str) -> Document:
    """The document of that name and text. Raises InputError for a name or a text that no document can have."""
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or printable(name) != name or "\n" in name or "\t" in name:
        shown = one_line(name, 40)
        raise InputError(f"{shown!r} can't be a document's name", hint=f"1 to {MAX_NAME} characters on one line")
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise InputError(f"holds half a character, at {error.start:,}", where=name) from error
    if size > MAX_BYTES:
        raise InputError(f"is too long: {megabytes(size)}, and {megabytes(MAX_BYTES)} is the most", where=name)
    if "\0" in text:
        raise InputError(f"is no text: it holds a NUL character, at {text.index(chr(0)):,}", where=name)
    if not text.strip():
        raise InputError("is empty", where=name)
    return Document(name=name, text=text)


def decode_document(data: bytes, where: str) -> str:
    """The text of a file's bytes. Raises InputError naming `where` and the byte that is wrong."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "documents are UTF-8; iconv -f latin1 -t utf-8 turns one encoding into another"
        raise InputError(f"not UTF-8 (byte {error.start:,})", where=where, hint=hint) from error
