"""The inbox of traffic as it is shown: places on the left, their calls on the right, the one under the cursor below."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar, cast

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static
from textual.worker import Worker, get_current_worker  # pyright: ignore[reportUnknownVariableType]

from synterm.core.traffic import LoggedCall, TrafficState
from synterm.errors import InputError, SyntermError
from synterm.production.inbox_query import EXAMPLE, read_query
from synterm.storage.project import Project
from synterm.storage.traffic import TrafficFilter
from synterm.text import one_line
from synterm.tui.inbox.calls import CallRows
from synterm.tui.inbox.places import COLUMNS, PlaceRow, place_cells, place_rows
from synterm.tui.inbox.reading import Looked, about, look, look_closer
from synterm.tui.inbox.text import (
    CALL_COLUMNS,
    about_parts,
    call_cells,
    call_text,
    empty_text,
    headline,
    placing_notes,
    share_words,
)
from synterm.tui.screens.place import PlaceScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.session import Session
from synterm.tui.widgets.frame import retitle
from synterm.tui.widgets.line_list import LineList
from synterm.tui.widgets.pane_tabs import PaneTabs
from synterm.tui.widgets.table import Table
from synterm.tui.widgets.text_pane import TextPane

_PANES = ("places", "calls")
_COUNTING = "counting …"
_PAUSE = 0.05
"""Seconds that the cursor must rest before what it stands on is read."""


class _LeftError(Exception):
    """Nobody waits for it any more."""


class InboxSeenScreen(PlaceScreen):
    """Reads and shows; what is done with calls is for who inherits from it."""

    CSS_PATH = "inbox.tcss"
    AUTO_FOCUS = "#places"
    heading = "Production"
    HELP = "What the app was asked, by behavior; what no case covers; and making cases of it."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "toggle_done", "Done too", id="inbox.done", show=False, tooltip="Show promoted and put away too"),
        Binding("m", "about", "Meaning", id="inbox.about", show=False, tooltip="What the figures mean; the logs"),
        Binding("z", "zoom", "Zoom", id="inbox.zoom", show=False, tooltip="Give the pane the whole screen, or not"),
        Binding("1", "pane('places')", "Traffic", id="inbox.places", show=False, tooltip="Behaviors and clusters"),
        Binding("2", "pane('calls')", "Calls", id="inbox.calls", show=False, tooltip="The calls of one of them"),
        Binding("ctrl+r", "reload", "Read again", id="inbox.reload", show=False, tooltip="Look at the traffic anew"),
    ]

    places = getters.query_one("#places", Table)
    calls = getters.query_one("#calls", Table)
    text = getters.query_one("#call", TextPane)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.query_text = ""
        self.which = TrafficFilter()
        """What the query asks for."""
        self.looked: Looked | None = None
        """What was counted; None until it is."""
        self.done_too = False
        """Whether calls are listed that something was done with."""
        self._rows: list[PlaceRow] = []
        self._listed: TrafficFilter | None = None
        """Which calls are shown."""
        self.shown = self._no_calls()

    def compose_place(self) -> ComposeResult:
        """Tabs for where not all fits; filter; places; calls and the one under the cursor."""
        yield PaneTabs(("Traffic", "Calls"), id="tabs")
        entry = Input(placeholder=f"/ filter   {EXAMPLE}", classes="filter", compact=True)
        entry.display = False
        yield entry
        yield Static(empty_text(str(self.session.project.path)), id="nothing", markup=False)
        with Horizontal(id="inbox"):
            yield Table(id="places", classes="pane")
            with Vertical(id="right"):
                yield Table(id="calls", classes="pane")
                yield TextPane(id="call", classes="pane")

    def on_mount(self) -> None:
        """Count the traffic."""
        self.action_pane("places")
        self.places.show(COLUMNS, (), place_cells, _COUNTING)
        self.calls.show(CALL_COLUMNS, (), call_cells, "")
        self.say(_COUNTING)
        # First the screen is drawn: what the thread does takes turns with that.
        self.call_after_refresh(self.action_reload)

    # Reading.

    def action_reload(self) -> None:
        """Look at the traffic anew; what was found stays until then."""
        self._listed = None
        self._load(self.which)

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self, which: TrafficFilter) -> None:
        worker = cast("Worker[None]", get_current_worker())
        try:
            found = await asyncio.to_thread(self.read, partial(look, which=which))
            self._found(found)
            if found.report.uncovered.calls:
                head = headline(found.report)
                self.say(f"{head} · putting what is uncovered into clusters …")

                def told(words: str) -> None:
                    if worker.is_cancelled:
                        raise _LeftError
                    self.app.call_from_thread(self.say_if_there, f"{head} · clusters: {words} …")

                closer = partial(look_closer, which=which, found=found, told=told)
                self._found(await asyncio.to_thread(self.read, closer))
        except SyntermError as error:
            self.say("the traffic could not be looked at: ctrl+r tries again")
            self.tell(error)

    def _found(self, found: Looked) -> None:
        before = self.place
        self.looked = found
        self._rows = place_rows(found.report, found.clusters)
        self.set_class(not found.report.all.calls and not self.query_text, "-nothing")
        notes = [*found.report.notes, *placing_notes(found.report)]
        note = f"! {notes[0]} · " if notes else ""
        query = f" · {one_line(self.query_text, 60)}" if self.query_text else ""
        self.say(f"{note}{headline(found.report)}{query}")
        self.places.border_title = Content("Traffic")
        self.places.show(COLUMNS, self._rows, place_cells, "no call fits the filter" if self.query_text else "")
        same = (at for at, row in enumerate(self._rows) if before and row.key == before.key)
        with self.prevent(LineList.Highlighted):
            self.places.cursor = next(same, 0)
        if self.place is None or self._listed != self.listed(self.place):
            self.show_place()
        else:
            self._title_calls()
        if self._rows:
            self.take_focus(self.places)

    def say_if_there(self, note: str) -> None:
        """Tell how far something is, as long as somebody looks."""
        if self.is_attached:
            self.say(note)

    # Showing.

    @property
    def place(self) -> PlaceRow | None:
        """The one under the cursor."""
        return self._rows[self.places.cursor] if self._rows else None

    @property
    def call(self) -> LoggedCall | None:
        """The one under the cursor."""
        found = self.shown[self.calls.cursor] if len(self.shown) else None
        return found if found and found.id else None

    @on(LineList.Highlighted, "#places")
    def _other_place(self) -> None:
        self.show_place()

    def show_place(self) -> None:
        """Show the calls of the place under the cursor, the newest first."""
        self.calls.cursor = 0
        self._listed = self.listed(self.place) if self.place else None
        self._read_calls(self.place)

    @work(exclusive=True, group="calls", exit_on_error=False)
    async def _read_calls(self, place: PlaceRow | None) -> None:
        if place is None:
            self._show_calls(self._no_calls())
            return
        await asyncio.sleep(_PAUSE)
        which = self.listed(place)
        keys = await asyncio.to_thread(self.read, lambda project: project.inbox.keys(which))
        store = self.session.project.inbox
        self._show_calls(CallRows(keys, store.glimpse, store.ids_of))

    def listed(self, place: PlaceRow) -> TrafficFilter:
        """The calls of a place that are listed: new ones, unless others are asked for."""
        which = place.narrowed(self.which)
        return which if self.done_too or which.states else replace(which, states=("new",))

    def _no_calls(self) -> CallRows:
        return CallRows([], lambda _: [], lambda _: {})

    def _show_calls(self, rows: CallRows) -> None:
        self.shown = rows
        nothing = "" if self.place is None else "all done: t shows what was promoted and put away"
        self.calls.show(CALL_COLUMNS, rows, call_cells, nothing)
        self._title_calls()
        self.show_call()

    def _title_calls(self) -> None:
        place = self.place
        of = "" if place is None else one_line(place.name, 60)
        new = "" if self.done_too or self.which.states else " new"
        retitle(
            self.calls,
            Content(f"Calls  {len(self.shown):,}{new}  {of}"),
            Content(share_words(place) if place else ""),
        )

    @on(LineList.Highlighted, "#calls")
    def show_call(self) -> None:
        """Show the call under the cursor: what it says at once, what is known of it a moment later."""
        call = self.call
        retitle(self.text, Content(f"Call  {call.id[-8:]}" if call else "Call"))
        if call is None:
            self.text.show(Content(""))
            return
        self.text.show(call_text(call, "", None, None, ()))
        self._read_about(call)

    @work(exclusive=True, group="about", exit_on_error=False)
    async def _read_about(self, call: LoggedCall) -> None:
        self.text.show(await self.text_of(call))

    async def text_of(self, call: LoggedCall) -> Content:
        """All that is known of a call."""
        looked = self.looked
        assert looked, "calls are shown once traffic was counted"
        await asyncio.sleep(_PAUSE)

        def work(project: Project) -> Content:
            found = about(project, looked.tree, call)
            return call_text(call, found.path, found.nearest, found.candidate, found.verdicts)

        return await asyncio.to_thread(self.read, work)

    def became(self, call_ids: Sequence[str], state: TrafficState) -> None:
        """Show what became of calls; they stay where they are until the inbox is read anew."""
        if not self.is_attached:
            return
        wanted = frozenset(call_ids)
        self.shown.set_state(call_ids, state)
        place = self.place
        before: TrafficState = "new" if state != "new" else "promoted"
        if place and len(wanted) == 1 and (call := self.call) and call.id in wanted:
            for row in self._rows:
                if row.holds(call.scenario_id, call.id, call.placing):
                    row.moved(before, state, 1)
        else:
            self.action_reload()
        self.calls.refresh()
        self.places.refresh()
        self._title_calls()
        self.show_call()

    # Moving.

    @on(Table.Opened, "#places")
    def _place_opened(self) -> None:
        self.action_pane("calls")

    @on(Table.Opened, "#calls")
    @work(exit_on_error=False)
    async def _call_opened(self) -> None:
        if call := self.call:
            self.app.push_screen(TextScreen(f"Call {call.id[-8:]}", [await self.text_of(call)]))

    def action_pane(self, name: str) -> None:
        """Go to a pane; where not all have room, it comes on the screen."""
        for pane in _PANES:
            self.set_class(pane == name, f"-at-{pane}")
        self.query_one(PaneTabs).chosen = _PANES.index(name)
        self.query_one(f"#{name}").focus()

    @on(PaneTabs.Chosen)
    def _tab_chosen(self, event: PaneTabs.Chosen) -> None:
        self.action_pane(_PANES[event.index])

    def action_zoom(self) -> None:
        """Give the pane the whole screen, or take it back."""
        if self.maximized:
            self.minimize()
        elif self.focused:
            self.maximize(self.focused, container=False)

    def action_toggle_done(self) -> None:
        """List also calls that something was done with, or only new ones."""
        self.done_too = not self.done_too
        self.show_place()

    def action_about(self) -> None:
        """Tell what the figures mean, and where the traffic came from."""
        if self.looked:
            self.app.push_screen(TextScreen("Production traffic", about_parts(self.looked.report)))

    def action_filter(self) -> None:
        """Go to the filter."""
        entry = self.query_one(Input)
        entry.display = True
        entry.focus()

    @on(Input.Submitted)
    def _filtered(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            self.which = read_query(event.value, datetime.now(UTC))
        except InputError as error:
            self.tell(error)
            return
        self.query_text = event.value.strip()
        self._close_filter()
        self.action_reload()

    def _close_filter(self) -> None:
        entry = self.query_one(Input)
        entry.value = self.query_text
        entry.display = bool(self.query_text)
        self.places.focus()

    def action_leave(self) -> None:
        """Out of the filter, away with it, back to the places, or out of the screen."""
        entry = self.query_one(Input)
        if self.maximized:
            self.minimize()
        elif entry.has_focus:
            self._close_filter()
        elif self.has_class("-narrow") and self.has_class("-at-calls"):
            self.action_pane("places")
        elif self.query_text:
            self.query_text, self.which = "", TrafficFilter()
            self._close_filter()
            self.action_reload()
        else:
            super().action_leave()
