"""From when on: ``24h``, ``7d``, ``2026-11-01``, as a time like the project file holds them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from synterm.errors import InputError

_AGO = re.compile(r"([0-9]{1,6})\s*([a-z]+)")
_UNITS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), timedelta(seconds=1)),
    **dict.fromkeys(("m", "min", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks"), timedelta(weeks=1)),
}
_DAYS = {"today": 0, "yesterday": 1}
_LONGEST = 40
HINT = "24h, 7d, 2w, today, 2026-11-01 or 2026-11-01T09:30, in UTC where no zone is said"
"""How it can be said."""


def since(text: str, now: datetime) -> str:
    """The time that `text` means, seen from `now` (with a zone): ISO 8601, UTC, in milliseconds.

    So long ago (``90m``, ``24h``, ``7d``, ``2w``), a day from its beginning, or a time; in UTC where it says no zone.
    Raises InputError for what is none of these.
    """
    said = " ".join(text.split()).lower()
    try:
        found = _ago(said, now) or _day(said, now) or _moment(text.strip())
        return found.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (OverflowError, ValueError) as error:
        raise InputError(f"{text[:_LONGEST]!r} is no time, and no time ago", hint=HINT) from error


def _ago(said: str, now: datetime) -> datetime | None:
    match = _AGO.fullmatch(said)
    if match is None or match[2] not in _UNITS:
        return None
    return now - int(match[1]) * _UNITS[match[2]]


def _day(said: str, now: datetime) -> datetime | None:
    if said not in _DAYS:
        return None
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=_DAYS[said])


def _moment(said: str) -> datetime:
    found = datetime.fromisoformat(said)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
