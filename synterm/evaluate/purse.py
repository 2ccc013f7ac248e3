"""What may be spent: the worst case is set aside before a request is sent, and settled when its cost is known."""

from __future__ import annotations

from collections.abc import Callable

_DUST_USD = 1e-9
"""What sums of floats may be off by."""


def cap_text(usd: float) -> str:
    """``$2.00``; of less than a cent as many digits as it was given with."""
    return f"${usd:,.2f}" if usd >= 0.01 or usd == 0 else f"${usd:g}"


class Purse:
    """The cap of one run, or of one sitting at the workbench, in US dollars."""

    def __init__(self, cap_usd: float, hint: str) -> None:
        """`hint` says how to raise the cap."""
        self.cap_usd = cap_usd
        self.hint = hint
        self.spent = 0.0
        """Settled costs. Where the cost of an answer is not known, what was set aside for it counts."""
        self.reserved = 0.0
        """Set aside for requests that are under way."""
        self.on_settled: set[Callable[[], None]] = set()
        """Called when something was settled: who had to wait may look again."""
        self._open = 0

    def fits(self, amount: float) -> bool:
        """Whether so much may still be set aside."""
        return self.spent + self.reserved + amount <= self.cap_usd + _DUST_USD

    def reserve(self, amount: float) -> None:
        """Set it aside."""
        self.reserved += amount
        self._open += 1

    def settle(self, amount: float, cost: float | None) -> None:
        """Of what was set aside, so much was spent; None: nobody knows, so all of it counts."""
        self._open -= 1
        self.reserved = max(0.0, self.reserved - amount) if self._open else 0.0
        self.spent += amount if cost is None else cost
        for look_again in tuple(self.on_settled):
            look_again()
