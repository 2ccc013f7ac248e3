"""Recording what is on the board as a run: the history, the trends and what is compared are made of runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from synterm.errors import SyntermError
from synterm.evaluate.provenance import git_commit, who
from synterm.text import plural, printable
from synterm.tui.board.column import Column
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.workbench.watching import WatchingScreen

if TYPE_CHECKING:
    from synterm.evaluate.report import RunResult
    from synterm.evaluate.run import RunPlan


class RecordingScreen(WatchingScreen):
    """Makes the same run as ``synterm run`` does, of the cases in scope under the columns on the board."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+r",
            "record",
            "Record run",
            id="live.record",
            show=False,
            tooltip="Record the cases in scope under all columns as a run: history, trends and compare have it then",
        ),
    ]

    @work(group="record", exit_on_error=False)
    async def action_record(self) -> None:
        """Record a run; what the file has no answer to is asked for, within the caps."""
        await self.record()

    async def record(self) -> str | None:
        """The same, in a worker of the group ``record``; gives the run's id, None where none was made."""
        columns, cases = self.session.board.evaluated, self.session.listing()
        if not columns or not cases:
            self.notify("There is nothing to record: no case is in scope, or there is no prompt or model.")
        elif sum(worker.group == "record" and worker.is_running for worker in self.workers) > 1:
            self.notify("A run is being recorded; H shows it when it is done.")
        elif self._may_ask() and self._model_ready() and await self._may_cost(columns, len(cases)):
            from synterm.evaluate.run import RunPlan

            # A draft that says what a kept version says goes by that version's name. The newest comes last.
            variants = list({column.variant.key: column.variant for column in columns}.values())[::-1]
            path = self.session.project.path
            commit = await asyncio.to_thread(git_commit, path)
            limits = self.live.limits_of_a_run()
            chosen = RunPlan(variants, cases, limits=limits, who=who(), git_commit=commit)
            self.notify(f"recording {plural(chosen.size, 'evaluation')} …", markup=False)
            return await self._record(chosen)
        return None

    async def _record(self, chosen: RunPlan) -> str | None:
        from synterm.evaluate.run import run

        try:
            run_id, result = await run(self.session.project, self._providers, chosen, library=self.session.library)
        except SyntermError as error:
            self.notify(printable(f"{error} {error.hint or ''}"), title="Run", severity="error", markup=False)
            return None
        self.learn_trends()
        self.notify(printable(_told(result)), title="Run", timeout=10, markup=False)
        return run_id

    async def _may_cost(self, columns: list[Column], cases: int) -> bool:
        """Whether it costs nothing, or the user wants it all the same."""
        missing = sum(max(cases - column.counts.fresh, 0) for column in columns)
        cap = self.live.cap(self.session.board)
        if cap is None or not missing:
            return True
        text = (
            f"{plural(missing, 'evaluation')} may have no answer yet, and the model costs money. "
            f"Spent in this sitting: ${self.live.spent:.2f}; it stops at ${cap:.2f}, and what was paid for is kept."
        )
        return await self.app.push_screen_wait(ConfirmScreen("Record a run", text, "Record"))


def _told(result: RunResult) -> str:
    done = f"recorded: {plural(result.sheet.made, 'evaluation')}"
    left = f", {result.not_made:,} not made ({result.halted.reason})" if result.halted else ""
    return f"{done}{left}; H shows the run"
