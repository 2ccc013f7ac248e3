"""What a comparison amounts to, in one of four verdicts."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from synterm.evaluate.statistics import mcnemar_exact

if TYPE_CHECKING:
    from synterm.core.comparison import Verdict

ALPHA = 0.05
"""Below this p-value a difference counts."""
_MOST = 50
"""How many times as many cases are thought of."""


def verdict_of(up: int, down: int, alpha: float = ALPHA) -> Verdict:
    """The verdict on independent pairs of which so many came out better, and so many worse; the rest came out equal.

    `alpha`: what the p-value must come below; less where several questions are asked at once.
    """
    if mcnemar_exact(up, down) < alpha:
        return "better" if up > down else "worse"
    return without_difference(up + down, alpha)


def without_difference(changed: int, alpha: float = ALPHA) -> Verdict:
    """The verdict where no difference counts, by how many independent pairs changed at all."""
    # Were all that changed to change the same way, this would be the p-value.
    return "not enough evidence" if changed and mcnemar_exact(changed, 0) >= alpha else "no difference found"


def more_needed(up: int, down: int, compared: int, alpha: float = ALPHA) -> int | None:
    """About how many more pairs would tell, if they go on as the `compared` ones did; None where that never would.

    `alpha`: what the p-value must come below.
    """
    if up == down or not 0 < up + down <= compared:
        return None

    def tells(total: int) -> bool:
        return mcnemar_exact(round(up * total / compared), round(down * total / compared)) < alpha

    totals = range(compared, compared * _MOST, max(compared // 10, 1))
    found = bisect_left(totals, True, key=tells)
    return totals[found] - compared if found < len(totals) else None
