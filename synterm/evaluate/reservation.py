"""What is set aside for one request."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synterm.evaluate.budget import Budget


def today() -> str:
    """The day, here: ``2026-01-31``."""
    return time.strftime("%Y-%m-%d")


class Reservation:
    """What is set aside for one request, from before it is sent until its cost is known."""

    def __init__(self, budget: Budget, worst: float) -> None:
        """Set aside in the purse."""
        self.day = today()
        """The day, here, that the cost is put down to."""
        self.today_usd = 0.0
        """What is set aside in the project file."""
        self._budget = budget
        self._worst = worst
        self._open = True
        self._confirmed = budget.day_cap is None or worst == 0
        if budget.purse and worst:
            budget.purse.reserve(worst)

    async def confirm(self) -> bool:
        """Set it aside in the project file too, where there is a cap for the day; False when the day has not so much
        left. Then nothing is set aside any more."""
        if self._confirmed:
            return True
        budget = self._budget
        asked = budget.spending.reserve(self.day, self._worst, budget.day_cap)
        try:
            granted = await asyncio.wrap_future(asked)
        except asyncio.CancelledError:
            asked.add_done_callback(self._give_back)
            raise
        if granted:
            self._confirmed, self.today_usd = True, self._worst
            budget.today_open += 1
            return True
        budget.today_full = True
        self.close(0.0)
        return False

    def close(self, cost: float | None, *, kept: bool = False) -> None:
        """It cost so much, in US dollars; None: nobody knows, so all that was set aside counts. `kept`: the answer is
        in the project file, which has settled it there. Closing again does nothing."""
        if not self._open:
            return
        self._open = False
        if self.today_usd:
            if cost == 0 and not kept:
                self._budget.spending.release(self.day, self.today_usd)
            self._budget.settled_today()
        if self._budget.purse and self._worst:
            self._budget.purse.settle(self._worst, cost)

    def _give_back(self, asked: Future[bool]) -> None:
        """On the writer's thread, or this one: what was asked for is granted, and nobody needs it."""
        if not asked.cancelled() and asked.exception() is None and asked.result():
            self._budget.spending.release(self.day, self._worst)
