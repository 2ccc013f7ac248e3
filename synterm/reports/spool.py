"""Texts that come mixed up and are wanted by groups: on disk, so that any number of them takes little memory."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterator
from types import TracebackType

_IN_MEMORY = 4_000_000
"""Bytes; beyond it a temporary file is used."""


class Spool:
    """Keeps texts by groups, in the order in which they came; to be used in a ``with``, after which they are gone.

    Raises OSError when the disk is full.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by `__exit__`
        self._places: dict[int, array[int]] = {}
        self._end = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, group: int, text: str) -> None:
        """Keep a text; all of them have to be added before they are read."""
        raw = text.encode()
        self._file.write(raw)
        self._places.setdefault(group, array("q")).extend((self._end, len(raw)))
        self._end += len(raw)

    def of(self, group: int) -> Iterator[str]:
        """The texts of a group."""
        places = iter(self._places.get(group, array("q")))
        for begin, size in zip(places, places, strict=True):
            self._file.seek(begin)
            yield self._file.read(size).decode()
