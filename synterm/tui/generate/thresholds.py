"""The tab of the Generate screen that shows what other thresholds would keep, and takes one up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from synterm.core.case import Case
from synterm.describe.pipeline.effects import FilterEffect, effects_of, moved
from synterm.errors import NotFoundError, SyntermError
from synterm.storage.project import Project
from synterm.text import plural, printable
from synterm.tui.cases.changes import replacing
from synterm.tui.edits import Edit
from synterm.tui.generate.show import BORDER, BORDER_COLUMNS, border_cells
from synterm.tui.session import Session
from synterm.tui.widgets.table import Table
from synterm.tui.widgets.threshold_list import ThresholdList

T = TypeVar("T")
_AGAIN_S = 2.0
"""So often the figures are read anew while a generation runs."""
_NONE = "no filter has a threshold that decided on a case yet"


class ThresholdPane(Vertical):
    """The filters above, the cases at the border of the one under the cursor below."""

    class Applied(Message):
        """A threshold was taken up."""

        def __init__(self, cases: Sequence[Case], edit: Edit) -> None:
            super().__init__()
            self.cases = cases
            self.edit = edit

    class Rerun(Message):
        """Everything is to be made again with a threshold."""

        def __init__(self, written: str) -> None:
            super().__init__()
            self.written = written
            """``too-far:0.5``."""

    def __init__(self, session: Session, read: Callable[[Callable[[Project], object]], object]) -> None:
        """`read` does some reading in a thread."""
        super().__init__()
        self._session = session
        self._read = read
        self._generation: str | None = None
        self._seeds: Mapping[str, str] = {}
        self._looked = 0.0

    def compose(self) -> ComposeResult:
        """Words, the filters, the border."""
        yield Static(id="threshold-words", markup=False)
        yield ThresholdList(id="filters-of")
        yield Table(id="border", classes="pane")

    def on_mount(self) -> None:
        """Nothing is known yet."""
        self._list.add_class("pane")
        self._list.border_title = "Filters"
        self._list.border_subtitle = "←→ move · enter applies · m makes again"
        self._show([])

    @property
    def _list(self) -> ThresholdList:
        return self.query_one(ThresholdList)

    def forget(self) -> None:
        """Another generation: thresholds are as they were made."""
        self._list.forget()
        self._generation = None
        self._show([])

    def look(self, generation_id: str | None) -> None:
        """Read what the filters said of a generation; None: there is none."""
        self._generation, self._looked = generation_id, time.monotonic()
        if generation_id:
            self._load(generation_id)

    def look_again(self, generation_id: str | None) -> None:
        """The same while more comes in, not too often, and only while it is seen."""
        if self.region.area and time.monotonic() - self._looked > _AGAIN_S:
            self.look(generation_id)

    @work(exclusive=True, group="effects", exit_on_error=False)
    async def _load(self, generation_id: str) -> None:
        def work(project: Project) -> tuple[list[FilterEffect], dict[str, str]]:
            generation = project.generations.find(generation_id)
            effects = effects_of(generation, project.generations.cases(generation_id))
            seeds = {one.case.origin.seed_id or "" for found in effects for one in found.scored}
            return effects, {case.id: case.title for case in project.cases.named([*seeds])}

        try:
            found: object = await asyncio.to_thread(self._read, work)
        except NotFoundError:
            return
        effects, self._seeds = found  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType, reportAttributeAccessIssue]
        self._show(effects)  # pyright: ignore[reportUnknownArgumentType]

    def _show(self, effects: Sequence[FilterEffect]) -> None:
        self._list.show(effects, _NONE)
        self._list.display = bool(effects)
        self._border()

    @on(ThresholdList.Moved)
    def _border(self) -> None:
        """The cases around the threshold, and what it would change."""
        one = self._list.effect
        words = self.query_one("#threshold-words", Static)
        table = self.query_one("#border", Table)
        if one is None:
            words.update(_NONE)
            table.show(BORDER_COLUMNS, (), lambda _: (), "")
            return
        here = self._list.threshold(one)
        back, gone = one.changes(here)
        words.update(_told(one, here, len(back), len(gone)))
        near = one.border(here, BORDER)
        table.border_title = Content(f"At the border of {one.name}")
        table.show(BORDER_COLUMNS, near, lambda each: border_cells(each, one, here, self._seed(each.case)))
        table.cursor = next((at for at, each in enumerate(near) if each.score >= here), 0)

    def _seed(self, case: Case) -> str:
        return self._seeds.get(case.origin.seed_id or "", "–")

    @on(ThresholdList.Asked)
    async def _asked(self, event: ThresholdList.Asked) -> None:
        one = self._list.effect
        if one is None:
            return
        here = self._list.threshold(one)
        if event.what == "rerun":
            self.post_message(self.Rerun(f"{one.name}:{here:g}"))
            return
        try:
            changes = moved(one, here)
            if not changes:
                self.notify("It changes nothing.", title="Thresholds")
                return
            label = f"{one.name} at {here:g}: {plural(len(changes), 'case')} changed"
            edit = replacing(self._session.project.cases, label, changes)
            await self._session.edits.do(edit)
        except SyntermError as error:
            self.notify(printable(str(error)), title="Thresholds", severity="error", markup=False)
            return
        self.notify(printable(f"{label}. u takes it back"), title="Thresholds", markup=False)
        self.post_message(self.Applied([new for _, new in changes.values()], edit))
        self.look(self._generation)


def _told(one: FilterEffect, here: float, back: int, gone: int) -> Content:
    side = "drops from" if one.side == "below" else "drops below"
    parts = [f" {one.name} {side} {here:g}: {one.kept(here):,} would be kept, {one.kept_now:,} are"]
    parts += [f"{plural(back, 'case')} restored, which later filters have not judged"] if back else []
    parts += [f"{gone:,} dropped"] if gone else []
    return Content.assemble("; ".join(parts), ("" if back or gone else "   ←→ move it", "$text-muted"))
