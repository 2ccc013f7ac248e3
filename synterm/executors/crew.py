"""The crew: all workers of a run, who of them does what, and what becomes of the work of one that ended."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import ceil
from types import TracebackType
from typing import Self

from synterm.errors import ExecutorError
from synterm.executors.engine import Engine, RemoteWorker, WorkerLostError
from synterm.executors.lines import Line, unpacked
from synterm.executors.seats import PATIENCE, Call, CallFailedError, CallLostError, Patience, Seat, numbered
from synterm.executors.suspects import Suspects
from synterm.executors.worker import setup_line
from synterm.text import plural

_MOST_STARTS = 3
"""A place where so many workers in a row did not come up is left alone."""
_MOST_BYTES = 128_000_000
"""More than this at a time no worker sends: `worker` stops far below."""
_AGAIN = "see to the workers, then give the same command again: what was answered is kept"


class Crew:
    """Workers of an engine. Use one instance from one event loop, as an async context manager.

    Each call is done at least once: when its worker ends before it answers, `run` raises CallLostError, and the same
    call again is tried apart from the others, so that one that ends its worker takes no neighbours along for long.
    """

    def __init__(
        self,
        engine: Engine,
        tell: Callable[[str], None] = lambda _: None,
        concurrency: int | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        """`tell` takes what is to be known of workers, in words; `concurrency`: calls at a time that are wanted."""
        self.name = engine.name
        self.lost = 0
        """How many calls were lost with their workers so far."""
        self._engine = engine
        self._tell = tell
        self._concurrency = concurrency
        self._patience = patience
        self._seats: dict[str, Seat] = {}
        self._starting: dict[str, asyncio.Task[None]] = {}
        self._failed: Counter[str] = Counter()
        self._why: dict[str, str] = {}
        self._places = 0
        self._waiting: dict[str, deque[Call]] = {}
        self._suspects = Suspects()
        self._warm: dict[str, bytes] = {}
        self._next = 0
        self._keeper: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
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
            while not any(seat.ready for seat in self._seats.values()):
                if self._over:
                    raise ExecutorError(f"no worker of {self.name} takes work: {self._over}")
                await self._changed.wait()
                self._changed.clear()
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
        self._over = self._over or "the run is over"
        seats, self._seats = list(self._seats.values()), {}
        tasks = [*self._starting.values(), *(task for seat in seats for task in seat.tasks)]
        for task in (*tasks, *filter(None, [self._keeper])):
            task.cancel()
        for seat in seats:
            for call in seat.calls.values():
                call.fail(CallFailedError(self._over))
        self._fail_waiting(CallFailedError(self._over))
        await asyncio.gather(*tasks, *filter(None, [self._keeper]), return_exceptions=True)
        await asyncio.gather(*self._ending, *(self._end(seat.worker) for seat in seats))
        await self._engine.close()

    def warm(self, name: str, line: Callable[[], bytes]) -> None:
        """Have every worker, also those to come, do this ahead of calls: start what a model needs. A worker that comes
        later gets no call before it is done. The same name again does nothing."""
        if name not in self._warm:
            self._warm[name] = made = line()
            for seat in self._seats.values():
                seat.send(numbered(self._number(), made))

    async def run(self, call: Call) -> Line:
        """What came of a call. Cancelling it tells its worker that nobody waits any more.

        Raises CallLostError and CallFailedError; ExecutorError once no worker is left, and none will come.
        """
        if self._over:
            raise self._none_left()
        if call in self._suspects:
            self._suspects.add(call)
        else:
            self._waiting.setdefault(call.group, deque()).append(call)
        self._dispatch()
        try:
            return await call.answer
        finally:
            if call.seat is not None:
                call.seat.cancel(call)
                self._dispatch()

    # Who does what.

    def _dispatch(self) -> None:
        ready = [seat for seat in self._seats.values() if seat.ready]
        for seat, call in self._suspects.turns(ready, quiet=not any(self._waiting.values())):
            seat.give(call, self._number())
        for waiting in self._waiting.values():
            while waiting:
                if waiting[0].answer.done():
                    waiting.popleft()
                elif (seat := self._seat_for(waiting[0], ready)) is not None:
                    seat.give(waiting.popleft(), self._number())
                else:
                    break

    def _seat_for(self, call: Call, ready: list[Seat]) -> Seat | None:
        each = max(call.each, ceil((self._concurrency or 0) / self.size))
        free = [seat for seat in ready if not seat.apart and seat.load[call.group] < each]
        if not free:
            return None
        if call.near is not None:
            return max(free, key=lambda seat: hashlib.sha256(f"{seat.place}\n{call.near}".encode()).digest())
        return min(free, key=lambda seat: seat.load[call.group])

    def _number(self) -> int:
        self._next += 1
        return self._next

    def _landed(self, seat: Seat, line: Line) -> None:
        """Raises KeyError, TypeError and ValueError for what is no result, and WorkerLostError for a last word."""
        if "over" in line:
            raise WorkerLostError(str(line["over"]))
        number, failed = line["id"], line.get("failed")
        done: Line | None = line["done"] if failed is None else None
        if failed is None and not isinstance(done, dict):
            raise ValueError("what was done is no JSON object")
        seat.warming.discard(number)
        if (call := seat.calls.get(number)) is None:
            return
        seat.take_back(call)
        self._suspects.clear(call)
        if done is None:
            call.fail(CallFailedError(str(failed)))
        elif not call.answer.done():
            call.answer.set_result(done)

    # Workers come and go.

    async def _keep(self) -> None:
        try:
            clock = asyncio.get_running_loop().time
            left_at = clock()
            while True:
                self._bring_up_at(places := await self._engine.places())
                if self._seats or self._starting:
                    left_at = clock()
                elif places:
                    self._give_up("; ".join(dict.fromkeys(self._why.values())))
                    return
                elif clock() - left_at > self._patience.none_s:
                    self._give_up(f"there was none for {self._patience.none_s:g} s")
                    return
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._patience.look_s):
                        await self._look.wait()
                self._look.clear()
        except ExecutorError as error:
            self._give_up(str(error))
        except Exception as error:  # noqa: BLE001 - an engine may raise anything; a run must not wait for ever
            self._give_up(f"{type(error).__name__}: {error}")

    def _bring_up_at(self, places: Sequence[str]) -> None:
        self._places = max(self._places, len(places))
        for place in places:
            if place not in self._seats and place not in self._starting and self._failed[place] < _MOST_STARTS:
                self._starting[place] = asyncio.create_task(self._bring_up(place))

    async def _bring_up(self, place: str) -> None:
        try:
            async with asyncio.timeout(self._patience.start_s):
                worker = await self._engine.start(place, setup_line())
        except TimeoutError:
            self._not_up(place, f"it did not come up within {self._patience.start_s:g} s")
        except WorkerLostError as error:
            self._not_up(place, str(error))
        except Exception as error:  # noqa: BLE001 - an engine may raise anything; other places may do
            self._not_up(place, f"{type(error).__name__}: {error}")
        else:
            seat = self._seats[place] = Seat(place, worker)
            for line in self._warm.values():
                seat.warming.add(number := self._number())
                seat.send(numbered(number, line))
            seat.tasks = [asyncio.create_task(self._hand_in(seat)), asyncio.create_task(self._take(seat))]
            self._dispatch()
        finally:
            del self._starting[place]
            self._changed.set()

    def _not_up(self, place: str, why: str) -> None:
        self._failed[place] += 1
        self._why[place] = why
        self._tell(f"! no worker at {place}: {why}")

    async def _hand_in(self, seat: Seat) -> None:
        """What came up while the last lines were under way goes together."""
        silent_s = self._patience.silent_s
        try:
            while True:
                lines = await seat.outgoing()
                async with asyncio.timeout(silent_s):
                    await seat.worker.put(lines)
        except TimeoutError:
            self._lose(seat, f"it took no work for {silent_s:g} s")
        except WorkerLostError as error:
            self._lose(seat, str(error))
        except Exception as error:  # noqa: BLE001 - an engine may raise anything; calls must not wait for ever
            self._lose(seat, f"{type(error).__name__}: {error}")

    async def _take(self, seat: Seat) -> None:
        silent_s = self._patience.silent_s
        try:
            while True:
                async with asyncio.timeout(silent_s):
                    content = await seat.worker.take()
                self._take_in(seat, content)
        except TimeoutError:
            self._lose(seat, f"it said nothing for {silent_s:g} s")
        except WorkerLostError as error:
            self._lose(seat, str(error))
        except (KeyError, TypeError, ValueError) as error:
            self._lose(seat, f"it sent what is no message ({error})")
        except Exception as error:  # noqa: BLE001 - an engine may raise anything; calls must not wait for ever
            self._lose(seat, f"{type(error).__name__}: {error}")

    def _take_in(self, seat: Seat, content: bytes) -> None:
        if len(content) > _MOST_BYTES:
            raise ValueError(f"{len(content):,} bytes at a time")
        was_ready, seat.heard = seat.ready, True
        for line in unpacked(content):
            self._landed(seat, line)
        if seat.ready and not was_ready:
            self._failed.pop(seat.place, None)
            self._changed.set()
        if content or not was_ready:
            self._dispatch()

    def _lose(self, seat: Seat, why: str) -> None:
        if self._seats.get(seat.place) is not seat:
            return
        del self._seats[seat.place]
        for task in seat.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        calls = list(seat.calls.values())
        again = f"; {plural(len(calls), 'call')} that it had are made again" if calls else ""
        self._tell(f"! the worker at {seat.place} ended: {why}{again}")
        self.lost += len(calls)
        if not seat.ready:
            self._failed[seat.place] += 1
            self._why[seat.place] = why
        seat.calls.clear()
        for call in calls:
            call.seat = None
            call.fail(CallLostError(why, last=self._suspects.lost(seat, call, len(calls))))
        ending = asyncio.create_task(self._end(seat.worker))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        self._look.set()
        self._dispatch()

    async def _end(self, worker: RemoteWorker) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience.end_s):
                await worker.close()

    def _give_up(self, why: str) -> None:
        self._over = why
        self._fail_waiting(self._none_left())
        self._changed.set()

    def _none_left(self) -> ExecutorError:
        return ExecutorError(f"no worker of {self.name} is left: {self._over}", hint=_AGAIN)

    def _fail_waiting(self, error: Exception) -> None:
        waiting, self._waiting = self._waiting, {}
        for call in (*self._suspects.drain(), *(call for calls in waiting.values() for call in calls)):
            call.fail(error)
