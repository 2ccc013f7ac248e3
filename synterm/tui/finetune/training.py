"""A training that was begun here: where it is, and what came of it. It outlives the screen that began it."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress

from synterm.core.comparison import CompareReport
from synterm.core.training import TrainingPlan
from synterm.core.tuning import Tuning
from synterm.errors import SyntermError
from synterm.finetune.train.job import Loaded, Step, TrainEvent, TrainSettings, Validated
from synterm.providers.registry import Providers
from synterm.reports.figures import seconds
from synterm.settings import Settings
from synterm.storage.project import Project


class Training:
    """One training of the embedded model, and its evaluation on holdout. Runs in a thread, with a loop of its own."""

    def __init__(self, plan: TrainingPlan, settings: TrainSettings, name: str | None, *, compares: bool = True) -> None:
        """`name`: of the model that it becomes; None: the base's, and -tuned. `compares`: held against its base."""
        self.plan, self.settings, self.name, self.compares = plan, settings, name, compares
        self.doing = "counting …"
        """What it is at, in words."""
        self.steps = self.done = 0
        self.left_s: float | None = None
        self.losses: list[tuple[int, float]] = []
        self.watched: list[tuple[int, float]] = []
        """(step, loss) on the part that watches the training."""
        self.tuning: Tuning | None = None
        """What came of it."""
        self.duels: list[tuple[str, CompareReport]] = []
        """How it stands on holdout: against what, and the comparison."""
        self.problem = ""
        """What went wrong, with what to do."""
        self.running = True
        self.stopped = False
        self._began = time.monotonic()
        self._over: float | None = None
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def run(self, project: Project, settings: Settings) -> None:
        """Do all of it, in whatever thread this is."""
        try:
            with project.beside() as own:
                asyncio.run(self._run(own, settings))
        except SyntermError as error:
            self.problem = f"{error}; {error.hint}" if error.hint else str(error)
        except asyncio.CancelledError:
            self.stopped = True
        finally:
            self.running = False
            self._over = time.monotonic()

    def stop(self) -> None:
        """End it, soon. A model that is trained already stays."""
        with self._lock:
            self.stopped = True
            if self._loop and self._task:
                # It may have ended by itself just now.
                with suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(self._task.cancel)

    async def _run(self, project: Project, settings: Settings) -> None:
        with self._lock:
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
            if self.stopped:
                raise asyncio.CancelledError
        await self._train(project)
        if self.compares and self.tuning:
            await self._compare(project, self.tuning, settings)

    async def _train(self, project: Project) -> None:
        from synterm.finetune.build import build
        from synterm.finetune.outcome import add_tuned, asked_with, base_of, keep_prompt, tuned_name
        from synterm.finetune.train.tuning import LocalTuning

        base = base_of(project, None)
        called = tuned_name(project, base.name, self.name)
        asked = asked_with(project, self.plan)
        with LocalTuning(project, build(project, self.plan), self.settings, asked.name) as training:
            self.doing = f"loading the model; about {seconds(training.estimate_s)} of one processor …"
            tuning = await training.make(self.watch, called)
        keep_prompt(project, asked)
        add_tuned(project, base, tuning.model_name, tuning.result)
        self.tuning = tuning

    async def _compare(self, project: Project, tuning: Tuning, settings: Settings) -> None:
        """Evaluate both on holdout, and hold them together."""
        from synterm.evaluate.provenance import git_commit, who
        from synterm.evaluate.run import RunPlan, run
        from synterm.finetune.outcome import base_of, duels, holdout_cases

        cases = holdout_cases(project, self.plan, tuning.root_ids)
        if not cases:
            return
        self.doing, self.left_s = f"evaluating {len(cases):,} cases of holdout …", None
        found = duels(project, tuning, base_of(project, None), self.plan.prompt)
        variants = {one.key: one for duel in found for one in (duel.before, duel.after)}
        chosen = RunPlan(
            variants=[*variants.values()],
            cases=cases,
            concurrency=settings.concurrency,
            who=who(),
            git_commit=git_commit(project.path),
            base=frozenset(duel.before.key for duel in found),
        )
        # Providers belong to a loop: those of the workbench to its own.
        async with Providers.of(project) as providers:
            run_id, _ = await run(project, providers, chosen)
        self.duels = [(duel.words, duel.report(project, run_id)) for duel in found]

    def watch(self, event: TrainEvent) -> None:
        """It is somewhere else now."""
        if isinstance(event, Loaded):
            self.steps, self.doing = event.steps, "training …"
        elif isinstance(event, Step):
            self.done, self.steps, self.left_s = event.step, event.steps, event.left_s
            self.losses.append((event.step, event.loss))
        elif isinstance(event, Validated):
            self.watched.append((event.step, event.loss))

    @property
    def elapsed_s(self) -> float:
        """How long it runs, or ran."""
        return (self._over or time.monotonic()) - self._began

    @property
    def words(self) -> str:
        """Where it is, in a line."""
        if self.running:
            steps = f"{self.done:,} of {self.steps:,} steps" if self.steps and not self.tuning else ""
            loss = f"loss {self.losses[-1][1]:.3f}" if self.losses and not self.tuning else ""
            left = f"about {seconds(self.left_s)} left" if self.left_s is not None else ""
            return " · ".join(part for part in (self.doing, steps, loss, left) if part)
        return self.ended

    @property
    def ended(self) -> str:
        """How it ended, in a line; empty while it runs."""
        if self.running:
            return ""
        if self.tuning:
            short = "; the comparison was stopped" if self.stopped else ""
            wrong = f"; not compared: {self.problem}" if self.problem else ""
            return f"{self.tuning.model_name} is a model of the project, asked with {self.tuning.prompt}{short}{wrong}"
        return self.problem or "stopped: nothing of it is kept"
