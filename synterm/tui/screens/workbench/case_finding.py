"""Which cases are in scope: found while one types, without holding up the keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from textual import getters, on, work

from synterm.core.case import Case
from synterm.errors import InputError, SyntermError
from synterm.storage.case_filter import QualityFacts
from synterm.storage.cases import CaseStore, Found
from synterm.storage.project import Project
from synterm.text import printable
from synterm.tui.board.rows import GONE
from synterm.tui.cases.quality import FLAG_WORDS, flags_of
from synterm.tui.cases.query import Query
from synterm.tui.screens.workbench.watching import WatchingScreen
from synterm.tui.widgets.case_list import CaseList, FlagNotes
from synterm.tui.widgets.cases import CasesPane

T = TypeVar("T")

FILTER_SECONDS = 0.06
"""How long to wait after a key in the filter of a big project."""
_BIG = 5000
"""From how many cases on they are looked for in a thread: up to there it takes no longer than drawing a frame."""


class CaseFinding(WatchingScreen):
    """Fills the list of cases, and says what is weak about those on the screen."""

    cases = getters.query_one(CasesPane)

    @on(CasesPane.Filtered)
    def _filtered(self, event: CasesPane.Filtered) -> None:
        self._rescope(self.session.node_id, event.query_text, FILTER_SECONDS)

    @on(CaseList.Shown)
    def _shown(self, event: CaseList.Shown) -> None:
        shown = self.session.shown[event.rows.start : event.rows.stop]
        self._learn_flags([case for case in shown if case is not GONE])

    def _rescope(self, node_id: str | None, query: str, delay: float = 0.0) -> None:
        """Take other cases; where there are many, after they were found in a thread. Later calls win."""
        self.cases.know(self.session.known)
        try:
            wanted = self.session.wanted(node_id, query)
        except InputError as error:
            self.cases.show_problem(f"{error}; {error.hint}" if error.hint else str(error))
            return
        self.workers.cancel_group(self, "scope")
        if self._is_big():
            self._find(node_id, query, wanted, delay)
        else:
            ids = self.session.counts_anew(query)
            self._take(node_id, query, wanted, self.session.project.cases.find(wanted.filter, ids=ids))

    def _take(self, node_id: str | None, query: str, wanted: Query, found: Found) -> None:
        if node_id is not None and node_id not in self.session.tree:
            return
        self.session.take(node_id, query, wanted, found)
        self.painter.show_scope()
        self.restart()

    @work(exclusive=True, group="scope", exit_on_error=False)
    async def _find(self, node_id: str | None, query: str, wanted: Query, delay: float) -> None:
        await asyncio.sleep(delay)
        try:
            # A search that is superseded runs to its end in its thread, and nobody takes what it found.
            ids = self.session.counts_anew(query)
            found = await asyncio.to_thread(
                beside, self.session.project.path, lambda cases: cases.find(wanted.filter, ids=ids)
            )
        except SyntermError as error:
            self.cases.show_problem(str(error))
        else:
            self._take(node_id, query, wanted, found)

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
