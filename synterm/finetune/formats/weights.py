"""KTO's weights."""

from __future__ import annotations

from synterm.core.manifest import Weights

_GOAL = 7 / 6
"""In the middle of 1:1 and 4:3, which TRL's documentation asks for: so rounding never leaves that."""


def kto_weights(right: int, wrong: int) -> Weights | None:
    """Weights under which right and wrong answers weigh between 1:1 and 4:3; None where one kind is missing.

    No weight is under 1: the kind that has too few rows is raised.
    """
    if not right or not wrong:
        return None
    share = right / wrong
    desirable = undesirable = 1.0
    if share > 4 / 3:
        undesirable = round(share / _GOAL, 2)
    elif share < 1:
        desirable = round(_GOAL / share, 2)
    return Weights(right=right, wrong=wrong, desirable=desirable, undesirable=undesirable)
