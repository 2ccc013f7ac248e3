"""A generation: wave after wave, until so many are kept as are wanted, or nothing more comes of it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.generation import Funnel, GenerationStatus
from synterm.core.request import Request
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Known
from synterm.describe.pipeline.aside import Aside
from synterm.describe.pipeline.asking import Askers, asked_by
from synterm.describe.pipeline.checking import Checking
from synterm.describe.pipeline.keeping import Checked, as_case, rejected
from synterm.describe.pipeline.label_check import NAME, Finding
from synterm.describe.pipeline.making import Ask, Made, Making, wave_of
from synterm.describe.pipeline.places import Places
from synterm.describe.pipeline.plan import GenerationPlan
from synterm.describe.pipeline.relating import Relating
from synterm.describe.pipeline.relation import Related
from synterm.describe.pipeline.sieve import Passed, Sieve, kind_of
from synterm.describe.pipeline.steering import Slot, Steering
from synterm.errors import ProjectError, UsageError
from synterm.evaluate.alive import is_alive, this_process
from synterm.evaluate.answers import ask_all
from synterm.evaluate.events import Event, Halted
from synterm.evaluate.probing import Prober
from synterm.evaluate.traffic import Traffic
from synterm.providers.registry import Providers
from synterm.storage.project import Project
from synterm.storage.responses import Kept
from synterm.text import plural

_KEPT = Kept(truncated=True, resume_after=0)
"""Whatever a model answered before: asking again would only give the same."""
_LOOKED_BACK = 100
"""Candidates in a row of which none is kept: then nothing more is expected."""

Watch = Callable[[Event | None, Funnel], None]
"""Told of each event, and with None after each wave."""
Landed = Callable[[Sequence[Case]], None]
"""Told of cases once they are on disk, kept and dropped ones; again of those that were dropped after all."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    generation_id: str
    status: GenerationStatus
    funnel: Funnel
    again: bool = False
    """Whether it was made before, whole, and nothing was done now."""


@dataclass(frozen=True, slots=True)
class _Sifted:
    slot: Slot
    name: str
    candidate: Candidate
    passed: Passed


async def generate(
    project: Project,
    providers: Providers,
    plan: GenerationPlan,
    watch: Watch | None = None,
    landed: Landed = lambda _: None,
) -> Outcome:
    """Make a generation, and record it with all cases that it made.

    The same one again, once it is whole, does nothing; cut short, it goes on where it was, with the answers that it
    had. When the caller is cancelled it is recorded as interrupted, with what was made. Raises InputError where filters
    or checks can't work, ProjectError when the project file fails, or the same one is running elsewhere.
    """
    last = project.generations.last_like(plan.digest)
    if last and last.status == "complete":
        return Outcome(last.id, last.status, last.funnel, again=True)
    if last and last.status == "running" and is_alive(last.config):
        raise ProjectError("this very generation is running now", hint="wait for it, or stop it: it is kept as it is")
    places = Places(project)  # checks that can't be made are told before anything is said to be under way
    config = {**plan.config(), **this_process()}
    if last and last.status != "undone":
        generation_id = last.id
        project.generations.go_on(generation_id, config).result()
    else:
        generation_id = project.generations.start(plan.digest, config, who=plan.who).result()
    work = _Generation(project, Traffic(providers, plan.concurrency), plan, generation_id, watch, landed, places)
    status: GenerationStatus = "interrupted"
    try:
        await work.run()
        status = "complete" if work.funnel.kept >= plan.count else "incomplete"
    finally:
        project.generations.note(generation_id, status, work.funnel).result()
    return Outcome(generation_id, status, work.funnel)


def asking(project: Project, providers: Providers, plan: GenerationPlan) -> Ask:
    """Asks what a plan asks, within its limits, for `try_one`: the answers are kept, and serve the generation."""
    traffic, limits = Traffic(providers, plan.concurrency), replace(plan.limits, kept=_KEPT)

    async def ask(wanted: Sequence[tuple[Case, Request]]) -> dict[str, Completion]:
        answers = await ask_all(wanted, project, traffic, limits)
        if answers.halted:
            raise UsageError(answers.halted.reason, hint=answers.halted.hint)
        return dict(answers.by_key)

    return ask


