"""The scenario browser: the cases in scope, with a filter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from synterm.core.case import Case
from synterm.tui.widgets.cells import padded
from synterm.tui.widgets.line_list import LineList


class CaseList(LineList):
    """One line a case: its split and tags dim, its input bright."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"case--tags"}
    DEFAULT_CSS = """
    CaseList > .case--tags { color: $text-disabled; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows: Sequence[Case] = ()

    def show(self, rows: Sequence[Case]) -> None:
        """Show other cases."""
        self.rows = rows
        self.row_count = len(rows)
        self.refresh()

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """One case."""
        case = self.rows[index]
        notes = " ".join((*(() if case.split == "dev" else (case.split,)), *case.tags))
        room = min(len(notes), max(width // 3, 0))
        dim: Style = self.get_component_rich_style("case--tags")
        return [
            Segment(" " + padded(case.title, width - room - 2) + " "),
            Segment(padded(notes, room), dim),
        ]


class CasesPane(Vertical):
    """The filter above the list."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "clear", "Clear filter", show=False)]
    DEFAULT_CSS = """
    CasesPane {
        & > Input { height: 1; border: none; padding: 0 1; background: $surface; }
        & > Input:focus { border: none; background: $panel; }
        & > CaseList { height: 1fr; }
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

    def compose(self) -> ComposeResult:
        """The filter and the list."""
        yield Input(placeholder="/ filter   tag:typo split:all", id="case-filter", compact=True)
        yield CaseList(id="case-list")

    @property
    def list(self) -> CaseList:
        """The list of cases."""
        return self.query_one(CaseList)

    def focus_filter(self) -> None:
        """Go to the filter."""
        self.query_one(Input).focus()

    def action_clear(self) -> None:
        """Show all cases again."""
        self.query_one(Input).value = ""
        self.list.focus()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Filtered(self, event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.list.focus()
