"""A sweep: one pass over tasks, from cache or model to verdict, as a stream of events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import cast

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import Task
from synterm.core.request import Request
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.events import Event, Halted, Judged, Started, Streamed
from synterm.evaluate.lane import Lane
from synterm.evaluate.plan import rendered
from synterm.providers.base import OnText, Provider
from synterm.providers.registry import Providers
from synterm.storage.responses import ResponseStore
from synterm.text import storable

_CHUNK = 100
"""How many tasks are rendered and looked up before the event loop gets its turn."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How a sweep may go about it; None stands for no limit, or the provider's own width."""

    concurrency: int | None = None
    max_cost_usd: float | None = None
    max_seconds: float | None = None
    use_cache: bool = True
    stream: bool = False
    """Whether to tell of answers as they stream in."""


DEFAULT_LIMITS = Limits()


class Sweep:
    """Evaluates `tasks` in their order, each model in a lane of its own. `events` may be taken once.

    Leaving the events early (closing the iterator, cancelling who awaits it) cancels what is under way, down to the
    model; answers that came in are on disk all the same. An answer is on disk before it is told of.
    """

    def __init__(
        self,
        tasks: Iterable[Task],
        checklist: Checklist,
        providers: Providers,
        responses: ResponseStore,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._tasks = iter(tasks)
        self._checklist = checklist
        self._providers = providers
        self._responses = responses
        self._limits = limits
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._lanes: dict[str, Lane] = {}
        self._flights: dict[str, list[Task]] = {}
        self._halted: Halted | None = None
        self._spent = 0.0

    async def events(self) -> AsyncGenerator[Event]:
        """All that happens, until the last task is judged or a limit is reached.

        Raises what went wrong inside: InputError from tasks that can't be made, ProjectError from the project file.
        """
        work = asyncio.create_task(self._work())
        try:
            while (event := await self._events.get()) is not None:
                yield event
            await work
        except BaseExceptionGroup as group:
            error = _leaf(group)
            raise error from error.__cause__
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    def promote(self, case_ids: Collection[str]) -> None:
        """Take these cases first among those that wait: they are the ones on screen."""
        for lane in self._lanes.values():
            lane.promote(case_ids)

    async def _work(self) -> None:
        try:
            await self._make()
            if self._halted:
                self._events.put_nowait(replace(self._halted, left=self._count_left()))
        finally:
            self._events.put_nowait(None)

    async def _make(self) -> None:
        try:
            async with asyncio.timeout(self._limits.max_seconds), asyncio.TaskGroup() as group:
                await self._feed(group)
        except TimeoutError:
            limit = self._limits.max_seconds
            self._halt(f"the time limit of {limit:g} s is reached", "raise --max-seconds; what was received is kept")

    async def _feed(self, group: asyncio.TaskGroup) -> None:
        # Also past the spending cap: what the project file holds costs nothing.
        while chunk := [rendered(task, self._checklist) for task in islice(self._tasks, _CHUNK)]:
            known = self._look_up(chunk)
            for task in chunk:
                if task.request is None:
                    self._tell(task, failed_call(Outcome.NOT_SENT, task.problem or "no request"))
                elif answer := known.get(task.request.key):
                    self._tell(task, answer)
                else:
                    self._enqueue(task, task.request, group)
            await asyncio.sleep(0)

    def _look_up(self, chunk: list[Task]) -> dict[str, Completion]:
        if not self._limits.use_cache:
            return {}
        return self._responses.lookup([task.request.key for task in chunk if task.request])

    def _enqueue(self, task: Task, request: Request, group: asyncio.TaskGroup) -> None:
        if request.key in self._flights:
            self._flights[request.key].append(task)
            return
        self._flights[request.key] = [task]
        lane = self._lanes.get(request.model.name)
        if lane is None:
            provider = self._providers.for_model(request.model)
            lane = self._lanes[request.model.name] = Lane(provider, self._limits.concurrency or provider.width)
        if lane.add(task):
            group.create_task(self._serve(lane))

    async def _serve(self, lane: Lane) -> None:
        while not self._halted and (task := lane.take()) is not None:
            await self._answer(task, lane.provider)
        lane.workers -= 1

    async def _answer(self, task: Task, provider: Provider) -> None:
        request = task.request
        if request is None or self._cap_reached():
            return
        self._events.put_nowait(Started(task))
        completion = _storable(await provider.complete(request, self._streamer(task) if self._limits.stream else None))
        # Shielded: a write that has begun goes through though its sweep is superseded.
        stored = await asyncio.shield(asyncio.wrap_future(self._responses.add(task, completion)))
        self._spent += completion.cost_usd or 0.0
        completion = replace(completion, stored=stored)
        first, *others = self._flights.pop(request.key)
        self._tell(first, completion)
        for other in others:
            self._tell(other, replace(completion, cached=True))

    def _tell(self, task: Task, completion: Completion) -> None:
        self._events.put_nowait(Judged(self._checklist.judge(task, completion)))

    def _streamer(self, task: Task) -> OnText:
        parts: list[str] = []

        def stream(text: str) -> None:
            parts.append(text)
            self._events.put_nowait(Streamed(task, "".join(parts)))

        return stream

    def _cap_reached(self) -> bool:
        cap = self._limits.max_cost_usd
        if cap is not None and self._spent >= cap:
            self._halt(f"the spending cap of ${cap:.2f} is reached", "raise --max-cost; what was paid for is kept")
        return self._halted is not None

    def _halt(self, reason: str, hint: str) -> None:
        self._halted = self._halted or Halted(reason, hint, 0)

    def _count_left(self) -> int:
        return sum(len(tasks) for tasks in self._flights.values()) + sum(1 for _ in self._tasks)


def _storable(completion: Completion) -> Completion:
    """The completion as it will be read back, so that fresh and cached answers are judged and reported alike."""
    text, error = storable(completion.text), storable(completion.error or "")
    same = text == completion.text and error == (completion.error or "")
    return completion if same else replace(completion, text=text, error=error or None)


_Group = BaseExceptionGroup[BaseException]


def _leaf(group: _Group) -> BaseException:
    """The first error inside groups of errors."""
    first = group.exceptions[0]
    return _leaf(cast(_Group, first)) if isinstance(first, BaseExceptionGroup) else first