class _Generation:
    def __init__(
        self,
        project: Project,
        traffic: Traffic,
        plan: GenerationPlan,
        generation_id: str,
        watch: Watch | None,
        landed: Landed,
        places: Places,
    ) -> None:
        self.funnel = Funnel(wanted=plan.count)
        self._project = project
        self._traffic = traffic
        self._plan = plan
        self._id = generation_id
        self._watch = watch
        self._landed = landed
        self._aside = Aside(project.path)
        self._limits = replace(plan.limits, kept=_KEPT)
        self._halted: Halted | None = None
        self._places = places
        self._steering = Steering(plan)
        self._making = Making(plan, self._places, self.funnel, self._ask)
        self._askers = Askers(asked_by(plan.filters, project.models.all(), plan.model), self._ask, self.funnel)
        self._checking = Checking(plan.label_check, self._places, self._ask) if plan.label_check else None
        app = plan.relation and Prober(project, traffic, plan.relation.app, self._limits, self._show)
        self._relating = Relating(app) if app else None
        self._sieve: Sieve
        self._there: dict[str, Case] = {}
        """What it made before it was cut short, by name: it is made again from the same answers, and stands there."""
        self._chosen: list[tuple[Slot, Candidate, Case]] = []
        """What is kept so far, where a filter has to see all of it together."""
        self._last: deque[bool] = deque(maxlen=_LOOKED_BACK)
        self._rounds = 0

    async def run(self) -> None:
        """Wave after wave."""
        try:
            await self._prepare()
            await self._make()
        finally:
            await self._aside.close()

    async def _prepare(self) -> None:
        labels = tuple(dict.fromkeys(label for slot in self._steering.slots for label in self._labels(slot)))

        def work(project: Project) -> None:
            self._sieve = Sieve(self._plan.filters, Known(project.generations.known(self._id), labels))
            cases = project.generations.cases(self._id)
            self._there = {str(case.origin.detail.get("name")): case for case in cases}

        await self._aside.do(work)

    async def _make(self) -> None:
        while not (why := self._end()):
            wave = await self._aside.do(lambda _: wave_of(self._plan, self.funnel, self._steering))
            await self._making.make(wave)
            kept = await self._sift(wave)
            for made in wave:
                self._steering.note(made.slot, len(made.candidates), kept.get(made.name, 0))
            self._rounds += 1
            await _written(self._project.generations.note(self._id, "running", self.funnel))
            self._show(None)
            if self.funnel.kept >= self._plan.count:
                await self._choose()
        self.funnel.ended = why

    async def _choose(self) -> None:
        """Have filters that see all that is kept together drop of it; then more is made in its place."""
        chosen = [candidate for _, candidate, _ in self._chosen]
        dropped = await self._aside.do(lambda _: self._sieve.choose(chosen))
        changed: list[Case] = []
        for (slot, _, case), why in zip(self._chosen, dropped, strict=True):
            if why is not None:
                slot.kept -= 1
                self.funnel.kept -= 1
                self.funnel.drop(str(why["filter"]), kind_of(str(why["reason"])))
                changed.append(rejected(case, why))
        self._chosen = [one for one, why in zip(self._chosen, dropped, strict=True) if why is None]
        if changed:
            await _written(self._project.cases.put(changed))
            self._landed(changed)

    def _end(self) -> str:
        """Why it is at its end; empty while it is not."""
        funnel, plan = self.funnel, self._plan
        if funnel.kept >= plan.count:
            return f"{plural(plan.count, 'case')} wanted, and kept"
        if self._halted:
            return f"{self._halted.reason}; {self._halted.hint}"
        if self._steering.exhausted:
            return "nothing more comes of these seeds and generators"
        if len(self._last) == _LOOKED_BACK and not any(self._last):
            return f"of the last {_LOOKED_BACK} that were made none was kept"
        if funnel.made >= plan.attempts:
            return f"{funnel.made:,} were made, and only {funnel.kept:,} kept"
        return ""

    async def _sift(self, wave: Sequence[Made]) -> dict[str, int]:
        """Filter what was made, have labels checked, and put all of it on disk; gives what each attempt has kept."""
        # What stands there already counts first: where it was cut short, others had no answer yet.
        in_turns = sorted(_in_turns(wave), key=lambda one: f"{one[0].name}.{one[1]}" not in self._there)
        sifted = await self._aside.do(lambda _: [self._filtered(*one) for one in in_turns])
        sifted = await self._judged(sifted)
        good = [one for one in sifted if one.passed.dropped is None]
        findings = await self._findings(good)
        relations = await self._relations([one for one in good if _agreed(findings.get(one.name))])
        cases: list[Case] = []
        kept: dict[str, int] = {}
        for one in sifted:
            checked = Checked(findings.get(one.name), relations.get(one.name))
            dropped = one.passed.dropped
            if checked.labels and not _agreed(checked.labels):
                dropped = checked.labels.detail()
            if dropped is None and self.funnel.kept >= self._plan.count:
                continue  # more than were wanted: it is as if it had not been made
            self._count(dropped, one.candidate, checked)
            if dropped is None:
                attempt = one.name.rpartition(".")[0]
                kept[attempt] = kept.get(attempt, 0) + 1
            details = one.passed.details
            case = as_case(self._plan, self._id, one.slot, one.candidate, one.name, details, dropped, checked)
            if one.name not in self._there:
                cases.append(case)
            if dropped is None and self._sieve.whole:
                self._chosen.append((one.slot, one.candidate, self._there.get(one.name, case)))
        if cases:
            await _written(self._project.cases.put(cases))
            self._landed(cases)
        return kept

    def _filtered(self, made: Made, place: int, candidate: Candidate) -> _Sifted:
        passed = self._sieve.judge(candidate, made.slot.seed)
        if passed.dropped is None:
            self._sieve.keep(candidate)
        return _Sifted(made.slot, f"{made.name}.{place}", candidate, passed)

    async def _judged(self, sifted: Sequence[_Sifted]) -> list[_Sifted]:
        """The same, after the filters that ask a model."""
        about = {one.name: (one.slot, one.candidate) for one in sifted if one.passed.dropped is None}
        said = await self._askers.judge(about) if about else {}
        return [replace(one, passed=one.passed.then(said[one.name])) if one.name in said else one for one in sifted]

    async def _findings(self, good: Sequence[_Sifted]) -> dict[str, Finding]:
        if self._checking is None:
            return {}
        about = [(one.slot, one.candidate) for one in good]
        return dict(zip((one.name for one in good), await self._checking.check(about), strict=True))

    async def _relations(self, good: Sequence[_Sifted]) -> dict[str, Related]:
        if self._relating is None:
            return {}
        app = self._relating.app
        cached, cost = app.cached, app.cost_usd
        found = await self._relating.check([(one.slot, one.candidate) for one in good])
        self.funnel.cached += app.cached - cached
        self.funnel.cost_usd += app.cost_usd - cost
        self._halted = self._halted or app.halted
        return dict(zip((one.name for one in good), found, strict=True))

    def _count(self, dropped: dict[str, Any] | None, candidate: Candidate, checked: Checked) -> None:
        funnel = self.funnel
        funnel.made += 1
        self._last.append(dropped is None)
        if dropped:
            name, reason = str(dropped["filter"]), str(dropped["reason"])
            funnel.drop(name, "another label is given" if name == NAME else kind_of(reason))
            return
        funnel.kept += 1
        if checked.doubted(candidate):
            funnel.unsure += 1
            if checked.relation and not checked.relation.verdict:
                funnel.count(funnel.doubts, kind_of(checked.relation.reason))

    async def _ask(self, wanted: Sequence[tuple[Case, Request]]) -> dict[str, Completion]:
        answers = await ask_all(wanted, self._project, self._traffic, self._limits, self._show)
        self._halted = self._halted or answers.halted
        for key in dict.fromkeys(request.key for _, request in wanted):
            if reply := answers.by_key.get(key):
                self.funnel.cached += reply.cached
                self.funnel.cost_usd += 0.0 if reply.cached else reply.cost_usd or 0.0
        return dict(answers.by_key)

    def _labels(self, slot: Slot) -> Sequence[str]:
        return self._places.labels(slot.scenario_id)

    def _show(self, event: Event | None) -> None:
        if self._watch:
            self._watch(event, self.funnel)


async def _written(work: Future[Any]) -> None:
    """Wait until it is on disk; it gets there also when the caller is cancelled."""
    await asyncio.shield(asyncio.wrap_future(work))


def _agreed(finding: Finding | None) -> bool:
    """Whether a check of labels leaves it in."""
    return finding is None or finding.verdict is not False


def _in_turns(wave: Sequence[Made]) -> Iterator[tuple[Made, int, Candidate]]:
    """The first candidate of each attempt, then the second of each: where few are wanted, all have their share."""
    for place in range(max((len(made.candidates) for made in wave), default=0)):
        for made in wave:
            if place < len(made.candidates):
                yield made, place, made.candidates[place]
