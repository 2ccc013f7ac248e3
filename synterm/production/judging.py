"""From logged calls to verdicts: each call judged as the case that it would be, by the checks of its scenario."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from synterm.core.case import Case, input_text
from synterm.core.completion import Completion
from synterm.core.evaluation import Evaluation, Task
from synterm.core.request import Request
from synterm.core.traffic import LoggedCall
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.forms import Forms
from synterm.evaluate.inquiry import Inquiry
from synterm.production.chosen import Chosen, case_of

_DIGEST_BYTES = 8


@dataclass(slots=True)
class Asked:
    """A call on its way to a verdict."""

    call: LoggedCall
    task: Task
    completion: Completion
    checklist: Checklist
    inquiry: Inquiry | None
    """What its checks ask a model; None: nothing."""

    def judged(self) -> Evaluation:
        """The verdict, once what was to be asked has come back."""
        return self.checklist.judge(self.task, self.completion, self.inquiry)


class Judging:
    """Judges calls page by page."""

    def __init__(self, chosen: Chosen, forms: Forms) -> None:
        self._chosen = chosen
        self._forms = forms
        self._first: dict[bytes, str] = {}
        """The first call of each input, by a digest of its text: those that ask the same are one data point."""

    def tasks(self, calls: Iterable[LoggedCall]) -> list[tuple[LoggedCall, Task]]:
        """Each call with the evaluation that is made of it."""
        return [(call, self._task(call)) for call in calls]

    def asked(self, tasks: Sequence[tuple[LoggedCall, Task]], rows: Sequence[int | None]) -> list[Asked]:
        """The calls with what is to be asked about them. `rows`: where the file has their answers."""
        return [self._asked(call, task, row) for (call, task), row in zip(tasks, rows, strict=True)]

    def _task(self, call: LoggedCall) -> Task:
        root = self._first.setdefault(said_by(call), call.id)
        expected = self._chosen.expected_of(call.scenario_id, call.expected)
        case = case_of(call.id, root, call.scenario_id, call.input, expected)
        return Task(case, self._chosen.columns[call.model], content=case.content_id)

    def _asked(self, call: LoggedCall, task: Task, row: int | None) -> Asked:
        checklist = self._forms.of(expected=task.case.expected is not None)
        # It costs this run nothing, like an answer that the file had.
        completion = replace(call.completion, cached=True, stored=row)
        return Asked(call, task, completion, checklist, checklist.inquire(task, completion))


def said_by(call: LoggedCall) -> bytes:
    """What two calls share that ask the same, but for case and white space."""
    text = " ".join(input_text(call.input).casefold().split())
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()


def open_questions(asked: Iterable[Asked]) -> list[tuple[Case, Request]]:
    """The requests that have no reply yet, each with the case that it is about."""
    return [(one.task.case, request) for one in asked if one.inquiry for request in one.inquiry.missing.values()]
