"""When a call that failed is sent again."""

from __future__ import annotations

from collections.abc import Callable

from synterm.core.completion import Completion, Outcome

MOST_TRIES = 4
_FIRST_S = 0.5
_LONGEST_S = 8.0
LONGEST_WAIT_S = 120.0
"""A longer wait than this is not taken on; the call fails with what the endpoint said."""

Uniform = Callable[[float, float], float]
"""A random number between two, as `random.uniform` gives it."""


def wait_before_retry(completion: Completion, tries: int, uniform: Uniform) -> float | None:
    """Seconds to wait before the next try, after `tries` of them; None when there is none.

    What the endpoint asked for, and a little more so that not all come at once. Where it asked for nothing: full
    jitter (any time up to 0.5 s, 1 s, 2 s …; M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog,
    2015). A call that ran into its time limit has none left for another try.
    """
    asked = completion.retry_after_s
    if asked is None or completion.outcome is Outcome.TIMED_OUT or tries >= MOST_TRIES or asked > LONGEST_WAIT_S:
        return None
    if asked > 0:
        return asked + uniform(0, min(asked / 4, 2.0))
    return uniform(0, min(_LONGEST_S, _FIRST_S * 2 ** (tries - 1)))
