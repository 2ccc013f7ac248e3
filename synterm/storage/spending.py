"""What was spent on each day, and what is reserved for calls on their way: a cap holds across processes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass

from sqlite_utils import Database

from synterm.storage.base import Store

_TOLERANCE_USD = 1e-9
"""Sums of decimal fractions are off by less; no price is that small."""


@dataclass(frozen=True, slots=True)
class Spent:
    """The money of one day, in US dollars."""

    spent_usd: float = 0.0
    reserved_usd: float = 0.0


class SpendingStore(Store):
    """Money by day, named as the caller likes (``2026-01-31``). What a killed process had reserved stays reserved."""

    def reserve(self, day: str, amount_usd: float, cap_usd: float | None) -> Future[bool]:
        """Set an amount aside, if with it all that is spent and reserved on the day is within the cap.

        Gives whether it was. No two processes are told yes for the same money. Raises ValueError for an amount that
        is negative, infinite or no number.
        """
        amount = _checked(amount_usd)

        def work(db: Database) -> bool:
            if not within(db, day, amount, cap_usd):
                return False
            change(db, day, 0.0, amount)
            return True

        return self._writer.submit(work)

    def release(self, day: str, amount_usd: float) -> Future[None]:
        """Give back what was set aside for a call that was not made. Raises ValueError as `reserve` does."""
        amount = _checked(amount_usd)
        return self._writer.submit(lambda db: change(db, day, 0.0, -amount))

    def settle(self, day: str, cost_usd: float, reserved_usd: float) -> Future[None]:
        """Turn what was set aside into what was spent. Raises ValueError as `reserve` does."""
        bill = (day, _checked(cost_usd), _checked(reserved_usd))
        return self._writer.submit(lambda db: settle(db, [bill]))

    def on(self, day: str) -> Spent:
        """What is spent and reserved on a day."""
        row = self._row("SELECT spent_usd, reserved_usd FROM spending WHERE day = ?", [day])
        return Spent(*row) if row else Spent()


def within(db: Database, day: str, amount_usd: float, cap_usd: float | None) -> bool:
    """Whether with an amount all that is spent and reserved on a day is within the cap."""
    there = _on(db, day)
    total = there.spent_usd + there.reserved_usd + amount_usd
    return cap_usd is None or total <= cap_usd + _TOLERANCE_USD


def change(db: Database, day: str, spent_usd: float, reserved_usd: float) -> None:
    """Add to what is spent and reserved on a day; what is reserved does not fall below 0."""
    db.conn.execute(
        "INSERT INTO spending (day, spent_usd, reserved_usd) VALUES (?1, ?2, max(?3, 0.0)) ON CONFLICT (day) DO UPDATE "
        "SET spent_usd = spent_usd + ?2, reserved_usd = max(reserved_usd + ?3, 0.0)",
        (day, spent_usd, reserved_usd),
    )


def settle(db: Database, bills: Iterable[tuple[str, float | None, float]]) -> None:
    """Turn reservations into spending. A bill is a day, the cost and the reservation in US dollars.

    A cost that is not known counts as its reservation; a bill without a day is nobody's.
    """
    days: dict[str, tuple[float, float]] = {}
    for day, cost_usd, reserved_usd in bills:
        if day:
            spent, reserved = days.get(day, (0.0, 0.0))
            days[day] = (spent + _cost(cost_usd, reserved_usd), reserved + reserved_usd)
    for day, (spent, reserved) in days.items():
        change(db, day, spent, -reserved)


def _cost(cost_usd: float | None, reserved_usd: float) -> float:
    if cost_usd is None or not math.isfinite(cost_usd) or cost_usd < 0:
        return reserved_usd
    return cost_usd


def _on(db: Database, day: str) -> Spent:
    row = db.conn.execute("SELECT spent_usd, reserved_usd FROM spending WHERE day = ?", (day,)).fetchone()
    return Spent(*row) if row else Spent()


def _checked(amount_usd: float) -> float:
    if not (math.isfinite(amount_usd) and amount_usd >= 0):
        raise ValueError(f"no amount of money: {amount_usd}")
    return amount_usd
