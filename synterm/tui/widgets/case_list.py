"""The cases in scope, line by line, of which some are selected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from synterm.core.case import Case
from synterm.tui.board.rows import GONE, CaseRows
from synterm.tui.widgets.cells import padded
from synterm.tui.widgets.line_list import LineList

FlagNotes = Mapping[str, tuple[tuple[str, str], ...]]
"""What is weak about cases, by their id: names and words."""

_OF_ONE = ("edit", "inline", "duplicate")
"""What is done to the case under the cursor, whatever is selected."""
_STATUS = {"draft": "◌", "rejected": "⊘", "accepted": " "}
_ORIGINS = {
    "manual": "",
    "import": "↧import",
    "production": "◉production",
    "generated": "✦generated",
    "distilled": "◇distilled",
}


def _ask(key: str, what: str, name: str, tooltip: str, *, show: bool = False) -> Binding:
    return Binding(key, f"ask('{what}')", name, id=f"cases.{what}", tooltip=tooltip, show=show)


class CaseList(LineList):
    """One line a case: its marks, its name, its input, and what is special about it.

    Whatever is to be done to cases is asked for (`Asked`); the selection is kept here, by row number.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        _ask("n", "new", "New", "Write a new case", show=True),
        _ask("i,f2", "inline", "In row", "Edit the case in its row; so does a double click", show=True),
        _ask("e,enter", "edit", "Edit", "Edit all of the case in a form", show=True),
        _ask("E", "external", "Editor", "Edit the selected cases in your own editor ($EDITOR)"),
        _ask("D", "duplicate", "Duplicate", "Make a variation of the case, and edit it"),
        _ask("a", "accept", "Accept", "Have the selected cases count", show=True),
        _ask("x", "reject", "Reject", "Have the selected cases not count; they are kept", show=True),
        _ask("M", "move", "Move", "Move the selected cases to another scenario"),
        _ask("t", "tags", "Tags", "Add tags to the selected cases, or take them away"),
        _ask("S", "split", "Split", "Put the selected cases, with what was made from them, in another split"),
        _ask("delete", "remove", "Remove", "Remove the selected cases"),
        Binding("space", "select", "Select", id="cases.select", tooltip="Select the case, or not", show=False),
        Binding("v", "range", "Range", id="cases.range", tooltip="Select from here on, until v again", show=False),
        Binding("shift+up", "extend(-1)", "Extend up", id="cases.extend_up", tooltip="Select upwards", show=False),
        Binding("shift+down", "extend(1)", "Extend down", id="cases.extend_down", tooltip="Select down", show=False),
        Binding("asterisk,ctrl+a", "select_all", "All", id="cases.all", tooltip="Select all in scope", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "case--notes",
        "case--name",
        "case--selected",
        "case--draft",
        "case--rejected",
        "case--flag",
    }
    DEFAULT_CSS = """
    CaseList {
        & > .case--notes { color: $text-disabled; }
        & > .case--name { color: $text-muted; }
        & > .case--selected { color: $text-accent; text-style: bold; }
        & > .case--draft { color: $text-warning; }
        & > .case--rejected { color: $text-disabled; text-style: strike; }
        & > .case--flag { color: $text-warning; }
    }
    """

    class Asked(Message):
        """Something is to be done to the selected cases, or to the one under the cursor."""

        def __init__(self, control: CaseList, what: str, keys: Sequence[int]) -> None:
            super().__init__()
            self.list = control
            self.what = what
            self.keys = keys
            """The cases that are meant, by row number: the rows may be others when this is heard."""

        @property
        def control(self) -> CaseList:
            """The list."""
            return self.list

    class Selected(Message):
        """Other cases are selected."""

        def can_replace(self, message: Message) -> bool:
            """The newest says it all."""
            return isinstance(message, CaseList.Selected)

    class Shown(Message):
        """Other rows are on the screen."""

        def __init__(self, rows: range) -> None:
            super().__init__()
            self.rows = rows

        def can_replace(self, message: Message) -> bool:
            """The newest says it all."""
            return isinstance(message, CaseList.Shown)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.rows = CaseRows([], lambda _keys: [])
        self.selected: set[int] = set()
        """Row numbers."""
        self._flags: dict[str, tuple[tuple[str, str], ...]] = {}
        self._wanted: int | None = None
        """The row number of the case that the cursor was put on, also while it is out of scope."""
        self._range_from: int | None = None

    def on_mount(self) -> None:
        """Tell of other rows when it scrolls."""
        self.watch(self, "scroll_y", self._tell_shown, init=False)

    def show(self, rows: CaseRows) -> None:
        """Show other cases: the cursor stays on its case, what is out of scope is selected no more."""
        wanted, self.rows, self._range_from = self._wanted, rows, None
        self.row_count = len(rows)
        place = rows.find(wanted) if wanted is not None else 0
        self.cursor = min(self.cursor, max(len(rows) - 1, 0)) if place is None else place
        self._wanted = wanted if wanted is not None else self.key
        if self.selected:
            self.select(self.selected.intersection(rows.keys))
        self._tell_shown()
        self.refresh()

    def go_to(self, key: int) -> None:
        """Put the cursor on the case of a row number; once it is in scope, if it is not."""
        self._wanted = key
        place = self.rows.find(key)
        if place is not None:
            self.cursor = place

    @property
    def key(self) -> int | None:
        """The row number of the case under the cursor."""
        return self.key_at(self.cursor)

    def key_at(self, row: int) -> int | None:
        """The row number of the case in a row of the list; None where the list has no such row."""
        return self.rows.keys[row] if 0 <= row < len(self.rows) else None

    def row_of(self, key: int, case_id: str) -> int | None:
        """The row of a case; None where it is not listed. Another case can have its row number by now."""
        # Mostly it is under the cursor, and others are far to look for among many.
        row = self.cursor if self.key == key else self.rows.find(key)
        return row if row is not None and self.rows[row].id == case_id else None

    def text_start(self, row: int) -> int:
        """Where in a row the case's own text begins."""
        return len(self._case_name(row)) + 3

    @property
    def chosen(self) -> list[int]:
        """The row numbers that a command is about: the selected cases, else the one under the cursor."""
        if self.selected:
            return sorted(self.selected)
        return [] if self.key is None else [self.key]

    @property
    def case(self) -> Case | None:
        """The case under the cursor, if it is still there."""
        case = self.rows[self.cursor] if self.cursor < len(self.rows) else None
        return None if case is GONE else case

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """What is weak about the case under the cursor."""
        return self._flags.get(self.case.id, ()) if self.case else ()

    def learn(self, flags: FlagNotes) -> None:
        """What is weak about some cases."""
        if len(self._flags) > 20_000:
            self._flags.clear()
        self._flags.update(flags)
        self.post_message(self.Selected())
        self.refresh()

    def select(self, keys: set[int]) -> None:
        """Select these cases and no others."""
        self.selected = keys
        self.post_message(self.Selected())
        self.refresh()

    def watch_cursor(self, before: int, now: int) -> None:
        """Follow the cursor, and take along the end of a range."""
        super().watch_cursor(before, now)
        self._wanted = self.key
        if self._range_from is not None and before != now:
            self._select_span(self._range_from, now)
        self.post_message(self.Selected())

    def action_ask(self, what: str) -> None:
        """Ask for something to be done."""
        self.post_message(
            self.Asked(self, what, self.chosen if what not in _OF_ONE or self.key is None else [self.key])
        )

    def action_select(self) -> None:
        """Select the case under the cursor, or no more, and go on to the next."""
        self._toggle(self.cursor)
        self._range_from = None
        self.cursor += 1

    def action_range(self) -> None:
        """Begin a range at the cursor, or end it."""
        self._range_from = self.cursor if self._range_from is None else None
        if self._range_from is not None:
            self._select_span(self.cursor, self.cursor)

    def action_extend(self, by: int) -> None:
        """Select up to the next row."""
        start, self._range_from = self.cursor, None
        self.cursor += by
        self._select_span(start, self.cursor)

    def action_select_all(self) -> None:
        """Select all cases in scope."""
        self._range_from = None
        self.select(set(self.rows.keys))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor there; ctrl selects it, shift all up to it, a second click edits in the row."""
        place = event.get_content_offset(self)
        row = self.row_at(place.y) if place else None
        if row is None:
            return
        before, self._range_from = self.cursor, None
        self.cursor = row
        if event.shift:
            self._select_span(before, row)
        elif event.ctrl:
            self._toggle(row)
        elif event.chain == 2:
            self.action_ask("inline")

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """One case."""
        case, key = self.rows[index], self.rows.keys[index]
        flags = self._flags.get(case.id, ())
        notes = " ".join(_notes(case))
        room = min(len(notes), max(width // 3, 0))
        chosen = self._style("selected") if key in self.selected else None
        name = self._case_name(index)
        given = max(width - room - len(name) - 6, 1)
        return [
            Segment("▌" if chosen else " ", chosen),
            Segment(_STATUS[case.status], self._style("draft")),
            Segment(f"{name} ", self._style("name")),
            Segment(padded(case.title, given), self._style("rejected") if case.status == "rejected" else chosen),
            Segment("⚑" if flags else " ", self._style("flag")),
            Segment(" "),
            Segment(padded(notes, room), self._style("notes")),
        ]

    def _case_name(self, row: int) -> str:
        return f"{self.rows.name(row):>4}"

    def _toggle(self, row: int) -> None:
        if row < len(self.rows):
            self.select(self.selected ^ {self.rows.keys[row]})

    def _select_span(self, start: int, end: int) -> None:
        self.select(self.selected | set(self.rows.keys[min(start, end) : max(start, end) + 1]))

    def _tell_shown(self) -> None:
        self.post_message(self.Shown(self.visible_rows()))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"case--{name}")


def _notes(case: Case) -> Sequence[str]:
    notes = (_ORIGINS[case.origin.kind], "" if case.split == "dev" else case.split, *case.tags)
    return [note for note in notes if note]
