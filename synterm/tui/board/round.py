"""One round of live mode: what is under way, and what of it is on the board."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing

from synterm.core.case import Case
from synterm.core.evaluation import Task
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.events import Event, Halted, Judged, Preparing, Retrying, Streamed
from synterm.evaluate.plan import plan
from synterm.evaluate.sweep import Sweep
from synterm.tui.board.board import Board
from synterm.tui.board.column import Column


class Round:
    """Puts what a sweep tells on the board. It is about the variants that the columns had when it began."""

    def __init__(self, board: Board, checklist: Checklist, taken: Sequence[Column], sweep: Sweep | None) -> None:
        """`taken`: the columns all cases of which are evaluated. Without a sweep nothing can be promoted."""
        self._board = board
        self._checklist = checklist
        self._taken = taken
        self._sweep = sweep
        self._columns = {id(column.variant): column for column in board.columns}
        self._open: dict[tuple[int, str], list[dict[str, str]]] = {}
        """Where the cells that are under way have marks, by variant and case."""

    async def follow(self, events: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
        """The same events, each after it is on the board; however it ends, nothing is marked as under way."""
        try:
            async with aclosing(events):
                async for event in events:
                    self._put(event)
                    yield event
        finally:
            for (_, case_id), places in self._open.items():
                for marks in places:
                    marks.pop(case_id, None)

    def promote(self, cases: Iterable[Case]) -> None:
        """Take these cases first."""
        shown = list(cases)
        for column in self._taken if self._sweep else ():
            due = [case for case in shown if self._is_waiting(column, case)]
            if self._sweep and due:
                self._sweep.promote(plan(due, column.variant, self._checklist))

    def _is_waiting(self, column: Column, case: Case) -> bool:
        return case.id not in column.running and column.is_due(case.id, errors=False)

    def _put(self, event: Event) -> None:
        if isinstance(event, Halted | Preparing):
            return
        if isinstance(event, Judged):
            task = event.evaluation.task
            self._open.pop(_place(task), None)
            self._board.land(self._columns[id(task.variant)], event.evaluation)
            return
        column, case_id = self._columns[id(event.task.variant)], event.task.case.id
        self._open[_place(event.task)] = [column.running, column.held_up]
        if isinstance(event, Retrying):
            reason = event.failure.outcome.value
            column.held_up[case_id] = reason
            # The cell may be narrow, and the reason stands in the status line too.
            column.running[case_id] = f"again in {event.wait_s:.1f} s: {reason}"
        else:
            column.held_up.pop(case_id, None)
            column.running[case_id] = event.text if isinstance(event, Streamed) else ""


def _place(task: Task) -> tuple[int, str]:
    return id(task.variant), task.case.id
