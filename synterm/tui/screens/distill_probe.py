"""Asking models about a failure, live: what the windows over the Distill screen share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import ClassVar, TypeVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from synterm.core.case import input_text
from synterm.core.evaluation import Variant
from synterm.core.model import ModelSpec
from synterm.errors import InputError, SyntermError
from synterm.evaluate.events import Event, Judged, Preparing, Retrying, Started
from synterm.providers.availability import usable
from synterm.reports.figures import dollars, seconds
from synterm.storage.project import Project
from synterm.text import one_line, plural
from synterm.tui.edits import Edit
from synterm.tui.screens.fetch import FetchScreen
from synterm.tui.screens.text import MUTED
from synterm.tui.session import Session
from synterm.tui.trust.words import refused
from synterm.tui.widgets.key_footer import KeyFooter

T = TypeVar("T")
DoEdit = Callable[[Edit, str], Awaitable[bool]]
"""Makes an edit that can be taken back, and says so with a note."""
_FRAME_S = 0.1
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_SHOWN = 300
_WHOLE = ("nothing more can be left out", "each turn is found", "it does not fail")
"""How the reasons begin for which nothing is left to be done."""


class ProbeScreen(ModalScreen[None]):
    """Does its work as soon as it is open, and draws it as it goes. The first esc stops it, the next one closes.

    Subclasses give `work_on`, `body` and `draw_found`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "leave", "Stop / close", id="probe.leave", tooltip="Stop, keeping what was found; then close"
        ),
        Binding("r", "again", "Go on", id="probe.again", tooltip="Go on with what was cut short: answers are kept"),
    ]
    DEFAULT_CSS = """
    ProbeScreen {
        align: center middle;
        & > Vertical {
            width: 96%; max-width: 150; height: 90%; padding: 0 1;
            background: $surface; border: round $primary;
            border-title-color: $text-primary; border-title-style: bold; border-subtitle-color: $text-muted;
        }
        & #trying, & #progress { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & #ended { height: auto; max-height: 3; padding: 0 1; }
    }
    """

    def __init__(self, session: Session, title: str) -> None:
        super().__init__()
        self.session = session
        self.running = False
        self.ended = ""
        """Why it ended; empty while it runs."""
        self.problem = ""
        self.requests = self.cached = 0
        self.cost_usd = 0.0
        self.most = 0
        """How many requests are made at most; 0: nobody can tell."""
        self.trying = ""
        self._title = title
        self._note = ""
        self._began = 0.0
        self._frame = 0

    def compose(self) -> ComposeResult:
        """What is found, what is tried, and how far it is."""
        with Vertical() as box:
            box.border_title = Content(one_line(self._title, 100))
            yield from self.body()
            yield Static(id="trying", markup=False)
            yield Static(id="ended", markup=False)
            yield Static(id="progress", markup=False)
        yield KeyFooter()

    def body(self) -> list[Widget]:
        """What shows what is found."""
        raise NotImplementedError

    async def work_on(self) -> str:
        """Do it; gives why it ended. Raises SyntermError."""
        raise NotImplementedError

    def draw_found(self) -> None:
        """Show what is found so far."""
        raise NotImplementedError

    def stopped(self) -> None:
        """It was stopped in the middle: keep what there is."""

    def on_mount(self) -> None:
        """Begin."""
        self.set_interval(_FRAME_S, self.draw)
        self.begin()

    def begin(self) -> None:
        """Begin, or go on."""
        self.running, self.ended, self.problem, self._began = True, "", "", time.monotonic()
        self._work()
        self.draw()

    @work(exclusive=True, group="probe", exit_on_error=False)
    async def _work(self) -> None:
        try:
            self.ended = await self.work_on()
        except SyntermError as error:
            self.problem = f"{error}; {error.hint}" if error.hint else str(error)
        except asyncio.CancelledError:
            self.ended = "stopped: what was found is kept, and answers are in the project file"
            self.stopped()
            raise
        except Exception as error:  # noqa: BLE001 - told of below; the screen stays
            self.problem = f"internal error: {error!r}"
            self.log.error(self.problem)
        finally:
            self.running, self.trying, self._note = False, "", ""
            if self.is_attached:
                self.draw()
                self.refresh_bindings()

    def draw(self) -> None:
        """Show where it is: a few times a second at most, however fast it goes."""
        if self.running:
            self._frame += 1
        trying = Content.assemble(("  trying  ", MUTED), one_line(self.trying, _SHOWN)) if self.trying else Content("")
        self.query_one("#trying", Static).update(trying)
        self.query_one("#progress", Static).update(self._progress())
        ended = self.query_one("#ended", Static)
        if self.problem:
            ended.update(Content.assemble(("✗ ", "$text-error"), one_line(self.problem, _SHOWN)))
        else:
            ended.update(Content.styled(one_line(self.ended, _SHOWN), MUTED))
        self.draw_found()

    def _progress(self) -> Content:
        of = f" of at most {self.most}" if self.most else ""
        cost = f" · {dollars(self.cost_usd)}"
        parts = f"{plural(self.requests, 'request')}{of} · {self.cached:,} from the project file{cost}"
        if not self.running:
            return Content.styled(parts, MUTED)
        spin = _SPINNER[self._frame % len(_SPINNER)] if self.app.animation_level != "none" else "…"
        gone = seconds(time.monotonic() - self._began)
        note = f" · {one_line(self._note, 80)}" if self._note else ""
        return Content.assemble((f"{spin} ", "$text-accent"), (f"{parts} · {gone}{note} · esc stops", MUTED))

    def watch_event(self, event: Event) -> None:
        """Something happened to a request."""
        if isinstance(event, Started):
            self.trying, self._note = input_text(event.task.case.input), ""
        elif isinstance(event, Judged):
            self.cached += event.evaluation.completion.cached
            self.requests += not event.evaluation.completion.cached
            self.cost_usd += sum(call.cost_usd or 0.0 for call in event.evaluation.calls if not call.cached)
        elif isinstance(event, Retrying):
            self._note = f"{event.failure.error or event.failure.outcome.value}; sent again in {event.wait_s:.0f} s"
        elif isinstance(event, Preparing):
            self._note = event.words

    async def look(self, reading: Callable[[Project], T]) -> T:
        """Read on a connection of its own, in a thread. Raises SyntermError."""

        def read() -> T:
            with Project.look(self.session.project.path) as project:
                return reading(project)

        return await asyncio.to_thread(read)

    async def ready(self, variant: Variant, *others: ModelSpec) -> None:
        """Raise InputError where a model can't be asked; offers to fetch what it lacks."""
        if self.session.standing.restricted:
            raise refused(self, "nothing is asked about its failures")
        for model in (variant.model, *others):
            found = usable(model, self.session.generating.settings.approved_endpoints)
            fetched = found.state != "fetch" or await self.app.push_screen_wait(FetchScreen())
            if found.state == "missing" or not fetched:
                raise InputError(f"{model.name}: {found.reason}", hint=found.hint)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What there is nothing for is not offered."""
        return action != "again" or (not self.running and self.can_go_on)

    @property
    def can_go_on(self) -> bool:
        """Whether it was cut short."""
        return bool(self.problem) or not self.ended.startswith(_WHOLE)

    def action_leave(self) -> None:
        """Stop it; where it is over, close."""
        if self.running:
            self.workers.cancel_group(self, "probe")
        else:
            self.dismiss()

    def action_again(self) -> None:
        """Go on."""
        if not self.running:
            self.requests = self.cached = 0
            self.begin()
