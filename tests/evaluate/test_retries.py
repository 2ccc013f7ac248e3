from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.evaluate.retries import LONGEST_WAIT_S, MOST_TRIES, wait_before_retry


def failure(retry_after_s: float | None, outcome: Outcome = Outcome.RATE_LIMITED) -> Completion:
    return failed_call(outcome, "no", retry_after_s=retry_after_s)


@given(st.floats(0, LONGEST_WAIT_S), st.integers(1, MOST_TRIES - 1), st.floats(0, 1))
def test_never_earlier_than_asked_and_not_much_later(asked: float, tries: int, share: float) -> None:
    wait = wait_before_retry(failure(asked), tries, lambda low, high: low + share * (high - low))
    assert wait is not None
    assert asked <= wait <= asked + 8.0


@given(st.integers(1, MOST_TRIES - 1), st.sampled_from([0.0, 0.25, 1.0]))
def test_without_a_word_from_the_endpoint_any_time_up_to_a_bound_that_doubles(tries: int, share: float) -> None:
    wait = wait_before_retry(failure(0.0), tries, lambda low, high: low + share * (high - low))
    assert wait == share * 0.5 * 2 ** (tries - 1)


def test_what_would_fail_the_same_is_not_tried_again():
    assert wait_before_retry(failure(None), 1, max) is None


def test_an_absurd_wait_is_not_taken_on():
    assert wait_before_retry(failure(LONGEST_WAIT_S * 1.01), 1, max) is None


def test_there_are_at_most_four_tries():
    assert wait_before_retry(failure(0.0), MOST_TRIES, max) is None
    assert MOST_TRIES == 4


def test_a_call_that_used_up_its_time_has_none_left():
    assert wait_before_retry(failure(0.0, Outcome.TIMED_OUT), 1, max) is None
