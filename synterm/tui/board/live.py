"""Live mode: what is evaluated after a keystroke, and in which order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from itertools import chain, islice
from weakref import WeakKeyDictionary

from synterm.core.case import Case
from synterm.core.evaluation import Task
from synterm.core.model import ModelSpec
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.events import Event, Judged
from synterm.evaluate.known import judged_from_file, known_answers
from synterm.evaluate.limits import Limits
from synterm.evaluate.plan import plan, recipe_for
from synterm.evaluate.purse import Purse
from synterm.evaluate.sweep import Sweep
from synterm.evaluate.traffic import Traffic
from synterm.providers.prices import is_free
from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.storage.responses import Kept
from synterm.tui.board.board import Board
from synterm.tui.board.column import Column
from synterm.tui.board.order import in_order
from synterm.tui.board.round import Round

_CHUNK = 25
"""How many tasks are looked up and judged before keys and drawing get their turn: some 3 ms."""
_STRETCH = 100
"""Of how many rows it is found out in one go whether they are due."""
_AHEAD = 200
_BREATH_S = 0.001
"""How long they have it. A key takes several steps of the event loop until it is drawn; with no time at all between
chunks, each step would wait for one."""


class Live:
    """Keeps a board fresh. Leaving `follow` or `ask_again` cancels what is under way.

    In a project that can only be looked at, or is not trusted, nothing is asked: the answers that it holds are shown.
    """

    def __init__(
        self,
        project: Project,
        providers: Providers,
        settings: Settings,
        judges: Callable[[], Iterable[ModelSpec]] = tuple,
        restricted: Callable[[], bool] = lambda: False,
    ) -> None:
        """`judges`: the models that checks ask now; `restricted`: whether none may be asked, now."""
        self._project = project
        self._judges = judges
        self._restricted = restricted
        self._settings = settings
        self.traffic = Traffic(providers, settings.concurrency)
        """The routes to models, with what is known of them."""
        self._purse = Purse(settings.live_cap_usd, "raise live_cap_usd in the settings")
        self._round: Round | None = None
        self._looked_up: WeakKeyDictionary[Column, tuple[int, Sequence[Case], int]] = WeakKeyDictionary()
        """Of which text, for which rows, and among how many answers a column's were found that the file has."""

    def use_settings(self, settings: Settings) -> None:
        """Wait, sample and spend by other settings from now on."""
        self._settings = settings
        self._purse.cap_usd = settings.live_cap_usd

    @property
    def spent(self) -> float:
        """What this sitting cost so far, in US dollars; calls of unknown cost count with the most they can cost."""
        return self._purse.spent

    def debounce(self, models: Iterable[ModelSpec]) -> float:
        """How long to wait after a key, in seconds, where these answer what is typed."""
        free = self._is_free(models)
        return (self._settings.debounce_ms if free else self._settings.debounce_priced_ms) / 1000

    def cap(self, board: Board) -> float | None:
        """The spending cap of this sitting; None where no column's model costs anything."""
        return None if self._is_free(column.variant.model for column in board.columns) else self._purse.cap_usd

    def wanted(self, board: Board, column: Column, everything: bool) -> int:
        """How many cells of a draft's column live mode keeps fresh."""
        if self._takes_all(column, everything):
            return len(board.rows)
        return min(len(board.rows), self._settings.live_sample)

    def promote(self, cases: Iterable[Case]) -> None:
        """Take these cases first: they are on screen now."""
        if self._round:
            self._round.promote(cases)

    async def follow(
        self, board: Board, checklist: Checklist, visible: Sequence[Case], *, everything: bool = False
    ) -> AsyncGenerator[Event]:
        """Make the board fresh, and tell of each change after it is on the board. One at a time."""
        sources = self._sources(board, checklist, visible, everything)
        if self._only_looks:
            events, sweep = self._known(chain.from_iterable(sources), checklist), None
        else:
            stored = self._stored(board, checklist, everything)
            sweep = Sweep(sources, checklist, self.traffic, self._project, self._limits(), stored=stored)
            events = sweep.events()
        # What live mode takes a sample of is not asked for because it was scrolled to.
        taken = [column for column in board.columns if self._takes_all(column, everything)]
        this = self._round = Round(board, checklist, taken, sweep)
        try:
            async with aclosing(this.follow(events)) as told:
                async for event in told:
                    yield event
        finally:
            # The next one may have begun by now.
            if self._round is this:
                self._round = None

    async def ask_again(self, board: Board, checklist: Checklist, case: Case) -> AsyncGenerator[Event]:
        """Ask about one case afresh under all columns, whatever the project file has; what else runs goes on."""
        for column in board.columns:
            board.age(column, case)
        tasks = chain.from_iterable(plan([case], column.variant, checklist) for column in board.columns)
        limits = self._limits(refresh=frozenset((case.id,)))
        sweep = Sweep([tasks], checklist, self.traffic, self._project, limits)
        async with aclosing(Round(board, checklist, (), sweep).follow(sweep.events())) as told:
            async for event in told:
                yield event

    @property
    def _only_looks(self) -> bool:
        return self._project.read_only or self._restricted()

    def _limits(self, refresh: frozenset[str] = frozenset()) -> Limits:
        return Limits(
            purse=self._purse,
            day_cap_usd=self._settings.day_cap_usd,
            kept=Kept(truncated=self._settings.cache_truncated),
            refresh=refresh,
            stream=True,
            chunk=_CHUNK,
            longest_chunk=_CHUNK,
            ahead=_AHEAD,
            breath_s=_BREATH_S,
        )

    def limits_of_a_run(self) -> Limits:
        """What a run that is recorded here must keep to: the same caps, and the same turns for others."""
        return replace(self._limits(), stream=False)

    def _takes_all(self, column: Column, everything: bool) -> bool:
        return everything or self._is_free((column.variant.model,)) or self._only_looks

    def _is_free(self, models: Iterable[ModelSpec]) -> bool:
        """Whether asking these models costs nothing, and judging what they say neither."""
        return all(is_free(model) for model in chain(models, self._judges()))

    def _sources(
        self, board: Board, checklist: Checklist, visible: Sequence[Case], everything: bool
    ) -> list[Iterator[Task | None]]:
        """One for each model: what is on screen in all its columns first; then its draft; then, where that costs
        nothing, the columns that it is held against."""
        by_model: dict[str, list[Column]] = {}
        for column in board.columns:
            if column.live or self._takes_all(column, everything):
                by_model.setdefault(column.variant.model.name, []).append(column)
        return [self._source(board, checklist, columns, visible, everything) for columns in by_model.values()]

    def _source(
        self, board: Board, checklist: Checklist, columns: Sequence[Column], visible: Sequence[Case], everything: bool
    ) -> Iterator[Task | None]:
        for column in columns:
            if self._takes_all(column, everything):
                yield from _due(column, visible, checklist, errors=column.live or everything)
        shown = {case.id for case in visible}
        for column in columns:
            # Columns beside the draft are gone through with every key: what gave no verdict there is left alone.
            errors = column.live or everything
            if not _is_done(column, board, errors=errors):
                wanted = self.wanted(board, column, everything) if column.live else len(board.rows)
                cases = in_order(board, column, visible, wanted)
                if self._takes_all(column, everything):
                    cases = (case for case in cases if case.id not in shown)
                yield from _due(column, cases, checklist, errors=errors)

    def _stored(self, board: Board, checklist: Checklist, everything: bool) -> Iterator[Task | None]:
        """What is not asked for in the columns of which a sample is taken: the file may have the answers."""
        for column in board.columns:
            if self._takes_all(column, everything):
                continue
            recipes = [recipe_for(column.variant, checklist, scenario) for scenario in checklist.scenarios]
            answers = sum(
                self._project.responses.asked_with(one) for one in {recipe.id for recipe in recipes if recipe}
            )
            state = (column.generation, board.rows, answers)
            if answers and self._looked_up.get(column) != state:
                yield from _due(column, board.rows, checklist, errors=False)
                self._looked_up[column] = state

    async def _known(self, tasks: Iterator[Task | None], checklist: Checklist) -> AsyncGenerator[Event]:
        """The answers that the project file holds."""
        await checklist.warm()
        while chunk := list(islice(tasks, _CHUNK)):
            wanted = [task for task in chunk if task]
            await checklist.retriever.prepare(wanted, lambda _: None)
            responses, limits = self._project.responses, self._limits()
            told = known_answers(wanted, checklist, responses, limits).told
            for evaluation, _ in judged_from_file(told, checklist, responses, limits):
                yield Judged(evaluation)
            await asyncio.sleep(_BREATH_S)


def _is_done(column: Column, board: Board, *, errors: bool) -> bool:
    """Whether no case in scope is due: with 100 000 cases that takes a second to find out one by one."""
    counts = column.counts
    return (counts.judged if errors else counts.fresh) >= len(board.rows)


def _due(column: Column, cases: Iterable[Case], checklist: Checklist, *, errors: bool) -> Iterator[Task | None]:
    """The tasks of the cases that are due; a None for each stretch without any, so that others get their turn."""
    rows = iter(cases)
    while stretch := list(islice(rows, _STRETCH)):
        due = (case for case in stretch if column.is_due(case.id, errors=errors))
        none = True
        for task in plan(due, column.variant, checklist):
            none = False
            yield task
        if none:
            yield None
