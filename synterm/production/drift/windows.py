"""Traffic cut into windows: days, weeks, or lots of equally many calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from synterm.errors import InputError, UsageError
from synterm.storage.drift import Slice
from synterm.storage.project import Project

DAY, WEEK = "day", "week"
MOST = 400
"""Windows at a time."""
_LOTS = 12
"""So many lots are made where nobody says how many, of at least so many calls:"""
_SMALLEST = 50
_DAYS, _WEEKS = 3, 90
"""Days are told from so many on, and weeks from so many days on."""
HINT = "--by day, --by week, or --by 500 for windows of 500 calls each"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A window before it is counted."""

    name: str
    which: Slice
    is_complete: bool
    """Whether no further call can fall into it, as far as its time tells."""


def stretches(project: Project, by: str | None, which: Slice) -> tuple[list[Stretch], str]:
    """The windows of some traffic, the oldest first, those without calls among them; and by what it was cut.

    `by`: ``day``, ``week`` or a number of calls; None takes what suits. Raises UsageError for more windows than anybody
    wants to see, ProjectError, and InputError for traffic whose time can't be read.
    """
    span = project.traffic.over_time.span(which)
    if not span.calls:
        return [], by or DAY
    first, last = _date(span.first), _date(span.last)
    by = by or _suiting((last - first).days + 1, span.calls)
    if by in (DAY, WEEK):
        found = [*_by_time(by, first, last, which)]
    else:
        found = _by_number(project, int(by), span.calls, which)
    if len(found) > MOST:
        raise UsageError(f"that makes {len(found):,} windows, more than {MOST}", where="--by", hint=HINT)
    return found, by


def _suiting(days: int, calls: int) -> str:
    if days >= _DAYS:
        return DAY if days <= _WEEKS else WEEK
    return str(max(_SMALLEST, calls // _LOTS))


def _by_time(by: str, first: date, last: date, which: Slice) -> Iterator[Stretch]:
    step = timedelta(days=1 if by == DAY else 7)
    start = first if by == DAY else first - timedelta(days=first.weekday())
    today = datetime.now(UTC).date()
    while start <= last:
        end = start + step
        name = start.isoformat() if by == DAY else f"{start:%G-W%V}"
        since, until = max(start.isoformat(), which.since or ""), end.isoformat()
        yield Stretch(name, Slice(since=since, until=until), end <= today)
        start = end


def _by_number(project: Project, number: int, calls: int, which: Slice) -> list[Stretch]:
    if calls / number > MOST:
        raise UsageError(f"that makes {calls // number:,} windows, more than {MOST}", where="--by", hint=HINT)
    # Calls of the very same moment stay together.
    starts = [*dict.fromkeys(project.traffic.over_time.each(number, which))]
    ends: list[str | None] = [*starts[1:], None]
    return [
        Stretch(str(at), Slice(since=start, until=end), end is not None or calls % number == 0)
        for at, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
    ]


def _date(served: str) -> date:
    try:
        return date.fromisoformat(served[:10])
    except ValueError as error:
        raise InputError(f"a logged call has a time that is none: {served[:40]!r}") from error
