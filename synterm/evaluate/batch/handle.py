"""The part of a run that goes through batches: hand in what is missing, wait, collect. The rest of the run then finds
the answers in the project file."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from synterm.core.completion import Completion
from synterm.evaluate.batch.collect import Harvest
from synterm.evaluate.batch.gather import Gathering, said_of
from synterm.evaluate.batch.hand_in import HandIn
from synterm.evaluate.batch.money import BatchMoney
from synterm.evaluate.batch.plan import BatchesLeftError, BatchPlan, Handled
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.events import Event, InBatches, Preparing
from synterm.providers.batch import BatchCallError, BatchDoor
from synterm.providers.batch_documents import Remote
from synterm.providers.registry import Providers
from synterm.storage.batches import BatchRecord
from synterm.storage.project import Project
from synterm.storage.responses import Kept
from synterm.text import plural

if TYPE_CHECKING:
    from synterm.evaluate.run import RunPlan

Show = Callable[[Event], None]

_FIRST_POLL_S, _LONGEST_POLL_S, _LONGER = 0.5, 60.0, 1.5
"""Batches take minutes to hours: they are asked about ever more rarely."""
_MOST_FAILURES = 20
"""So many times in a row nobody answers how far a batch is, before it is left alone: about ten minutes."""
_MOST_RACES = 2


async def handle_batches(
    project: Project,
    providers: Providers,
    chosen: RunPlan,
    checklist: Checklist,
    kept: Kept,
    since: int,
    show: Show,
) -> tuple[RunPlan, Kept]:
    """Have batches answer what they can of a run; gives the run as it goes on, and which answers it takes.

    `since`: the last row of the file before the run. Raises BatchesLeftError where they are not waited for, ModelError
    where a provider can't be asked, InputError, ProjectError.
    """
    with tempfile.TemporaryDirectory(prefix="synterm-batch-") as folder:
        handler = _Handler(project, providers, chosen, checklist, kept, Path(folder), show)
        handled = await handler.handle()
    # All that came in since the run began is its own, also what no other run would take from the file.
    limits = replace(chosen.limits, told=handled.told, fresh=handled.rows)
    return replace(chosen, limits=limits), replace(kept, resume_after=since)


class _Handler:
    def __init__(
        self,
        project: Project,
        providers: Providers,
        chosen: RunPlan,
        checklist: Checklist,
        kept: Kept,
        folder: Path,
        show: Show,
    ) -> None:
        self._project = project
        self._chosen = chosen
        self._plan = chosen.batch or BatchPlan()
        self._checklist = checklist
        self._limits = replace(chosen.limits, kept=kept)
        self._folder = folder
        self._show = show
        self._door = BatchDoor(providers)
        self._money = BatchMoney(project, chosen.limits)
        self._hand_in = HandIn(project, self._door, self._money)
        self._handled = Handled()
        self._afresh: set[str] = set()
        self._said: set[str] = set()
        self._began = time.monotonic()

    async def handle(self) -> Handled:
        """All rounds: more than one only where the caps left no room for all at once."""
        for batch in self._project.batches.open():
            if batch.state == "begun":
                await self._hand_in.settle_begun(batch)
        while True:
            refused = await self._submit()
            if not self._project.batches.open():
                break
            await self._wait()
            if not refused:
                break
        for key, answer in refused.items():
            self._handled.told.setdefault(key, answer)
        return self._handled

    def _tell(self, words: str) -> None:
        self._show(Preparing(words))

    async def _submit(self) -> Mapping[str, Completion]:
        """Hand in what is missing; gives the requests that money was short for, with what is told of them."""
        made, taken = await self._gather()
        for _ in range(_MOST_RACES):
            if not taken:
                break
            # Another process was faster with some of a pack; what it left out is looked for once more.
            made, taken = await self._gather()
        self._tell_of_others(made)
        return made.refused

    async def _gather(self) -> tuple[Gathering, bool]:
        made = Gathering(
            self._project, self._chosen, self._checklist, self._limits, self._door, self._money, self._folder
        )
        made.skip(self._handled.told)
        taken = False
        async for pack in made.packs(self._show):
            state, told = await self._hand_in.hand_in(pack)
            pack.path.unlink()
            self._handled.told.update(told)
            taken = taken or state == "taken"
            if state == "running":
                host = f" to {pack.spec.api_base}" if pack.spec.api_base else ""
                self._tell(f"{pack.spec.name}: a batch of {plural(len(pack.handed), 'request')} was handed in{host}")
        self._afresh |= made.afresh
        return made, taken

    def _tell_of_others(self, made: Gathering) -> None:
        for words in said_of(made.live):
            if words not in self._said:
                self._said.add(words)
                self._tell(words)
        if (judges := self._checklist.judges) and not self._said & {"judges"}:
            self._said.add("judges")
            names = ", ".join(judge.name for judge in judges)
            self._tell(f"judges ({names}) are asked one by one, once there are answers to judge")

    async def _wait(self) -> None:
        """Until none is open, or the time is up. Raises BatchesLeftError."""
        pause, failures = _FIRST_POLL_S, 0
        counts: dict[str, tuple[int, int]] = {}
        while waiting := self._project.batches.open():
            errors = await self._look_at_all(waiting, counts)
            # Whoever can't be asked does not keep what the others have: that was collected before.
            for batch, error in errors:
                if not error.passing:
                    raise _left([batch], error) from error
            failures = failures + 1 if len(errors) == len(waiting) else 0
            if failures >= _MOST_FAILURES:
                raise _left(waiting, errors[-1][1]) from errors[-1][1]
            retry_s = max((error.failure.retry_after_s or 0.0 for _, error in errors), default=0.0)
            if not (waiting := self._project.batches.open()):
                return
            self._show_progress(waiting, counts)
            pause = max(pause, min(retry_s, _LONGEST_POLL_S))
            await self._sleep(pause, waiting)
            pause = min(pause * _LONGER, _LONGEST_POLL_S)

    async def _look_at_all(
        self, waiting: list[BatchRecord], counts: dict[str, tuple[int, int]]
    ) -> list[tuple[BatchRecord, BatchCallError]]:
        """See how far each is, and collect those that ended; gives those that could not be asked, and why."""
        errors: list[tuple[BatchRecord, BatchCallError]] = []
        for batch in waiting:
            try:
                await self._look_at(batch, counts)
            except BatchCallError as error:
                errors.append((batch, error))
        return errors

    async def _sleep(self, pause: float, waiting: list[BatchRecord]) -> None:
        limits = [limit for limit in (self._plan.wait_s, self._limits.max_seconds) if limit is not None]
        left = min(limits, default=float("inf")) - (time.monotonic() - self._began)
        if left <= 0:
            raise _left(waiting)
        await asyncio.sleep(min(pause, left))

    async def _look_at(self, batch: BatchRecord, counts: dict[str, tuple[int, int]]) -> None:
        if batch.remote_id is None:
            await self._hand_in.settle_begun(batch)
            return
        remote = await self._door.retrieve(batch.spec, batch.remote_id)
        if remote.ended:
            await self._collect(batch, remote)
        elif counts.get(batch.id) != (remote.done, remote.failed):
            counts[batch.id] = (remote.done, remote.failed)
            await asyncio.wrap_future(self._project.batches.running(batch.id, remote.id, remote.done, remote.failed))

    async def _collect(self, batch: BatchRecord, remote: Remote) -> None:
        made = Harvest(self._project, self._door, batch, remote, self._afresh)
        await made.collect(self._folder)
        self._money.settle(batch.id, made.charged_usd)
        self._handled.merge(made.handled.told, made.handled.rows)
        parts = [plural(made.answered, "answer")]
        parts += [plural(made.failed, "error")] if made.failed else []
        parts += [f"{made.unanswered:,} without an answer"] if made.unanswered else []
        parts += [f"{made.strange:,} lines that nobody asked for"] if made.strange else []
        parts += [f"{plural(made.nameless, 'line')} that can't be read"] if made.nameless else []
        state = "" if remote.state == "completed" else f", which {_ENDED[remote.state]}"
        self._tell(f"{batch.spec.name}: {', '.join(parts)} from the batch {remote.id}{state}")

    def _show_progress(self, waiting: list[BatchRecord], counts: dict[str, tuple[int, int]]) -> None:
        done = sum(sum(counts.get(batch.id, (batch.done, batch.failed))) for batch in waiting)
        total = sum(batch.requests for batch in waiting)
        elapsed = max(batch.age_s for batch in waiting)
        words = f"{done:,}/{total:,} answered in {_batches(len(waiting))}"
        self._show(InBatches(words, len(waiting), done, total, elapsed))


_ENDED = {"expired": "expired", "cancelled": "was cancelled", "failed": "failed"}


def _left(waiting: list[BatchRecord], error: BatchCallError | None = None) -> BatchesLeftError:
    there = plural(sum(batch.requests for batch in waiting), "request")
    batches = _batches(len(waiting))
    hint = "the same command with --batch goes on: it asks for nothing twice, waits and collects"
    if error is None:
        return BatchesLeftError(f"{batches} with {there} at the provider, not waited for", hint=hint)
    if not error.passing:
        hint = f"{error.hint or 'see to it'}, then the same command; --batch-forget gives the batch up"
    return BatchesLeftError(f"how far {batches} with {there} got can't be found out: {error.message}", hint=hint)


def _batches(count: int) -> str:
    return "1 batch" if count == 1 else f"{count:,} batches"
