"""A cell's why: all that is known about one case under one variant."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from synterm.core.case import Case
from synterm.errors import SyntermError
from synterm.text import one_line, printable
from synterm.tui.board.column import Column
from synterm.tui.board.rows import GONE, CaseRows
from synterm.tui.session import Session
from synterm.tui.why.finding import Details, look_into
from synterm.tui.why.sections import NAMES, Section, case_section, sections
from synterm.tui.widgets.key_footer import KeyFooter

_WATCH_SECONDS = 0.2


class SectionName(Static):
    """A section's name in the index; a click goes there."""

    class Chosen(Message):
        """Someone wants to see a section."""

        def __init__(self, name: SectionName, place: int) -> None:
            super().__init__()
            self.section = name
            self.place = place

        @property
        def control(self) -> SectionName:
            """The name."""
            return self.section

    def __init__(self, place: int) -> None:
        super().__init__(Content.assemble((f"{place + 1} ", "$text-muted"), NAMES[place]))
        self._place = place

    def on_click(self, event: events.Click) -> None:
        """Go there."""
        event.stop()
        self.post_message(self.Chosen(self, self._place))


class Inspected(NamedTuple):
    """What was looked at last."""

    row: int | None
    """Where the case stands now; None where it does not."""
    title: str
    """The column's."""


