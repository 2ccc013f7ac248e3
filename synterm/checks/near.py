"""Values of JSON that are compared with a tolerance, and as they stand in a reason."""

from __future__ import annotations

import math
from typing import Any

from synterm.checks.json_text import same_json
from synterm.core.case import value_text
from synterm.text import one_line

_SHOWN = 60


def near(found: Any, wanted: Any, tolerance: float) -> bool:
    """Whether two values are equal as JSON, or are numbers that differ by `tolerance` at most."""
    if tolerance and _is_number(found) and _is_number(wanted):
        off = abs(found - wanted)
        # What 0.1 + 0.2 is off by is no difference.
        return off <= tolerance or math.isclose(off, tolerance, rel_tol=1e-9)
    return same_json(found, wanted)


def shown(value: Any) -> str:
    """A value in at most 60 characters."""
    try:
        return one_line(f'"{value}"' if isinstance(value, str) else value_text(value) or "null", _SHOWN)
    except TypeError:
        return "a value that nests very deep"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
