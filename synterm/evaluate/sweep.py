"""A sweep: one pass over tasks, from cache or model to verdict, as a stream of events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import cast

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import Cell, Evaluation, Task
from synterm.core.request import Request
from synterm.errors import InputError, ProjectError
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.conversation import Conversation
from synterm.evaluate.dialogs import begin_dialog
from synterm.evaluate.events import Event, Judged, Streamed
from synterm.evaluate.flights import Flights
from synterm.evaluate.inquiry import Inquiry
from synterm.evaluate.judging import Desk, Elsewhere
from synterm.evaluate.known import judged_from_file, known_answers, look_up_replies, stored_answers
from synterm.evaluate.lane import Lane
from synterm.evaluate.limits import DEFAULT_LIMITS, Limits
from synterm.evaluate.traffic import Traffic
from synterm.storage.project import Project

_NOTHING_TO_JUDGE = "the project file has no answer to judge", "the same command without --rejudge asks for it"


class Sweep:
    """Evaluates tasks. Each of `sources` gives those of one model, in the order they are wanted; models share time.

    `events` may be taken once. Leaving them early (closing the iterator, cancelling who awaits it) cancels what is
    under way, down to the connection; answers that came in are on disk all the same. An answer is on disk before it is
    told of.
    """

    def __init__(
        self,
        sources: Sequence[Iterable[Task | None]],
        checklist: Checklist,
        traffic: Traffic,
        project: Project,
        limits: Limits = DEFAULT_LIMITS,
        planned: int | None = None,
        stored: Iterable[Task | None] = (),
        elsewhere: Elsewhere | None = None,
    ) -> None:
        """`stored`: tasks that are judged if the project file has their answers, and else left alone; `elsewhere`:
        where answers are judged as well.

        A None among tasks is a stretch of cases without any: others get their turn. `planned`: how many tasks there
        are, where that is known; it tells how many were left when it was halted.
        """
        self._sources = [iter(source) for source in sources]
        self._stored = iter(stored)
        self._checklist = checklist
        self._traffic = traffic
        self._responses = project.responses
        self._limits = limits
        self._planned = planned
        self._told = 0
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._flights = Flights(self._events.put_nowait, self._tell, traffic, project, limits)
        self._desk = Desk(checklist, elsewhere, self._judged, self._flights.fail, self._flights.halt)
        self._ahead: set[Cell] = set()
        self._judging: set[Lane] = set()
        """The lanes that questions about answers wait in."""
        self._later: set[asyncio.Task[None]] = set()
        """What waits for its context before it is taken first."""
        self._wanted: list[Task] = []
        """What is to be taken first, once the checks can judge."""
        self._ended = False

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
            # Its end must not be interrupted: what came in is put on disk then.
            if not self._ended:
                work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    def promote(self, tasks: Iterable[Task]) -> None:
        """Take these first: their cells are on screen, and have no answer yet."""
        if self._ended:
            return
        wanted = list(tasks)
        if not self._checklist.retriever.takes(wanted):
            self._take_first(wanted)
            return
        later = asyncio.get_running_loop().create_task(self._take_later(wanted))
        self._later.add(later)
        later.add_done_callback(self._later.discard)

    async def _take_later(self, tasks: list[Task]) -> None:
        # Where the documents can't be read, whoever comes to the same tasks in their turn says so.
        with suppress(ProjectError):
            await self._prepare(tasks)
            if not self._ended:
                self._take_first(tasks)

    def _take_first(self, tasks: list[Task]) -> None:
        wanted = [task for task in tasks if task.cell not in self._ahead]
        self._ahead.update(task.cell for task in wanted)
        self._wanted += wanted
        if self._checklist.is_warm:
            self._take_wanted()

    def _take_wanted(self) -> None:
        wanted, self._wanted = self._wanted, []
        if wanted:
            self._take(wanted, urgent=True)

    async def _prepare(self, tasks: list[Task]) -> None:
        """Find what tasks need from the documents, off the event loop."""
        await self._checklist.retriever.prepare(tasks, self._events.put_nowait)

    async def _work(self) -> None:
        try:
            async with asyncio.timeout(self._seconds_left), asyncio.TaskGroup() as group:
                # Nothing is judged, on the event loop, before the checks have in memory what they judge with.
                await self._checklist.warm()
                self._take_wanted()
                landing = group.create_task(self._flights.landed())
                async with asyncio.TaskGroup() as feeds:
                    for source in self._sources:
                        feeds.create_task(self._feed(source))
                    feeds.create_task(self._feed_stored())
                self._flights.no_more()
                await landing
                await self._desk.settled()
        except TimeoutError:
            limit = self._limits.max_seconds
            self._flights.halt(
                f"the time limit of {limit:g} s is reached", "raise --max-seconds; what was received is kept"
            )
        finally:
            self._ended = True
            await self._end()

    @property
    def _seconds_left(self) -> float | None:
        limits = self._limits
        return None if limits.max_seconds is None else max(limits.max_seconds - limits.seconds_gone, 0.0)

    async def _end(self) -> None:
        for later in self._later:
            later.cancel()
        try:
            await self._desk.close()
            await self._flights.close()
            if self._flights.halted:
                left = self._flights.left if self._planned is None else self._planned - self._told
                self._events.put_nowait(replace(self._flights.halted, left=left))
        finally:
            self._events.put_nowait(None)

    async def _feed(self, source: Iterator[Task | None]) -> None:
        # Also past the spending cap: what the project file holds costs nothing.
        size = self._limits.chunk
        while chunk := list(_stretch(source, size)):
            await self._prepare([task for task in chunk if task])
            lanes = self._take([task for task in chunk if task and task.cell not in self._ahead])
            # Where nothing was to be sent, chances are that nothing will be: longer stretches are taken in less time.
            size = self._limits.chunk if lanes else min(2 * size, self._limits.longest_chunk)
            await asyncio.sleep(self._limits.breath_s)
            # Judges may be slower than what they judge: nothing more is asked for than they can follow.
            for lane in lanes | self._judging:
                await self._flights.room(lane)
            await self._desk.room()

    async def _feed_stored(self) -> None:
        while chunk := list(_stretch(self._stored, self._limits.chunk)):
            tasks = [task for task in chunk if task]
            await self._prepare(tasks)
            answers = stored_answers(tasks, self._responses, self._limits)
            for evaluation, whole in judged_from_file(answers, self._checklist, self._responses, self._limits):
                if whole:
                    self._judged(evaluation)
            await asyncio.sleep(self._limits.breath_s)

    def _take(self, tasks: list[Task], *, urgent: bool = False) -> set[Lane]:
        """Tell of what the project file has, queue the rest; gives the lanes that got some."""
        known = known_answers(tasks, self._checklist, self._responses, self._limits)
        lanes = self._tell_all([(task, self._as_new(completion)) for task, completion in known.told])
        for task in known.rest:
            if task.request and (answer := self._limits.told.get(task.request.key)):
                lanes |= self._tell_all([(task, answer)])
            elif task.request is None:
                self._tell(task, failed_call(Outcome.NOT_SENT, task.problem or "no request"))
            elif self._limits.only_judge:
                self._tell(task, failed_call(Outcome.NOT_SENT, *_NOTHING_TO_JUDGE))
            elif task.request.dialog is not None:
                lanes.update(self._begin_dialog(task))
            elif lane := self._flights.add(task, task.request, urgent=urgent):
                lanes.add(lane)
        for lane in lanes:
            lane.route.endpoint.pump()
        return lanes

    def _as_new(self, completion: Completion) -> Completion:
        """An answer of the file; as fresh, once, where it was received for this very run."""
        if completion.stored not in self._limits.fresh:
            return completion
        self._limits.fresh.discard(completion.stored)
        return replace(completion, cached=False)

    def _tell(self, task: Task, completion: Completion) -> None:
        """An answer came: to a step on the way, or one that is to be judged."""
        if task.then:
            task.then(completion)
        else:
            for lane in self._tell_all([(task, completion)]):
                lane.route.endpoint.pump()

    def _tell_all(self, answered: Sequence[tuple[Task, Completion]]) -> set[Lane]:
        """Judge answers, or ask first what is to be asked; gives the lanes that got requests."""
        asked: list[Inquiry] = []
        for task, completion in answered:
            if one := self._checklist.inquire(task, completion):
                asked.append(one)
            else:
                self._desk.judge(task, completion)
        if asked:
            look_up_replies(asked, self._responses, self._limits)
        lanes: set[Lane] = set()
        for one in asked:
            if missing := one.missing:
                asked_in = self._ask(one, missing)
                self._judging.update(asked_in)
                lanes.update(asked_in)
            else:
                self._judged(self._checklist.judge(one.task, one.completion, one))
        return lanes

    def _ask(self, asked: Inquiry, missing: Mapping[str, Request]) -> list[Lane]:
        """Send the questions that are open. They are urgent: an answer gets its verdict before more is asked for."""
        task = asked.task
        steps = [
            Task(task.case, task.variant, task.repeat, request, then=partial(self._replied, asked, key))
            for key, request in missing.items()
        ]
        return [lane for step in steps if step.request and (lane := self._flights.add(step, step.request, urgent=True))]

    def _replied(self, asked: Inquiry, key: str, completion: Completion) -> None:
        asked.take({key: completion})
        if not asked.missing:
            self._judged(self._checklist.judge(asked.task, asked.completion, asked))

    def _begin_dialog(self, task: Task) -> set[Lane]:
        """Hold the dialog of a case; gives the lanes that got requests."""
        try:
            held = begin_dialog(task, self._checklist)
        except InputError as error:
            return self._not_sent(task, error)
        return self._go_on(held)

    def _go_on(self, held: Conversation) -> set[Lane]:
        """Ask for the next turn that the project file does not have; with the last one the dialog is an answer."""
        task = held.task
        while not held.ended:
            try:
                request = held.request()
            except InputError as error:
                return self._not_sent(task, error)
            answer = None
            if task.case.id not in self._limits.refresh:
                answer = self._responses.lookup([request.key], self._limits.kept).get(request.key)
            if answer is None:
                step = Task(task.case, task.variant, task.repeat, request, then=partial(self._spoke, held))
                lane = self._flights.add(step, request, urgent=bool(held.steps))
                return {lane} if lane else set()
            held.take(answer)
        if task.request:
            self._flights.keep(task, task.request, held.completion())
        return set()

    def _spoke(self, held: Conversation, completion: Completion) -> None:
        held.take(completion)
        if self._limits.stream and not held.ended:
            self._events.put_nowait(Streamed(held.task, f"turn {len(held.turns)}: {held.turns[-1].content}"))
        for lane in self._go_on(held):
            lane.route.endpoint.pump()

    def _not_sent(self, task: Task, error: InputError) -> set[Lane]:
        return self._tell_all([(task, failed_call(Outcome.NOT_SENT, str(error), error.hint))])

    def _judged(self, evaluation: Evaluation) -> None:
        self._told += 1
        self._events.put_nowait(Judged(evaluation))


def _stretch(source: Iterator[Task | None], most: int) -> Iterator[Task | None]:
    """The next tasks, at most so many; up to the next None, that too."""
    for task in islice(source, most):
        yield task
        if task is None:
            return


_Group = BaseExceptionGroup[BaseException]


def _leaf(group: _Group) -> BaseException:
    """The first error inside groups of errors."""
    first = group.exceptions[0]
    return _leaf(cast(_Group, first)) if isinstance(first, BaseExceptionGroup) else first
