"""The user's credentials, known by their values, and kept out of all that is shown or written.

Environment variables with names like ``OPENAI_API_KEY`` or ``DB_PASSWORD`` hold them. A value must look like one, too:
``TOKENIZERS_PARALLELISM=false`` and a path say nothing that anybody would hide, and stand in plain text by chance.
"""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any, TextIO, cast

SHOWN = "[key]"
"""What stands in the place of a credential."""
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL", re.I)
_PLAIN_VALUE = re.compile(r"[a-z]{1,19}|[0-9.:, ]*|[A-Za-z]:\\.*|[~/.].*|.*\s.*", re.S)
_SHORTEST = 8


def secret_name(name: str) -> bool:
    """Whether a variable of this name holds a credential, or something about one."""
    return _SECRET_NAME.search(name) is not None


def secret_values(environ: Mapping[str, str]) -> list[str]:
    """The values that are credentials, by their names and by their looks."""
    return [
        value
        for name, value in environ.items()
        if secret_name(name) and len(value) >= _SHORTEST and not _PLAIN_VALUE.fullmatch(value)
    ]


def without_credentials(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment for a process that needs none of them."""
    return {name: value for name, value in environ.items() if not secret_name(name)}


class _Known:
    """The credentials that this process knows of."""

    def __init__(self) -> None:
        self.learned = False
        self.spellings: list[tuple[str, bytes]] = []

    def add(self, values: Iterable[str]) -> None:
        """Know these, too, as they are, and as JSON and HTML write them."""
        spelled = {text for value in values for text in (value, json.dumps(value)[1:-1], html.escape(value))}
        found = {*(text for text, _ in self.spellings), *spelled}
        self.spellings = [(text, text.encode("utf-8", "replace")) for text in sorted(found, key=len, reverse=True)]


_KNOWN = _Known()


def learn(environ: Mapping[str, str]) -> None:
    """Know the credentials of an environment, and no others."""
    _KNOWN.spellings = []
    _KNOWN.learned = True
    _KNOWN.add(secret_values(environ))


def learn_key(value: str | None) -> None:
    """Know one more."""
    if value and len(value) >= _SHORTEST:
        _KNOWN.add([value])


def hidden(text: str) -> str:
    """`text` with no credential in it."""
    for spelling, _ in _known():
        if spelling in text:
            text = text.replace(spelling, SHOWN)
    return text


def hidden_bytes(data: bytes) -> bytes:
    """The same for bytes."""
    for _, spelling in _known():
        if spelling in data:
            data = data.replace(spelling, SHOWN.encode())
    return data


def _known() -> list[tuple[str, bytes]]:
    if not _KNOWN.learned:
        learn(os.environ)
    return _KNOWN.spellings


class HidingStream:
    """A stream of text into which no credential is written; all else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write it without them."""
        self._stream.write(hidden(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each so."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __iter__(self) -> Any:
        return iter(self._stream)


def hiding(stream: TextIO) -> TextIO:
    """`stream`, into which no credential is written."""
    return stream if isinstance(stream, HidingStream) else cast("TextIO", HidingStream(stream))
