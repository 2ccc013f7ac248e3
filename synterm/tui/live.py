"""Live mode: what is evaluated after a keystroke, and in which order."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import chain, islice

from synterm.core.case import Case
from synterm.core.evaluation import Task
from synterm.core.model import ModelSpec
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.events import Event, Halted, Judged, Retrying, Started, Streamed
from synterm.evaluate.limits import Limits
from synterm.evaluate.plan import plan
from synterm.evaluate.purse import Purse
from synterm.evaluate.sweep import Sweep
from synterm.evaluate.traffic import Traffic
from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.storage.responses import Kept
from synterm.tui.board import Board, Column, Freshness


class Live:
    """Keeps a board fresh. One `follow` at a time; leaving it cancels what is under way."""

    def __init__(self, project: Project, providers: Providers, settings: Settings) -> None:
        self._project = project
        self._settings = settings
        self._traffic = Traffic(providers, settings.concurrency)
        self._purse = Purse(settings.live_cap_usd, "raise live_cap_usd in the settings")
        self._round: _Round | None = None

    @property
    def spent(self) -> float:
        """What this sitting cost so far, in US dollars; calls of unknown cost count with the most they can cost."""
        return self._purse.spent

    def debounce(self, model: ModelSpec) -> float:
        """How long to wait after a key, in seconds."""
        return (self._settings.debounce_ms if model.free else self._settings.debounce_priced_ms) / 1000

    def cap(self, model: ModelSpec) -> float | None:
        """The spending cap of this sitting; None for a model that costs nothing."""
        return None if model.free else self._purse.cap_usd

    def wanted(self, board: Board, everything: bool) -> int:
        """How many cells of the draft's column live mode keeps fresh."""
        draft = board.draft
        if draft is None or everything or draft.variant.model.free:
            return len(board.rows)
        return min(len(board.rows), self._settings.live_sample)

    def promote(self, cases: Iterable[Case]) -> None:
        """Take these cases first: they are on screen now."""
        if self._round:
            self._round.promote(list(cases))

    async def follow(
        self,
        board: Board,
        checklist: Checklist,
        visible: Sequence[int],
        *,
        everything: bool = False,
        refresh: frozenset[str] = frozenset(),
    ) -> AsyncGenerator[Event]:
        """Make the board fresh, and tell of each change after it is on the board.

        The cases in `refresh` (ids) are asked afresh, whatever the project file has.
        """
        draft = board.draft
        if draft is None:
            return
        limits = Limits(
            purse=self._purse,
            day_cap_usd=self._settings.day_cap_usd,
            kept=Kept(truncated=self._settings.cache_truncated),
            refresh=refresh,
            stream=True,
        )
        tasks = self._tasks(board, checklist, visible, everything)
        sweep = Sweep([tasks], checklist, self._traffic, self._project, limits)
        self._round = _Round(board, checklist, sweep)
        columns = {id(column.variant): column for column in board.columns}
        try:
            async with aclosing(sweep.events()) as events:
                async for event in events:
                    _put(event, columns)
                    yield event
        finally:
            self._round = None
            for column in board.columns:
                column.running.clear()

    def _tasks(self, board: Board, checklist: Checklist, visible: Sequence[int], everything: bool) -> Iterator[Task]:
        """The draft first; then, where it costs nothing, the columns it is held against."""
        wanted = self.wanted(board, everything)
        for column in board.columns:
            if column.live:
                yield from plan(in_order(board, column, visible, wanted), column.variant, checklist)
            elif column.variant.model.free or everything:
                yield from plan(_not_fresh(board, column, visible), column.variant, checklist)


@dataclass(frozen=True, slots=True)
class _Round:
    """What is being made fresh."""

    board: Board
    checklist: Checklist
    sweep: Sweep

    def promote(self, cases: Sequence[Case]) -> None:
        for column in self.board.columns:
            if column.live and column.variant.model.free:
                wanted = (case for case in cases if column.freshness(case.id) in (Freshness.EMPTY, Freshness.STALE))
                self.sweep.promote(plan(wanted, column.variant, self.checklist))


def _put(event: Event, columns: dict[int, Column]) -> None:
    if isinstance(event, Halted):
        return
    task = event.evaluation.task if isinstance(event, Judged) else event.task
    column = columns[id(task.variant)]
    if isinstance(event, Started):
        column.running[task.case.id] = ""
    elif isinstance(event, Streamed):
        column.running[task.case.id] = event.text
    elif isinstance(event, Retrying):
        column.running[task.case.id] = f"{event.failure.outcome.value}: again in {event.wait_s:.1f} s"
    else:
        column.land(event.evaluation)


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
