"""Times as logs write them."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import Any

from synterm.errors import InputError
from synterm.text import one_line

EARLIEST_MS = 946_684_800_000
"""2000-01-01: what is earlier was no call of a language model."""
_AHEAD_MS = 2 * 86_400_000
"""Clocks differ, and dates without a time zone may be of one that is ahead."""
_FORMS = ("%d/%b/%Y:%H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")
_NUMBER = re.compile(r"[+-]?\d{1,20}(?:\.\d{0,20})?")
_FRACTION = re.compile(r"(\d{2}:\d{2}:\d{2}),(\d)")
_UNITS = ((1e11, 1000.0), (1e14, 1.0), (1e17, 1e-3), (float("inf"), 1e-6))
"""Up to which number a time counts in seconds, milliseconds, microseconds and nanoseconds since 1970, and what makes
milliseconds of it."""


def milliseconds(value: Any) -> int | None:
    """A time in milliseconds since 1970, UTC; None where nothing is said.

    Numbers are seconds, milliseconds, microseconds or nanoseconds since 1970, by their size. A text is such a number,
    ISO 8601, or as web servers and mails write it; without a time zone it is taken as UTC. Raises InputError for what
    is no time, or none at which a call can have been answered.
    """
    if value is None or value == "":
        return None
    found = _read(value)
    if found is None or not EARLIEST_MS <= found <= time.time() * 1000 + _AHEAD_MS:
        said = one_line(str(value), 60)
        raise InputError(f"{said!r} is {'no time' if found is None else 'no time at which a call was answered'}")
    return found


def iso(ms: int) -> str:
    """Milliseconds since 1970 as the project file has times: ``2026-01-31T09:30:00.123Z``."""
    seconds, rest = divmod(ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC).isoformat()[:19]}.{rest:03d}Z"


def _read(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _of_number(value)
    if isinstance(value, datetime):
        return _of_moment(value)
    if not isinstance(value, str) or len(value) > 60:
        return None
    text = value.strip()
    if _NUMBER.fullmatch(text):
        return _of_number(float(text) if "." in text else int(text))
    return _of_text(text)


def _of_number(value: float) -> int | None:
    if value != value:
        return None
    factor = next(factor for most, factor in _UNITS if abs(value) < most or most == float("inf"))
    try:
        return round(value * factor)
    except OverflowError:
        return None


def _of_text(text: str) -> int | None:
    try:
        found = datetime.fromisoformat(_FRACTION.sub(r"\1.\2", text))
    except ValueError:
        found = next((read for form in _FORMS if (read := _formed(text, form))), None)
    return None if found is None else _of_moment(found)


def _of_moment(moment: datetime) -> int | None:
    try:
        return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (OverflowError, ValueError, OSError):
        return None


def _formed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None
