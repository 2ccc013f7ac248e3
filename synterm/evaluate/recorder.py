"""Puts answers on disk, as many together as came in while the last ones were written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from synterm.errors import ProjectError
from synterm.storage.received import Received
from synterm.storage.responses import ResponseStore

OnStored = Callable[[int], None]
"""Called with the answer's row, once it is on disk."""


class Recorder:
    """One write at a time is under way; what comes in meanwhile is the next one."""

    def __init__(self, responses: ResponseStore, on_error: Callable[[BaseException], None]) -> None:
        """`on_error` gets what the project file refused; those answers are not told of."""
        self._responses = responses
        self._on_error = on_error
        self._waiting: list[tuple[Received, OnStored | None]] = []
        self._writing: asyncio.Task[None] | None = None
        self.pending = 0
        """Answers that are not on disk yet."""

    def add(self, received: Received, on_stored: OnStored | None = None) -> None:
        """Put an answer on disk, then call `on_stored`."""
        self._waiting.append((received, on_stored))
        self.pending += 1
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def close(self) -> None:
        """Until all is on disk. What was received goes there also when nobody waits for it any more."""
        while self._writing is not None:
            await asyncio.shield(self._writing)

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                rows = await asyncio.wrap_future(self._responses.add_all([received for received, _ in batch]))
                self.pending -= len(batch)
                for row, (_, on_stored) in zip(rows, batch, strict=True):
                    if isinstance(row, ProjectError):
                        raise row
                    if on_stored:
                        on_stored(row)
        except Exception as error:  # noqa: BLE001 - whatever it is, the sweep ends with it
            self._on_error(error)
        finally:
            self._writing = None
