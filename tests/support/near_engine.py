"""An engine whose workers are in this process: what a crew does with workers, without waiting for a cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from synterm.errors import SyntermError
from synterm.executors.engine import WorkerLostError
from synterm.executors.lines import Line, unpacked
from synterm.executors.worker import Work


class NearWorker:
    """A worker in this process, which can be killed."""

    def __init__(self, setup: bytes, poison: Callable[[Line], bool]) -> None:
        self.work = Work(setup)
        self._poison = poison
        self.dead = False
        self.closed = False
        self.seen: list[Line] = []
        """All that it was told."""

    async def put(self, lines: bytes) -> None:
        """Work, unless something in it ends the worker."""
        self._alive()
        self.seen += unpacked(lines)
        if any(self._poison(line) for line in unpacked(lines)):
            self.dead = True
        self._alive()
        await self.work.put(lines)

    async def take(self) -> bytes:
        """What is done; nothing any more once it is dead."""
        self._alive()
        content = await self.work.take()
        self._alive()
        return content

    async def close(self) -> None:
        """End it."""
        self.closed = True
        await self.work.close()

    def _alive(self) -> None:
        if self.dead:
            raise WorkerLostError("it was killed")


class NearEngine:
    """So many places in this process."""

    name = "near"

    def __init__(
        self,
        workers: int = 2,
        poison: Callable[[Line], bool] = lambda _: False,
        make: Callable[[bytes, Callable[[Line], bool]], NearWorker] = NearWorker,
    ) -> None:
        """`poison`: what ends a worker that is told it; `make`: what makes a worker."""
        self.names = [f"place {number}" for number in range(1, workers + 1)]
        self.workers: list[NearWorker] = []
        self.closed = False
        self._poison = poison
        self._make = make

    async def open(self) -> None:
        """Nothing has to be there."""

    async def places(self) -> Sequence[str]:
        """All of them, whether or not there is a worker."""
        return self.names

    async def start(self, place: str, setup: bytes) -> NearWorker:
        """A new worker."""
        try:
            worker = self._make(setup, self._poison)
        except SyntermError as error:
            raise WorkerLostError(str(error)) from error
        self.workers.append(worker)
        return worker

    async def close(self) -> None:
        """It is over."""
        self.closed = True
