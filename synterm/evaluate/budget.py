"""Whether a request may be paid for: by the purse of its run or sitting, and by what the day has left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from synterm.core.request import Request
from synterm.errors import ModelError
from synterm.evaluate.limits import Limits
from synterm.evaluate.purse import cap_text
from synterm.evaluate.traffic import Route
from synterm.storage.spending import SpendingStore

Leave = Literal["yes", "wait", "no"]
"""``wait``: requests under way have set aside what they will not all need."""


class Budget:
    """The caps of one sweep. The day's is kept in the project file, so it holds for all processes that use it."""

    def __init__(self, limits: Limits, spending: SpendingStore, on_settled: Callable[[], None]) -> None:
        """`on_settled` is called when a request that was told to wait may look again."""
        self.purse = limits.purse
        self.day_cap = limits.day_cap_usd
        self.spending = spending
        self.today_open = 0
        """Reservations in the project file that are not settled."""
        self.today_full = False
        """Whether the day had not enough left when it was asked last."""
        self._on_settled = on_settled
        if self.purse:
            self.purse.on_settled.add(on_settled)

    def close(self) -> None:
        """Nobody waits any more."""
        if self.purse:
            self.purse.on_settled.discard(self._on_settled)

    def worst(self, route: Route, request: Request) -> float:
        """What a request costs at most, in US dollars; 0 where no cap asks. Raises ModelError when nobody can say."""
        if self.purse is None and self.day_cap is None:
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
        if self.purse is not None and not self.purse.fits(worst):
            return "wait" if self.purse.reserved > 0 else "no"
        if self.today_full:
            return "wait" if self.today_open else "no"
        return "yes"

    def refusal(self) -> tuple[str, str]:
        """Why there is no leave, and what to do about it."""
        if self.today_full:
            cap = self.day_cap or 0.0
            return f"the day's spending cap of {cap_text(cap)} is reached", "raise day_cap_usd in the settings, or wait"
        assert self.purse, "only caps refuse"
        return f"the spending cap of {cap_text(self.purse.cap_usd)} is reached", self.purse.hint

    def settled_today(self) -> None:
        """A reservation in the project file was settled."""
        self.today_open -= 1
        self.today_full = False
        self._on_settled()
