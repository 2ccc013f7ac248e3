"""What the workbench's screen does to keep its board fresh."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from synterm.core.case import Case
from synterm.core.model import ModelSpec
from synterm.errors import ProjectError, SyntermError
from synterm.evaluate.events import Event, Halted, Judged, Preparing
from synterm.providers.availability import usable
from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.text import plural, printable
from synterm.tui.board.live import Live
from synterm.tui.board.rows import GONE
from synterm.tui.hints import lacking
from synterm.tui.pacing import PacedScreen
from synterm.tui.painter import Painter
from synterm.tui.screens.fetch import FetchScreen
from synterm.tui.session import Session
from synterm.tui.trust.words import may_ask

_OFFLINE_S = 20.0
"""How often an endpoint that can't be reached is tried again, in seconds."""
_NOT_FETCHED = "the embedded model is not fetched; r asks again"
_PAUSED = "p goes on, r evaluates once"


class EvaluatingScreen(PacedScreen):
    """Runs the live engine in workers of the group ``live``: cancelling that group ends all that is under way."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,f5", "run_all", "Run all", id="live.run", tooltip="Evaluate every case in scope under every column"),
        Binding(
            "R",
            "ask_again",
            "Ask again",
            id="live.again",
            tooltip="Ask afresh about the case at the cursor",
        ),
        Binding("p", "pause", "Pause", id="live.pause", tooltip="Stop evaluating while you type, or go on"),
    ]
    painter: Painter
    """Made when the panes are there."""

    def __init__(self, project: Project, providers: Providers, settings: Settings) -> None:
        super().__init__()
        self.session = Session(project)
        self.live = Live(project, providers, settings, lambda: self.session.checklist.judges, self._is_restricted)
        self.paused = False
        self._providers = providers
        self._settings = settings
        self._next_try: Timer | None = None
        self._fetch_refused = False

    def use_settings(self, settings: Settings) -> None:
        """Evaluate by other settings from now on. Which endpoints may be asked stays as it was at the start."""
        self.live.use_settings(settings)
        self.painter.show_status()
        if self.painter.state == "capped":
            self.restart()

    def _may_ask(self) -> bool:
        if self.session.project.read_only:
            self.notify("The project file is read-only, so nothing is asked. Copy it to where you may write.")
            return False
        return may_ask(self, self.session.standing)

    def _is_restricted(self) -> bool:
        return self.session.standing.restricted

    def restart(self, delay: float = 0.0) -> None:
        """Evaluate what is not fresh, after `delay` seconds; what is under way for an earlier text is cancelled."""
        if self.paused:
            self._stop_live()
            self.painter.set_state("paused", _PAUSED)
            return
        self._begin_round(delay)

    def action_run_all(self) -> None:
        """Evaluate everything in scope, also what live mode leaves out."""
        if self._may_ask():
            self._fetch_refused = False
            self._begin_round(everything=True)

    def action_pause(self) -> None:
        """Stop live mode, or go on with it."""
        self.paused = not self.paused
        self.restart()

    def action_ask_again(self) -> None:
        """Ask afresh about the case under the cursor, under all columns."""
        case = self.painter.chosen_case()
        if case is not None and case is not GONE and self._may_ask():
            self._ask_again(case)

    def _begin_round(self, delay: float = 0.0, *, everything: bool = False) -> None:
        self.painter.everything = everything
        self.painter.set_state("restricted" if self._is_restricted() else "waiting")
        self._evaluate(delay, everything)

    def _stop_live(self) -> None:
        self.painter.everything = False
        self.workers.cancel_group(self, "live")

    @work(exclusive=True, group="live", exit_on_error=False)
    async def _evaluate(self, delay: float, everything: bool) -> None:
        await asyncio.sleep(delay)
        if not self._model_ready(everything):
            return
        session = self.session
        cases = [case for case in self.painter.visible_cases() if case is not GONE]
        await self._watch(self.live.follow(session.board, session.checklist, cases, everything=everything))
        self.painter.everything = False

    @work(group="live", exit_on_error=False)
    async def _ask_again(self, case: Case) -> None:
        """Beside what else runs. Whatever changes the text ends it too."""
        if self._model_ready():
            self.painter.set_state("running")
            self.painter.changed(case.id)
            await self._watch(self.live.ask_again(self.session.board, self.session.checklist, case))

    async def _watch(self, told: AsyncGenerator[Event]) -> None:
        try:
            async with aclosing(told) as events:
                async for event in events:
                    self._note(event)
        except asyncio.CancelledError:
            self.painter.superseded()
            raise
        except SyntermError as error:
            self.painter.set_state("blocked", str(error))
            self.painter.settled()
            if isinstance(error, ProjectError):
                # What became of answers that the file did not take is longer than the status line.
                said = printable("\n".join(filter(None, (str(error), error.hint))))
                self.notify(said, severity="error", timeout=20, markup=False)
        else:
            self.painter.settled()
            if self.painter.state in ("waiting", "running") and not self._others_run():
                self._settle()

    def _settle(self) -> None:
        """Say how it stands, now that nothing is under way."""
        failure = self.session.board.common_failure()
        if failure is None:
            self.painter.set_state(*(("paused", _PAUSED) if self.paused else ("idle", "")))
        elif failure.unreachable:
            self.painter.set_state("offline", f"{failure.error}; tried again every {_OFFLINE_S:.0f} s, r: now")
            self._try_later()
        else:
            self.painter.set_state("blocked", failure.error or failure.outcome.value)

    def _try_later(self) -> None:
        if self._next_try:
            self._next_try.stop()
        self._next_try = self.set_timer(_OFFLINE_S, self._try_again)

    def _try_again(self) -> None:
        # One request shows whether the endpoint is back: the engine gave it up, and tries it once.
        if self.painter.state == "offline" and not self.paused:
            self._evaluate(0.0, everything=False)

    def _others_run(self) -> bool:
        running = (worker for worker in self.workers if worker.is_running and not worker.is_cancelled)
        return sum(worker.group == "live" for worker in running) > 1

    def _note(self, event: Event) -> None:
        if isinstance(event, Halted):
            self.painter.set_state("capped", f"{event.reason}: {plural(event.left, 'evaluation')} left. {event.hint}")
            return
        if isinstance(event, Preparing):
            self.painter.set_state("waiting", event.words)
            return
        if self.painter.state in ("waiting", "offline"):
            self.painter.set_state("running")
        if isinstance(event, Judged):
            self.painter.landed(event.evaluation.task.case.id)
        else:
            self.painter.changed(event.task.case.id)

    def _model_ready(self, everything: bool = False) -> bool:
        """Whether the model can be used; offers to fetch what it lacks. Says in the status line why not."""
        model = self.session.model
        if model is None or self.session.body is None:
            self.painter.set_state("blocked", lacking(self.session))
            return False
        if self.session.project.read_only or self._is_restricted():
            return True
        found = usable(model, self._settings.approved_endpoints)
        if found.state == "fetch":
            self.painter.set_state("blocked", _NOT_FETCHED)
            self._offer_fetch(everything)
            return False
        if found.state == "missing":
            state = "restricted" if found.restricted else "blocked"
            why = found.reason.removeprefix(f"the model {model.name!r} ")
            named = f"{model.name} {why}" if why != found.reason else f"{model.name}: {why}"
            self.painter.set_state(state, f"{named}. {found.hint or ''}")
            return False
        return True

    def _offer_fetch(self, everything: bool) -> None:
        # Whatever begins a round meanwhile, and that is every key, must not ask a second time.
        if self._fetch_refused or any(isinstance(screen, FetchScreen) for screen in self.app.screen_stack):
            return

        def fetched(there: bool | None) -> None:
            self._fetch_refused = not there
            if there:
                self._begin_round(everything=everything)

        self.app.push_screen(FetchScreen(), fetched)

    @work(group="warm", exit_on_error=False)
    async def _warm(self) -> None:
        """Start what the project's models need ahead of the first request."""
        if self.session.model and not (self.session.project.read_only or self._is_restricted()):
            ready = [spec for spec in self.session.models if self._is_ready(spec)]
            await self._providers.warm(ready)

    def _is_ready(self, spec: ModelSpec) -> bool:
        return usable(spec, self._settings.approved_endpoints).state == "ready"

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker of its own that failed is told of: nothing fails in silence."""
        if event.state is WorkerState.ERROR and event.worker.error and event.worker.node is self:
            self.painter.set_state("blocked", f"internal error: {event.worker.error!r}")
