"""What a comparison amounts to, in one of four verdicts."""

from __future__ import annotations

from synterm.core.comparison import Verdict
from synterm.evaluate.statistics import mcnemar_exact

ALPHA = 0.05
"""Below this p-value a difference counts."""
_MOST = 50
"""How many times as many cases are thought of."""


def verdict_of(up: int, down: int) -> Verdict:
    """The verdict on independent pairs of which so many came out better, and so many worse; the rest came out equal."""
    if mcnemar_exact(up, down) < ALPHA:
        return "better" if up > down else "worse"
    # Were all that changed to change the same way, this would be the p-value.
    if up + down and mcnemar_exact(up + down, 0) >= ALPHA:
        return "not enough evidence"
    return "no difference found"


def more_needed(up: int, down: int, compared: int) -> int | None:
    """About how many more pairs would tell, if they go on as the `compared` ones did; None where that never would."""
    if up == down or not 0 < up + down <= compared:
        return None
    step = max(compared // 10, 1)
    for total in range(compared, compared * _MOST, step):
        if mcnemar_exact(round(up * total / compared), round(down * total / compared)) < ALPHA:
            return total - compared
    return None
