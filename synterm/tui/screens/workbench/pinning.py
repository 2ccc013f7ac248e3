"""Baselines in the workbench: what the draft is held against, and pinning what is on the board."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual import work
from textual.binding import Binding, BindingType

from synterm.errors import InputError, SyntermError
from synterm.reports.baselines import age, rate_words, rates
from synterm.storage.baselines import check_name
from synterm.storage.project import Project
from synterm.text import one_line, printable
from synterm.tui.board.lineup import NOTHING, Against
from synterm.tui.edits import Edit
from synterm.tui.pinning import PIN_NOTE, check_run, name_field, pinning, unpinning
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.screens.forms import Values
from synterm.tui.screens.workbench.editing import EditingScreen
from synterm.tui.screens.workbench.holding import HoldingScreen
from synterm.tui.screens.workbench.recording import RecordingScreen

_PURPOSE = (
    "A baseline is a recorded run under a name: flips, badges and the verdict below the results are told against it."
)


class Deed(NamedTuple):
    """Something that can be done about baselines."""

    words: str
    call: Callable[[], object]


class PinningScreen(HoldingScreen, RecordingScreen, EditingScreen):
    """One key for all of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "b",
            "baseline",
            "Baseline",
            id="baseline.choose",
            tooltip="Choose what the draft is held against, or pin what is on the board",
        ),
    ]

    def baseline_deeds(self) -> Iterator[Deed]:
        """What can be done about baselines now."""
        chosen, now = self.session.lineup.reference, self.session.board.baseline
        names = self.session.baselines
        for name in names:
            mark = "⚑ " if now and now.name == name else ""
            yield Deed(f"{mark}hold against {self._described(name)}", partial(self.hold_against, Against(name)))
        yield Deed("record what is on the board, and pin it under a name …", self.action_set_baseline)
        if names:
            yield Deed("hold against nothing", partial(self.hold_against, NOTHING))
        if chosen is not None:
            usual = "the baseline main, or else the version kept last"
            yield Deed(f"hold against what is usual: {usual}", partial(self.hold_against, None))
        for name in names:
            yield Deed(f"unpin {one_line(name, 40)}; its run stays", partial(self.action_unpin, name))

    @work(group="dialog")
    async def action_baseline(self) -> None:
        """Choose what the draft is held against, or set a baseline."""
        deeds = list(self.baseline_deeds())
        choices = [(str(number), deed.words) for number, deed in enumerate(deeds)]
        chosen = await self.app.push_screen_wait(ChooseScreen("Baseline", choices, _PURPOSE))
        if chosen is not None:
            deeds[int(chosen)].call()

    @work(group="record", exit_on_error=False)
    async def action_set_baseline(self) -> None:
        """Record what is on the board as a run, and pin it under a name."""
        names = list[str]()

        async def save(values: Values) -> None:
            try:
                check_name(values["name"])
            except InputError as error:
                raise InputError(str(error), hint=error.hint, where="name") from error
            names.append(values["name"])

        fields = [name_field(self.session.baselines)]
        if self.may_edit() and await self.ask_form("Set a baseline", fields, save, self._what_it_has()):
            run_id = await self.record()
            if run_id is not None:
                await self._pin(names[-1], run_id)

    @work(group="dialog")
    async def action_unpin(self, name: str) -> None:
        """Unpin what stands under a name."""
        if self.may_edit():
            try:
                await self._change_pins(unpinning(self.session.project, name))
            except SyntermError as error:
                self._tell_of_pins(error)

    async def _pin(self, name: str, run_id: str) -> None:
        project = self.session.project
        run = project.runs.get(run_id)
        try:
            await asyncio.to_thread(_check, project.path, run_id)
            await self._change_pins(pinning(project, name, run))
        except SyntermError as error:
            self._tell_of_pins(error)

    async def _change_pins(self, edit: Edit) -> None:
        await self.edits.do(edit)
        self.take_baselines()
        self._know()
        self.notify(f"{edit.label}; u takes it back", title="Baseline", markup=False)

    def _tell_of_pins(self, error: SyntermError) -> None:
        words = printable(f"not pinned: {error}. {error.hint or ''}".strip())
        self.notify(words, title="Baseline", severity="error", timeout=10, markup=False)

    def _what_it_has(self) -> str:
        """What the run will have of the project."""
        session = self.session
        within = [one_line(session.tree[session.node_id].name, 40)] if session.node_id else []
        within += [f"the filter {one_line(session.query, 40)}"] if session.query.strip() else []
        cases, columns = len(session.rows), len(session.board.evaluated)
        words = f"Records {cases:,} cases under {columns} columns as a run, as ctrl+r does, and pins it. "
        return words + (f"Only what is in scope is in it: {', '.join(within)}." if within else PIN_NOTE)

    def _described(self, name: str) -> str:
        """``main · router@v1 · smollm2 21/106 (20 %) · 3 hours ago``."""
        pin = next(pin for pin in self.session.pins if pin.name == name)
        try:
            run = self.session.project.runs.get(pin.run_id)
        except SyntermError as error:
            return f"{one_line(name, 30)} · {error}"
        return " · ".join([one_line(name, 30), *map(rate_words, rates(run)[-1:]), age(run.started)])


def _check(path: Path, run_id: str) -> None:
    with Project.look(path) as project:
        check_run(project, project.runs.get(run_id))
