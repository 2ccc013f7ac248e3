"""What a plan comes to, as it is shown: behaviors, examples, refusals, tunings."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static, TabbedContent, TabPane

from synterm.core.training import BehaviorTraining, Refusal, TrainingExample
from synterm.core.tuning import Tuning
from synterm.text import one_line
from synterm.tui.coverage.counts import CountLine
from synterm.tui.finetune.balance import balance_lines
from synterm.tui.finetune.reading import Counted
from synterm.tui.finetune.rows import (
    BEHAVIOR_COLUMNS,
    EXAMPLE_COLUMNS,
    GUARDS,
    REFUSAL_COLUMNS,
    TUNING_COLUMNS,
    behavior_cells,
    example_cells,
    refusal_cells,
    tuning_cells,
)
from synterm.tui.finetune.text import (
    behavior_text,
    example_text,
    guards_text,
    headline,
    labels_text,
    leak_parts,
    nothing_text,
    refusal_text,
    size_text,
    tuning_text,
)
from synterm.tui.finetune.totals import behavior_rows
from synterm.tui.screens.finetune_plan import COUNTING, PlanScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.session import Session
from synterm.tui.widgets.coverage.counts import CountList
from synterm.tui.widgets.line_list import LineList
from synterm.tui.widgets.pane_tabs import PaneTabs
from synterm.tui.widgets.table import Cell, Table
from synterm.tui.widgets.text_pane import TextPane

TABS = ("examples-tab", "refused-tab", "balance-tab", "tunings-tab")
_PANES = ("plan", "behaviors", "rows")


class SeenScreen(PlanScreen):
    """The form on the left; on the right what it comes to."""

    heading = "Fine-tune"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "next_tab", "Tab", id="finetune.tab", tooltip="Examples, refused, balance, tunings"),
        Binding("f", "form", "Form", id="finetune.form", tooltip="Hide the form, or show it and go to it"),
        Binding("g", "next_guard", "Guard", id="finetune.guard", show=False, tooltip="What the next guard refused"),
        Binding("z", "zoom", "Zoom", id="finetune.zoom", show=False, tooltip="Give the pane the screen, or not"),
        Binding("1", "pane('plan')", "Plan", id="finetune.plan", show=False, tooltip="What is learnt"),
        Binding("2", "pane('behaviors')", "Behaviors", id="finetune.behaviors", show=False, tooltip="The behaviors"),
        Binding("3", "pane('rows')", "Rows", id="finetune.rows", show=False, tooltip="Examples and refusals"),
    ]

    behaviors = getters.query_one("#behaviors", Table)
    examples = getters.query_one("#examples", Table)
    refused = getters.query_one("#refused", Table)
    tunings = getters.query_one("#tunings", Table)
    tabs = getters.query_one(TabbedContent)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.counted: Counted | None = None
        """What the last plan that was counted comes to."""
        self._guard: str | None = None
        self._rows: Sequence[BehaviorTraining] = ()

    def compose_place(self) -> ComposeResult:
        """Plan; size and behaviors; tabs with what goes in and what does not."""
        yield PaneTabs(("Plan", "Behaviors", "Rows"), id="panes")
        with Horizontal(id="finetune"):
            yield self.make_form()
            with Vertical(id="learnt"):
                yield Static(id="size", markup=False)
                yield Static(id="nothing", markup=False)
                yield Table(id="behaviors", classes="pane")
                yield Static(id="labels", markup=False)
                with TabbedContent():
                    with TabPane("Examples", id=TABS[0]), Container(classes="beside"):
                        yield Table(id="examples", classes="pane")
                        yield TextPane(id="example", classes="pane")
                    with TabPane("Refused", id=TABS[1]):
                        yield Static(id="guards", markup=False)
                        with Container(classes="beside"):
                            yield Table(id="refused", classes="pane")
                            yield TextPane(id="refusal", classes="pane")
                    with TabPane("Balance", id=TABS[2]):
                        yield CountList(id="balance", classes="pane")
                    with TabPane("Tunings", id=TABS[3]):
                        yield Static(id="training", markup=False)
                        with Container(classes="beside"):
                            yield Table(id="tunings", classes="pane")
                            yield TextPane(id="tuning", classes="pane")

    def on_mount(self) -> None:
        """Count what the form says as it opens."""
        self.action_pane("behaviors")
        self.behaviors.show(BEHAVIOR_COLUMNS, (), _no_cells, COUNTING)
        self.examples.show(EXAMPLE_COLUMNS, (), _no_cells, COUNTING)
        self.refused.show(REFUSAL_COLUMNS, (), _no_cells, COUNTING)
        self.say(COUNTING)
        # First the screen is drawn: what the thread does takes turns with that.
        self.call_after_refresh(self.action_reload)

    def show_counted(self, found: Counted) -> None:
        """Show what was counted; the cursors stay."""
        chosen = self.behavior
        self.counted = found
        self.set_class(False, "-stale")
        self.set_class(not found.found.examples, "-nothing")
        self.set_class(not found.found.examples and not found.found.refusals, "-empty")
        self.say(headline(found))
        self.query_one("#size", Static).update(size_text(found.report))
        self.query_one("#nothing", Static).update(nothing_text(found.report))
        self._rows = behavior_rows(found.report)
        cells = partial(behavior_cells, labels=tuple(found.report.labels))
        self.behaviors.border_title = Content(f"Behaviors  {len(found.behaviors):,}")
        self.behaviors.show(BEHAVIOR_COLUMNS, self._rows, cells, "no behavior fits the plan")
        same = (number for number, row in enumerate(self._rows) if chosen and row.path == chosen.path)
        self.behaviors.cursor = next(same, 0)
        self._show_behavior()
        self.refresh_bindings()
        if found.found.examples:
            self.take_focus(self.behaviors)

    # Showing.

    @property
    def behavior(self) -> BehaviorTraining | None:
        """The one under the cursor; None for all of them."""
        at = self.behaviors.cursor
        return self._rows[at] if self._rows and (at or len(self._rows) == 1) else None

    @property
    def example(self) -> TrainingExample | None:
        """The one under the cursor."""
        return self.examples.rows[self.examples.cursor][1] if self.examples.rows else None

    @on(LineList.Highlighted, "#behaviors")
    def _other_behavior(self) -> None:
        self.examples.cursor = self.refused.cursor = 0
        self._show_behavior()

    def _show_behavior(self) -> None:
        found, one = self.counted, self.behavior
        if found is None:
            return
        path, name = (one.path, f"  {one_line(one.path, 60)}") if one else (None, "")
        shown = _Numbered(found.examples_of(path))
        self.query_one("#labels", Static).update(labels_text(one or found.report, max(self.behaviors.size.width, 20)))
        self.examples.border_title = Content(f"Examples  {len(shown):,}{name}")
        self.examples.border_subtitle = Content("◇ to watch the training")
        self.examples.show(EXAMPLE_COLUMNS, shown, lambda row: example_cells(*row), "nothing is learnt here")
        self._label(0, "Examples", len(shown))
        self._show_example()
        self._show_refused()
        lines: list[CountLine] = balance_lines(found.report, one)
        self.query_one("#balance", CountList).show(lines, "nothing to weigh")
        self.query_one("#balance").border_title = Content(f"Balance{name}")

    def _label(self, tab: int, words: str, count: int) -> None:
        self.tabs.get_tab(TABS[tab]).label = Content(f"{words} {count:,}" if count else words)

    @on(LineList.Highlighted, "#examples")
    def _show_example(self) -> None:
        one = self.example
        self.query_one("#example", TextPane).show(example_text(one) if one else Content(""))

    def _show_refused(self) -> None:
        assert self.counted
        path = self.behavior.path if self.behavior else None
        everything = self.counted.refusals_of(path)
        counts = {guard: sum(one.guard == guard for one in everything) for guard in GUARDS}
        if self._guard and not counts.get(self._guard):
            self._guard = None
        rows = self.counted.refusals_of(path, self._guard)
        self.query_one("#guards", Static).update(guards_text(counts, self._guard))
        self.refused.border_title = Content(f"Refused  {len(rows):,}")
        self.refused.border_subtitle = Content("g  the next guard alone")
        self.refused.show(REFUSAL_COLUMNS, rows, refusal_cells, "nothing is refused")
        self._label(1, "Refused", len(everything))
        self._show_refusal()

    @on(LineList.Highlighted, "#refused")
    def _show_refusal(self) -> None:
        rows = self.refused.rows
        text = refusal_text(rows[self.refused.cursor]) if rows else Content("")
        self.query_one("#refusal", TextPane).show(text)

    def show_tunings(self, tunings: Sequence[Tuning]) -> None:
        """Show the tunings of the project; the newest first."""
        self.tunings.border_title = Content(f"Tunings  {len(tunings):,}")
        self.tunings.show(TUNING_COLUMNS, tunings, tuning_cells, "nothing was trained yet: T trains here")
        self._label(3, "Tunings", len(tunings))
        self._show_tuning()

    @on(LineList.Highlighted, "#tunings")
    def _show_tuning(self) -> None:
        rows = self.tunings.rows
        one: Tuning | None = rows[self.tunings.cursor] if rows else None
        text = Content("\n").join([*self.about_tuning(one), tuning_text(one)]) if one else Content("")
        self.query_one("#tuning", TextPane).show(text)

    def about_tuning(self, one: Tuning) -> list[Content]:
        """What else is known of it."""
        return []

    # Opening.

    @on(Table.Opened, "#behaviors")
    def _behavior_opened(self, event: Table.Opened) -> None:
        self.app.push_screen(TextScreen("Behavior", behavior_text(event.table.rows[event.index])))

    @on(Table.Opened, "#examples")
    def _example_opened(self) -> None:
        if self.example:
            self.app.push_screen(TextScreen("Example", [example_text(self.example)]))

    @on(Table.Opened, "#refused")
    @work(exclusive=True, group="leak", exit_on_error=False)
    async def _refusal_opened(self, event: Table.Opened) -> None:
        one: Refusal = event.table.rows[event.index]
        ids = [case_id for case_id in (one.case_id, one.other) if case_id]
        cases = await asyncio.to_thread(self.read, lambda project: project.cases.named(ids))
        self.app.push_screen(TextScreen("Refused", leak_parts(one, cases)))

    @on(Table.Opened, "#tunings")
    def _tuning_opened(self, event: Table.Opened) -> None:
        self.app.push_screen(TextScreen("Tuning", [tuning_text(event.table.rows[event.index])]))

    # Around it.

    def action_next_tab(self) -> None:
        """Turn to the next tab."""
        self.tabs.active = TABS[(TABS.index(self.tabs.active) + 1) % len(TABS)]
        self._at("rows")
        self.call_after_refresh(self._focus_tab)

    def _focus_tab(self) -> None:
        self.query_one(("#examples", "#refused", "#balance", "#tunings")[TABS.index(self.tabs.active)]).focus()

    def action_next_guard(self) -> None:
        """Show what the next guard refused alone; after the last all of it."""
        if self.counted is None:
            return
        here = {one.guard for one in self.counted.refusals_of(self.behavior.path if self.behavior else None)}
        guards: list[str | None] = [None, *(guard for guard in GUARDS if guard in here)]
        self._guard = guards[(guards.index(self._guard) + 1) % len(guards)] if self._guard in guards else None
        self.tabs.active = TABS[1]
        self.refused.cursor = 0
        self._show_refused()

    def action_pane(self, name: str) -> None:
        """Go to a pane; where not all have room, it comes on the screen."""
        self._at(name)
        if name == "plan":
            self.set_class(False, "-form-hidden")
            self.call_after_refresh(self.form.begin)
        elif name == "behaviors":
            self.behaviors.focus()
        else:
            self.call_after_refresh(self._focus_tab)

    def _at(self, name: str) -> None:
        for pane in _PANES:
            self.set_class(pane == name, f"-at-{pane}")
        self.query_one(PaneTabs).chosen = _PANES.index(name)

    @on(PaneTabs.Chosen)
    def _pane_chosen(self, event: PaneTabs.Chosen) -> None:
        self.action_pane(_PANES[event.index])

    def action_form(self) -> None:
        """Hide the form, or show it and go to it."""
        if self.form.region.area and not self.has_class("-narrow"):
            self.set_class(True, "-form-hidden")
            if self.form.has_focus_within:
                self.behaviors.focus()
        else:
            self.action_pane("plan")

    def action_zoom(self) -> None:
        """Give the pane the whole screen, or take it back."""
        if self.maximized:
            self.minimize()
        elif isinstance(self.focused, LineList | TextPane):
            self.maximize(self.focused, container=False)

    def action_leave(self) -> None:
        """Give the screen back to all panes; from the form to what it comes to; then close."""
        if self.maximized:
            self.minimize()
        elif self.form.has_focus_within:
            self.action_pane("behaviors")
        else:
            super().action_leave()


class _Numbered(Sequence[tuple[int, TrainingExample]]):
    """Examples with their places, made as they come into view."""

    def __init__(self, examples: Sequence[TrainingExample]) -> None:
        self._examples = examples

    def __len__(self) -> int:
        return len(self._examples)

    def __getitem__(self, at: int) -> tuple[int, TrainingExample]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return at, self._examples[at]


def _no_cells(_: object) -> list[Cell]:
    return []
