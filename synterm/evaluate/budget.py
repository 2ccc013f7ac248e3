"""Whether a request may be paid for: by the purse of its run or sitting, and by what the day has left."""

from __future__ import annotations

import asyncio
import time
from typing import Literal

from synterm.core.completion import Completion, Outcome
from synterm.core.request import Request
from synterm.errors import ModelError
from synterm.evaluate.limits import Limits
from synterm.evaluate.traffic import Route
from synterm.storage.spending import SpendingStore

Leave = Literal["yes", "wait", "no"]
"""``wait``: requests under way have set aside what they will not all need."""

_NOT_CHARGED = (Outcome.RATE_LIMITED, Outcome.PROVIDER_ERROR, Outcome.NOT_SENT, Outcome.OVER_BUDGET)


class Budget:
    """The caps of one sweep. The day's is kept in the project file, so it holds for all processes that use it."""

    def __init__(self, limits: Limits, spending: SpendingStore) -> None:
        self._purse = limits.purse
        self._day_cap = limits.day_cap_usd
        self._spending = spending
        self._today_open = 0
        self._today_full = False
        self.day = time.strftime("%Y-%m-%d")
        """The day, here, that costs are put down to."""

    @property
    def capped(self) -> bool:
        """Whether there is any cap."""
        return self._purse is not None or self._day_cap is not None

    def worst(self, route: Route, request: Request) -> float:
        """What a request costs at most, in US dollars; 0 where no cap asks. Raises ModelError when nobody can say."""
        if not self.capped:
            return 0.0
        name = route.spec.name
        if route.price is None:
            raise ModelError(
                f"the price of the model {name!r} is not known, so no spending cap can hold",
                hint=f"say it, per million tokens: synterm edit PROJECT model {name} --price INPUT/OUTPUT",
            )
        worst = route.price.worst(request)
        if worst is None:
            raise ModelError(
                f"nothing says how long an answer of the model {name!r} may get, so no spending cap can hold",
                hint=f"give it a limit: synterm edit PROJECT model {name} --param max_tokens=…",
            )
        return worst

    def leave(self, worst: float) -> Leave:
        """Whether a request that costs so much at most may be sent."""
        if worst == 0:
            return "yes"
        if self._purse is not None and not self._purse.fits(worst):
            return "wait" if self._purse.reserved > 0 else "no"
        if self._today_full:
            return "wait" if self._today_open else "no"
        return "yes"

    def refusal(self) -> tuple[str, str]:
        """Why there is no leave, and what to do about it."""
        if self._today_full:
            cap = self._day_cap or 0.0
            return f"the day's spending cap of ${cap:.2f} is reached", "raise day_cap_usd in the settings, or wait"
        assert self._purse, "only caps refuse"
        return f"the spending cap of ${self._purse.cap_usd:.2f} is reached", self._purse.hint

    def reserve(self, worst: float) -> None:
        """Set it aside."""
        if self._purse:
            self._purse.reserve(worst)

    def by_day(self, worst: float) -> bool:
        """Whether so much must be set aside in the project file."""
        return self._day_cap is not None and worst > 0

    async def reserve_today(self, worst: float) -> bool:
        """Set it aside in the project file too; False when the day has not so much left."""
        self._today_open += 1
        if await asyncio.wrap_future(self._spending.reserve(self.day, worst, self._day_cap)):
            return True
        self._today_open -= 1
        self._today_full = True
        return False

    def settle(self, worst: float, cost: float | None, *, today: bool) -> None:
        """What was set aside cost so much; None: nobody knows, so all of it counts. `today`: it was set aside in the
        project file, which has settled it by now."""
        if self._purse:
            self._purse.settle(worst, cost)
        if today:
            self._today_open -= 1
            self._today_full = False

    def let_go(self, worst: float, *, sent: bool, today: bool) -> None:
        """A request that got no answer. Was it `sent`, it may have been charged, so that all of it counts."""
        self.settle(worst, None if sent else 0.0, today=today)
        if today and not sent:
            self._spending.release(self.day, worst)


def charge(completion: Completion) -> float | None:
    """What an answer cost, in US dollars; None when nobody knows."""
    return 0.0 if completion.outcome in _NOT_CHARGED else completion.cost_usd
