from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from synterm.core.completion import Usage
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import Request
from synterm.evaluate.meter import Meter


def meter(rpm: int | None = None, tpm: int | None = None) -> Meter:
    return Meter(spec(rpm, tpm))


def spec(rpm: int | None = None, tpm: int | None = None) -> ModelSpec:
    return ModelSpec(name="far", model="openai/far", rpm=rpm, tpm=tpm)


def sent_within(seconds: float, chosen: Meter, tokens: int = 0) -> list[float]:
    """The times at which requests go out, as fast as they may."""
    now, times = 0.0, []
    while now < seconds:
        wait = chosen.wait(now, tokens)
        if wait > 0:
            now += wait + 1e-9
            continue
        chosen.take(now, tokens)
        times.append(now)
    return times


@given(st.integers(1, 6000))
def test_no_minute_has_more_requests_than_allowed_beyond_a_second_worth(rpm: int) -> None:
    times = sent_within(90.0, meter(rpm=rpm))
    most = rpm + max(1, rpm / 60) + 1
    for index, start in enumerate(times):
        if index % 97 == 0:
            assert sum(start <= time < start + 60 for time in times) <= most


def test_requests_are_spread_and_none_are_lost():
    assert len(sent_within(60.0, meter(rpm=120))) in range(119, 123)


def test_tokens_hold_back_also_what_is_larger_than_a_second_worth():
    times = sent_within(60.0, meter(tpm=60_000), tokens=3000)
    assert len(times) in range(20, 22)


def test_what_was_not_used_is_given_back():
    chosen = meter(tpm=60_000)
    chosen.take(0.0, 3000)
    assert chosen.wait(0.0, 3000) > 2.9
    chosen.settle(0.0, 3000, Usage(400, 100))
    assert chosen.wait(0.0, 3000) < 0.6


def test_without_limits_nothing_waits():
    chosen = meter()
    for _ in range(1000):
        assert chosen.wait(0.0, 10**9) == 0
        chosen.take(0.0, 10**9)


def test_a_request_is_taken_for_a_quarter_of_its_bytes_and_the_longest_answer():
    request = Request(spec(), (Message(role="user", content="a" * 400),), {"max_tokens": 50})
    assert meter(tpm=1).estimate(request) == 150
    assert meter(rpm=1).estimate(request) == 0
