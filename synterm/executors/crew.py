"""The crew: all workers of a run, who of them does what, and what becomes of the work of one that ended."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil
from types import TracebackType
from typing import Self

from synterm.errors import ExecutorError
from synterm.executors.engine import Engine, RemoteWorker, WorkerLostError
from synterm.executors.lines import Line, packed, unpacked
from synterm.executors.worker import setup_line
from synterm.text import plural

SILENT_S = 30.0
"""A worker that says nothing for so long is taken for lost."""
_LOOK_S = 1.0
"""How often places are looked at."""
_START_S, _END_S = 120.0, 10.0
_MOST_STARTS = 3
"""A place where so many workers in a row did not come up is left alone."""
_SUSPECTS = 8
"""So many calls that were lost once are tried together, apart from the others; those lost again are tried alone."""


class CallLostError(Exception):
    """The worker that had the call ended; `last`: it was alone with it, so it is not tried again."""

    def __init__(self, why: str, *, last: bool) -> None:
        super().__init__(why)
        self.last = last


class CallFailedError(Exception):
    """The work could not be done, and would not be at another worker either."""


@dataclass(eq=False, slots=True)
class Call:
    """One thing that is to be done at a worker."""

    line: Line
    key: str
    """What it is, by its content: the same again has the same."""
    group: str = ""
    each: int = 1
    """How many calls of its group a worker takes at a time."""
    near: str | None = None
    """Calls that say the same go to the same worker, if it has room."""
    checks: str | None = None
    """The name of the checks that it needs."""
    answer: asyncio.Future[Line] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    number: int = 0


@dataclass(eq=False, slots=True)
class _Seat:
    """A place with its worker."""

    place: str
    worker: RemoteWorker
    calls: dict[int, Call] = field(default_factory=dict[int, Call])
    load: Counter[str] = field(default_factory=Counter[str])
    outbox: list[Line] = field(default_factory=list[Line])
    some: asyncio.Event = field(default_factory=asyncio.Event)
    checks: set[str] = field(default_factory=set[str])
    apart: bool = False
    """Whether it only gets calls that were lost before."""
    at_work: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    def send(self, line: Line) -> None:
        self.outbox.append(line)
        self.some.set()


class Crew:
    """Workers of an engine. Use one instance from one event loop, as an async context manager.

    Each call is done at least once: when its worker ends before it answers, `run` raises CallLostError, and the same
    call again is tried apart from the others, so that one that ends its worker takes no neighbours along for long.
    """

    def __init__(
        self, engine: Engine, tell: Callable[[str], None] = lambda _: None, concurrency: int | None = None
    ) -> None:
        """`tell` takes what is to be known of workers, in words; `concurrency`: calls at a time that are wanted."""
        self.name = engine.name
        self.lost = 0
        """How many calls were lost with their workers so far."""
        self._engine = engine
        self._tell = tell
        self._concurrency = concurrency
        self._seats: dict[str, _Seat] = {}
        self._starting: dict[str, asyncio.Task[None]] = {}
        self._failed: Counter[str] = Counter()
        self._why: dict[str, str] = {}
        self._places = 0
        self._waiting: deque[Call] = deque()
        self._suspects: deque[Call] = deque()
        self._losses: Counter[str] = Counter()
        self._checks: dict[str, Line] = {}
        self._warm: Line | None = None
        self._next = 0
        self._keeper: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._look = asyncio.Event()
        self._over: str | None = None
        """Why there is no worker, and will be none."""

    @property
    def size(self) -> int:
        """How many workers there are, or are to be."""
        return max(self._places, len(self._seats), 1)

    @property
    def names(self) -> list[str]:
        """The places that have a worker now."""
        return sorted(self._seats)

    async def __aenter__(self) -> Self:
        try:
            await self._engine.open()
            self._keeper = asyncio.create_task(self._keep())
            while not self._seats:
                if self._over:
                    raise ExecutorError(f"no worker of {self.name} takes work: {self._over}")
                await self._change()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End all workers, and leave the engine."""
        if self._keeper:
            self._keeper.cancel()
        for task in self._starting.values():
            task.cancel()
        self._over = self._over or "the run is over"
        seats, self._seats = list(self._seats.values()), {}
        for seat in seats:
            for task in seat.at_work:
                task.cancel()
            for call in seat.calls.values():
                _fail(call, CallFailedError(self._over))
        for call in (*self._waiting, *self._suspects):
            _fail(call, CallFailedError(self._over))
        tasks = [*self._starting.values(), *(task for seat in seats for task in seat.at_work)]
        await asyncio.gather(*tasks, *(filter(None, [self._keeper])), return_exceptions=True)
        await asyncio.gather(*(_end(seat.worker) for seat in seats))
        await self._engine.close()

    async def warm(self, models: Line) -> None:
        """Have every worker, also those to come, start what models need: see `warm_line`. Waits for none of them."""
        self._warm = models
        for seat in self._seats.values():
            self._warm_up(seat)

    def know(self, name: str, line: Line) -> None:
        """Checks that calls may name; each worker gets them before the first such call."""
        self._checks.setdefault(name, line)

    async def run(self, call: Call) -> Line:
        """What came of a call. Cancelling it tells its worker that nobody waits any more.

        Raises CallLostError and CallFailedError.
        """
        if self._over:
            raise CallFailedError(self._over)
        (self._suspects if self._losses[call.key] else self._waiting).append(call)
        self._dispatch()
        try:
            return await call.answer
        finally:
            self._forget(call)

    # Who does what.

    def _dispatch(self) -> None:
        self._dispatch_suspects()
        for _ in range(len(self._waiting)):
            call = self._waiting.popleft()
            if call.answer.done():
                continue
            seat = self._seat_for(call)
            if seat is None:
                self._waiting.append(call)
            else:
                self._give(seat, call)

    def _dispatch_suspects(self) -> None:
        while self._suspects and self._suspects[0].answer.done():
            self._suspects.popleft()
        apart = next((seat for seat in self._seats.values() if seat.apart), None)
        if not self._suspects:
            if apart and not apart.calls:
                apart.apart = False
            return
        if apart is None and self._seats:
            apart = min(self._seats.values(), key=lambda seat: len(seat.calls))
            apart.apart = True
        if apart is None or apart.calls:
            return
        alone = self._losses[self._suspects[0].key] > 1
        for _ in range(1 if alone else _SUSPECTS):
            if self._suspects and (alone or self._losses[self._suspects[0].key] == 1):
                self._give(apart, self._suspects.popleft())

    def _seat_for(self, call: Call) -> _Seat | None:
        each = max(call.each, ceil((self._concurrency or 0) / self.size))
        free = [seat for seat in self._seats.values() if not seat.apart and seat.load[call.group] < each]
        if not free:
            return None
        if call.near is not None:
            return max(free, key=lambda seat: hashlib.sha256(f"{seat.place}\n{call.near}".encode()).digest())
        return min(free, key=lambda seat: seat.load[call.group])

    def _give(self, seat: _Seat, call: Call) -> None:
        self._next += 1
        call.number = self._next
        if call.checks is not None and call.checks not in seat.checks:
            seat.checks.add(call.checks)
            seat.send(self._checks[call.checks])
        seat.calls[call.number] = call
        seat.load[call.group] += 1
        seat.send({"id": call.number, **call.line})

    def _forget(self, call: Call) -> None:
        """Nobody waits for a call any more, done or not."""
        for seat in self._seats.values():
            if seat.calls.pop(call.number, None) is not None:
                seat.load[call.group] -= 1
                seat.send({"id": call.number, "op": "cancel"})
                self._dispatch()
                return
        with suppress(ValueError):
            self._waiting.remove(call)
        with suppress(ValueError):
            self._suspects.remove(call)

    def _landed(self, seat: _Seat, line: Line) -> None:
        call = seat.calls.pop(line["id"], None)
        if call is None:
            return
        seat.load[call.group] -= 1
        self._losses.pop(call.key, None)
        if "failed" in line:
            _fail(call, CallFailedError(str(line["failed"])))
        elif not call.answer.done():
            call.answer.set_result(line["done"])

    # Workers come and go.

    async def _keep(self) -> None:
        try:
            while True:
                places = await self._engine.places()
                self._places = max(self._places, len(places))
                for place in places:
                    if place not in self._seats and place not in self._starting and self._may_start(place):
                        self._starting[place] = asyncio.create_task(self._bring_up(place))
                if places and not self._seats and not self._starting:
                    self._give_up("; ".join(dict.fromkeys(self._why.values())))
                    return
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_S):
                        await self._look.wait()
                self._look.clear()
        except ExecutorError as error:
            self._give_up(str(error))

    def _may_start(self, place: str) -> bool:
        return self._failed[place] < _MOST_STARTS

    async def _bring_up(self, place: str) -> None:
        try:
            async with asyncio.timeout(_START_S):
                worker = await self._engine.start(place, setup_line())
        except (WorkerLostError, TimeoutError) as error:
            self._failed[place] += 1
            self._why[place] = str(error) or f"it did not come up within {_START_S:g} s"
            self._tell(f"! no worker at {place}: {self._why[place]}")
        else:
            self._failed.pop(place, None)
            seat = self._seats[place] = _Seat(place, worker)
            seat.at_work = [asyncio.create_task(self._hand_in(seat)), asyncio.create_task(self._take(seat))]
            self._warm_up(seat)
            self._dispatch()
        finally:
            del self._starting[place]
            self._changed.set()

    def _warm_up(self, seat: _Seat) -> None:
        if self._warm is not None:
            self._next += 1
            seat.send({"id": self._next, **self._warm})

    async def _hand_in(self, seat: _Seat) -> None:
        """What came up while the last lines were under way goes together."""
        try:
            while True:
                await seat.some.wait()
                seat.some.clear()
                lines, seat.outbox = seat.outbox, []
                async with asyncio.timeout(SILENT_S):
                    await seat.worker.put(packed(lines))
        except (WorkerLostError, TimeoutError) as error:
            self._lose(seat, str(error) or f"it took no work for {SILENT_S:g} s")

    async def _take(self, seat: _Seat) -> None:
        try:
            while True:
                async with asyncio.timeout(SILENT_S):
                    content = await seat.worker.take()
                for line in unpacked(content):
                    self._landed(seat, line)
                if content:
                    self._dispatch()
        except (WorkerLostError, TimeoutError) as error:
            self._lose(seat, str(error) or f"it said nothing for {SILENT_S:g} s")
        except (KeyError, TypeError, ValueError) as error:
            self._lose(seat, f"it sent what is no message ({error})")

    def _lose(self, seat: _Seat, why: str) -> None:
        if self._seats.get(seat.place) is not seat:
            return
        del self._seats[seat.place]
        for task in seat.at_work:
            if task is not asyncio.current_task():
                task.cancel()
        calls = list(seat.calls.values())
        again = f"; {plural(len(calls), 'call')} that it had are made again" if calls else ""
        self._tell(f"! the worker at {seat.place} ended: {why}{again}")
        self.lost += len(calls)
        alone = seat.apart and len(calls) == 1
        seat.calls.clear()
        for call in calls:
            self._losses[call.key] += 1
            _fail(call, CallLostError(why, last=alone and self._losses[call.key] > 1))
        self._ending = asyncio.create_task(_end(seat.worker))
        self._look.set()
        self._dispatch()

    def _give_up(self, why: str) -> None:
        self._over = why
        for call in (*self._waiting, *self._suspects):
            _fail(call, CallFailedError(f"no worker of {self.name} is left: {why}"))
        self._changed.set()

    async def _change(self) -> None:
        await self._changed.wait()
        self._changed.clear()


def _fail(call: Call, error: Exception) -> None:
    if not call.answer.done():
        call.answer.set_exception(error)


async def _end(worker: RemoteWorker) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_END_S):
            await worker.close()


def warm_line(models: list[Mapping[str, object]]) -> Line:
    """What has workers start what models need."""
    return {"op": "warm", "models": models}
