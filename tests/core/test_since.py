"""From when on, as people say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.since import since
from synterm.errors import InputError

NOW = datetime(2026, 11, 29, 9, 15, 30, 250_000, UTC)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("24h", "2026-11-28T09:15:30.250Z"),
        ("7d", "2026-11-22T09:15:30.250Z"),
        ("2 weeks", "2026-11-15T09:15:30.250Z"),
        ("90m", "2026-11-29T07:45:30.250Z"),
        ("30s", "2026-11-29T09:15:00.250Z"),
        ("0h", "2026-11-29T09:15:30.250Z"),
        (" 1 Day ", "2026-11-28T09:15:30.250Z"),
        ("today", "2026-11-29T00:00:00.000Z"),
        ("yesterday", "2026-11-28T00:00:00.000Z"),
        ("2026-11-01", "2026-11-01T00:00:00.000Z"),
        ("2026-11-01T09:30", "2026-11-01T09:30:00.000Z"),
        ("2026-11-01 09:30:15.5", "2026-11-01T09:30:15.500Z"),
        ("2026-11-01T09:30:00Z", "2026-11-01T09:30:00.000Z"),
        ("2026-11-01T09:30:00+02:00", "2026-11-01T07:30:00.000Z"),
    ],
)
def test_says_what_people_mean(said: str, meant: str) -> None:
    assert since(said, NOW) == meant


def test_now_may_be_of_any_zone() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=-9)))
    assert since("today", there) == "2026-11-29T00:00:00.000Z"
    assert since("1h", there) == since("1h", NOW)


@pytest.mark.parametrize("said", ["", "soon", "24", "h", "-3d", "24 parsecs", "2026-13-01", "999999w", "7d ago", "٣d"])
def test_tells_how_it_can_be_said(said: str) -> None:
    with pytest.raises(InputError) as told:
        since(said, NOW)
    assert "24h" in (told.value.hint or "")


@given(st.text(max_size=30))
def test_is_a_time_or_an_error_whatever_is_typed(said: str) -> None:
    try:
        found = since(said, NOW)
    except InputError:
        return
    assert datetime.fromisoformat(found).tzinfo is UTC
    assert len(found) == len("2026-11-28T09:15:30.250Z")


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_longer_time_ago_is_earlier(one: int, other: int) -> None:
    first, second = since(f"{max(one, other)}h", NOW), since(f"{min(one, other)}h", NOW)
    assert first <= second
