"""The circuit breaker of a model: after many failures in a row it is left alone for a while, then tried once."""

from __future__ import annotations

from synterm.core.completion import Completion, Outcome
from synterm.evaluate.retries import LONGEST_WAIT_S

IN_A_ROW = 10
"""So many failures one after the other stop the sending."""
_COOL_S = 1.0
_TRIPS = 4
"""After so many pauses (1, 2, 4 and 8 s), each ended by a try that failed, it is given up."""

_FAILURES = (Outcome.PROVIDER_ERROR, Outcome.TIMED_OUT, Outcome.MALFORMED, Outcome.RATE_LIMITED)


class Breaker:
    """Whether a model may be asked. Times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self.given_up: Completion | None = None
        """The last failure, once it is no use to try on."""
        self._failures = 0
        self._trips = 0
        self._closed_until: float | None = None
        self._trying = False

    def wait(self, now: float) -> float | None:
        """Seconds until it may be asked: 0 at once; None while the answer to a single try is awaited."""
        if self._closed_until is None:
            return 0.0
        if now < self._closed_until:
            return self._closed_until - now
        return None if self._trying else 0.0

    def sent(self) -> bool:
        """A request goes out; whether it is the one that is tried after a pause, until it is answered."""
        self._trying = self._closed_until is not None
        return self._trying

    def lost(self, trial: bool) -> None:
        """A request was cancelled before its answer; was it the trial, the next one is."""
        if trial:
            self._trying = False

    def note(self, completion: Completion, now: float, *, final: bool, trial: bool) -> None:
        """Learn from an answer; `final`: it is not asked again."""
        if completion.outcome is Outcome.RATE_LIMITED and not final:
            # No failure yet, and no sign that others would fare better: of an endpoint that refuses everything a run
            # would else wait for each case in turn.
            self.lost(trial)
            return
        if completion.outcome is Outcome.LOST:
            # It tells of a worker, not of the model.
            self.lost(trial)
            return
        if completion.outcome not in _FAILURES:
            self._failures = self._trips = 0
            self._closed_until, self._trying, self.given_up = None, False, None
            return
        if self._closed_until is not None and not trial:
            return  # it was under way when the pause began
        self._failures += 1
        if trial or self._failures >= IN_A_ROW:
            self._trip(completion, now)

    def start_over(self) -> None:
        """Someone wants it again: what was given up is tried once, at once."""
        if self.given_up:
            self.given_up = None
            self._trips, self._closed_until, self._trying = _TRIPS, 0.0, False

    def _trip(self, completion: Completion, now: float) -> None:
        self._failures, self._trying = 0, False
        self._trips += 1
        hopeless = completion.retry_after_s is None or completion.retry_after_s > LONGEST_WAIT_S
        if hopeless or self._trips > _TRIPS:
            self.given_up = completion
        else:
            self._closed_until = now + _COOL_S * 2 ** (self._trips - 1)
