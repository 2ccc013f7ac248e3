"""Trying inputs out that are no cases of the project: what would the app answer, and what would the checks say?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from synterm.context.library import Library
from synterm.core.case import Case
from synterm.core.distill import Tried
from synterm.core.evaluation import Evaluation, Task, Variant
from synterm.core.ids import content_id
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.events import Event, Halted, Judged
from synterm.evaluate.limits import DEFAULT_LIMITS, Limits
from synterm.evaluate.plan import plan
from synterm.evaluate.sweep import Sweep
from synterm.evaluate.traffic import Traffic
from synterm.storage.project import Project

_Name = tuple[str, str]
"""The scenario that an input stands in, and what it says."""
_LONGEST = 1000
"""Characters of an answer that are kept."""


@dataclass(slots=True)
class Probe:
    """What became of one input: its verdicts, as far as it was evaluated."""

    case: Case
    evaluations: list[Evaluation] = field(default_factory=list[Evaluation])
    """By repeat; fewer than were wanted where a limit was reached."""

    @property
    def passed(self) -> int:
        """Repeats that passed."""
        return sum(one.passed is True for one in self.evaluations)

    @property
    def failed(self) -> int:
        """Repeats that failed."""
        return sum(one.passed is False for one in self.evaluations)

    @property
    def errors(self) -> int:
        """Repeats without a verdict."""
        return sum(one.passed is None for one in self.evaluations)

    @property
    def tried(self) -> Tried:
        """The same, for keeps."""
        last = self.evaluations[-1] if self.evaluations else None
        got = (last.label or last.completion.said or last.error or "")[:_LONGEST] if last else ""
        return Tried(input=self.case.input, passed=self.passed, failed=self.failed, errors=self.errors, got=got)


class Prober:
    """Evaluates inputs under one variant, by the checks of the scenarios that they stand in.

    Every answer goes through the project's cache, so that what was tried once costs nothing again, also the next time.
    Nothing becomes a case or part of a run.
    """

    def __init__(
        self,
        project: Project,
        traffic: Traffic,
        variant: Variant,
        limits: Limits = DEFAULT_LIMITS,
        show: Callable[[Event], None] = lambda _: None,
    ) -> None:
        """Raises InputError for checks that can't be used."""
        self.variant = variant
        self.requests = 0
        """Answers of the app that were asked for so far; those of judges come on top in `cost_usd`."""
        self.cached = 0
        """Answers that the project file had."""
        self.cost_usd = 0.0
        self.halted: Halted | None = None
        """Whether a limit was reached, and which: nothing more is asked then."""
        self._project = project
        self._traffic = traffic
        self._limits = limits
        self._show = show
        library = Library.of(project)
        self._checklist = Checklist(project.nodes.tree(), project.grades, project.models.all(), library)

    async def judge(self, cases: Sequence[Case], repeats: int = 1, first: int = 0) -> list[Probe]:
        """Evaluate each, the repeats from `first` on up to `repeats`; in the order they are given.

        Inputs that say the same in one scenario are evaluated once. Raises InputError for a prompt that does not
        compile, ProjectError when the project file fails.
        """
        names = [(case.scenario_id, case.content_id) for case in cases]
        once = dict(reversed([*zip(names, cases, strict=True)]))
        found: dict[_Name, dict[int, Evaluation]] = {name: {} for name in once}
        if not self.halted and first < repeats:
            tasks: list[Task] = list(plan(once.values(), self.variant, self._checklist, repeats, first=first))
            await self._follow(tasks, found)
        return [
            Probe(case, [one for _, one in sorted(found[name].items())])
            for name, case in zip(names, cases, strict=True)
        ]

    async def _follow(self, tasks: Sequence[Task], found: Mapping[_Name, dict[int, Evaluation]]) -> None:
        sweep = Sweep([tasks], self._checklist, self._traffic, self._project, self._limits, len(tasks))
        async with aclosing(sweep.events()) as events:
            async for event in events:
                if isinstance(event, Judged):
                    self._count(event.evaluation)
                    task = event.evaluation.task
                    found[task.case.scenario_id, task.content_id][task.repeat] = event.evaluation
                elif isinstance(event, Halted):
                    self.halted = event
                self._show(event)

    def _count(self, evaluation: Evaluation) -> None:
        if evaluation.completion.cached:
            self.cached += 1
        else:
            self.requests += 1
        self.cost_usd += sum(call.cost_usd or 0.0 for call in evaluation.calls if not call.cached)


def variation(case: Case, values: Mapping[str, Any]) -> Case:
    """The same case with other input values, to be tried out: named by what it says, and no part of the project."""
    name = content_id("probe", {"of": case.id, "input": dict(values)})[:26].upper()
    return case.model_copy(update={"id": name, "input": dict(values)})
