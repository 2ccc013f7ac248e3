"""An endpoint: how many requests are under way at it, and whose turn is next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from synterm.core.completion import Completion, Outcome
from synterm.evaluate.limit import Limit
from synterm.evaluate.retries import LONGEST_WAIT_S

_RECENT, _LEAST = 20, 10
"""When half of the recent answers (10 at least) were refused for their rate, that is no chance: the endpoint waits. A
few in a row are: refusals come at once, so those of a burst arrive before its answers do."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 8.0
"""The pause where the endpoint does not say how long; doubled while it goes on."""


class Queue(Protocol):
    """Requests for one model that wait for their turn at an endpoint."""

    def wait(self, now: float) -> float | None:
        """Seconds until its next request may be sent; None: there is none, or something else has to happen first."""
        ...

    def send_next(self, now: float) -> None:
        """Send the next request, and call `Endpoint.free` when its slot is free again."""
        ...


class Endpoint:
    """Gives its slots to the queues in turn, so that no model waits for another's backlog."""

    def __init__(
        self, limit: Limit, clock: Callable[[], float], size: Callable[[], tuple[int, int]] | None = None
    ) -> None:
        """`size` tells what the limit may be by now, at its start and at most, where that can grow."""
        self.limit = limit
        self._size = size
        self.under_way = 0
        """Requests that have a slot. One that waits for another try has none."""
        self.paused_until = 0.0
        """Nothing is sent before this time of the clock: the endpoint asked for it."""
        self._clock = clock
        self._queues: deque[Queue] = deque()
        self._refused: deque[bool] = deque(maxlen=_RECENT)
        self._pauses = 0
        self._alarm: asyncio.TimerHandle | None = None

    def join(self, queue: Queue) -> None:
        """Let a queue take its turns."""
        self._queues.append(queue)

    def leave(self, queue: Queue) -> None:
        """A queue has nothing more to send."""
        self._queues.remove(queue)
        if not self._queues and self._alarm:
            self._alarm.cancel()

    def pump(self) -> None:
        """Send what may be sent now; what may be sent later is, without further notice."""
        while self.under_way < self.limit.now:
            now = self._clock()
            if now < self.paused_until:
                self._wake_after(self.paused_until - now)
                return
            queue, wait = self._next(now)
            if queue is None:
                if wait is not None:
                    self._wake_after(wait)
                return
            self.under_way += 1
            queue.send_next(now)

    def free(self) -> None:
        """A request gives its slot back."""
        self.under_way -= 1
        self.pump()

    def note(self, completion: Completion) -> None:
        """Learn from an answer, before its slot is free."""
        if self._size is not None:
            self.limit.widen(*self._size())
        limited = completion.outcome is Outcome.RATE_LIMITED
        # A refusal to connect comes back at once, and says nothing of how fast answers are.
        latency_ms = completion.latency_ms if completion.outcome.answered else None
        self.limit.note(latency_ms, limited=limited, busy=self.under_way >= self.limit.now)
        self._refused.append(limited)
        if not limited:
            self._pauses = 0
        elif len(self._refused) >= _LEAST and 2 * sum(self._refused) >= len(self._refused):
            self._pause(completion.retry_after_s)

    def _pause(self, asked: float | None) -> None:
        """Send nothing for as long as the endpoint asked, or longer with each pause where it asked for nothing."""
        if asked is None or asked > LONGEST_WAIT_S:
            return
        now = self._clock()
        self._pauses += now >= self.paused_until
        longer = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(self._pauses - 1, 5))
        self.paused_until = max(self.paused_until, now + (asked or longer))

    def _next(self, now: float) -> tuple[Queue | None, float | None]:
        """The queue whose turn it is; or none, and the seconds until one may send."""
        soonest: float | None = None
        for _ in range(len(self._queues)):
            queue = self._queues[0]
            self._queues.rotate(-1)
            wait = queue.wait(now)
            if wait == 0:
                return queue, 0.0
            if wait is not None:
                soonest = wait if soonest is None else min(soonest, wait)
        return None, soonest

    def _wake_after(self, seconds: float) -> None:
        if self._alarm:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_later(seconds, self.pump)
