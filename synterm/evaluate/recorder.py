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
from synterm.text import plural

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
        # Asked for in time: a file that takes nothing may say nothing either.
        self._spill = responses.spill
        self._spill.reserve()
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

        What the file refused is tried once more, and spilled when it is refused again: ProjectError says where to.
        """
        while self._writing is not None:
            await asyncio.shield(self._writing)
        try:
            await self._write_all()
        except ProjectError as error:
            raise self._spilled(error) from error

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

    def _spilled(self, refusal: ProjectError) -> ProjectError:
        """Keep elsewhere what the project file refused; the refusal, with what became of it."""
        batch, self._waiting = self._waiting, []
        self.pending -= len(batch)
        what = plural(len(batch), "answer")
        try:
            file = self._spill.keep([one.received for one in batch])
            told, hint = f"{what} that had come in wait in {file}", "the next run, or the workbench, takes them in"
        except OSError as error:
            told, hint = f"{what} that had come in can't be kept elsewhere either and are lost: {error}", None
        for one in batch:
            if one.reservation:
                one.reservation.close(one.received.completion.charged_usd, kept=True)
        hints = "; ".join(filter(None, (refusal.hint, hint)))
        return ProjectError(f"{refusal.message}; {told}", where=refusal.where, hint=hints)

    def _tell(self, batch: Sequence[_Waiting], rows: Sequence[int | ProjectError]) -> None:
        for row, one in zip(rows, batch, strict=True):
            if one.reservation:
                one.reservation.close(one.received.completion.charged_usd, kept=True)
            if isinstance(row, ProjectError):
                self._on_error(row)
            elif one.on_stored:
                one.on_stored(row)
        self._on_written()
