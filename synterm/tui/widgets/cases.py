"""The scenario browser: the cases in scope, with a filter."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from synterm.evaluate.query.hints import completed, completions
from synterm.evaluate.query.words import Known
from synterm.text import one_line
from synterm.tui.widgets.case_list import CaseList
from synterm.tui.widgets.row_editor import RowEditor


class _Suggester(Suggester):
    """Completes the last term of the filter."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.known = Known()

    async def get_suggestion(self, value: str) -> str | None:
        return completed(value, self.known)


class Filter(Input):
    """Is gone to by its key or the mouse only: who comes to the pane by tab means the cases, with their keys."""

    can_focus = False

    def enter(self) -> None:
        """Take the focus."""
        self.can_focus = True
        self.focus()

    def on_mouse_down(self) -> None:
        """A click goes there."""
        self.enter()

    def on_blur(self) -> None:
        """Out of the way of tab again."""
        self.can_focus = False


class CasesPane(Vertical):
    """The filter above the list. The frame says what is in scope, what is selected, and what is weak about a case."""

    ALLOW_MAXIMIZE = True
    BINDING_GROUP_TITLE = "Cases"
    HELP = "The inputs that are tried, and what should come out; the filter takes words, tag: split: status: is:."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape",
            "clear",
            "Clear",
            id="cases.clear",
            tooltip="Select nothing; when nothing is selected, show all cases again",
            show=False,
        )
    ]
    DEFAULT_CSS = """
    CasesPane {
        & > Input { height: 1; border: none; padding: 0 1; background: $surface; }
        & > Input:focus { border: none; background: $panel; }
        & > #case-rows { layers: below above; }
        & CaseList { layer: below; height: 1fr; }
    }
    """

    class Filtered(Message):
        """The filter says something else."""

        def __init__(self, pane: CasesPane, query: str) -> None:
            super().__init__()
            self.pane = pane
            self.query_text = query

        @property
        def control(self) -> CasesPane:
            """The pane."""
            return self.pane

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._suggester = _Suggester()
        self._scope, self._all = "all", 0
        self._problem = ""
        self._busy = ""

    def compose(self) -> ComposeResult:
        """The filter and the list; over that one of its rows is edited."""
        yield Filter(
            placeholder="/ filter   tag:typo split:all", id="case-filter", compact=True, suggester=self._suggester
        )
        with Container(id="case-rows"):
            yield CaseList(id="case-list")

    @property
    def list(self) -> CaseList:
        """The list of cases."""
        return self.query_one(CaseList)

    @property
    def editor(self) -> RowEditor | None:
        """The editor of a row, while one is edited."""
        return next((editor for editor in self.query(RowEditor) if not editor.closed), None)

    def edit_row(self, editor: RowEditor) -> None:
        """Lay an editor over the list."""
        self.query_one("#case-rows").mount(editor)

    def know(self, known: Known) -> None:
        """What the filter can name."""
        self._suggester.known = known

    def show_scope(self, scope: str, everything: int, problem: str = "") -> None:
        """Say which cases these are, out of how many, and why they are not arranged as was wanted."""
        self._scope, self._all, self._problem = scope, everything, problem
        self._show_words()

    def show_problem(self, problem: str) -> None:
        """Say what is wrong with the filter; the cases stay as they are."""
        self._problem = problem
        self._show_words()

    def show_busy(self, what: str) -> None:
        """Say what is being done to cases; empty when it is done."""
        self._busy = what
        self._show_words()

    def focus_filter(self) -> None:
        """Go to the filter."""
        self._filter.enter()

    def action_clear(self) -> None:
        """Select nothing; then show all cases again."""
        if self.list.selected:
            self.list.select(set())
            return
        self._filter.value = ""
        self.list.focus()

    @property
    def _filter(self) -> Filter:
        return self.query_one(Filter)

    @on(Input.Changed, "#case-filter")
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Filtered(self, event.value))
        self._show_words()

    @on(Input.Submitted, "#case-filter")
    def _submitted(self, event: Input.Submitted) -> None:
        """The last term is complete now."""
        event.stop()
        if event.value and not event.value.endswith(" "):
            self._filter.value = f"{event.value} "
        self.list.focus()

    @on(CaseList.Shown)
    def on_resize(self) -> None:
        """The editor of a row stays on it."""
        if editor := self.editor:
            self.call_after_refresh(editor.place)

    @on(RowEditor.Turned)
    def _turned(self, event: RowEditor.Turned) -> None:
        event.stop()
        self._show_words()

    @on(CaseList.Selected)
    def _selected(self, event: CaseList.Selected) -> None:
        event.stop()
        self._show_words()

    def on_descendant_focus(self) -> None:
        """The hints are for whoever is in the filter."""
        self._show_words()

    def on_descendant_blur(self) -> None:
        """The hints are for whoever is in the filter."""
        self._show_words()

    def _show_words(self) -> None:
        rows, selected = len(self.list.rows), len(self.list.selected)
        count = f"{rows:,}" if rows == self._all else f"{rows:,} of {self._all:,}"
        parts = [self._scope, count, *([f"{selected:,} selected"] if selected else [])]
        self.border_title = Content(f"Cases  {' · '.join(parts)}")
        self.border_subtitle = self._note(max(self.size.width - 4, 20))

    def _note(self, room: int) -> Content:
        if self._problem:
            return Content.styled(one_line(self._problem, room), "$text-error")
        if self._busy:
            return Content.styled(one_line(self._busy, room), "$text-accent")
        if self.editor:
            return Content(one_line(self.editor.hint, room))
        query = self._filter
        if query.has_focus and query.value:
            return Content(one_line("  ".join(completions(query.value, self._suggester.known)), room))
        if notes := self.list.notes:
            words = ", ".join(f"{name}: {words}" for name, words in notes)
            return Content.styled(one_line(f"⚑ {words}", room), "$text-warning")
        return Content("")
