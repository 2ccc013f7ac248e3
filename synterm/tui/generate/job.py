"""A generation that was begun here: where it is, what landed last, and how fast it goes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from synterm.core.case import Case
from synterm.core.generation import GENERATION, Funnel
from synterm.describe.pipeline.generate import Outcome, generate
from synterm.describe.pipeline.plan import GenerationPlan
from synterm.evaluate.events import Event, Preparing, Retrying, Started
from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.text import plural
from synterm.tui.board.live import Live

_NEWEST = 400
"""Cases that are shown of the kept ones, and of the dropped ones."""
_WINDOW_S = 20.0
"""The rate is that of so many last seconds."""


class Job:
    """One generation, from its start on. Told by the generation as it goes; asked by whoever draws."""

    def __init__(self, plan: GenerationPlan, clock: Callable[[], float] = time.monotonic) -> None:
        self.plan = plan
        self.funnel = Funnel(wanted=plan.count)
        self.kept: deque[Case] = deque(maxlen=_NEWEST)
        """The newest last."""
        self.dropped: deque[Case] = deque(maxlen=_NEWEST)
        self.landed = 0
        """How many cases were put on disk."""
        self.outcome: Outcome | None = None
        self.problem = ""
        """What went wrong, with what to do."""
        self.stopped = False
        """Whether its user stopped it."""
        self.running = True
        self.sent = 0
        """Requests that were sent."""
        self.note = ""
        """What it waits for."""
        self._clock = clock
        self._began = clock()
        self._over: float | None = None
        self._seen: deque[tuple[float, int, int]] = deque([(self._began, 0, 0)])
        self._base: tuple[int, int] | None = None

    async def run(self, project: Project, providers: Providers) -> None:
        """Generate. Raises what `generate` raises."""
        try:
            self.outcome = await generate(project, providers, self.plan, self.watch, self.land)
            self.funnel = self.outcome.funnel
        finally:
            self.running = False
            self.note = ""
            self._over = self._clock()

    def watch(self, event: Event | None, funnel: Funnel) -> None:
        """It is somewhere else now."""
        self.funnel = funnel
        if isinstance(event, Preparing):
            self.note = event.words
        elif isinstance(event, Retrying):
            why = event.failure.error or event.failure.outcome.value
            self.note = f"{why}; sent again in {event.wait_s:.0f} s"
        elif isinstance(event, Started):
            self.sent += 1
            self.note = ""
        else:
            self._mark(funnel)

    def land(self, cases: Sequence[Case]) -> None:
        """Cases are on disk; some of them may be told of again."""
        self.landed += len(cases)
        self.show(cases)

    def show(self, cases: Iterable[Case]) -> None:
        """Have these among the newest."""
        new = {case.id: case for case in cases}
        for kind, status in ((self.kept, False), (self.dropped, True)):
            left = [case for case in kind if case.id not in new]
            kind.clear()
            kind.extend((*left, *(case for case in new.values() if (case.status == "rejected") is status)))

    def show_only(self, cases: Iterable[Case]) -> None:
        """Have these, and no others."""
        self.kept.clear()
        self.dropped.clear()
        self.show(cases)

    def _mark(self, funnel: Funnel) -> None:
        now = self._clock()
        self._seen.append((now, funnel.made, funnel.kept))
        while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW_S:
            self._seen.popleft()

    @property
    def elapsed_s(self) -> float:
        """How long it runs, or ran."""
        return (self._clock() if self._over is None else self._over) - self._began

    @property
    def rates(self) -> tuple[float, float] | None:
        """Made and kept per second, lately; None before anything is known."""
        first, last = self._seen[0], self._seen[-1]
        took = last[0] - first[0]
        return ((last[1] - first[1]) / took, (last[2] - first[2]) / took) if took > 0 else None

    @property
    def left_s(self) -> float | None:
        """How long it will take yet, at this rate; None where nobody can tell."""
        rates = self.rates
        if not self.running or not rates or rates[1] <= 0:
            return None
        return max(self.funnel.wanted - self.funnel.kept, 0) / rates[1]

    @property
    def generation_id(self) -> str | None:
        """None while nothing of it is known."""
        if self.outcome:
            return self.outcome.generation_id
        made = [*self.kept, *self.dropped][-1:]
        return str(made[0].origin.detail[GENERATION]) if made else None

    @property
    def cut_short(self) -> bool:
        """Whether it ended before so many were kept."""
        return not self.running and self.funnel.kept < self.funnel.wanted

    @property
    def words(self) -> str:
        """``12 of 20 kept, 31 made``."""
        return f"{self.funnel.kept:,} of {self.funnel.wanted:,} kept, {self.funnel.made:,} made"

    @property
    def ended(self) -> str:
        """How it ended, in a line; empty while it runs."""
        if self.running:
            return ""
        if self.problem:
            return self.problem
        if self.outcome is None:
            return "stopped: all that was made is kept; start again, and it goes on"
        if self.outcome.again:
            return "made before, and stands as it is: take it back with u, or change something"
        return self.funnel.ended or self.outcome.status


class Generating:
    """What the workbench lends to screens that generate: it outlives them, and so does a generation."""

    def __init__(
        self,
        providers: Providers,
        settings: Callable[[], Settings],
        begin: Callable[[Job], None],
        end: Callable[[], None],
        changed: Callable[[Sequence[str]], None],
        live: Live,
    ) -> None:
        """`begin` runs a job in the background, `end` stops it; `changed`: cases were changed, those of these ids say
        something else. `live`: what the workbench asks models by."""
        self.providers = providers
        self.live = live
        self._settings = settings
        self._begin = begin
        self._end = end
        self.changed = changed
        self.job: Job | None = None
        """The one that runs, or ran last."""

    @property
    def settings(self) -> Settings:
        """The user's settings as they are now."""
        return self._settings()

    @property
    def running(self) -> bool:
        """Whether a generation is under way."""
        return self.job is not None and self.job.running

    def start(self, plan: GenerationPlan) -> Job:
        """Begin; one at a time."""
        assert not self.running, "one at a time"
        job = self.job = Job(plan)
        self._begin(job)
        return job

    def stop(self) -> None:
        """Stop what runs; all that was made is kept."""
        if self.job and self.job.running:
            self.job.stopped = True
            self._end()

    @property
    def status(self) -> str:
        """What is told of it elsewhere, while it runs."""
        job = self.job
        return f"generating: {plural(job.funnel.kept, 'case')} of {job.funnel.wanted:,}" if job and job.running else ""
