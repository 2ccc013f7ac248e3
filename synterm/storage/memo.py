"""What this process knows to be in the file, so that it is not written or looked up again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from synterm.storage.writer import Writer

K = TypeVar("K", bound=Hashable)

_MOST = 20_000
"""How many it remembers."""


class Memo(Generic[K]):
    """Row numbers by what the rows hold. Only for work, on the writer's thread."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._known: dict[K, int] = {}
        self._as_of = 0

    def known(self) -> dict[K, int]:
        """What is there, to be added to; empty again once the writer took something back. Ask anew in each work."""
        if self._as_of != self._writer.taken_back or len(self._known) > _MOST:
            self.forget()
        return self._known

    def forget(self) -> None:
        """Know nothing: what was written may not be there."""
        self._known.clear()
        self._as_of = self._writer.taken_back
