"""What a threshold would do, before it is applied."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Literal


def effect(
    scores: Iterable[float | None], thresholds: Sequence[float], side: Literal["below", "from"] | None = "below"
) -> list[int]:
    """How many of the candidates with these scores each threshold would keep, in the order of the thresholds.

    `side` is the filter's: whether scores below the threshold are kept, or those from it on. Those without a score are
    kept by any. The scores are those that were found: of a filter that compares candidates with those kept before
    them, other thresholds would also have left others to compare with, so its counts are close rather than exact.
    """
    listed = list(scores)
    known = sorted(score for score in listed if score is not None)
    free = len(listed) - len(known)
    if side is None:
        return [len(listed)] * len(thresholds)
    below = [bisect_left(known, threshold) for threshold in thresholds]
    return [free + (count if side == "below" else len(known) - count) for count in below]
