"""The requests of one sweep, from their place in a lane to their answer on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import Task
from synterm.core.request import Request
from synterm.errors import ModelError
from synterm.evaluate.breaker import IN_A_ROW
from synterm.evaluate.budget import Budget, charge
from synterm.evaluate.call import ask
from synterm.evaluate.events import Event, Halted, Retrying, Started, Streamed
from synterm.evaluate.lane import Flight, Lane
from synterm.evaluate.limits import Limits
from synterm.evaluate.recorder import Recorder
from synterm.evaluate.retries import wait_before_retry
from synterm.evaluate.traffic import Route, Traffic
from synterm.providers.base import OnText
from synterm.storage.project import Project
from synterm.storage.received import Received

_MOST_PENDING = 2000
"""Answers that wait to be written; beyond it nothing more is sent until the disk has caught up."""

Tell = Callable[[Task, Completion], None]


class Flights:
    """Sends each request once however many tasks wait for it, tries again what may be, and keeps within limits."""

    def __init__(
        self, show: Callable[[Event], None], tell: Tell, traffic: Traffic, project: Project, limits: Limits
    ) -> None:
        """`show` takes events; `tell` the answer to each task, once it is on disk."""
        self.halted: Halted | None = None
        """How it was halted, if it was; without what was left."""
        self._show = show
        self._tell = tell
        self._traffic = traffic
        self._stream = limits.stream
        self._budget = Budget(limits, project.spending)
        self._recorder = Recorder(project.responses, self._fail)
        self._lanes: dict[Route, Lane] = {}
        self._open: dict[str, Flight] = {}
        self._calls: set[asyncio.Task[None]] = set()
        self._alarms: dict[Flight, asyncio.TimerHandle] = {}
        self._room = asyncio.Event()
        self._landed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._complete = False
        self._dropped = 0

    def add(self, task: Task, request: Request, *, urgent: bool = False) -> Lane | None:
        """Queue a request; gives the lane that it waits in, if it does. Tasks of equal requests get one answer."""
        if flight := self._open.get(request.key):
            self._join(flight, task, urgent=urgent)
            return None
        if self.halted:
            self._dropped += 1
            return None
        lane = self._lane(self._traffic.route(request.model))
        if problem := self._problem(lane.route, flight := Flight(request, [task])):
            self._tell(task, problem)
            return None
        flight.tokens = lane.route.meter.estimate(request)
        self._open[request.key] = flight
        lane.add(flight, urgent=urgent)
        return lane

    async def room(self, lane: Lane, most: int) -> None:
        """Wait while `most` requests or more wait in a lane."""
        while lane.waiting >= most:
            self._room.clear()
            await self._room.wait()

    def no_more(self) -> None:
        """Nothing more is added."""
        self._complete = True
        self._land()

    async def landed(self) -> None:
        """Until all that was added is told, or never will be. Raises what went wrong on the way."""
        await self._landed

    def halt(self, reason: str, hint: str) -> None:
        """Send nothing more; what is under way may land."""
        if self.halted:
            return
        self.halted = Halted(reason, hint, 0)
        for lane in self._lanes.values():
            self._drop(lane.drain())
        for alarm in self._alarms.values():
            alarm.cancel()
        self._drop(self._alarms)
        self._alarms = {}
        self._room.set()
        self._land()

    @property
    def left(self) -> int:
        """How many tasks that were added got no answer."""
        return self._dropped + sum(len(flight.tasks) for flight in self._open.values())

    async def close(self) -> None:
        """Cancel what is under way, down to the connection, and put on disk what came in."""
        for lane in self._lanes.values():
            lane.route.endpoint.leave(lane)
        for alarm in self._alarms.values():
            alarm.cancel()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        await self._recorder.close()
        for flight in self._open.values():
            self._let_go(flight, sent=False)
        if not self._landed.done():
            self._landed.cancel()

    def _lane(self, route: Route) -> Lane:
        lane = self._lanes.get(route)
        if lane is None:
            lane = self._lanes[route] = Lane(route, self._launch, self._may_send)
            route.breaker.start_over()
            route.endpoint.join(lane)
        return lane

    def _join(self, flight: Flight, task: Task, *, urgent: bool) -> None:
        if not urgent:
            flight.tasks.append(task)
            return
        self._lanes[self._traffic.route(flight.request.model)].hurry(flight)
        if all(other.cell != task.cell for other in flight.tasks):
            flight.tasks.append(task)

    def _problem(self, route: Route, flight: Flight) -> Completion | None:
        """Why a request can't be sent at all; else its worst cost is known."""
        if route.breaker.given_up:
            return _given_up(route)
        try:
            flight.worst_usd = self._budget.worst(route, flight.request)
        except ModelError as error:
            return failed_call(Outcome.NOT_SENT, error.message, error.hint)
        return None

    def _may_send(self, flight: Flight) -> bool:
        if self._recorder.pending >= _MOST_PENDING:
            return False
        leave = "yes" if flight.reserved else self._budget.leave(flight.worst_usd)
        if leave == "no":
            # Not at once: an endpoint is in the middle of choosing.
            asyncio.get_running_loop().call_soon(self.halt, *self._budget.refusal())
        return leave == "yes"

    def _launch(self, lane: Lane, flight: Flight) -> None:
        if not flight.reserved:
            self._budget.reserve(flight.worst_usd)
            flight.reserved = True
        self._room.set()
        call = asyncio.get_running_loop().create_task(self._send(lane, flight))
        self._calls.add(call)
        call.add_done_callback(self._called)

    def _called(self, call: asyncio.Task[None]) -> None:
        self._calls.discard(call)
        if not call.cancelled() and (error := call.exception()):
            self._fail(error)

    async def _send(self, lane: Lane, flight: Flight) -> None:
        completion = None
        try:
            needed = self._budget.by_day(flight.worst_usd) and not flight.today
            if not needed or await self._set_aside_today(lane, flight):
                if not flight.tries:
                    self._show(Started(flight.tasks[0]))
                completion = await ask(lane.route, flight, self._traffic.clock, self._streamer(flight))
                self._answered(lane, flight, completion)
        finally:
            if completion is None:
                lane.route.breaker.lost()
                self._let_go(flight, sent=flight.tries > 0)
            lane.route.endpoint.free()

    async def _set_aside_today(self, lane: Lane, flight: Flight) -> bool:
        flight.today = await self._budget.reserve_today(flight.worst_usd)
        if not flight.today:
            self._let_go(flight, sent=False)
            lane.put_back(flight)
        return flight.today

    def _answered(self, lane: Lane, flight: Flight, completion: Completion) -> None:
        route = lane.route
        route.endpoint.note(completion)
        wait_s = self._wait_before_retry(route, flight, completion)
        route.breaker.note(completion, self._traffic.clock(), final=wait_s is None)
        if flight.tokens and (used := _tokens(completion)) is not None:
            route.meter.settle(self._traffic.clock(), flight.tokens, used)
        if route.breaker.given_up:
            self._give_up(lane)
        elif wait_s is not None and not self.halted:
            self._try_again(lane, flight, completion, wait_s)
            return
        received = Received(flight.tasks[0], completion, *self._account(flight))
        self._recorder.add(received, partial(self._stored, flight, completion))

    def _wait_before_retry(self, route: Route, flight: Flight, completion: Completion) -> float | None:
        limit_s = route.provider.limit_s(flight.request)
        if limit_s is not None and flight.sending_s >= limit_s:
            return None
        return wait_before_retry(completion, flight.tries, self._traffic.uniform)

    def _try_again(self, lane: Lane, flight: Flight, completion: Completion, wait_s: float) -> None:
        if completion.outcome is Outcome.MALFORMED:
            # It may have been paid for, so it is kept and counted.
            self._recorder.add(Received(flight.tasks[0], completion))
            self._budget.settle(flight.worst_usd, None, today=False)
            self._budget.reserve(flight.worst_usd)
        for task in flight.tasks:
            self._show(Retrying(task, completion, wait_s))
        loop = asyncio.get_running_loop()
        self._alarms[flight] = loop.call_later(wait_s, self._again, lane, flight)

    def _again(self, lane: Lane, flight: Flight) -> None:
        del self._alarms[flight]
        if lane.route.breaker.given_up:
            self._refuse(lane.route, [flight])
            return
        lane.put_back(flight)
        lane.route.endpoint.pump()

    def _account(self, flight: Flight) -> tuple[str, float]:
        """The day that a cost is put down to, and what was set aside for it there."""
        return self._budget.day, flight.worst_usd if flight.today else 0.0

    def _stored(self, flight: Flight, completion: Completion, row: int) -> None:
        self._budget.settle(flight.worst_usd, charge(completion), today=flight.today)
        completion = replace(completion, stored=row)
        first, *others = flight.tasks
        del self._open[flight.request.key]
        self._tell(first, completion)
        for other in others:
            self._tell(other, replace(completion, cached=True))
        if self._budget.capped or self._recorder.pending:
            self._pump()
        self._land()

    def _give_up(self, lane: Lane) -> None:
        self._refuse(lane.route, lane.drain())
        self._room.set()

    def _refuse(self, route: Route, flights: Iterable[Flight]) -> None:
        for flight in flights:
            del self._open[flight.request.key]
            self._let_go(flight, sent=False)
            for task in flight.tasks:
                self._tell(task, _given_up(route))
        self._land()

    def _drop(self, flights: Iterable[Flight]) -> None:
        for flight in flights:
            del self._open[flight.request.key]
            self._dropped += len(flight.tasks)
            self._let_go(flight, sent=False)

    def _let_go(self, flight: Flight, *, sent: bool) -> None:
        """Nothing comes of a request (now): what was set aside for it is free, or lost if it was under way."""
        if flight.reserved:
            self._budget.let_go(flight.worst_usd, sent=sent, today=flight.today)
            flight.reserved = flight.today = False

    def _pump(self) -> None:
        for lane in self._lanes.values():
            lane.route.endpoint.pump()

    def _land(self) -> None:
        if self._complete and not self._open and not self._landed.done():
            self._landed.set_result(None)

    def _fail(self, error: BaseException) -> None:
        if not self._landed.done():
            self._landed.set_exception(error)

    def _streamer(self, flight: Flight) -> OnText | None:
        if not self._stream:
            return None
        text = ""

        def stream(piece: str) -> None:
            nonlocal text
            text += piece
            for task in flight.tasks:
                self._show(Streamed(task, text))

        return stream


def _tokens(completion: Completion) -> int | None:
    usage = completion.usage
    return None if usage.prompt is None else usage.prompt + (usage.completion or 0)


def _given_up(route: Route) -> Completion:
    last = route.breaker.given_up
    assert last, "asked only when it was given up"
    return failed_call(
        Outcome.NOT_SENT,
        f"not sent: {route.spec.name} failed again and again, {IN_A_ROW} times in a row at first; the last time: "
        f"{last.error or last.outcome.value}",
        last.hint or "see to the endpoint, then run it again: what was answered is kept",
    )