class InspectScreen(ModalScreen[Inspected]):
    """Shows a cell, and walks to others. It stays with its case when the rows are arranged anew beneath."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "close", "Close", id="why.close", tooltip="Back to the grid"),
        Binding("down,j", "scroll('down')", "Down", show=False, id="list.down", tooltip="One row down"),
        Binding("up,k", "scroll('up')", "Up", show=False, id="list.up", tooltip="One row up"),
        Binding(
            "pagedown,space",
            "scroll('page_down')",
            "Page down",
            show=False,
            id="list.page_down",
            tooltip="One screenful down",
        ),
        Binding("pageup", "scroll('page_up')", "Page up", show=False, id="list.page_up", tooltip="One screenful up"),
        Binding("home", "scroll('home')", "First", show=False, id="list.first", tooltip="To the first row"),
        Binding("end", "scroll('end')", "Last", show=False, id="list.last", tooltip="To the last row"),
        Binding("n", "case(1)", "Next", id="why.next", tooltip="The next case"),
        Binding("p", "case(-1)", "Previous", id="why.previous", tooltip="The case before"),
        Binding("right,l", "column(1)", "Column ▸", id="why.right", tooltip="The same case in the next column"),
        Binding("left,h", "column(-1)", "◂", id="why.left", show=False, tooltip="The same case in the column before"),
        Binding("right_square_bracket", "step(1)", "Section", id="why.section", tooltip="The next section"),
        Binding("left_square_bracket", "step(-1)", "Back", id="why.back", show=False, tooltip="The section before"),
        *(
            Binding(
                f"{place}",
                f"section({place - 1})",
                name,
                show=False,
                id=f"why.section_{place}",
                tooltip=f"Go to {name}",
            )
            for place, name in enumerate(NAMES, 1)
        ),
        Binding("y", "copy", "Copy answer", id="why.copy", tooltip="Copy the answer to the clipboard"),
        Binding("Y", "copy_all", "Copy all", id="why.copy_all", show=False, tooltip="Copy all of it as Markdown"),
        Binding("R", "ask_again", "Ask again", id="why.again", tooltip="Ask afresh about this case, in all columns"),
        Binding("o", "whole", "Whole response", id="why.whole", show=False, tooltip="Show the response uncut"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    DEFAULT_CSS = """
    InspectScreen {
        align: center middle;
        & > Vertical {
            width: 96%; max-width: 150; height: 94%;
            background: $surface; border: round $primary;
            border-title-color: $text-primary; border-title-style: bold; border-subtitle-color: $text-muted;
        }
        & #index { height: 1; padding: 0 2; background: $panel; }
        & SectionName { width: auto; padding: 0 2 0 0; &:hover { text-style: underline; } }
        &.-narrow #index { padding: 0 1; }
        &.-narrow SectionName { padding: 0 1 0 0; }
        & VerticalScroll { padding: 0 2; scrollbar-size-vertical: 1; &:focus { background-tint: transparent; } }
        & .section { width: 1fr; height: auto; margin-top: 1; }
    }
    """

    def __init__(self, session: Session, case: Case, column: Column, ask_again: Callable[[Case], object]) -> None:
        """`ask_again`: asks afresh about a case, if that may be."""
        super().__init__()
        self._session = session
        self.case: Case = case
        self.column: Column = column
        """With the case, the cell that is shown."""
        self._rows: CaseRows | None = None
        self._row: int | None = None
        self._last_row = 0
        self._columns: Sequence[Column] = session.board.columns
        self._ask_again = ask_again
        self._details = Details()
        self._whole = False
        self._section = 0
        self._seen: object = None
        self._sections: list[Section] = []

    def compose(self) -> ComposeResult:
        """An index, and the sections below each other."""
        with Vertical():
            with Horizontal(id="index"):
                yield from (SectionName(place) for place in range(len(NAMES)))
            with VerticalScroll():
                for place in range(len(NAMES)):
                    yield Static("", id=f"section-{place}", classes="section", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Show the cell; when another verdict lands, that."""
        self.query_one(VerticalScroll).focus()
        self._turn()
        self.set_interval(_WATCH_SECONDS, self._look_again)

    def action_close(self) -> None:
        """Back to the grid."""
        self.dismiss(Inspected(self._find()[1], self.column.title))

    def action_scroll(self, way: str) -> None:
        """Scroll a line, a page, or to an end."""
        box = self.query_one(VerticalScroll)
        getattr(box, f"scroll_{way}")(animate=False)

    def action_case(self, by: int) -> None:
        """Another case under the same column."""
        rows, place = self._find()
        # Where the case has left the rows, the one in its place is the next.
        row = place + by if place is not None else self._last_row + min(by, 0)
        if place != row and 0 <= row < len(rows) and rows[row] is not GONE:
            self._rows, self._row, self.case = rows, row, rows[row]
            self._turn()

    def action_column(self, by: int) -> None:
        """The same case under another column."""
        self._find()
        titles = [column.title for column in self._columns]
        place = titles.index(self.column.title) + by if self.column.title in titles else 0
        if 0 <= place < len(titles):
            self.column = self._columns[place]
            self._turn()

    def action_section(self, place: int) -> None:
        """Bring a section to the top."""
        self._section = place
        self.query_one(VerticalScroll).scroll_to_widget(
            self.query_one(f"#section-{place}"), top=True, animate=False, force=True
        )

    def action_step(self, by: int) -> None:
        """Bring another section to the top."""
        self.action_section(max(0, min(self._section + by, len(NAMES) - 1)))

    def action_copy(self) -> None:
        """Copy the answer as it is."""
        why = self._details.why
        if why and why.evaluation.completion.text:
            self.app.copy_to_clipboard(why.evaluation.completion.readable)
            self.notify("the answer is copied", markup=False)
        else:
            self.notify("there is no answer to copy", markup=False)

    def action_copy_all(self) -> None:
        """Copy all that is shown, as Markdown."""
        parts = [section.markdown() for section in self._sections]
        self.app.copy_to_clipboard("\n".join((f"# {one_line(self.column.title, 80)}\n", *parts)))
        self.notify("all of it is copied as Markdown", markup=False)

    def action_ask_again(self) -> None:
        """Ask afresh about the case, under all columns."""
        self._ask_again(self.case)

    def action_whole(self) -> None:
        """Show the response uncut, or cut."""
        self._whole = not self._whole
        self._read()
        self.action_section(len(NAMES) - 1)

    @on(SectionName.Chosen)
    def _chosen(self, event: SectionName.Chosen) -> None:
        self.action_section(event.place)

    def _turn(self) -> None:
        """Another cell: its case at once, the rest when it is read."""
        self._details, self._sections, self._whole = Details(), [], False
        self.query_one(Vertical).border_title = Content(f"Why · {one_line(self.column.title, 60)}")
        self._say_where()
        self._seen = self._state()
        # What differs between prompts takes a while to find.
        self.query_one("#section-0", Static).update(_drawn(case_section(self.case)))
        self._read()

    def _find(self) -> tuple[CaseRows, int | None]:
        """The rows as they are now, and where the case stands in them; its column as it is now."""
        rows = self._session.shown
        if self._rows is not rows:
            key = next(iter(self._session.project.cases.keys_of([self.case.id])), None)
            self._rows, self._row = rows, rows.find(key)
            self._columns = self._session.board.columns
            self.column = next((one for one in self._columns if one.title == self.column.title), self.column)
            if self._row is not None and rows[self._row] is not GONE:
                self.case = rows[self._row]
        if self._row is not None:
            self._last_row = self._row
        return rows, self._row

    def _say_where(self) -> None:
        rows, row = self._find()
        where = "not among the rows any more" if row is None else f"{rows.name(row)} · {row + 1:,} of {len(rows):,}"
        self.query_one(Vertical).border_subtitle = Content(where)

    def _look_again(self) -> None:
        """Something landed meanwhile. While an answer streams in, that is so each time: one reading after the other."""
        if self._session.shown is not self._rows:
            self._say_where()
        busy = any(worker.group == "inspect" and not worker.is_finished for worker in self.workers)
        if not busy and (now := self._state()) != self._seen:
            self._seen = now
            self._read()

    def _state(self) -> object:
        case_id, column = self.case.id, self.column
        cells = tuple(other.cell(case_id) for other in self._columns)
        return (self.case, cells, column.generation, column.running.get(case_id))

    @work(group="inspect", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        session, wanted, columns, whole = self._session, (self.case, self.column), self._columns, self._whole

        def look() -> tuple[Details, list[Section]]:
            details = look_into(session.project.path, session.tree, *wanted, columns, session.library)
            return details, sections(*wanted, columns, details, whole=whole)

        try:
            details, found = await asyncio.to_thread(look)
        except SyntermError as error:
            self.notify(printable(str(error)), severity="error", markup=False)
            return
        if wanted == (self.case, self.column):
            self._details, self._sections = details, found
            for place, section in enumerate(found):
                self.query_one(f"#section-{place}", Static).update(_drawn(section))


def _drawn(section: Section) -> Content:
    heading = Content.assemble(
        (section.name, "bold $text-primary"), "  ", (printable(section.note), "$text-muted"), "\n"
    )
    return heading + section.body
