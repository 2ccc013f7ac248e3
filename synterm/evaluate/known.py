"""Which tasks the project file has answers to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from synterm.core.completion import Completion
from synterm.core.evaluation import Evaluation, Task
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.inquiry import Inquiry
from synterm.evaluate.limits import Limits
from synterm.evaluate.plan import rendered
from synterm.storage.responses import ResponseStore


@dataclass(slots=True)
class Known:
    """Tasks, parted by what the project file has."""

    told: list[tuple[Task, Completion]] = field(default_factory=list[tuple[Task, Completion]])
    """Those with their answers."""
    rest: list[Task] = field(default_factory=list[Task])
    """Those without; rendered."""


def known_answers(tasks: list[Task], checklist: Checklist, responses: ResponseStore, limits: Limits) -> Known:
    """Look `tasks` up: first by what names an answer without rendering, the others by their requests."""
    refresh, kept = limits.refresh, limits.kept
    known = Known()
    names = [None if task.case.id in refresh else task.shortcut for task in tasks]
    found = responses.lookup_shortcuts([name for name in names if name], kept)
    for task, name in zip(tasks, names, strict=True):
        if name and (answer := found.get(name)):
            known.told.append((task, answer))
        else:
            known.rest.append(rendered(task, checklist))
    if known.rest:
        _by_request(known, responses, limits)
    return known


def stored_answers(tasks: list[Task], responses: ResponseStore, limits: Limits) -> list[tuple[Task, Completion]]:
    """Those of `tasks` that the project file has answers to, as far as that is known without rendering."""
    names = [task.shortcut for task in tasks if task.shortcut and task.case.id not in limits.refresh]
    found = responses.lookup_shortcuts(names, limits.kept)
    return [(task, found[task.shortcut]) for task in tasks if task.shortcut in found]


def look_up_replies(asked: Iterable[Inquiry], responses: ResponseStore, limits: Limits) -> None:
    """Have inquiries take the replies that the project file has."""
    wanted = [one for one in asked if one.task.case.id not in limits.refresh]
    keys = dict.fromkeys(key for one in wanted for key in one.missing)
    answers = responses.lookup([*keys], limits.kept) if keys else {}
    for one in wanted:
        one.take(answers)


def judged_from_file(
    answered: Iterable[tuple[Task, Completion]], checklist: Checklist, responses: ResponseStore, limits: Limits
) -> Iterator[tuple[Evaluation, bool]]:
    """The verdicts on answers, as far as the file has what they need; and whether it has all of that."""
    told = [(task, answer, checklist.inquire(task, answer)) for task, answer in answered]
    look_up_replies([asked for _, _, asked in told if asked], responses, limits)
    for task, answer, asked in told:
        yield checklist.judge(task, answer, asked), asked is None or not asked.missing


def _by_request(known: Known, responses: ResponseStore, limits: Limits) -> None:
    keys = [task.request.key for task in known.rest if task.request and task.case.id not in limits.refresh]
    answers = responses.lookup(keys, limits.kept)
    rest, known.rest = known.rest, []
    for task in rest:
        if task.request and task.case.id not in limits.refresh and (answer := answers.get(task.request.key)):
            known.told.append((task, answer))
        else:
            known.rest.append(task)
