"""What Dask keeps at a worker: an actor around `Work`. The worker's machine imports it from its own synterm."""

from __future__ import annotations

import asyncio

from synterm.errors import SyntermError
from synterm.executors.worker import Work


class DaskWork:
    """`Work` as Dask's actors are: methods that are coroutines run on the worker's own loop, and only hand over."""

    def __init__(self, setup: bytes) -> None:
        """As `Work`. Raises RuntimeError with all that is to be said: the run may have no such error of ours."""
        self._taking: set[asyncio.Task[bytes]] = set()
        try:
            self._work = Work(setup)
        except SyntermError as error:
            raise RuntimeError(f"{error}; {error.hint}" if error.hint else str(error)) from None

    async def put(self, lines: bytes) -> bytes:
        """Take work in."""
        await self._work.put(lines)
        return b""

    async def take(self) -> bytes:
        """What is done. Nothing any more once it is closed."""
        taking = asyncio.create_task(self._work.take())
        self._taking.add(taking)
        try:
            await asyncio.wait({taking})
            return b"" if taking.cancelled() else taking.result()
        finally:
            taking.cancel()
            self._taking.discard(taking)

    async def close(self) -> bytes:
        """End it. Who waits for results gets none: the loop that would bring them ends."""
        for taking in self._taking:
            taking.cancel()
        if self._taking:
            await asyncio.wait(self._taking)
        await self._work.close()
        return b""
