"""A run over production's traffic: what was logged is judged and recorded, and no answer is asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from synterm.context.library import Library
from synterm.core.case import Case
from synterm.core.evaluation import Evaluation
from synterm.core.ids import content_id
from synterm.core.production import PRODUCTION
from synterm.core.request import Request
from synterm.core.traffic import LoggedCall
from synterm.core.tree import Tree
from synterm.evaluate.alive import this_process
from synterm.evaluate.answers import ask_all
from synterm.evaluate.events import Event, Halted, Judged, Retrying
from synterm.evaluate.forms import Forms
from synterm.evaluate.known import look_up_replies
from synterm.evaluate.limits import DEFAULT_LIMITS, Limits
from synterm.evaluate.report import RunResult
from synterm.evaluate.run import RunProgress, Watch
from synterm.evaluate.traffic import Traffic
from synterm.evaluate.versions import versions_of
from synterm.production.chosen import BODY, Chosen, Wanted, choose
from synterm.production.judging import Asked, Judging, open_questions
from synterm.providers.registry import Providers
from synterm.storage.project import Project
from synterm.storage.runs import RunStatus

_PAGE = 500


@dataclass(frozen=True, slots=True)
class TrafficPlan:
    """What a run over traffic is to do."""

    wanted: Wanted
    limits: Limits = DEFAULT_LIMITS
    concurrency: int | None = None
    """Requests at a time to each judge; None: what suits it."""
    who: str = ""
    git_commit: str | None = None
    fail_on: frozenset[str] = frozenset(("gate", "regression", "error"))
    min_pass_rate: float | None = None

    @property
    def digest(self) -> str:
        """What is equal for the same run again, whenever it is made."""
        wanted = self.wanted
        body = {
            "models": wanted.which.models,
            "scenarios": wanted.scenario_ids,
            "min_confidence": wanted.min_confidence,
            # Such a run left calls out, so that none goes on where it ended.
            "in_part": wanted.limit is not None or wanted.which.until is not None,
        }
        return content_id("production plan", body)


@dataclass(slots=True)
class TrafficRun:
    """A run over traffic that is about to be made: its calls are counted, and nothing is recorded yet."""

    project: Project
    plan: TrafficPlan
    tree: Tree = field(init=False)
    forms: Forms = field(init=False)
    chosen: Chosen = field(init=False)

    def __post_init__(self) -> None:
        """Raises InputError for a check that can't be made, ProjectError."""
        self.tree = self.project.nodes.tree()
        self.forms = Forms(self.project, self.tree, judges=self.plan.wanted.judges)
        self.chosen = choose(self.project, self.tree, self.forms, self.plan.wanted)

    async def make(self, providers: Providers, watch: Watch | None = None) -> tuple[str, RunResult]:
        """Judge the calls and record them as a run; gives its id and what it gathered.

        `watch` is called with every event. When the caller is cancelled the run is recorded as interrupted with all
        that was judged. Raises ProjectError when the project file fails.
        """
        project, chosen = self.project, self.chosen
        result = self._result()
        run_id = project.runs.start(self._config(), who=self.plan.who, git_commit=self.plan.git_commit).result()
        progress = RunProgress(result.planned)
        began = time.monotonic()
        status: RunStatus = "interrupted"
        try:
            await self.forms.warm()
            page = _Pages(self, Traffic(providers, self.plan.concurrency), result, began, watch, progress)
            judging = Judging(chosen, self.forms)
            for calls in self._pages():
                tasks = judging.tasks(calls)
                rows = await asyncio.wrap_future(project.logged.keep(tasks, BODY))
                evaluations = await page.judged(judging.asked(tasks, rows))
                await asyncio.wrap_future(project.runs.add(run_id, evaluations))
                if result.halted:
                    break
            status = "incomplete" if result.not_made else "complete"
        finally:
            result.wall_s = time.monotonic() - began
            project.runs.finish(run_id, status, result.summary).result()
        return run_id, result

    def _pages(self) -> Iterator[list[LoggedCall]]:
        left = self.chosen.report.calls
        for page in self.project.traffic.pages(self.chosen.which, _PAGE):
            yield page[:left]
            left -= len(page)
            if left <= 0:
                return

    def _result(self) -> RunResult:
        chosen = self.chosen
        return RunResult(
            self.tree,
            chosen.variants,
            planned=chosen.report.calls,
            planned_in=chosen.in_scenario,
            fail_on=self.plan.fail_on,
            min_pass_rate=self.plan.min_pass_rate,
            gates=self.project.gates,
            labels=self.forms.full.labels(),
            production=chosen.report,
        )

    def _config(self) -> dict[str, Any]:
        chosen, project = self.chosen, self.project
        return {
            "variants": [
                {"prompt": one.prompt, "version": one.version, "body": one.body.id, "model": one.model.name}
                for one in chosen.variants
            ],
            "cases": chosen.report.calls,
            "repeats": 1,
            "plan": self.plan.digest,
            **this_process(),
            "versions": versions_of((), project.models.all(), Library.of(project)),
            "checks": {scenario: self.tree.checks_id(scenario) for scenario in chosen.in_scenario},
            PRODUCTION: chosen.report.model_dump(mode="json"),
        }


