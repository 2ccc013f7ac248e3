"""What came back from a model, as a typed outcome."""

from __future__ import annotations

from enum import StrEnum

from synterm.core.dialog import FINISH, Transcript, transcript_of
from synterm.core.record import record


class Outcome(StrEnum):
    """How a call ended. The first five are answers of the model; the rest give no verdict on it."""

    COMPLETE = "complete"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    FILTERED = "filtered"
    EMPTY = "empty"
    MALFORMED = "malformed"
    TIMED_OUT = "timed out"
    RATE_LIMITED = "rate limited"
    PROVIDER_ERROR = "provider error"
    CANCELLED = "cancelled"
    OVER_BUDGET = "over budget"
    NOT_SENT = "not sent"
    LOST = "lost"
    """The worker that made the call ended before it answered: nobody knows what became of the call."""

    @property
    def answered(self) -> bool:
        """Whether the model answered, well or not: what an app would get again with the same call."""
        return self in _ANSWERS

    @property
    def keepable(self) -> bool:
        """Whether the answer is served from the cache unasked: whole and free of errors."""
        return self is Outcome.COMPLETE


_ANSWERS = frozenset((Outcome.COMPLETE, Outcome.TRUNCATED, Outcome.REFUSED, Outcome.FILTERED, Outcome.EMPTY))


UNREACHED = "can't reach "
"""What the error of a call says that found no connection."""


@record
class Usage:
    """Token counts as the provider gave them; None where it gave none (unknown is not 0)."""

    prompt: int | None = None
    completion: int | None = None


@record
class Completion:
    """The answer to one request."""

    outcome: Outcome
    text: str = ""
    finish_reason: str | None = None
    usage: Usage = Usage()
    cost_usd: float | None = None
    """US dollars; None when the price or the usage is unknown."""
    latency_ms: float | None = None
    """From sending to the last byte, in milliseconds."""
    first_token_ms: float | None = None
    """From sending to the first text, in milliseconds."""
    raw: bytes = b""
    """The provider's response as it came, before parsing."""
    error: str | None = None
    """What went wrong, in words, when there is no answer."""
    hint: str | None = None
    """What to do about the error."""
    retry_after_s: float | None = None
    """How long to wait, in seconds, before another try of a call that failed; None: it would fail the same."""
    cached: bool = False
    """Whether it came from the project file, not fresh from the model."""
    attempts: int = 1
    """How many calls were made for it: tries that failed and the last one; at an app's endpoint also those that its
    conversation needed before this turn."""
    stored: int | None = None
    """Its row in the project file, once it is there."""
    steps: tuple[Completion, ...] = ()
    """The answers that it was put together from, where it is a dialog that was held just now: both sides'."""

    @property
    def transcript(self) -> Transcript | None:
        """The dialog, where it is the answer to one."""
        return transcript_of(self.text) if (self.finish_reason or "").startswith(FINISH) else None

    @property
    def said(self) -> str:
        """The answer's text; of a dialog the last answer."""
        if not self.finish_reason or not self.finish_reason.startswith(FINISH):
            return self.text
        held = self.transcript
        return self.text if held is None else held.last

    @property
    def readable(self) -> str:
        """The answer's text; of a dialog the whole transcript."""
        held = self.transcript
        return self.text if held is None else held.readable

    @property
    def unreachable(self) -> bool:
        """Whether no connection came about, now or the last times: the network or the endpoint is down."""
        return not self.outcome.answered and UNREACHED in (self.error or "")

    @property
    def charged_usd(self) -> float | None:
        """What the call is taken to have cost, in US dollars: nothing where it was turned away, None: unknown."""
        return 0.0 if self.cost_usd is None and self.outcome in _NOT_CHARGED else self.cost_usd


_NOT_CHARGED = (Outcome.RATE_LIMITED, Outcome.PROVIDER_ERROR, Outcome.NOT_SENT, Outcome.OVER_BUDGET)


def failed_call(
    outcome: Outcome,
    error: str,
    hint: str | None = None,
    latency_ms: float | None = None,
    retry_after_s: float | None = None,
) -> Completion:
    """A completion for a call that gave no answer."""
    return Completion(outcome, error=error, hint=hint, latency_ms=latency_ms, retry_after_s=retry_after_s)
