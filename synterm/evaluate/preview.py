"""What a run would do, said without doing it: what is in the project file, what would be sent, why, for how much."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice

from synterm.context.library import Library
from synterm.core.completion import Completion, Outcome
from synterm.core.dialog import turns_of
from synterm.core.evaluation import Variant
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.known import Known, known_answers, look_up_replies
from synterm.evaluate.limits import Limits
from synterm.evaluate.misses import why_missed
from synterm.evaluate.plan import plan
from synterm.evaluate.run import RunPlan, kept_for, limits_of
from synterm.providers.prices import price_of
from synterm.storage.project import Project

_CHUNK = 1000
_SOME = Completion(Outcome.COMPLETE, "an answer")
"""What stands for an answer that nobody knows yet, to count what would be asked about it."""
_EXPLAINED = 200
"""For so many misses of a variant the reason is looked up; those of one variant are much alike."""


@dataclass(slots=True)
class Preview:
    """One variant of a run that is not made."""

    variant: Variant
    cached: int = 0
    """Answers that the project file serves."""
    requests: int = 0
    """Requests that would be sent; equal ones once."""
    asked: int = 0
    """Questions of judges, and turns of dialogs beyond the first, that there may be besides."""
    problems: int = 0
    """Cases whose request can't be made."""
    unanswered: int = 0
    """Cases without an answer to judge, where none is to be asked for."""
    further: int = 0
    """Evaluations that there may be besides, where only cells that are not settled get more repeats."""
    worst_usd: float | None = 0.0
    """What the requests cost at most; None when nobody knows."""
    reasons: Counter[str] = field(default_factory=Counter[str])
    """Why answers are not in the file, for the first misses."""


def preview(project: Project, chosen: RunPlan) -> list[Preview]:
    """What `chosen` would do. Raises InputError for prompts or checks that can't be used."""
    checklist = Checklist(project.nodes.tree(), models=project.models.all(), library=Library.of(project))
    limits = limits_of(chosen, kept_for(project, chosen))
    how = chosen.repeating
    seen: set[str] = set()
    previews: list[Preview] = []
    for variant in chosen.variants:
        made = Preview(variant, further=len(chosen.cases) * (how.most - how.each))
        tasks = plan(chosen.cases, variant, checklist, how.each // how.judgings, judgings=how.judgings)
        while chunk := list(islice(tasks, _CHUNK)):
            known = known_answers(chunk, checklist, project.responses, limits)
            if limits.only_judge:
                made.unanswered += len(known.rest)
                known.rest.clear()
            made.cached += len(known.told)
            _count(made, known, seen, project)
            made.asked += _asked(known, checklist, project, limits)
        previews.append(made)
    return previews


def _count(made: Preview, known: Known, seen: set[str], project: Project) -> None:
    price = price_of(made.variant.model)
    for task in known.rest:
        if task.request is None:
            made.problems += 1
        elif task.request.key not in seen:
            seen.add(task.request.key)
            made.requests += 1
            worst = price.worst(task.request) if price else None
            made.worst_usd = None if worst is None or made.worst_usd is None else made.worst_usd + worst
            if made.reasons.total() < _EXPLAINED:
                made.reasons[why_missed(task, project.responses)] += 1


def _asked(known: Known, checklist: Checklist, project: Project, limits: Limits) -> int:
    """How many further requests the tasks of a chunk may take: as many as nothing in the file spares."""
    inquiries = [one for task, answer in known.told if (one := checklist.inquire(task, answer))]
    look_up_replies(inquiries, project.responses, limits)
    asked = sum(len(one.missing) for one in inquiries)
    for task in known.rest:
        if task.request is not None:
            asked += turns_of(task.case.input) - 1
            if one := checklist.inquire(task, _SOME):
                asked += len(one.requests)
    return asked
