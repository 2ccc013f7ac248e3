from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from synterm.evaluate.limit import Limit


def feed(limit: Limit, windows: int, *, limited: float = 0.0, latency_ms: float = 50.0, busy: bool = True) -> None:
    """So many windows of answers, of which a share is rate limited, spread evenly."""
    for _ in range(windows):
        size = max(10, limit.now)
        refused = round(limited * size)
        for number in range(size):
            limit.note(latency_ms, limited=number < refused, busy=busy)


def test_it_grows_while_answers_come_fast_and_all_slots_are_used():
    limit = Limit(16, 200)
    feed(limit, 20)
    assert limit.now == 200


def test_it_stays_while_slots_are_left_over():
    limit = Limit(16, 200)
    feed(limit, 20, busy=False)
    assert limit.now == 16


def test_it_stops_growing_when_more_at_a_time_only_takes_longer():
    limit = Limit(16, 1000)
    for _ in range(40):
        feed(limit, 1, latency_ms=50.0 * max(1.0, limit.now / 64))
    assert 64 <= limit.now <= 64 * 3.5


def test_it_comes_down_again_when_the_endpoint_gets_far_slower_but_not_below_its_start():
    limit = Limit(16, 1000)
    feed(limit, 10)
    high = limit.now
    feed(limit, 60, latency_ms=5000.0)
    assert 16 <= limit.now < high


def test_a_few_rate_limited_answers_are_taken_for_chance():
    limit = Limit(32, 32)
    feed(limit, 50, limited=0.05)
    assert limit.now == 32


def test_many_rate_limited_answers_bring_it_down_and_good_ones_up_again():
    limit = Limit(32, 32)
    feed(limit, 1, limited=1.0)
    assert limit.now == 16
    feed(limit, 1, limited=0.3)
    assert limit.now == 12
    feed(limit, 10)
    assert limit.now == 32


@given(
    st.integers(1, 100),
    st.integers(1, 500),
    st.lists(st.tuples(st.one_of(st.none(), st.floats(0, 1e7)), st.booleans(), st.booleans()), max_size=400),
)
def test_whatever_comes_it_stays_between_one_and_the_most(
    start: int, most: int, answers: list[tuple[float | None, bool, bool]]
) -> None:
    limit = Limit(start, most)
    for latency_ms, limited, busy in answers:
        limit.note(latency_ms, limited=limited, busy=busy)
        assert 1 <= limit.now <= max(start, most)


def test_it_grows_with_what_answers_and_keeps_what_it_learned():
    limit = Limit(16, 64)
    feed(limit, 20)
    assert limit.now == 64
    limit.widen(32, 128)
    assert limit.now == 128
    limit.widen(16, 64)
    assert limit.now == 128, "one that went may come again"
    feed(limit, 20)
    assert limit.now == 128
