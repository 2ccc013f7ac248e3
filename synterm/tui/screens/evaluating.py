"""What the workbench's screen does to keep its board fresh."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from textual import work
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from synterm.core.case import Case
from synterm.core.model import ModelSpec
from synterm.errors import SyntermError
from synterm.evaluate.events import Event, Halted, Judged
from synterm.providers.availability import usable
from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.text import plural
from synterm.tui.live import Live
from synterm.tui.painter import Painter
from synterm.tui.screens.fetch import FetchScreen
from synterm.tui.session import Session


class EvaluatingScreen(Screen[None]):
    """Runs the live engine in workers of the group ``live``: cancelling that group ends all that is under way."""

    painter: Painter
    """Made when the panes are there."""

    def __init__(self, project: Project, providers: Providers, settings: Settings) -> None:
        super().__init__()
        self.session = Session(project)
        self.live = Live(project, providers, settings)
        self._providers = providers
        self._settings = settings

    def _may_ask(self) -> bool:
        if self.session.project.read_only:
            self.notify("The project file is read-only, so nothing is asked. Copy it to where you may write.")
        return not self.session.project.read_only

    def _restart(self, delay: float) -> None:
        self.painter.set_state("waiting")
        self._evaluate(delay)

    @work(exclusive=True, group="live", exit_on_error=False)
    async def _evaluate(self, delay: float) -> None:
        await asyncio.sleep(delay)
        if not await self._model_ready():
            return
        session, everything = self.session, self.painter.everything
        cases = self.painter.visible_cases()
        await self._watch(self.live.follow(session.board, session.checklist, cases, everything=everything))
        self.painter.everything = False

    @work(group="live", exit_on_error=False)
    async def _ask_again(self, case: Case) -> None:
        """Beside what else runs. Whatever changes the text ends it too."""
        if await self._model_ready():
            self.painter.set_state("running")
            self.painter.changed(case.id)
            await self._watch(self.live.ask_again(self.session.board, self.session.checklist, case))

    async def _watch(self, told: AsyncGenerator[Event]) -> None:
        try:
            async with aclosing(told) as events:
                async for event in events:
                    self._note(event)
        except SyntermError as error:
            self.painter.set_state("blocked", str(error))
        else:
            if self.painter.state in ("waiting", "running") and not self._others_run():
                failure = self.session.board.common_failure()
                self.painter.set_state("blocked" if failure else "idle", failure)
        finally:
            self.painter.settled()

    def _others_run(self) -> bool:
        running = (worker for worker in self.workers if worker.is_running and not worker.is_cancelled)
        return sum(worker.group == "live" for worker in running) > 1

    def _note(self, event: Event) -> None:
        if isinstance(event, Halted):
            self.painter.set_state("capped", f"{event.reason}: {plural(event.left, 'evaluation')} left. {event.hint}")
            return
        if self.painter.state == "waiting":
            self.painter.set_state("running")
        if isinstance(event, Judged):
            self.painter.landed(event.evaluation.task.case.id)
        else:
            self.painter.changed(event.task.case.id)

    async def _model_ready(self) -> bool:
        """Whether the model can be used; offers to fetch what it lacks. Says in the status line why not."""
        model = self.session.model
        if model is None or self.session.body is None:
            self.painter.set_state("idle")
            return False
        if self.session.project.read_only:
            return True
        found = usable(model, self._settings.approved_endpoints)
        if found.state == "fetch":
            if await self.app.push_screen_wait(FetchScreen()):
                return True
            self.painter.set_state("blocked", "the embedded model is not fetched; r asks again")
            return False
        if found.state == "missing":
            self.painter.set_state("blocked", f"{model.name}: {found.reason}. {found.hint or ''}")
            return False
        return True

    @work(group="warm", exit_on_error=False)
    async def _warm(self) -> None:
        """Start what the project's models need ahead of the first request."""
        if self.session.model and not self.session.project.read_only:
            ready = [spec for spec in self.session.models if self._is_ready(spec)]
            await self._providers.warm(ready)

    def _is_ready(self, spec: ModelSpec) -> bool:
        return usable(spec, self._settings.approved_endpoints).state == "ready"

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that failed is told of: nothing fails in silence."""
        if event.state is WorkerState.ERROR and event.worker.error:
            self.painter.set_state("blocked", f"internal error: {event.worker.error!r}")
            self.log.error(str(event.worker.error))
