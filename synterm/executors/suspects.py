"""Calls whose worker ended: they are tried again apart from the others, so that one that ends its worker takes no
neighbours along for long."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence

from synterm.executors.seats import Call, Seat

_TOGETHER = 8
"""So many calls that were lost once are tried together; those lost again are tried alone."""


class Suspects:
    """Which calls were lost how often, and those that wait for another try."""

    def __init__(self) -> None:
        self._losses: Counter[str] = Counter()
        self._waiting: deque[Call] = deque()

    def __contains__(self, call: Call) -> bool:
        """Whether a call was lost before."""
        return call.key in self._losses

    def add(self, call: Call) -> None:
        """It waits for its turn."""
        self._waiting.append(call)

    def lost(self, seat: Seat, call: Call, among: int) -> bool:
        """Note that a call was lost with so many; whether that settles that it is the culprit."""
        self._losses[call.key] += 1
        return seat.apart and among == 1 and self._losses[call.key] > 1

    def clear(self, call: Call) -> None:
        """It came to its end."""
        self._losses.pop(call.key, None)

    def drain(self) -> list[Call]:
        """All that wait, taken out."""
        calls = [*self._waiting]
        self._waiting.clear()
        return calls

    def turns(self, seats: Sequence[Seat], *, quiet: bool) -> Iterator[tuple[Seat, Call]]:
        """Who takes which of them now. One of `seats` is kept for them as long as there are any; where it is `quiet`,
        no other call waiting, all that have nothing to do."""
        while self._waiting and self._waiting[0].answer.done():
            self._waiting.popleft()
        if not self._waiting:
            for seat in seats:
                seat.apart = seat.apart and bool(seat.calls)
            return
        if seats and not any(seat.apart for seat in seats):
            min(seats, key=lambda seat: len(seat.calls)).apart = True
        for seat in seats:
            if quiet and self._waiting and not seat.calls:
                seat.apart = True
            if seat.apart and not seat.calls:
                for call in self._next():
                    yield seat, call

    def _next(self) -> Iterator[Call]:
        for given in range(_TOGETHER):
            while self._waiting and self._waiting[0].answer.done():
                self._waiting.popleft()
            if not self._waiting:
                return
            alone = self._losses[self._waiting[0].key] > 1
            if alone and given:
                return
            yield self._waiting.popleft()
            if alone:
                return
