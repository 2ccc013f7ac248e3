"""A first look at a file: what it may be."""

from __future__ import annotations

import codecs
import csv
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from synterm.errors import InputError

_HEAD = 256_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MARKS = ",;\t|"
"""What may stand between cells."""
_LAX = json.JSONDecoder()


@dataclass(frozen=True)
class Peek:
    """The name of a file, and how it begins."""

    name: str
    head: bytes
    """Its first 256 kB; empty for a folder."""
    entries: frozenset[str] = frozenset()
    """What a folder holds."""

    @property
    def ending(self) -> str:
        """``.csv``, in lower case."""
        return Path(self.name).suffix.casefold()

    @cached_property
    def text(self) -> str:
        """The head as text, whatever can't be read left out."""
        encoding = encoding_by_mark(self.head) or "utf-8"
        return self.head.decode(encoding, errors="ignore").lstrip("\ufeff")

    @cached_property
    def first(self) -> dict[str, Any]:
        """The first JSON object of a file of JSON lines or of a JSON array; empty for others."""
        text = self.text.lstrip().removeprefix("[").lstrip()
        try:
            value: Any = _LAX.raw_decode(text)[0]
        except (ValueError, RecursionError):
            return {}
        return cast("dict[str, Any]", value) if isinstance(value, dict) else {}

    @cached_property
    def names(self) -> frozenset[str]:
        """The first names of a file that is one JSON object, also where the head cuts it off."""
        return frozenset(_top_names(self.text))

    @property
    def is_json(self) -> bool:
        """Whether it begins as JSON objects or arrays do."""
        return self.text.lstrip()[:1] in ("{", "[")

    @property
    def has_lines_of_json(self) -> bool:
        """Whether the first line is an object by itself."""
        line, _, rest = self.text.lstrip().partition("\n")
        try:
            return isinstance(_LAX.decode(line), dict) and rest.lstrip()[:1] in ("", "{")
        except (ValueError, RecursionError):
            return False

    @property
    def is_lines(self) -> bool:
        """Whether it is read line by line, where it is JSON: by its name, or by how it begins."""
        return self.ending in (".jsonl", ".ndjson") or self.has_lines_of_json

    @property
    def is_one_line(self) -> bool:
        """Whether nothing stands behind the first line."""
        return len(self.text.strip().splitlines()) <= 1

    @cached_property
    def columns(self) -> list[str]:
        """The cells of the first line, by the mark between cells that makes the most of them."""
        line = next(iter(self.text.splitlines()), "")
        return max((cells_of(line, mark) for mark in MARKS), key=len)


def peek(path: Path, name: str) -> Peek:
    """Look at a file or a folder. Raises InputError when there is none, or it can't be read."""
    try:
        if path.is_dir():
            return Peek(name, b"", frozenset(entry.name for entry in path.iterdir()))
        with path.open("rb") as file:
            return Peek(name, file.read(_HEAD))
    except (OSError, ValueError) as error:
        raise InputError(getattr(error, "strerror", None) or str(error), where=name) from error


def cells_of(line: str, mark: str) -> list[str]:
    """The cells of a line by itself; none where it is no CSV."""
    try:
        return next(csv.reader([line], delimiter=mark), list[str]())
    except csv.Error:
        return []


def encoding_by_mark(head: bytes) -> str | None:
    """The encoding that the first bytes of a file name; None where they name none."""
    named = next((encoding for mark, encoding in _BOMS if head.startswith(mark)), None)
    if named == "utf-32" and len(head) % 4 and len(head) < _HEAD:
        return "utf-16"  # FF FE 00 00 may also be UTF-16 that begins with a NUL
    return named


def _top_names(text: str) -> list[str]:
    found: list[str] = []
    at = _skip(text, 0)
    if text[at : at + 1] != "{":
        return found
    try:
        while text[at : at + 1] in ("{", ","):
            name, at = _LAX.raw_decode(text, _skip(text, at + 1))
            found.append(str(name))
            at = _skip(text, at)
            _, at = _LAX.raw_decode(text, _skip(text, at + 1))
            at = _skip(text, at)
    except (ValueError, RecursionError):
        pass  # The head ends here, or it is no JSON: what was found is what there is.
    return found


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at
