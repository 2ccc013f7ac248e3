"""Reading drafts, and what is near to them, before someone looks at them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual import getters, work

from synterm.describe.review.drafts import Draft, load_drafts
from synterm.describe.review.nearest import Nearest, NearestCases
from synterm.describe.review.queue import DraftQueue
from synterm.storage.project import Project
from synterm.tui.draft_review.compared import Compared, compared
from synterm.tui.screens.place import PlaceScreen
from synterm.tui.session import Session
from synterm.tui.widgets.draft_list import DraftList

_NEAR_AHEAD = 8
"""For so many drafts together it is looked up what is near."""


class DraftAheadScreen(PlaceScreen):
    """Threads read, one at a time for each purpose, and after what a key did is painted: they take turns with that.

    Who decides faster than they read does not start further ones; the one that runs goes on until enough is at hand.
    """

    listing = getters.query_one(DraftList)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.queue = DraftQueue([])
        self.near: dict[int, Nearest | None] = {}
        """What is near to drafts, by row number, as far as it was looked up."""
        self.shows_draft = False
        """Whether a draft is shown, not words in its place."""
        self._compared: dict[int, Compared] = {}
        self._index: NearestCases | None = None
        self._reading = False
        self._looking = False

    def show(self) -> None:
        """Show the current draft."""
        raise NotImplementedError

    def show_facts(self, draft: Draft) -> None:
        """Show what is known of a draft, the current one."""
        raise NotImplementedError

    def forget(self) -> None:
        """Drafts may say something else by now."""
        self._compared.clear()
        self.near.clear()

    def pieces(self, draft: Draft) -> Compared:
        """What it says, and how that differs from its seed."""
        found = self._compared.get(draft.key)
        if found is None or found.content_id != draft.case.content_id:
            found = self._compared[draft.key] = compared(draft)
        return found

    async def read_ahead(self) -> None:
        """Read those that come next, in a thread: what differs in long texts takes a while to find."""
        queue = self.queue
        if not (asked := queue.missing()):
            return

        def load(project: Project) -> list[tuple[Draft, Compared]]:
            return [(draft, compared(draft)) for draft in load_drafts(project, asked)]

        found = await asyncio.to_thread(self.read, load)
        if queue is self.queue:
            queue.take(asked, [draft for draft, _ in found])
            self._compared |= {draft.key: pieces for draft, pieces in found}

    def keep_ahead(self) -> None:
        """Have enough at hand a moment later."""
        if not self._reading:
            self._reading = True
            self._read_on()

    @work(group="ahead", exit_on_error=False)
    async def _read_on(self) -> None:
        try:
            while self.queue.missing(2):
                if self.shows_draft:
                    await self._painted()
                await self.read_ahead()
                if not self.shows_draft:
                    self.show()
                self.listing.refresh()
        finally:
            self._reading = False
        self.look_near()

    def look_near(self) -> None:
        """Look for what is near to the current draft and to the next ones, and show it when it is known."""
        if not self._looking and self._not_looked_at():
            self._looking = True
            self._look_on()

    @work(group="near", exit_on_error=False)
    async def _look_on(self) -> None:
        try:
            await self._painted()
            index = self._index = self._index or await asyncio.to_thread(self.read, NearestCases)
            while wanted := self._not_looked_at():
                await self._look(index, wanted)
        finally:
            self._looking = False

    async def _look(self, index: NearestCases, wanted: Sequence[Draft]) -> None:
        def find(project: Project) -> dict[int, Nearest | None]:
            return {draft.key: index.find(project, draft.case) for draft in wanted}

        queue, found = self.queue, await asyncio.to_thread(self.read, find)
        if queue is self.queue:
            self.near |= found
            if (draft := queue.current) is not None and draft.key in found:
                self.show_facts(draft)

    def _not_looked_at(self) -> list[Draft]:
        """Several drafts, as soon as it is not known of the current or of the next one what is near."""
        queue = self.queue
        ahead = [queue.draft(key) for key in queue.keys[queue.at : queue.at + _NEAR_AHEAD]]
        if all(draft is None or draft.key in self.near for draft in ahead[:2]):
            return []
        return [draft for draft in ahead if draft is not None and draft.key not in self.near]

    async def _painted(self) -> None:
        """Wait until what was changed is on the screen."""
        painted = asyncio.Event()
        self.call_after_refresh(painted.set)
        await painted.wait()
