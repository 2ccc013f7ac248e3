"""What batches may cost: the caps of a run and of a day hold for them as for single requests."""

from __future__ import annotations

from synterm.core.completion import Completion
from synterm.core.model import ModelSpec
from synterm.core.request import Request
from synterm.evaluate.limits import Limits
from synterm.evaluate.purse import Purse
from synterm.evaluate.reservation import today
from synterm.providers.batch import most_cost_of
from synterm.providers.prices import Known, batch_price_of, price_of
from synterm.storage.project import Project


def batch_rates(spec: ModelSpec) -> Known | None:
    """The price that caps reckon with: that of a batch, or, where nobody knows it, the full one, which is no less."""
    return batch_price_of(spec) or price_of(spec)


class BatchMoney:
    """What a run may still hand in."""

    def __init__(self, project: Project, limits: Limits) -> None:
        self.day = today()
        self.day_cap = limits.day_cap_usd
        self._purse: Purse | None = limits.purse
        self._project = project
        self._set_aside: dict[str, float] = {}

    @property
    def capped(self) -> bool:
        """Whether there is a cap."""
        return self._purse is not None or self.day_cap is not None

    def worst(self, request: Request) -> float | None:
        """What a request costs at most, in US dollars; None when nobody can say, or 0 where no cap asks. What is
        known is charged when the batch is given up."""
        price = batch_rates(request.model)
        worst = None if price is None else price.worst(request)
        return worst if self.capped else worst or 0.0

    def room(self) -> float:
        """How much may still be set aside, in US dollars."""
        rooms: list[float] = []
        if self._purse is not None:
            rooms.append(self._purse.cap_usd - self._purse.spent - self._purse.reserved)
        if self.day_cap is not None:
            there = self._project.spending.on(self.day)
            rooms.append(self.day_cap - there.spent_usd - there.reserved_usd)
        return min(rooms, default=float("inf")) + 1e-9

    def set_aside(self, batch_id: str, worst_usd: float) -> None:
        """A batch is handed in, or was before: it counts for this run until it is settled."""
        if self._purse is not None and batch_id not in self._set_aside:
            self._set_aside[batch_id] = worst_usd
            self._purse.reserve(worst_usd)

    def settle(self, batch_id: str, charged_usd: float) -> None:
        """Nothing more comes of it, and so much was charged."""
        if self._purse is not None and (worst := self._set_aside.pop(batch_id, None)) is not None:
            self._purse.settle(worst, charged_usd)

    def refusal(self) -> tuple[str, str]:
        """Why no more may be handed in, and what to do about it."""
        purse = self._purse
        if purse is not None and purse.cap_usd - purse.spent - purse.reserved <= self._day_left():
            return f"the spending cap of ${purse.cap_usd:.2f} is reached", purse.hint
        return (
            f"the day's spending cap of ${self.day_cap or 0:.2f} is reached",
            "raise day_cap_usd in the settings, or wait",
        )

    def _day_left(self) -> float:
        if self.day_cap is None:
            return float("inf")
        there = self._project.spending.on(self.day)
        return self.day_cap - there.spent_usd - there.reserved_usd


def charged(spec: ModelSpec, completion: Completion, worst_usd: float) -> float:
    """What counts for the caps: the cost; where it is unknown, what it can be at most."""
    if (known := completion.charged_usd) is not None:
        return known
    most = most_cost_of(spec, completion.usage) if completion.outcome.answered else None
    return worst_usd if most is None else most
