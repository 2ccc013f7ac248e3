"""Decisions about drafts as edits, each with what takes it back exactly."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Mapping, Sequence

from synterm.core.case import Case
from synterm.core.decision import Decision
from synterm.errors import NotFoundError
from synterm.storage.drafts import Before, DraftStore
from synterm.storage.project import Project
from synterm.text import one_line, plural
from synterm.tui.cases.changes import replacing
from synterm.tui.edits import Edit


def deciding(drafts: DraftStore, keys: Sequence[int], decision: Decision) -> Edit:
    """Have a decision hold for cases, by row number."""
    before: list[Before] = []
    chosen = array("q", keys)

    async def apply() -> None:
        before[:] = [await asyncio.wrap_future(drafts.decide(chosen, decision))]
        if not before[0]:
            raise NotFoundError("somebody removed it meanwhile")

    async def revert() -> None:
        await asyncio.wrap_future(drafts.bring_back(before[0]))

    def renumber(moved: Mapping[int, int]) -> None:
        for at, key in enumerate(chosen):
            chosen[at] = moved.get(key, key)

    return Edit(f"{plural(len(keys), 'case')} {decision.verdict}", apply, revert, renumber=renumber)


def replaced(project: Project, name: str, before: Case, after: Case, decision: Decision) -> Edit:
    """Have an edited case, with the decision in its origin, take the place of what it was."""
    return replacing(project.cases, one_line(f"{name} edited, {decision.verdict}", 80), {after.id: (before, after)})
