"""The requests of one sweep, from their place in a lane to their answer on disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import Task
from synterm.core.request import Request
from synterm.errors import ExecutorError, ModelError
from synterm.evaluate.budget import Budget
from synterm.evaluate.call import ask, next_try
from synterm.evaluate.events import Event, Halted, Retrying, Started
from synterm.evaluate.lane import Flight, Lane
from synterm.evaluate.limits import Limits
from synterm.evaluate.recorder import Recorder
from synterm.evaluate.reservation import Reservation
from synterm.evaluate.traffic import Route, Traffic
from synterm.storage.project import Project

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
        self._free_only = False
        self._show = show
        self._tell = tell
        self._traffic = traffic
        self._stream = limits.stream
        self._ahead = limits.ahead
        self._budget = Budget(limits, project.spending, self._pump_soon)
        self._recorder = Recorder(project.responses, self.fail, self._pump)
        self._lanes: dict[Route, Lane] = {}
        self._open: dict[str, Flight] = {}
        self._calls: set[asyncio.Task[Completion | None]] = set()
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
        lane = self._lane(self._traffic.route(request.model))
        flight = Flight(request, [task], tokens=lane.route.meter.estimate(request))
        if problem := self._problem(lane.route, flight):
            self._tell(task, problem)
            return None
        if self._refused(flight):
            self._dropped += 1
            return None
        self._open[request.key] = flight
        lane.add(flight, urgent=urgent)
        return lane

    def keep(self, task: Task, request: Request, completion: Completion) -> None:
        """Put an answer on disk that was put together from others, and tell it then. Those were paid for already."""
        if flight := self._open.get(request.key):
            flight.tasks.append(task)
            return
        flight = self._open[request.key] = Flight(request, [task], waiting=False)
        self._recorder.keep(task, completion, partial(self._stored, flight, completion))

    async def room(self, lane: Lane) -> None:
        """Wait while so many requests wait in a lane that more would only take memory."""
        if lane.waiting < self._ahead:
            return
        while lane.waiting > self._ahead // 2:
            self._room.clear()
            await self._room.wait()

    def no_more(self) -> None:
        """Nothing more is added."""
        self._complete = True
        self._land()

    async def landed(self) -> None:
        """Until all that was added is told, or never will be. Raises what went wrong on the way."""
        await self._landed

    def halt(self, reason: str, hint: str, *, free_only: bool = False) -> None:
        """Send nothing more (`free_only`: nothing that costs); what is under way may land."""
        if self.halted:
            return
        self.halted, self._free_only = Halted(reason, hint, 0), free_only
        for lane in self._lanes.values():
            for flight in lane.drain():
                if not self._refused(flight):
                    lane.add(flight)
                elif flight.last:
                    self._record(flight, flight.last)
                else:
                    self._drop(flight)
        for flight, alarm in list(self._alarms.items()):
            if flight.last and self._refused(flight):
                alarm.cancel()
                del self._alarms[flight]
                self._record(flight, flight.last)
        self._room.set()
        self._pump()
        self._land()

    @property
    def left(self) -> int:
        """How many tasks that were added got no answer."""
        return self._dropped + sum(len(flight.tasks) for flight in self._open.values())

    async def close(self) -> None:
        """Cancel what is under way, down to the connection, and put on disk what came in.

        Raises ProjectError when that is not possible.
        """
        for lane in self._lanes.values():
            lane.route.endpoint.leave(lane)
        for alarm in self._alarms.values():
            alarm.cancel()
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        try:
            await self._recorder.close()
        finally:
            for flight in self._open.values():
                flight.let_go(0.0)
            self._budget.close()
            if not self._landed.done():
                self._landed.cancel()

    # Into a lane.

    def _lane(self, route: Route) -> Lane:
        lane = self._lanes.get(route)
        if lane is None:
            lane = self._lanes[route] = Lane(route, self._launch, self._may_send)
            route.breaker.start_over()
            route.endpoint.join(lane)
        return lane

    def _join(self, flight: Flight, task: Task, *, urgent: bool) -> None:
        if urgent:
            self._lanes[self._traffic.route(flight.request.model)].hurry(flight)
        if not urgent or all(other.cell != task.cell for other in flight.tasks):
            flight.tasks.append(task)

    def _problem(self, route: Route, flight: Flight) -> Completion | None:
        """Why a request can't be sent at all; else its worst cost is known."""
        if route.breaker.given_up:
            return route.refusal()
        try:
            flight.worst_usd = self._budget.worst(route, flight.request)
        except ModelError as error:
            return failed_call(Outcome.NOT_SENT, error.message, error.hint)
        return None

    def _refused(self, flight: Flight) -> bool:
        return self.halted is not None and not (self._free_only and flight.worst_usd == 0)

    # Out of it.

    def _may_send(self, flight: Flight) -> bool:
        if self._recorder.pending >= _MOST_PENDING:
            return False
        leave = "yes" if flight.reservation else self._budget.leave(flight.worst_usd)
        if leave == "no":
            # Not at once: an endpoint is in the middle of choosing.
            halt = partial(self.halt, *self._budget.refusal(), free_only=True)
            asyncio.get_running_loop().call_soon(halt)
        return leave == "yes"

    def _launch(self, lane: Lane, flight: Flight) -> None:
        if flight.worst_usd and not flight.reservation:
            flight.reservation = Reservation(self._budget, flight.worst_usd)
        if lane.waiting <= self._ahead // 2:
            self._room.set()
        call = asyncio.get_running_loop().create_task(self._send(lane, flight))
        self._calls.add(call)
        # A task that is cancelled before its first step never runs, so nothing that must happen may stand in it.
        call.add_done_callback(partial(self._called, lane, flight))

    async def _send(self, lane: Lane, flight: Flight) -> Completion | None:
        """One try; None when the day has not enough left for it."""
        if flight.reservation and not await flight.reservation.confirm():
            return None
        if not flight.tries:
            self._show(Started(flight.tasks[0]))
        # What a judge says is no answer to be shown.
        shown = self._stream and flight.tasks[0].then is None
        return await ask(lane.route, flight, self._traffic.clock, self._show if shown else None)

    def _called(self, lane: Lane, flight: Flight, call: asyncio.Task[Completion | None]) -> None:
        self._calls.discard(call)
        try:
            self._came_back(lane, flight, call)
        except Exception as error:  # noqa: BLE001 - whatever it is, the sweep ends with it
            self.fail(error)
        finally:
            lane.route.endpoint.free()

    def _came_back(self, lane: Lane, flight: Flight, call: asyncio.Task[Completion | None]) -> None:
        if call.cancelled() or call.exception():
            lane.route.breaker.lost(flight.trial)
            error = None if call.cancelled() else call.exception()
            # Once it was sent, it may have been charged.
            flight.let_go(0.0 if isinstance(error, ExecutorError) or not flight.tries else None)
            if isinstance(error, ExecutorError):
                self._nobody_asks(flight, error)
            elif error:
                self.fail(error)
        elif (completion := call.result()) is None:
            lane.route.breaker.lost(flight.trial)
            lane.route.meter.give_back(self._traffic.clock(), flight.tokens)
            flight.reservation = None
            self._queue_again(lane, flight)
        else:
            self._answered(lane, flight, completion)

    def _nobody_asks(self, flight: Flight, error: ExecutorError) -> None:
        """There is nobody who could send a request, and will be nobody."""
        self.halt(str(error), error.hint or "")
        if flight.last:
            self._record(flight, flight.last)
        else:
            self._drop(flight)
            self._land()

    def _answered(self, lane: Lane, flight: Flight, completion: Completion) -> None:
        route, now = lane.route, self._traffic.clock()
        route.endpoint.note(completion)
        wait_s = next_try(route, flight, completion, self._traffic.uniform)
        route.breaker.note(completion, now, final=wait_s is None, trial=flight.trial)
        route.meter.settle(now, flight.tokens, completion.usage)
        if route.breaker.given_up:
            self._give_up(lane)
        elif wait_s is not None and not self._refused(flight):
            self._try_again(lane, flight, completion, wait_s)
            return
        self._record(flight, completion)

    def _try_again(self, lane: Lane, flight: Flight, completion: Completion, wait_s: float) -> None:
        flight.last = completion
        if completion.charged_usd != 0:
            # It may have been paid for, so it is kept and counted; the next try is a request like any other.
            reservation, flight.reservation = flight.reservation, None
            self._recorder.add(flight.tasks[0], completion, reservation)
        first, *others = flight.tasks
        self._show(Retrying(first, completion, wait_s))
        for other in others:
            self._show(Retrying(other, replace(completion, cost_usd=0.0), wait_s))
        self._alarms[flight] = asyncio.get_running_loop().call_later(wait_s, self._again, lane, flight)

    def _again(self, lane: Lane, flight: Flight) -> None:
        del self._alarms[flight]
        self._queue_again(lane, flight)
        lane.route.endpoint.pump()

    def _queue_again(self, lane: Lane, flight: Flight) -> None:
        """Back into the lane; unless nothing is sent any more."""
        if not (lane.route.breaker.given_up or self._refused(flight)):
            lane.put_back(flight)
        elif flight.last:
            self._record(flight, flight.last)
        elif self._refused(flight):
            self._drop(flight)
            self._land()
        else:
            self._refuse(lane.route, flight)

    # Onto the disk.

    def _record(self, flight: Flight, completion: Completion) -> None:
        """The last word on a request."""
        reservation, flight.reservation = flight.reservation, None
        self._recorder.add(flight.tasks[0], completion, reservation, partial(self._stored, flight, completion))

    def _stored(self, flight: Flight, completion: Completion, row: int) -> None:
        completion = replace(completion, stored=row)
        first, *others = flight.tasks
        del self._open[flight.request.key]
        self._tell(first, completion)
        for other in others:
            self._tell(other, replace(completion, cached=completion.outcome.answered, steps=()))
        self._land()

    # Never sent.

    def _give_up(self, lane: Lane) -> None:
        for flight in lane.drain():
            if flight.last:
                self._record(flight, flight.last)
            else:
                self._refuse(lane.route, flight)
        self._room.set()

    def _refuse(self, route: Route, flight: Flight) -> None:
        self._close(flight)
        for task in flight.tasks:
            self._tell(task, route.refusal())
        self._land()

    def _drop(self, flight: Flight) -> None:
        self._close(flight)
        self._dropped += len(flight.tasks)

    def _close(self, flight: Flight) -> None:
        flight.let_go(0.0)
        del self._open[flight.request.key]

    def _pump(self) -> None:
        for lane in self._lanes.values():
            lane.route.endpoint.pump()

    def _pump_soon(self) -> None:
        asyncio.get_running_loop().call_soon(self._pump)

    def _land(self) -> None:
        if self._complete and not self._open and not self._landed.done():
            self._landed.set_result(None)

    def fail(self, error: BaseException) -> None:
        """The sweep ends with this."""
        if not self._landed.done():
            self._landed.set_exception(error)
