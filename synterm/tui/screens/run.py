"""A recorded run, evaluation by evaluation: what failed comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual import getters, on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from synterm.core.case import value_text
from synterm.storage.recorded import Recorded
from synterm.storage.runs import Place, RunStore
from synterm.tui.runs.line import RunLine
from synterm.tui.runs.text import recorded_text, title_of, verdict_words
from synterm.tui.screens.place import PlaceScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.session import Session
from synterm.tui.widgets.line_list import LineList
from synterm.tui.widgets.table import Cell, Table, TableColumn

_NEAR = 100
"""So near to the end of what is read, more is read."""
_INKS = {True: "pass", False: "fail", None: "error"}


def _columns(*, several: bool) -> Sequence[TableColumn]:
    """`several`: whether the run has several variants; only they tell apart what is said of one case."""
    return (
        TableColumn("input"),
        TableColumn("expected", 14, rank=1 if several else 0),
        TableColumn("verdict", 20),
        TableColumn("variant", 22, rank=0 if several else 4),
        TableColumn("score", 5, right=True, rank=3),
        TableColumn("behavior", 30, rank=2),
    )


class RunScreen(PlaceScreen):
    """All evaluations of one run, read page by page as they are looked at."""

    CSS_PATH = "run.tcss"
    heading = "Run"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next_kind", "Next kind", id="run.next", tooltip="To the first evaluation with another verdict"),
    ]

    table = getters.query_one(Table)

    def __init__(self, session: Session, line: RunLine) -> None:
        super().__init__(session)
        self._line = line
        self._rows: list[Recorded] = []
        self._next: Place | None = None
        self._all = False

    def compose_place(self) -> list[Widget]:
        """The evaluations."""
        return [Table(id="evaluations", classes="pane")]

    def on_mount(self) -> None:
        """Read the first page."""
        line = self._line
        self.say(f"{line.when}  {line.mark} {line.run.status}  {line.what}")
        self._show("reading …")
        self.table.focus()
        self._read_on()

    @work(exclusive=True, group="page", exit_on_error=False)
    async def _read_on(self) -> None:
        page = partial(RunStore.failing_first, run_id=self._line.run.id, after=self._next)
        rows, place = await asyncio.to_thread(self.read, lambda project: page(project.runs))
        self._rows += rows
        self._next, self._all = place, place is None
        self._show("no evaluation was recorded")

    def _show(self, nothing: str) -> None:
        line = self._line
        known = max(line.judged + line.errors, len(self._rows))
        self.table.border_title = Content(f"Evaluations  {known:,}  failing first")
        self.table.border_subtitle = Content("" if self._all else f"{len(self._rows):,} read; more as you go on")
        self.table.show(_columns(several=len(line.variants) > 1), self._rows, self._cells, nothing)

    @on(LineList.Highlighted)
    def _highlighted(self, event: LineList.Highlighted) -> None:
        if not self._all and event.index >= len(self._rows) - _NEAR:
            self._read_on()

    def _cells(self, done: Recorded) -> list[Cell]:
        return [
            (title_of(done), ""),
            (value_text(done.expected) or "–", "dim"),
            (verdict_words(done)[0], _INKS[done.passed]),
            (f"{done.prompt}@{done.version} · {done.model_name}", "dim"),
            ("–" if done.score is None else f"{done.score:.2f}", "dim"),
            (self._path(done), "dim"),
        ]

    def _path(self, done: Recorded) -> str:
        tree = self.session.tree
        return tree.path(done.scenario_id) if done.scenario_id in tree else ""

    @on(Table.Opened)
    def _opened(self, event: Table.Opened) -> None:
        done = self._rows[event.index]
        self.app.push_screen(TextScreen(title_of(done), recorded_text(done, self._path(done))))

    def action_next_kind(self) -> None:
        """Move the cursor to the first evaluation with another verdict, as far as they are read."""
        if self._rows:
            here = self._rows[self.table.cursor].passed
            later = range(self.table.cursor, len(self._rows))
            self.table.cursor = next((index for index in later if self._rows[index].passed is not here), 0)
