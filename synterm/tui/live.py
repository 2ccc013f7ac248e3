"""Live mode: what is evaluated after a keystroke, and in which order."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from itertools import chain, islice

from synterm.core.case import Case
from synterm.core.evaluation import Task
from synterm.core.model import ModelSpec
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.events import Event, Halted, Judged, Started, Streamed
from synterm.evaluate.plan import plan
from synterm.evaluate.sweep import Limits, Sweep
from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.tui.board import Board, Column, Freshness


class Live:
    """Keeps a board fresh. One `follow` at a time; leaving it cancels what is under way."""

    def __init__(self, project: Project, providers: Providers, settings: Settings) -> None:
        self._project = project
        self._providers = providers
        self._settings = settings
        self._sweep: Sweep | None = None
        self.spent = 0.0
        """What this sitting cost so far, in US dollars."""

    def debounce(self, model: ModelSpec) -> float:
        """How long to wait after a key, in seconds."""
        return (self._settings.debounce_ms if model.free else self._settings.debounce_priced_ms) / 1000

    def cap(self, model: ModelSpec) -> float | None:
        """The spending cap of this sitting; None for a model that costs nothing."""
        return None if model.free else self._settings.live_cap_usd

    def wanted(self, board: Board, everything: bool) -> int:
        """How many cells of the draft's column live mode keeps fresh."""
        draft = board.draft
        if draft is None or everything or draft.variant.model.free:
            return len(board.rows)
        return min(len(board.rows), self._settings.live_sample)

    def promote(self, cases: Iterable[Case]) -> None:
        """Take these cases first: they are on screen now."""
        if self._sweep:
            self._sweep.promote({case.id for case in cases})

    async def follow(
        self, board: Board, checklist: Checklist, visible: Sequence[int], *, everything: bool = False
    ) -> AsyncGenerator[Event]:
        """Make the board fresh, and tell of each change after it is on the board."""
        draft = board.draft
        if draft is None:
            return
        cap = self.cap(draft.variant.model)
        limits = Limits(
            concurrency=self._settings.concurrency,
            max_cost_usd=None if cap is None else max(cap - self.spent, 0.0),
            stream=True,
        )
        columns = {id(column.variant): column for column in board.columns}
        tasks = self._tasks(board, checklist, visible, everything)
        self._sweep = Sweep(tasks, checklist, self._providers, self._project.responses, limits)
        try:
            async with aclosing(self._sweep.events()) as events:
                async for event in events:
                    self._put(event, columns)
                    yield event
        finally:
            self._sweep = None
            for column in board.columns:
                column.running.clear()

    def _put(self, event: Event, columns: dict[int, Column]) -> None:
        if isinstance(event, Halted):
            return
        task = event.evaluation.task if isinstance(event, Judged) else event.task
        column = columns[id(task.variant)]
        if isinstance(event, Started):
            column.running[task.case.id] = ""
        elif isinstance(event, Streamed):
            column.running[task.case.id] = event.text
        else:
            column.land(event.evaluation)
            if not event.evaluation.completion.cached:
                self.spent += event.evaluation.completion.cost_usd or 0.0

    def _tasks(self, board: Board, checklist: Checklist, visible: Sequence[int], everything: bool) -> Iterator[Task]:
        """The draft first; then, where it costs nothing, the columns it is held against."""
        wanted = self.wanted(board, everything)
        for column in board.columns:
            if column.live:
                yield from plan(in_order(board, column, visible, wanted), column.variant, checklist)
            elif column.variant.model.free or everything:
                yield from plan(_not_fresh(board, column, visible), column.variant, checklist)


def in_order(board: Board, column: Column, visible: Sequence[int], wanted: int) -> Iterator[Case]:
    """The cases to evaluate: those on screen, those that failed last, then the rest.

    When fewer are wanted than there are: those that failed last, then some spread over the scope; those of them that
    are on screen come first.
    """
    shown = [board.rows[index] for index in visible if index < len(board.rows)]
    if wanted >= len(board.rows):
        return _once(chain(shown, _failing(board, column), board.rows))
    sample = list(islice(_once(chain(_failing(board, column), _spread(board.rows, wanted))), wanted))
    on_screen = {case.id for case in shown}
    return iter(sorted(sample, key=lambda case: case.id not in on_screen))


def _failing(board: Board, column: Column) -> Iterator[Case]:
    failed = {case_id for case_id, cell in column.cells.items() if cell.evaluation.passed is False}
    return (case for case in board.rows if case.id in failed) if failed else iter(())


def _spread(rows: Sequence[Case], wanted: int) -> Iterator[Case]:
    """Every n-th row: rows of one scenario stand together, so each scenario gives its share."""
    return (rows[index * len(rows) // wanted] for index in range(wanted))


def _not_fresh(board: Board, column: Column, visible: Sequence[int]) -> Iterator[Case]:
    shown = (board.rows[index] for index in visible if index < len(board.rows))
    order = _once(chain(shown, board.rows))
    return (case for case in order if column.freshness(case.id) is not Freshness.FRESH)


def _once(cases: Iterable[Case]) -> Iterator[Case]:
    """Each case once, where it comes first."""
    seen: set[str] = set()
    for case in cases:
        if case.id not in seen:
            seen.add(case.id)
            yield case
