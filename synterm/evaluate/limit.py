"""How many requests at a time an endpoint is given, learned from how it answers."""

from __future__ import annotations

from statistics import median

_WINDOW = 10
"""The fewest answers from which something is learned."""
_MANY, _MOST = 0.2, 0.5
"""Shares of rate-limited answers: up to the first they are taken for chance, from the second the limit is halved."""
_SLOWER, _FAR_SLOWER = 2.0, 3.0
"""How much longer than at its best an endpoint may take while it is given more, and when it is given less again."""


class Limit:
    """Starts at `start` and moves between 1 and `most`.

    It grows by a quarter while answers come about as fast as they ever did, and shrinks when many are rate limited, or
    when they take much longer (then not below `start`). Single rate-limited answers change nothing: a share of 5 %
    would otherwise cost a run most of its speed (the window of additive increase and multiplicative decrease settles
    near the root of 1.5 / share; Mathis et al., Computer Communication Review 27 (1997) 67–82).
    """

    def __init__(self, start: int, most: int) -> None:
        self._start = float(start)
        self._most = float(max(start, most))
        self._value = float(start)
        self._best = 0.0
        self._forget_window()

    @property
    def now(self) -> int:
        """How many requests at a time."""
        return int(self._value)

    def widen(self, start: int, most: int) -> None:
        """What answers has grown, as by another worker: it starts and ends higher now."""
        if start > self._start:
            self._value *= start / self._start
            self._start = float(start)
        self._most = max(self._most, float(most), self._start)

    def note(self, latency_ms: float | None, *, limited: bool, busy: bool) -> None:
        """Learn from an answer: how long it took, whether it was a refusal for too many requests, and whether as many
        requests were under way as the limit allows."""
        self._seen += 1
        self._limited += limited
        self._busy = self._busy or busy
        if latency_ms is not None and not limited:
            self._times.append(latency_ms)
        if self._seen >= max(_WINDOW, self.now):
            self._learn()
            self._forget_window()

    def _learn(self) -> None:
        share = self._limited / self._seen
        if share > _MANY:
            self._value = max(1.0, self._value * (0.5 if share >= _MOST else 0.75))
            return
        if not self._times:
            return
        time = median(self._times)
        self._best = min(self._best, time) if self._best else time
        if time > self._best * _FAR_SLOWER and self._value > self._start:
            self._value = max(self._start, self._value * 0.8)
        elif self._busy and time <= self._best * _SLOWER:
            self._value = min(self._most, self._value * 1.25 + 1)

    def _forget_window(self) -> None:
        self._seen = 0
        self._limited = 0
        self._busy = False
        self._times: list[float] = []
