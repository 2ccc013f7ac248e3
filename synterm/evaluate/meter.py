"""Requests and tokens a minute, as far as an endpoint allows."""

from __future__ import annotations

from synterm.core.completion import Usage
from synterm.core.ids import canonical_json
from synterm.core.model import ModelSpec
from synterm.core.request import Request

_BYTES_PER_TOKEN = 4
USUAL_ANSWER = 256
"""Tokens that an answer is taken to have while nothing says how long it may get."""


class Bucket:
    """A token bucket that holds one second's worth (1 at least) and may go into debt for what is larger than it."""

    def __init__(self, per_minute: float) -> None:
        self._rate = per_minute / 60
        self._capacity = max(1.0, self._rate)
        self._level = self._capacity
        self._at = 0.0

    def wait(self, now: float, amount: float) -> float:
        """Seconds until `amount` may be taken."""
        missing = min(amount, self._capacity) - self._filled(now)
        return max(0.0, missing / self._rate)

    def take(self, now: float, amount: float) -> None:
        """Take `amount`; a negative one gives back."""
        self._level = min(self._capacity, self._filled(now) - amount)
        self._at = now

    def _filled(self, now: float) -> float:
        return min(self._capacity, self._level + max(0.0, now - self._at) * self._rate)


class Meter:
    """Both buckets of a model. Times are seconds of one monotonic clock."""

    def __init__(self, spec: ModelSpec) -> None:
        self._requests = Bucket(spec.rpm) if spec.rpm else None
        self._tokens = Bucket(spec.tpm) if spec.tpm else None

    def wait(self, now: float, tokens: int) -> float:
        """Seconds until a request of so many tokens may be sent."""
        waits = [bucket.wait(now, amount) for bucket, amount in ((self._requests, 1), (self._tokens, tokens)) if bucket]
        return max(waits, default=0.0)

    def take(self, now: float, tokens: int) -> None:
        """A request of so many tokens is sent."""
        if self._requests:
            self._requests.take(now, 1)
        if self._tokens:
            self._tokens.take(now, tokens)

    def settle(self, now: float, tokens: int, usage: Usage) -> None:
        """It was taken to use `tokens`; what it used is known now, or not."""
        if self._tokens and usage.prompt is not None:
            self._tokens.take(now, usage.prompt + (usage.completion or 0) - tokens)

    def give_back(self, now: float, tokens: int) -> None:
        """It was not sent after all."""
        if self._requests:
            self._requests.take(now, -1)
        if self._tokens:
            self._tokens.take(now, -tokens)

    def estimate(self, request: Request) -> int:
        """About how many tokens a request will use; 0 where none are counted."""
        if self._tokens is None:
            return 0
        given = answer_limit(request)
        return prompt_tokens(request) + (USUAL_ANSWER if given is None else given)


def prompt_tokens(request: Request) -> int:
    """About how many tokens the prompt of a request has."""
    size = sum(len(message.content.encode()) for message in request.messages)
    size += len(canonical_json(tools)) if (tools := request.params.get("tools")) else 0
    return size // _BYTES_PER_TOKEN


def answer_limit(request: Request) -> int | None:
    """How many tokens its answer may have, as its parameters say."""
    given = request.params.get("max_tokens") or request.params.get("max_completion_tokens")
    return given if isinstance(given, int) else None
