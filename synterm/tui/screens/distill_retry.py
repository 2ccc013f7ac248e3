"""Asking the same once more about failures without a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual.content import Content
from textual.widget import Widget

from synterm.core.distill import Failing
from synterm.distill.probing import Probe, Prober
from synterm.text import one_line, plural
from synterm.tui.distill.reading import variant_of, variant_words
from synterm.tui.screens.distill_probe import ProbeScreen
from synterm.tui.session import Session
from synterm.tui.widgets.table import Cell, Table, TableColumn

_COLUMNS = (TableColumn(" ", 1), TableColumn("input"), TableColumn("now", 30))


class RetryScreen(ProbeScreen):
    """Sends the same requests once more, whatever the project file has."""

    def __init__(self, session: Session, run_id: str, failing: Sequence[Failing]) -> None:
        """`failing`: all under one variant."""
        super().__init__(session, f"Retry {plural(len(failing), 'failure')} · {variant_words(failing[0])}")
        self.probes: list[Probe] = []
        self._run_id = run_id
        self._failing = failing

    def body(self) -> list[Widget]:
        """What came of each."""
        return [Table(id="retried")]

    async def work_on(self) -> str:
        """Ask again."""
        names = [one.case_id for one in self._failing]
        first, run_id = self._failing[0], self._run_id
        cases = await self.look(lambda project: project.cases.named(names))
        variant = await self.look(lambda project: variant_of(project, run_id, first))
        await self.ready(variant)
        live = self.session.generating.live
        limits = replace(live.limits_of_a_run(), refresh=frozenset(names))
        prober = Prober(self.session.project, live.traffic, variant, limits, self.watch_event)
        self.probes = await prober.judge(cases)
        answered = sum(bool(probe.passed or probe.failed) for probe in self.probes)
        if prober.halted:
            return f"{prober.halted.reason}; {prober.halted.hint}"
        left = len(self.probes) - answered
        still = f", {left} still without: see to the endpoint, then r" if left else ""
        return f"{answered} have a verdict now{still}; the next run (ctrl+r in the workbench) takes these answers"

    def draw_found(self) -> None:
        """What came of each."""
        table = self.query_one("#retried", Table)
        table.border_title = Content("")
        table.show(_COLUMNS, self.probes, retried_cells, "asking …" if self.running else "")


def retried_cells(probe: Probe) -> list[Cell]:
    """One case, and what was said now."""
    mark: Cell = ("✓", "pass") if probe.passed else ("✗", "fail") if probe.failed else ("!", "error")
    return [mark, (one_line(probe.case.title, 300), ""), (one_line(probe.tried.got, 60), "dim")]