@dataclass(slots=True)
class _Pages:
    """Judges one page of calls after the other, and counts."""

    run: TrafficRun
    traffic: Traffic
    result: RunResult
    began: float
    watch: Watch | None
    progress: RunProgress

    async def judged(self, asked: Sequence[Asked]) -> list[Evaluation]:
        """The verdicts on calls. Where a limit was reached, only on those that need nothing from a model any more."""
        project, limits = self.run.project, self.run.plan.limits
        look_up_replies([one.inquiry for one in asked if one.inquiry], project.responses, limits)
        if questions := open_questions(asked):
            await self._ask(asked, questions)
        ready = [one for one in asked if one.inquiry is None or not one.inquiry.missing]
        evaluations = [self._count(one) for one in ready]
        # Also where nothing is to be waited for, others get their turn: a signal that asks to stop.
        await asyncio.sleep(0)
        if self._seconds_left() == 0.0:
            self._halt_for_time()
        return evaluations

    async def _ask(self, asked: Sequence[Asked], questions: Sequence[tuple[Case, Request]]) -> None:
        project, limits = self.run.project, self.run.plan.limits
        try:
            async with asyncio.timeout(self._seconds_left()):
                answers = await ask_all(questions, project, self.traffic, limits, self._show)
        except TimeoutError:
            self._halt_for_time()
            # What came in is on disk.
            look_up_replies([one.inquiry for one in asked if one.inquiry], project.responses, limits)
            return
        for one in asked:
            if one.inquiry:
                one.inquiry.take(answers.by_key)
        self.result.halted = answers.halted or self.result.halted

    def _count(self, one: Asked) -> Evaluation:
        evaluation = one.judged()
        self.result.add(evaluation)
        if self.result.production and self.result.production.weighted:
            self.result.sheet.weigh(one.task.case, one.call.weight)
        self.progress.add(evaluation)
        self._show(Judged(evaluation))
        return evaluation

    def _show(self, event: Event) -> None:
        if isinstance(event, Retrying):
            self.result.sheet.retried(event.failure)
        if self.watch:
            self.watch(event, self.progress)

    def _seconds_left(self) -> float | None:
        most = self.run.plan.limits.max_seconds
        return None if most is None else max(most - (time.monotonic() - self.began), 0.0)

    def _halt_for_time(self) -> None:
        most = self.run.plan.limits.max_seconds or 0.0
        hint = "raise --max-seconds; what was judged is kept"
        self.result.halted = self.result.halted or Halted(f"the time limit of {most:g} s is reached", hint, 0)
