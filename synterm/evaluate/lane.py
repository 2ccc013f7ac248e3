"""A lane: the requests of one sweep that wait for one model."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from synterm.core.completion import Completion
from synterm.core.evaluation import Task
from synterm.core.request import Request
from synterm.evaluate.reservation import Reservation
from synterm.evaluate.traffic import Route


@dataclass(eq=False, slots=True)
class Flight:
    """One request, and all tasks that wait for its answer."""

    request: Request
    tasks: list[Task]
    worst_usd: float = 0.0
    """What it can cost at most; 0 where no cap asks."""
    tokens: int = 0
    """What it is taken to use; 0 where none are counted."""
    tries: int = 0
    calls: int = 0
    """How many calls its tries made; an app's conversation may take several for one."""
    sending_s: float = 0.0
    """How long its tries took."""
    trial: bool = False
    """Whether the breaker lets it out alone, to see how things stand."""
    reservation: Reservation | None = None
    """What is set aside for it, while it is under way or waits for its next try."""
    last: Completion | None = None
    """How its last try failed."""
    waiting: bool = True
    """Whether it waits in a lane: for its turn, not for its time or its answer."""

    def let_go(self, cost: float | None) -> None:
        """Nothing comes of it: what was set aside is free, or lost where nobody knows (None)."""
        if self.reservation:
            self.reservation.close(cost)
            self.reservation = None


@dataclass(eq=False)
class Lane:
    """Takes its turns at an endpoint. What is urgent goes first; else in the order it came."""

    route: Route
    launch: Callable[[Lane, Flight], None]
    may_send: Callable[[Flight], bool]
    """Asked before each request; False: not before something has changed."""
    _first: deque[Flight] = field(default_factory=deque[Flight])
    _rest: deque[Flight] = field(default_factory=deque[Flight])
    waiting: int = 0

    def add(self, flight: Flight, *, urgent: bool = False) -> None:
        """Queue a request."""
        (self._first if urgent else self._rest).append(flight)
        flight.waiting = True
        self.waiting += 1

    def put_back(self, flight: Flight) -> None:
        """Queue a request that was taken before: ahead of the rest, and ahead of all if money is set aside for it, as
        the others may be waiting for that money."""
        (self._first if flight.reservation else self._rest).appendleft(flight)
        flight.waiting = True
        self.waiting += 1

    def hurry(self, flight: Flight) -> None:
        """A request that waits is urgent now."""
        if flight.waiting:
            # Its old place is skipped when it is reached.
            self._first.append(flight)

    def wait(self, now: float) -> float | None:
        """Seconds until the next request may be sent; None: none waits, or something has to happen first."""
        flight = self._peek()
        if flight is None or not self.may_send(flight):
            return None
        pause = self.route.breaker.wait(now)
        return None if pause is None else max(pause, self.route.meter.wait(now, flight.tokens))

    def send_next(self, now: float) -> None:
        """Send the next request."""
        flight = self._peek()
        assert flight, "asked only when one waits"
        (self._first or self._rest).popleft()
        flight.waiting = False
        self.waiting -= 1
        flight.trial = self.route.breaker.sent()
        self.route.meter.take(now, flight.tokens)
        self.launch(self, flight)

    def drain(self) -> list[Flight]:
        """All that wait, taken out."""
        flights = [flight for flight in (*self._first, *self._rest) if flight.waiting]
        self._first.clear()
        self._rest.clear()
        self.waiting = 0
        for flight in flights:
            flight.waiting = False
        return list(dict.fromkeys(flights))

    def _peek(self) -> Flight | None:
        for queue in (self._first, self._rest):
            while queue and not queue[0].waiting:
                queue.popleft()
            if queue:
                return queue[0]
        return None
