"""Puts answers on disk, as many together as came in while the last ones were written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from synterm.core.completion import Completion
from synterm.core.evaluation import Task
from synterm.errors import ProjectError
from synterm.evaluate.reservation import Reservation, today
from synterm.storage.received import Received
from synterm.storage.responses import ResponseStore

OnStored = Callable[[int], None]
"""Called with the answer's row, once it is on disk."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    received: Received
    reservation: Reservation | None
    on_stored: OnStored | None


class Recorder:
    """One write at a time is under way; what comes in meanwhile is the next one."""

    def __init__(
        self, responses: ResponseStore, on_error: Callable[[BaseException], None], on_written: Callable[[], None]
    ) -> None:
        """`on_error` gets what the project file refused; `on_written` is called after each write."""
        self._responses = responses
        self._on_error = on_error
        self._on_written = on_written
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self.pending = 0
        """Answers that are not on disk yet."""

    def add(
        self, task: Task, completion: Completion, reservation: Reservation | None, on_stored: OnStored | None = None
    ) -> None:
        """Put an answer on disk with what it cost, settle its reservation, then call `on_stored`."""
        if reservation:
            received = Received(task, completion, reservation.day, reservation.today_usd)
        else:
            received = Received(task, completion, today() if completion.cost_usd else "")
        self._queue(_Waiting(received, reservation, on_stored))

    def keep(self, task: Task, completion: Completion, on_stored: OnStored) -> None:
        """Put an answer on disk that counts for no spending, then call `on_stored`."""
        self._queue(_Waiting(Received(task, completion), None, on_stored))

    def _queue(self, waiting: _Waiting) -> None:
        self._waiting.append(waiting)
        self.pending += 1
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write())

    async def close(self) -> None:
        """Until all is on disk. What was received goes there also when nobody waits for it any more.

        What the file refused is tried once more. Raises ProjectError when it is refused again.
        """
        while self._writing is not None:
            await asyncio.shield(self._writing)
        if self._waiting:
            await self._write_all()

    async def _write(self) -> None:
        try:
            await self._write_all()
        except Exception as error:  # noqa: BLE001 - whatever it is, the sweep ends with it
            self._on_error(error)
        finally:
            self._writing = None

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                rows = await asyncio.wrap_future(self._responses.add_all([one.received for one in batch]))
            except Exception:
                self._waiting = batch + self._waiting
                raise
            self.pending -= len(batch)
            self._tell(batch, rows)

    def _tell(self, batch: Sequence[_Waiting], rows: Sequence[int | ProjectError]) -> None:
        for row, one in zip(rows, batch, strict=True):
            if one.reservation:
                one.reservation.close(one.received.completion.charged_usd, kept=True)
            if isinstance(row, ProjectError):
                self._on_error(row)
            elif one.on_stored:
                one.on_stored(row)
        self._on_written()
