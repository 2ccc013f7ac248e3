"""What a run would do, said without doing it: what is in the project file, what would be sent, why, for how much."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice

from synterm.context.library import Library
from synterm.core.completion import Completion, Outcome
from synterm.core.dialog import turns_of
from synterm.core.evaluation import Variant
from synterm.core.request import Request
from synterm.evaluate.batch.money import batch_rates
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.known import Known, known_answers, look_up_replies
from synterm.evaluate.limits import Limits
from synterm.evaluate.meter import answer_limit, prompt_tokens
from synterm.evaluate.misses import why_missed
from synterm.evaluate.plan import plan
from synterm.evaluate.run import RunPlan, kept_for, limits_of
from synterm.providers.batch import why_not_batched
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
    asked_of: Counter[str] = field(default_factory=Counter[str])
    """Questions of judges, and turns of dialogs beyond the first, that there may be besides, by the name of the model
    that they go to."""
    problems: int = 0
    """Cases whose request can't be made."""
    unanswered: int = 0
    """Cases without an answer to judge, where none is to be asked for."""
    further: int = 0
    """Evaluations that there may be besides, where only cells that are not settled get more repeats."""
    worst_usd: float | None = 0.0
    """What the requests cost at most; None when nobody knows."""
    tokens_in: int = 0
    """About how many tokens the prompts of the requests have: four bytes make one."""
    tokens_out: int | None = 0
    """How many tokens their answers have at most; None when nothing says."""
    batched: int = 0
    """Of the requests, those that would go into batches."""
    waiting: int = 0
    """Requests that stand in batches at their provider already; they are not sent again."""
    reasons: Counter[str] = field(default_factory=Counter[str])
    """Why answers are not in the file, for the first misses."""

    @property
    def asked(self) -> int:
        """How many questions and further turns there may be besides, of all models."""
        return self.asked_of.total()


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
            _count(made, known, seen, project, batched=chosen.batch is not None)
            _count_asked(made, known, checklist, project, limits)
        previews.append(made)
    return previews


def _count(made: Preview, known: Known, seen: set[str], project: Project, *, batched: bool) -> None:
    model = made.variant.model
    batched = batched and why_not_batched(model) is None
    price = batch_rates(model) if batched else price_of(model)
    keys = [task.request.key for task in known.rest if task.request]
    waiting = project.batches.waiting(keys) if batched else {}
    for task in known.rest:
        request = task.request
        if request is None:
            made.problems += 1
        elif request.key in seen:
            continue
        elif request.key in waiting:
            made.waiting += 1
        else:
            made.requests += 1
            made.batched += batched and request.dialog is None
            worst = price.worst(request) if price else None
            made.worst_usd = None if worst is None or made.worst_usd is None else made.worst_usd + worst
            _count_tokens(made, request)
            if made.reasons.total() < _EXPLAINED:
                made.reasons[why_missed(task, project.responses)] += 1
        if request is not None:
            seen.add(request.key)


def _count_tokens(made: Preview, request: Request) -> None:
    price = price_of(request.model)
    longest = answer_limit(request)
    if longest is None and price is not None:
        longest = price.max_output_tokens
    made.tokens_in += prompt_tokens(request)
    made.tokens_out = None if longest is None or made.tokens_out is None else made.tokens_out + longest


def _count_asked(made: Preview, known: Known, checklist: Checklist, project: Project, limits: Limits) -> None:
    """Count the further requests that the tasks of a chunk may take: as many as nothing in the file spares."""
    inquiries = [one for task, answer in known.told if (one := checklist.inquire(task, answer))]
    look_up_replies(inquiries, project.responses, limits)
    for one in inquiries:
        made.asked_of.update(request.model.name for request in one.missing.values())
    for task in known.rest:
        if task.request is not None:
            if turns := turns_of(task.case.input) - 1:
                made.asked_of[made.variant.model.name] += turns
            if one := checklist.inquire(task, _SOME):
                made.asked_of.update(request.model.name for request in one.requests.values())
