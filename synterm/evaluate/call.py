"""One try of a request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.evaluate.events import Event, Streamed
from synterm.evaluate.lane import Flight
from synterm.evaluate.retries import Uniform, wait_before_retry
from synterm.evaluate.traffic import Route
from synterm.providers.base import OnText
from synterm.text import storable

_SHOWN_EVERY_S = 0.05
"""How often what streams in is told of: with the first piece, then as often as a frame is drawn."""


async def ask(
    route: Route, flight: Flight, clock: Callable[[], float], show: Callable[[Event], None] | None
) -> Completion:
    """The answer to a request; with `show`, its text also as it streams in.

    All its tries together end within the provider's limit, waits between them apart.
    """
    on_text = _streamer(flight, show, clock) if show else None
    flight.tries += 1
    limit_s = route.provider.limit_s(flight.request)
    # A provider keeps to the limit by itself; what earlier tries took of it, only the flight knows.
    rest_s = None if limit_s is None or not flight.sending_s else max(limit_s - flight.sending_s, 0.0)
    began = clock()
    try:
        if rest_s is None:
            completion = await route.provider.complete(flight.request, on_text)
        else:
            async with asyncio.timeout(rest_s):
                completion = await route.provider.complete(flight.request, on_text)
    except TimeoutError:
        completion = failed_call(Outcome.TIMED_OUT, f"no answer within {limit_s or 0:g} s, in {flight.tries} tries")
    if completion.outcome is not Outcome.LOST:
        # It says nothing of the provider that a worker ended, or how long it took until another one had time.
        flight.sending_s += clock() - began
    flight.calls += completion.attempts
    return _storable(replace(completion, attempts=flight.calls))


def next_try(route: Route, flight: Flight, completion: Completion, uniform: Uniform) -> float | None:
    """Seconds until the next try of a request; None: this answer is its last."""
    limit_s = route.provider.limit_s(flight.request)
    if limit_s is not None and flight.sending_s >= limit_s:
        return None
    return wait_before_retry(completion, flight.tries, uniform)


def _streamer(flight: Flight, show: Callable[[Event], None], clock: Callable[[], float]) -> OnText:
    pieces: list[str] = []
    shown_at = -_SHOWN_EVERY_S

    def stream(piece: str) -> None:
        nonlocal shown_at
        pieces.append(piece)
        # An event for each of 50 000 pieces would cost more than the answer, and a frame shows one of them.
        if (now := clock()) - shown_at >= _SHOWN_EVERY_S:
            shown_at = now
            pieces[:] = ["".join(pieces)]
            for task in flight.tasks:
                show(Streamed(task, pieces[0]))

    return stream


def _storable(completion: Completion) -> Completion:
    """The completion as it will be read back, so that fresh and cached answers are judged and reported alike."""
    text, error = storable(completion.text), storable(completion.error or "")
    same = text == completion.text and error == (completion.error or "")
    return completion if same else replace(completion, text=text, error=error or None)
