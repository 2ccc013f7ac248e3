"""A run: a set of evaluations made together and kept under one id."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from synterm.checks.elsewhere import Judging
from synterm.context.library import Library
from synterm.core.case import Case
from synterm.core.evaluation import Evaluation, Variant
from synterm.core.ids import content_id
from synterm.core.share import Whole
from synterm.core.tree import Tree
from synterm.errors import ProjectError
from synterm.evaluate.alive import is_alive, this_process
from synterm.evaluate.batch.plan import BatchPlan
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.events import Event, Halted, Judged, Retrying
from synterm.evaluate.judging import Elsewhere
from synterm.evaluate.limits import DEFAULT_LIMITS, Limits
from synterm.evaluate.plan import renderer
from synterm.evaluate.repeating import Repeating
from synterm.evaluate.report import RunResult
from synterm.evaluate.rounds import rounds
from synterm.evaluate.sweep import Sweep
from synterm.evaluate.tally import Tally
from synterm.evaluate.traffic import Traffic
from synterm.evaluate.versions import versions_of
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
    batch: BatchPlan | None = None
    """How requests are handed to providers together, where they are."""

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
        whole = self.whole
        return self._digest(_name_of(self.cases), {"shard": [*whole.share]} if whole else {})

    @property
    def whole(self) -> Whole | None:
        """What its cases are a share of; None where they are all that were chosen."""
        return self.cases.whole if isinstance(self.cases, CaseList) else None

    def shard(self, tree: Tree, library: Library) -> dict[str, Any]:
        """What its configuration says where it is a share: which, of how many, and the plan of all shares together.

        Shares that were evaluated by other checks or with other documents are none of one run.
        """
        whole = self.whole
        if whole is None:
            return {}
        checks = _checks(whole.scenario_counts, tree)
        plan = self._digest(whole.digest, {"checks": checks, "documents": library.fingerprint})
        return {"shard": {"index": whole.share.number, "of": whole.share.of, "plan": plan, "cases": whole.cases}}

    @property
    def elsewhere_in(self) -> dict[str, int]:
        """How many evaluations each variant gets from other shares in each scenario, by scenario id."""
        whole, here = self.whole, self.size_in
        if whole is None:
            return {}
        each = self.repeating.each
        return {scenario: count * each - here.get(scenario, 0) for scenario, count in whole.scenario_counts.items()}

    def _digest(self, cases: str, more: dict[str, Any]) -> str:
        body = {
            "variants": [[*variant.key, variant.model.model_dump(mode="json")] for variant in self.variants],
            "cases": cases,
            "repeats": self.repeats,
            "cache": self.use_cache,
            **_unusual(self),
            **more,
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
    judging: Callable[[Tree], Judging] | None = None,
) -> tuple[str, RunResult]:
    """Make a run, record it, and give its id and what it gathered.

    `watch` is called with every event; `library` has the documents, if others than those that the project has now;
    `judging` gives what judges by the checks of a tree, where that is done elsewhere too.
    When the caller is cancelled the run is recorded as interrupted with all that came in; the same call again sends
    only what has no answer yet. Raises InputError for prompts or checks that can't be used, ProjectError when the
    project file fails.
    """
    tree = project.nodes.tree()
    elsewhere = None if judging is None else Elsewhere(judging(tree))
    models, library = project.models.all(), library or Library.of(project)
    checklist = Checklist(tree, project.grades, models, library)
    result = RunResult(
        tree,
        chosen.variants,
        planned=chosen.size,
        planned_in=chosen.size_in,
        fail_on=chosen.fail_on,
        min_pass_rate=chosen.min_pass_rate,
        base=chosen.base,
        gates=project.gates,
        labels=checklist.labels(),
        repeating=chosen.repeating,
        retriever=checklist.retriever,
        elsewhere_in=chosen.elsewhere_in,
    )
    for variant in chosen.variants:
        renderer(variant.body)  # a prompt that does not compile shows before anything is sent
    start = _start(project, chosen)
    config = start.config | {
        "versions": versions_of(chosen.variants, models, library),
        "checks": _checks(chosen.size_in, tree),
        **chosen.shard(tree, library),
    }
    run_id = project.runs.start(config, who=chosen.who, git_commit=chosen.git_commit).result()
    record, progress = _Record(project, run_id), RunProgress(chosen.size)
    traffic = Traffic(providers, chosen.concurrency)
    status: RunStatus = "interrupted"
    began = time.monotonic()
    kept = start.kept
    try:
        if chosen.batch is not None:
            from synterm.evaluate.batch.handle import handle_batches

            show = partial(_show, watch, progress)
            chosen, kept = await handle_batches(project, providers, chosen, checklist, kept, start.since, show)
        for wanted in rounds(chosen, checklist, project, result.sheet):
            limits = limits_of(chosen, kept, time.monotonic() - began)
            if wanted.further:
                result.planned += wanted.size
                progress.planned += wanted.size
            sweep = Sweep(wanted.sources, checklist, traffic, project, limits, wanted.size, elsewhere=elsewhere)
            await _follow(sweep, result, record, progress, watch)
            result.rounds += 1
            if result.halted:
                break
        record.flush()
        status = "incomplete" if result.not_made else "complete"
    except ProjectError:
        # The file fails. That it does not take the end of the run either says nothing new, and must not hide this.
        with suppress(ProjectError):
            _end(project, record, status, result, began)
        raise
    except BaseException:
        _end(project, record, status, result, began)
        raise
    _end(project, record, status, result, began)
    return run_id, result


def _end(project: Project, record: _Record, status: RunStatus, result: RunResult, began: float) -> None:
    """Record what is left, and how the run ended. Raises ProjectError."""
    result.wall_s = time.monotonic() - began
    try:
        record.flush()
    finally:
        project.runs.finish(record.run_id, status, result.summary).result()


@dataclass(frozen=True, slots=True)
class _Start:
    kept: Kept
    since: int
    """The row of the last answer that the file had when the run, or the one that it goes on with, began."""
    config: dict[str, Any]


def limits_of(chosen: RunPlan, kept: Kept, seconds_gone: float = 0.0) -> Limits:
    """What a sweep of the run must keep to, so long after it began."""
    return replace(chosen.limits, kept=kept, seconds_gone=seconds_gone, only_judge=chosen.judgings > 1)


def _name_of(cases: CaseList | Sequence[Case]) -> str:
    return cases.digest if isinstance(cases, CaseList) else content_id("cases", [case.id for case in cases])


def _start(project: Project, chosen: RunPlan) -> _Start:
    """Which answers the run may take from the project file, and what the file says of the run.

    The same run, cut short, goes on: whatever it was answered counts, also what no other run would take.
    """
    digest = chosen.digest
    last = project.runs.last_like(digest)
    goes_on = last is not None and was_cut_short(last)
    since: int = last.config.get("since", 0) if last is not None and goes_on else project.responses.last_pk()
    kept = Kept(
        truncated=chosen.truncated,
        newer_than=0 if chosen.use_cache else since,
        resume_after=since if goes_on else None,
    )
    return _Start(kept, since, _config(chosen) | {"plan": digest, "since": since, **this_process()})


def was_cut_short(record: RunRecord) -> bool:
    """Whether a run ended before its end; one that runs still, on this machine, did not."""
    return not is_alive(record.config) if record.status == "running" else record.status != "complete"


def kept_for(project: Project, chosen: RunPlan) -> Kept:
    """Which answers a run would take from the project file."""
    return _start(project, chosen).kept


async def _follow(sweep: Sweep, result: RunResult, record: _Record, progress: RunProgress, watch: Watch | None) -> None:
    async with aclosing(sweep.events()) as events:
        async for event in events:
            if isinstance(event, Judged):
                result.add(event.evaluation)
                record.add(event.evaluation)
                progress.add(event.evaluation)
            elif isinstance(event, Retrying):
                result.sheet.retried(event.failure)
            elif isinstance(event, Halted):
                result.halted = event
            if watch:
                watch(event, progress)


def _show(watch: Watch | None, progress: RunProgress, event: Event) -> None:
    if watch:
        watch(event, progress)


def _unusual(chosen: RunPlan) -> dict[str, Any]:
    """What is said of a run only where it is so: others are named as they were before it could be."""
    judgings: dict[str, Any] = {"judgings": chosen.judgings} if chosen.judgings > 1 else {}
    return {**judgings, "stop_early": True} if chosen.stop_early else judgings


def _config(chosen: RunPlan) -> dict[str, Any]:
    return {
        "variants": [
            {
                "prompt": variant.prompt,
                "version": variant.version,
                "body": variant.body.id,
                "model": variant.model.name,
                **({"base": True} if variant.key in chosen.base else {}),
            }
            for variant in chosen.variants
        ],
        "cases": len(chosen.cases),
        "repeats": chosen.repeats,
        **_unusual(chosen),
    }


def _checks(scenarios: Iterable[str], tree: Tree) -> dict[str, str]:
    """What the checks of each scenario are, by a name: so that later runs can be told from those of other checks."""
    return {scenario: tree.checks_id(scenario) for scenario in scenarios if scenario in tree}


class _Record:
    """Writes evaluations to the run as they come, some at a time."""

    def __init__(self, project: Project, run_id: str) -> None:
        self._project = project
        self.run_id = run_id
        self._waiting: list[Evaluation] = []
        self._written: list[Future[int]] = []

    def add(self, evaluation: Evaluation) -> None:
        self._waiting.append(evaluation)
        if len(self._waiting) >= _BATCH:
            self._write()

    def flush(self) -> None:
        """Write the rest, and raise what went wrong on the way."""
        self._write()
        for future in self._written:
            future.result()

    def _write(self) -> None:
        if self._waiting:
            self._written.append(self._project.runs.add(self.run_id, self._waiting))
            self._waiting = []
