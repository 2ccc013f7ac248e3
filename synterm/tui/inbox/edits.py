"""What people do with calls, each with what takes it back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from synterm.core.traffic import TrafficState
from synterm.errors import InputError
from synterm.production.promote import Promoter, Promotion
from synterm.storage.project import Project
from synterm.text import plural
from synterm.tui.edits import Edit

Told = Callable[[Sequence[str], TrafficState], None]
"""Hears what became of calls, by id."""


def promoting(project: Project, promotion: Promotion, told: Told) -> Edit:
    """Make draft cases of calls."""
    ids = [draft.call.id for draft in promotion.drafts]

    def write() -> None:
        with project.beside() as beside:
            Promoter(beside).write(promotion)

    async def apply() -> None:
        await asyncio.to_thread(write)
        told(ids, "promoted")

    async def revert() -> None:
        back = await asyncio.wrap_future(project.promotions.take_back(ids))
        told(back.calls, "new")
        if not back.calls:
            raise InputError("somebody decided on what was made of them", hint="Q shows it")

    return Edit(f"{plural(len(ids), 'draft')} made", apply, revert)


def dismissing(project: Project, ids: Sequence[str], told: Told) -> Edit:
    """Put calls away."""

    async def apply() -> None:
        await asyncio.wrap_future(project.traffic.set_state(ids, "dismissed"))
        told(ids, "dismissed")

    async def revert() -> None:
        await asyncio.wrap_future(project.traffic.set_state(ids, "new"))
        told(ids, "new")

    return Edit(f"{plural(len(ids), 'call')} put away", apply, revert)
