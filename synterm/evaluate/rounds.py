"""The rounds of a run: one for all cells, and, where it stops early, one after the other for those that waver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from synterm.core.case import Case
from synterm.core.evaluation import Task, Variant
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.plan import plan
from synterm.evaluate.repeating import LEAD
from synterm.evaluate.sheet import Sheet
from synterm.storage.case_list import CaseList
from synterm.storage.project import Project

if TYPE_CHECKING:
    from synterm.evaluate.run import RunPlan

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Round:
    """Evaluations that are made in one sweep."""

    sources: Sequence[Iterator[Task]]
    """The tasks of each model."""
    size: int
    further: bool
    """Whether it is only for cells that were not settled before."""


def rounds(chosen: RunPlan, checklist: Checklist, project: Project, sheet: Sheet) -> Iterator[Round]:
    """The rounds, each to be made before the next is asked for; `sheet` has what the ones before found.

    The first gives every cell as many evaluations as it gets in any case. Each further one gives a repeat to the cells
    that are not settled; those whose last repeats have no verdict are left: what failed would fail again.
    """
    how = chosen.repeating
    first = {
        variant.key: plan(chosen.cases, variant, checklist, how.each // how.judgings, judgings=how.judgings)
        for variant in chosen.variants
    }
    yield Round(_by_model(chosen.variants, first), len(chosen.variants) * len(chosen.cases) * how.each, further=False)
    names = sheet.names()
    for repeat in range(how.each, how.most):
        since = 0 if repeat == how.each else repeat - 1
        left = {variant.key: unsettled(sheet, variant, since) for variant in chosen.variants}
        size = sum(map(len, left.values()))
        if not size:
            return
        tasks = {
            variant.key: plan(
                _cases(chosen.cases, project, [names[number] for number in left[variant.key]]),
                variant,
                checklist,
                repeat + 1,
                first=repeat,
            )
            for variant in chosen.variants
        }
        yield Round(_by_model(chosen.variants, tasks), size, further=True)


def unsettled(sheet: Sheet, variant: Variant, since: int) -> list[int]:
    """The numbers of the cases whose verdict is not settled; only those that the repeats from `since` on judged."""
    leads = sheet.column(variant).noise.leads(since)
    return [case for case, lead in leads.items() if abs(lead) < LEAD]


def _by_model(variants: Sequence[Variant], tasks: Mapping[tuple[str, str], Iterator[Task]]) -> Sequence[Iterator[Task]]:
    """The tasks of each model, by prompt: a model on this machine keeps the prefix that its cases share."""
    by_model: dict[str, list[Iterator[Task]]] = {}
    for variant in variants:
        by_model.setdefault(variant.model.name, []).append(tasks[variant.key])
    return [chain.from_iterable(sources) for sources in by_model.values()]


def _cases(cases: CaseList | Sequence[Case], project: Project, case_ids: Sequence[str]) -> Iterable[Case]:
    """Those of `cases` that have these ids."""
    if isinstance(cases, CaseList):
        pages = (case_ids[start : start + _PAGE] for start in range(0, len(case_ids), _PAGE))
        return chain.from_iterable(map(project.cases.named, pages))
    wanted = set(case_ids)
    return (case for case in cases if case.id in wanted)
