"""Workers on a Ray cluster."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from synterm.errors import ExecutorError
from synterm.executors.aside import Aside
from synterm.executors.engine import RemoteWorker, WorkerLostError
from synterm.executors.lines import Line, unpacked
from synterm.executors.ray_access import Address, admitted
from synterm.executors.ray_cluster import Cluster, words_of

_GONE_S = 15.0
"""A cluster that does not say for so long which processors it has is gone."""
_UP_S = 110.0
_END_S = 20.0
_CLOSE_S = 5.0


class RayEngine:
    """A Ray cluster, that exists already or is started for one run."""

    name = "ray"

    def __init__(self, address: str | None = None, workers: int | None = None) -> None:
        """`address`: where it is; None: on this machine, with so many workers. Raises UsageError for what is none."""
        self._address = None if address is None else Address.of(address)
        self._wanted = workers or (None if self._address else _processors())
        self._cluster = Cluster(self._wanted or 0)
        # Ray is asked how it is beside all else: that may take long, and is never to hold up an end.
        self._aside, self._look = Aside("synterm ray"), Aside("synterm ray looks")
        self._held: set[str] = set()

    async def open(self) -> None:
        """Connect, or start it. Raises ExecutorError, with what to do, where that is not possible."""
        door = await admitted(self._address) if self._address else None
        await self._aside.run(lambda: self._cluster.open(door))

    async def places(self) -> Sequence[str]:
        """Slots, as many as workers are wanted, or as there are processors; those that have a worker come first."""
        try:
            async with asyncio.timeout(_GONE_S):
                processors = await self._look.run(self._cluster.processors)
        except Exception as error:
            where = f" at {self._address.text}" if self._address else ""
            raise ExecutorError(
                f"Ray{where} is gone: {str(error) or f'no answer within {_GONE_S:g} s'}",
                hint="what came in is recorded; the same command again sends only the rest",
            ) from error
        count = self._wanted or processors
        free = (name for number in range(1, count + len(self._held) + 1) if (name := _slot(number)) not in self._held)
        return [*sorted(self._held), *free][: max(count, len(self._held))]

    async def start(self, place: str, setup: bytes) -> RemoteWorker:
        """A worker there. Raises WorkerLostError, with why, where none comes up."""
        worker = RayWorker(self, place, await self._aside.run(lambda: self._cluster.start(setup)))
        self._held.add(place)
        try:
            async with asyncio.timeout(_UP_S):
                await worker.up()
        except TimeoutError:
            worker.end()
            raise WorkerLostError(f"it did not come up within {_UP_S:g} s; are processors of Ray free?") from None
        except BaseException:
            worker.end()
            raise
        return worker

    def end(self, place: str, actor: Any) -> None:
        """End a worker's process, without waiting for it."""
        self._held.discard(place)
        self._aside.soon(lambda: self._cluster.end(actor))

    async def close(self) -> None:
        """Leave it. One that does not come to its end has it with this program's: it is bound to it."""
        done = self._aside.soon(self._cluster.close)
        await asyncio.wait([asyncio.wrap_future(done)], timeout=_END_S)


class RayWorker:
    """One worker: an actor, in a process of its own."""

    def __init__(self, engine: RayEngine, place: str, actor: Any) -> None:
        self._engine = engine
        self._place = place
        self._actor = actor
        self._where: Line = {}
        self._exceptions: Any = import_module("ray").exceptions

    async def up(self) -> None:
        """Wait until it is there. Raises WorkerLostError where it takes no work."""
        [self._where] = unpacked(await self._asked("ready"))
        if "failed" in self._where:
            raise WorkerLostError(str(self._where["failed"]))

    async def put(self, lines: bytes) -> None:
        """Hand in work."""
        await self._asked("put", lines)

    async def take(self) -> bytes:
        """What was done since the last time."""
        return await self._asked("take")

    async def close(self) -> None:
        """End it: what it has begun first, its process then in any case."""
        try:
            async with asyncio.timeout(_CLOSE_S):
                await self._asked("close")
        except (WorkerLostError, TimeoutError):
            # It ended by itself, or does not listen: its process is ended below.
            return
        finally:
            self.end()

    def end(self) -> None:
        """End its process."""
        self._engine.end(self._place, self._actor)

    async def _asked(self, method: str, *given: bytes) -> bytes:
        try:
            answer = asyncio.ensure_future(_awaited(getattr(self._actor, method).remote(*given)))
            answer.add_done_callback(_seen)
            # Ray Client trips over an answer that nobody waits for any more.
            content = await asyncio.shield(answer)
        except (self._exceptions.RayError, ConnectionError) as error:
            raise WorkerLostError(words_of(error, self._exceptions, self._where)) from error
        if content is not None and not isinstance(content, bytes):
            raise WorkerLostError("it sent what is no message")
        return content or b""


async def _awaited(answer: Any) -> Any:
    return await answer


def _seen(answer: asyncio.Future[Any]) -> None:
    """Nobody may wait for it any more, then nobody misses its error."""
    if not answer.cancelled():
        answer.exception()


def _processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _slot(number: int) -> str:
    return f"slot {number}"
