"""What of a run goes into batches: every request without an answer whose model has a batch API."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import Task
from synterm.core.model import ModelSpec
from synterm.errors import ModelError
from synterm.evaluate.batch.money import BatchMoney
from synterm.evaluate.batch.pack import Pack
from synterm.evaluate.batch.plan import BatchPlan
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.events import Preparing
from synterm.evaluate.known import known_answers
from synterm.evaluate.limits import Limits
from synterm.evaluate.plan import plan
from synterm.providers.batch import BatchCallError, BatchDoor, why_not_batched
from synterm.storage.project import Project
from synterm.text import plural

if TYPE_CHECKING:
    from synterm.evaluate.run import RunPlan

_CHUNK = 500


class Gathering:
    """One pass over a run's tasks."""

    def __init__(
        self,
        project: Project,
        chosen: RunPlan,
        checklist: Checklist,
        limits: Limits,
        door: BatchDoor,
        money: BatchMoney,
        folder: Path,
    ) -> None:
        self.refused: dict[str, Completion] = {}
        """Requests that no money is left for, by key."""
        self.afresh: set[str] = set()
        """Requests of cases that are asked afresh, whatever the file has."""
        self.live: Counter[str] = Counter()
        """What is asked one by one, in words, with how many."""
        self._project = project
        self._chosen = chosen
        self._batch = chosen.batch or BatchPlan()
        self._checklist = checklist
        self._limits = limits
        self._door = door
        self._money = money
        self._folder = folder
        self._room = money.room()
        self._numbers = count()
        self._packs: dict[ModelSpec, Pack] = {}
        self._seen: set[str] = set()

    def skip(self, keys: Iterable[str]) -> None:
        """Leave these requests alone: it is known already what became of them."""
        self._seen.update(keys)

    async def packs(self, show: Callable[[Preparing], None]) -> AsyncIterator[Pack]:
        """The packs, each to be handed in before the next is asked for. Raises InputError, ProjectError."""
        for variant in self._chosen.variants:
            why = why_not_batched(variant.model)
            if why is not None:
                self.live[f"{variant.model.name} is asked one by one, as {why}"] += len(self._chosen.cases)
                continue
            tasks = plan(self._chosen.cases, variant, self._checklist, self._chosen.repeats)
            while chunk := list(islice(tasks, _CHUNK)):
                await self._checklist.retriever.prepare(chunk, show)
                for task in self._missing(chunk):
                    if (full := await self._add(task)) is not None:
                        yield full
        while self._packs:
            _, pack = self._packs.popitem()
            pack.close()
            yield pack

    def _missing(self, chunk: list[Task]) -> Iterable[Task]:
        known = known_answers(chunk, self._checklist, self._project.responses, self._limits)
        asked: list[Task] = []
        for task in known.rest:
            request = task.request
            if request is not None and request.dialog is not None:
                self.live["dialogs are held turn by turn"] += 1
            elif request is not None and request.key not in self._seen:
                self._seen.add(request.key)
                if task.case.id in self._limits.refresh:
                    self.afresh.add(request.key)
                asked.append(task)
        waiting = self._project.batches.waiting(task.request.key for task in asked if task.request)
        for batch_id in {*waiting.values()}:
            self._set_aside(batch_id)
        return [task for task in asked if task.request and task.request.key not in waiting]

    def _set_aside(self, batch_id: str) -> None:
        """What the run waits for already counts under its cap like what it hands in now."""
        before = self._money.room()
        self._money.set_aside(batch_id, sum(self._project.batches.asked(batch_id).values()))
        if (after := self._money.room()) < before:
            self._room -= before - after

    async def _add(self, task: Task) -> Pack | None:
        """Put a request into its pack; gives the one that is full with it. What can't be sent at all is left to whoever
        sends requests one by one, who says so."""
        request = task.request
        assert request, "only rendered tasks are missing"
        worst = self._money.worst(request)
        if worst is None:
            return None
        if worst > self._room:
            self.refused[request.key] = failed_call(Outcome.OVER_BUDGET, *self._money.refusal())
            return None
        try:
            line = await self._door.line(request)
        except ModelError as error:
            if isinstance(error, BatchCallError) and error.passing:
                raise
            return None
        if line is None:
            self.live[f"{request.model.name} is asked one by one, as it speaks another protocol"] += 1
            return None
        self._room -= worst
        spec = request.model
        full = self._close_if_full(spec, len(line))
        self._pack(spec).add(task, line, worst)
        return full

    def _close_if_full(self, spec: ModelSpec, more: int) -> Pack | None:
        pack = self._packs.get(spec)
        if pack is None or (
            len(pack.handed) < self._batch.most_requests and pack.size + more + 1 <= self._batch.most_bytes
        ):
            return None
        del self._packs[spec]
        pack.close()
        return pack

    def _pack(self, spec: ModelSpec) -> Pack:
        if spec not in self._packs:
            self._packs[spec] = Pack(spec, self._folder / f"requests-{next(self._numbers)}.jsonl")
        return self._packs[spec]


def said_of(live: Counter[str]) -> list[str]:
    """What is asked one by one, in lines for people."""
    return [f"{words} ({plural(number, 'request')})" for words, number in live.items()]
