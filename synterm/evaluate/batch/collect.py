"""Bringing the results of a batch into the project file, line by line: each answer once, and only what was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from heapq import nlargest
from itertools import islice
from math import fsum
from pathlib import Path

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.evaluate.batch.hand_in import patiently
from synterm.evaluate.batch.money import charged
from synterm.evaluate.batch.plan import Handled
from synterm.providers.batch import BatchCallError, BatchDoor
from synterm.providers.batch_documents import Line, Remote, State, read_lines
from synterm.storage.batches import BatchRecord, Collected
from synterm.storage.project import Project

_CHUNK = 200
_WORDS = {
    "completed": "the batch ended without an answer to it",
    "expired": "the batch expired before it was answered",
    "cancelled": "the batch was cancelled before it was answered",
    "failed": "the batch failed",
}
_AGAIN = "the same command asks for it again"
_NAMELESS = "its answer may be in a line of the batch's results that can't be read"
_LATE = failed_call(
    Outcome.PROVIDER_ERROR,
    "the batch ended, but the provider does not name the file with its results yet",
    "the same command looks again; --batch-forget gives the batch up",
    retry_after_s=0.0,
)


class Harvest:
    """Takes in one batch that ended."""

    def __init__(
        self, project: Project, door: BatchDoor, batch: BatchRecord, remote: Remote, afresh: Collection[str] = ()
    ) -> None:
        """`afresh`: requests whose answers are told of themselves, since what the file has does not count for them."""
        self.handled = Handled()
        self.answered = 0
        self.failed = 0
        self.unanswered = 0
        """Requests that nothing came for."""
        self.strange = 0
        """Lines that no request asked for, or that came twice."""
        self.nameless = 0
        """Lines that can't be read, nor whose they are."""
        self.charged_usd = 0.0
        """What counts for the caps."""
        self._batches = project.batches
        self._door = door
        self._batch = batch
        self._remote = remote
        self._afresh = frozenset(afresh)
        self._asked: dict[str, float] = {}
        """The requests that nothing came for so far, with what each costs at most."""
        self._left: dict[str, State] = {}

    async def collect(self, folder: Path) -> None:
        """Bring all results here. Raises BatchCallError, with what came before it kept; then it can be done again.

        A passing one where there are results whose files are not named yet: nothing is given up for that.
        """
        if self._remote.late:
            raise BatchCallError(_LATE)
        self._asked = self._batches.asked(self._batch.id)
        for name in self._remote.files:
            path = folder / f"results-{self._batch.id}.jsonl"
            await patiently(lambda name=name, path=path: self._door.download(self._batch.spec, name, path))
            lines = read_lines(path)
            while chunk := list(islice(lines, _CHUNK)):
                await self._take(chunk)
            path.unlink()
        lost = self._tell_of_the_rest()
        self.charged_usd += lost
        ended = self._batches.end(self._batch.id, self._state, self.answered, self.failed, lost_usd=lost)
        await asyncio.wrap_future(ended)

    @property
    def _state(self) -> State:
        return self._remote.state

    async def _take(self, lines: Sequence[Line]) -> None:
        collected: list[Collected] = []
        for line in lines:
            if line.broken and not line.key:
                self.nameless += 1
            elif (worst := self._asked.get(line.key)) is None:
                self.strange += 1
            elif line.left is not None:
                self._left[line.key] = line.left
            else:
                del self._asked[line.key]
                completion = _unreadable(line) if line.broken else await self._door.read(self._batch.spec, line)
                cost = charged(self._batch.spec, completion, worst)
                collected.append(Collected(line.key, completion, cost))
        rows = await asyncio.wrap_future(self._batches.keep(self._batch.id, collected))
        for one in collected:
            if (row := rows.get(one.key)) is not None:
                self._note(one, row)

    def _note(self, one: Collected, row: int) -> None:
        self.charged_usd += one.charged_usd or 0.0
        answered = one.completion.outcome.answered
        self.answered += answered
        self.failed += not answered
        if answered and one.key not in self._afresh:
            self.handled.rows.add(row)
        else:
            self.handled.told[one.key] = replace(one.completion, stored=row)

    def _tell_of_the_rest(self) -> float:
        """Tell of requests without an answer; gives what the answers cost at most that are in lines without a name."""
        unknown: list[float] = []
        for key, worst in self._asked.items():
            self.unanswered += 1
            left = self._left.get(key)
            if self.nameless and left is None:
                unknown.append(worst)
                self.handled.told[key] = failed_call(Outcome.MALFORMED, _NAMELESS, _AGAIN)
            else:
                self.handled.told[key] = self._unanswered(left or self._state)
        return fsum(nlargest(self.nameless, unknown))

    def _unanswered(self, state: State) -> Completion:
        why = f": {self._remote.words}" if self._remote.words and state == "failed" else ""
        return failed_call(Outcome.NOT_SENT, f"{_WORDS[state]}{why}", _AGAIN)


def _unreadable(line: Line) -> Completion:
    """What is kept of a line that can't be read: whatever it says has been paid for."""
    error = f"the line with its answer can't be read: {line.broken}"
    return Completion(Outcome.MALFORMED, raw=line.body, error=error, hint=_AGAIN)
