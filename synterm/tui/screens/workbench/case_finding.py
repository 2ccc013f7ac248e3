"""Which cases are in scope: found while one types, without holding up the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from textual import getters, on, work

from synterm.core.case import Case
from synterm.errors import InputError, SyntermError
from synterm.evaluate.quality import FLAG_WORDS, flags_of
from synterm.evaluate.query.parse import Query
from synterm.storage.case_filter import QualityFacts
from synterm.storage.cases import CaseStore, Found
from synterm.storage.project import Project
from synterm.text import printable
from synterm.tui.board.rows import GONE
from synterm.tui.screens.workbench.watching import WatchingScreen
from synterm.tui.widgets.case_list import CaseList, FlagNotes
from synterm.tui.widgets.cases import CasesPane

T = TypeVar("T")

FILTER_SECONDS = 0.06
"""How long to wait after a key in the filter of a big project."""
_FLAGS_AFTER_S = 0.1
_BIG = 5000
"""From how many cases on they are looked for in a thread: up to there it takes no longer than drawing a frame."""


class _Scope(NamedTuple):
    """Which cases are looked for."""

    node_id: str | None
    query: str
    wanted: Query


class CaseFinding(WatchingScreen):
    """Fills the list of cases, and says what is weak about those on the screen."""

    cases = getters.query_one(CasesPane)
    _node_id: str | None = None
    _query = ""
    """What is wanted: the session has what was found last."""

    @on(CasesPane.Filtered)
    def _filtered(self, event: CasesPane.Filtered) -> None:
        self._query = event.query_text
        self._rescope(FILTER_SECONDS)

    @on(CaseList.Shown)
    def _shown(self, event: CaseList.Shown) -> None:
        shown = self.session.shown[event.rows.start : event.rows.stop]
        self._learn_flags([case for case in shown if case is not GONE])

    def _rescope(self, delay: float = 0.0) -> None:
        """Take the cases that are wanted; where there are many, after they were found in a thread. Later calls win.

        Of a filter that says nothing known, or nothing known any more, the one before stays.
        """
        self.workers.cancel_group(self, "scope")
        self.cases.know(self.session.known)
        if self._node_id is not None and self._node_id not in self.session.tree:
            self._node_id = None
        scope, problem = self._scope_wanted()
        if self._is_big():
            self._find(scope, problem, delay)
        else:
            ids = self.session.counts_anew(scope.query)
            self._take(scope, problem, self.session.project.cases.find(scope.wanted.filter, ids=ids))

    def _scope_wanted(self) -> tuple[_Scope, str]:
        """What to look for, and what is wrong with the filter."""
        problem = ""
        for query in (self._query, self.session.query):
            try:
                return _Scope(self._node_id, query, self.session.wanted(self._node_id, query)), problem
            except InputError as error:
                problem = problem or (f"{error}; {error.hint}" if error.hint else str(error))
        return _Scope(self._node_id, "", self.session.wanted(self._node_id, "")), problem

    def _take(self, scope: _Scope, problem: str, found: Found) -> None:
        self.session.take(*scope, found)
        self.painter.show_scope()
        if problem:
            self.cases.show_problem(problem)
        self.restart()

    @work(exclusive=True, group="scope", exit_on_error=False)
    async def _find(self, scope: _Scope, problem: str, delay: float) -> None:
        await asyncio.sleep(delay)
        try:
            # A search that is superseded runs to its end in its thread, and nobody takes what it found.
            ids = self.session.counts_anew(scope.query)
            found = await asyncio.to_thread(
                beside, self.session.project.path, lambda cases: cases.find(scope.wanted.filter, ids=ids)
            )
        except SyntermError as error:
            self.cases.show_problem(str(error))
        else:
            self._take(scope, problem, found)

    @work(exclusive=True, group="tags", exit_on_error=False)
    async def _learn_tags(self) -> None:
        """Find out which tags there are, for the filter to name them."""
        try:
            self.session.tags = await self._read(lambda cases: cases.tags())
        except SyntermError as error:
            self.notify(printable(str(error)), title="Tags", severity="warning", markup=False)
        self.cases.know(self.session.known)

    @work(exclusive=True, group="flags", exit_on_error=False)
    async def _learn_flags(self, cases: Sequence[Case]) -> None:
        # Not for rows that are scrolled past.
        await asyncio.sleep(_FLAGS_AFTER_S)
        facts = self.session.facts
        try:
            self.cases.list.learn(await self._read(lambda store: _notes(cases, facts, store)))
        except SyntermError as error:
            self.cases.show_problem(str(error))

    async def _read(self, question: Callable[[CaseStore], T]) -> T:
        """Ask the cases, in a thread where there are many."""
        if self._is_big():
            return await asyncio.to_thread(beside, self.session.project.path, question)
        return question(self.session.project.cases)

    def _is_big(self) -> bool:
        return self.session.project.cases.count() > _BIG


def beside(path: Path, question: Callable[[CaseStore], T]) -> T:
    """Ask the cases of a project on a connection of its own, in whatever thread this is. Raises ProjectError."""
    with Project.look(path) as project:
        return question(project.cases)


def _notes(cases: Sequence[Case], facts: QualityFacts, store: CaseStore) -> FlagNotes:
    twins = store.twins([case.content_id for case in cases])
    found = {case.id: flags_of(case, facts, twins.get(case.content_id)) for case in cases}
    return {case_id: tuple((flag, FLAG_WORDS[flag]) for flag in flags) for case_id, flags in found.items()}
