"""A run: a set of evaluations made together and kept under one id."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from socket import gethostname
from typing import Any

from synterm.context.library import Library
from synterm.core.case import Case
from synterm.core.evaluation import Evaluation, Variant
from synterm.core.ids import content_id
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.events import Event, Halted, Judged, Retrying
from synterm.evaluate.limits import DEFAULT_LIMITS, Limits
from synterm.evaluate.plan import renderer
from synterm.evaluate.repeating import Repeating
from synterm.evaluate.report import RunResult
from synterm.evaluate.rounds import rounds
from synterm.evaluate.sweep import Sweep
from synterm.evaluate.tally import Tally
from synterm.evaluate.traffic import Traffic
from synterm.providers.registry import Providers
from synterm.storage.case_list import CaseList
from synterm.storage.project import Project
from synterm.storage.responses import Kept
from synterm.storage.runs import RunRecord, RunStatus

_BATCH = 200
"""Evaluations that are recorded together."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run is to do: every case under every variant, `repeats` times."""

    variants: Sequence[Variant]
    cases: CaseList | Sequence[Case]
    repeats: int = 1
    judgings: int = 1
    """How often each answer is judged. More than once: answers are taken from the project file, and none asked for."""
    stop_early: bool = False
    """Whether cells whose verdict is settled get no more repeats."""
    limits: Limits = DEFAULT_LIMITS
    """`limits.kept` is the run's own: see `use_cache` and `truncated`."""
    concurrency: int | None = None
    """Requests at a time to each endpoint; None: what suits it."""
    use_cache: bool = True
    """False: every answer is asked for afresh; only a run that was cut short goes on with what it had."""
    truncated: bool = False
    """Whether answers that were cut off are served from the cache too."""
    who: str = ""
    git_commit: str | None = None
    fail_on: frozenset[str] = frozenset(("gate", "regression", "error"))
    min_pass_rate: float | None = None
    base: frozenset[tuple[str, str]] = frozenset()
    """Variants, by key, that are there for the others to be held against: no gate is about them."""

    @property
    def repeating(self) -> Repeating:
        """How often each case is evaluated under each variant."""
        return Repeating(self.repeats, self.judgings, self.stop_early)

    @property
    def size(self) -> int:
        """How many evaluations that makes; stopping early, at least."""
        return len(self.variants) * len(self.cases) * self.repeating.each

    @property
    def most(self) -> int:
        """How many evaluations that makes at most."""
        return len(self.variants) * len(self.cases) * self.repeating.most

    @property
    def size_in(self) -> dict[str, int]:
        """How many of them each variant makes in each scenario, by scenario id."""
        cases = self.cases
        listed = isinstance(cases, CaseList)
        counts = cases.scenario_counts if listed else Counter(case.scenario_id for case in cases)
        return {scenario_id: count * self.repeating.each for scenario_id, count in counts.items()}

    @property
    def digest(self) -> str:
        """What is equal for the same run again."""
        body = {
            "variants": [[*variant.key, variant.model.model_dump(mode="json")] for variant in self.variants],
            "cases": _name_of(self.cases),
            "repeats": self.repeats,
            "cache": self.use_cache,
            **_unusual(self),
        }
        return content_id("plan", body)


@dataclass(slots=True)
class RunProgress:
    """How far a run is."""

    planned: int
    tally: Tally = field(default_factory=Tally)
    cached: int = 0
    cost_usd: float = 0.0

    def add(self, evaluation: Evaluation) -> None:
        """Count one evaluation."""
        self.tally.add(evaluation)
        self.cached += evaluation.completion.cached
        self.cost_usd += sum(call.cost_usd or 0.0 for call in evaluation.calls if not call.cached)

    @property
    def done(self) -> int:
        """Evaluations made."""
        return self.tally.judged + self.tally.errors


Watch = Callable[[Event, RunProgress], None]


async def run(
    project: Project,
    providers: Providers,
    chosen: RunPlan,
    watch: Watch | None = None,
    library: Library | None = None,
) -> tuple[str, RunResult]:
    """Make a run, record it, and give its id and what it gathered.

    `watch` is called with every event; `library` has the documents, if others than those that the project has now.
    When the caller is cancelled the run is recorded as interrupted with all that came in; the same call again sends
    only what has no answer yet. Raises InputError for prompts or checks that can't be used, ProjectError when the
    project file fails.
    """
    tree = project.nodes.tree()
    checklist = Checklist(tree, project.grades, project.models.all(), library or Library.of(project))
    result = RunResult(
        tree,
        chosen.variants,
        planned=chosen.size,
        planned_in=chosen.size_in,
        fail_on=chosen.fail_on,
        min_pass_rate=chosen.min_pass_rate,
        gates=project.gates,
