"""What the workbench does to hold the draft against a baseline."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from textual import work

from synterm.errors import SyntermError
from synterm.storage.project import Project
from synterm.text import printable
from synterm.tui.board.baseline import BaselineColumn, Found, Wanted, read_baseline
from synterm.tui.board.lineup import Reference
from synterm.tui.screens.workbench.arranging import ArrangingScreen
from synterm.tui.screens.workbench.watching import WatchingScreen


class HoldingScreen(ArrangingScreen, WatchingScreen):
    """Reads baselines beside all else; what they say is there in one step."""

    _reading: Wanted | None = None
    """What is being read, or could not be read."""

    def restart(self, delay: float = 0.0) -> None:
        """Evaluate what is not fresh, and read of the baseline what is not known."""
        super().restart(delay)
        self.learn_baseline()

    def learn_baseline(self) -> None:
        """Read of the baseline what is not known; cheap where nothing is."""
        column = self.session.board.baseline
        if column is not None and column.wanted is not None and column.wanted is not self._reading:
            self._reading = column.wanted
            self._learn_baseline(column, column.wanted)

    def take_baselines(self) -> None:
        """Runs were pinned or unpinned, here or elsewhere."""
        if self.session.read_baselines():
            self.painter.show_scope()
            self.restart()

    def hold_against(self, reference: Reference | None) -> None:
        """Hold the draft against something else; None: against what it is held against where nobody chose."""
        self.session.line_up(replace(self.session.lineup, reference=reference))
        self.painter.show_scope()
        self.restart()

    @work(group="baseline", exclusive=True, exit_on_error=False)
    async def _learn_baseline(self, column: BaselineColumn, wanted: Wanted) -> None:
        path, asked = self.session.project.path, (column.name, column.prompt, column.model)
        try:
            await column.take(await asyncio.to_thread(_read, path, asked, wanted), wanted)
        except SyntermError as error:
            self.notify(printable(f"{error} {error.hint or ''}"), title=column.title, severity="error", markup=False)
        if column is self.session.board.baseline:
            self.painter.settled()
            if self.painter.state not in ("waiting", "running"):
                self._arrange_settled()
            # Cases may have changed meanwhile.
            self.learn_baseline()


def _read(path: Path, asked: tuple[str, str, str], wanted: Wanted) -> Found:
    with Project.look(path) as project:
        return read_baseline(project, *asked, wanted.case_ids)
