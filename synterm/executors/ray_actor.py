"""The actor that a worker is on Ray: one process, with what a worker does inside."""

from __future__ import annotations

import os
import socket

from synterm.errors import SyntermError
from synterm.executors.lines import Line, packed
from synterm.executors.worker import Work


class Host:
    """Holds the work of one worker. What a run is told is JSON; an exception would come to it pickled."""

    def __init__(self, setup: bytes) -> None:
        """`setup`: the line that the run begins with. Where it is another synterm's, `ready` tells so."""
        self._line: Line = {"pid": os.getpid(), "host": socket.gethostname()}
        self._work: Work | None = None
        try:
            self._work = Work(setup)
        except SyntermError as error:
            self._line["failed"] = f"{error}; {error.hint}" if error.hint else str(error)

    async def ready(self) -> bytes:
        """Where it is, as a line of JSON; with why it takes no work, if it takes none."""
        return packed([self._line])

    async def put(self, lines: bytes) -> None:
        """Take work in."""
        if self._work:
            await self._work.put(lines)

    async def take(self) -> bytes:
        """What is done; waits a while for the first of it."""
        return await self._work.take() if self._work else b""

    async def close(self) -> None:
        """Stop all calls and end all processes."""
        if self._work:
            await self._work.close()
