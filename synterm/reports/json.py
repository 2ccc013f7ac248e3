"""A report as a JSON file, or on stdout."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from pathlib import Path

from pydantic import BaseModel

from synterm.errors import InputError
from synterm.text import printable

_NOT_ASCII = re.compile("[\x7f-\U0010ffff]+")


def json_text(document: BaseModel) -> str:
    """`document` as strict JSON (RFC 8259: no NaN), indented, with a newline at its end.

    Characters that could act on a terminal stand as ``\\uXXXX``: the same data, and safe to show.
    """
    text = document.model_dump_json(indent=2, by_alias=True) + "\n"
    return text if text.isascii() and "\x7f" not in text else _NOT_ASCII.sub(_shown_or_escaped, text)


def write_json(document: BaseModel, target: str) -> None:
    """Write `document` to the file `target`, all of it or nothing, or to stdout for ``-``. Raises InputError."""
    content = json_text(document).encode()
    if target == "-":
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        _replace(Path(target), content)
    except OSError as error:
        raise InputError(f"can't be written: {error.strerror or error}", where=target) from error


def _replace(path: Path, content: bytes) -> None:
    """Put `content` in a file beside `path`, readable by all, then give it that name."""
    if path.exists() and not path.is_file():
        # A pipe or a device: there is nothing to replace.
        path.write_bytes(content)
        return
    path = path.resolve()
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(beside).unlink()
        raise


def _shown_or_escaped(match: re.Match[str]) -> str:
    characters = match.group()
    if printable(characters) == characters:
        return characters
    return "".join(one if printable(one) == one else _escaped(one) for one in characters)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
