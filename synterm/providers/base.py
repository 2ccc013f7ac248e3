"""What every provider is to the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from synterm.core.completion import Completion
from synterm.core.request import Request

OnText = Callable[[str], None]
"""Called with each new piece of text while an answer streams in."""


class Provider(Protocol):
    """Answers requests.

    `complete` never raises for what a model or an endpoint does: it returns a Completion with a typed outcome.
    Cancelling the awaiting task cancels the call as deep down as it reaches (the model stops, the connection closes).
    """

    @property
    def width(self) -> int:
        """How many requests at a time serve it best, when the user says nothing."""
        ...

    @property
    def most(self) -> int:
        """How many requests at a time it may come to when all goes well; `width` where more would not help."""
        ...

    def limit_s(self, request: Request) -> float | None:
        """How long a call may take in all, in seconds, its retries included; None: as long as it takes."""
        ...

    async def complete(self, request: Request, on_text: OnText | None = None) -> Completion:
        """The answer to one request; with `on_text`, its text also piece by piece."""
        ...

    async def warm(self) -> None:
        """Get ready ahead of the first request: start processes, load weights. Errors show at the first request."""
        ...

    async def close(self) -> None:
        """Stop processes and close connections."""
        ...
