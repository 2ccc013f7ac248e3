from __future__ import annotations

import pytest

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.evaluate.breaker import IN_A_ROW, Breaker

DOWN = failed_call(Outcome.PROVIDER_ERROR, "can't reach it", retry_after_s=0.0)
NO_KEY = failed_call(Outcome.PROVIDER_ERROR, "no key")
GOOD = Completion(Outcome.COMPLETE, "yes")
BUSY = failed_call(Outcome.RATE_LIMITED, "too many", retry_after_s=1.0)


def tripped() -> Breaker:
    breaker = Breaker()
    for _ in range(IN_A_ROW):
        breaker.sent()
        breaker.note(DOWN, 100.0, final=False, trial=False)
    return breaker


def test_ten_failures_in_a_row_pause_the_sending():
    breaker = Breaker()
    for _ in range(IN_A_ROW - 1):
        breaker.note(DOWN, 100.0, final=False, trial=False)
    assert breaker.wait(100.0) == 0
    breaker.note(DOWN, 100.0, final=False, trial=False)
    assert breaker.wait(100.0) == 1.0


def test_one_answer_between_them_starts_the_count_again():
    breaker = Breaker()
    for number in range(10 * IN_A_ROW):
        breaker.note(GOOD if number % IN_A_ROW == 0 else DOWN, 100.0, final=False, trial=False)
    assert breaker.wait(100.0) == 0


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome.answered])
def test_what_the_model_said_is_no_failure_however_bad_it_is(outcome: Outcome):
    breaker = Breaker()
    for _ in range(3 * IN_A_ROW):
        breaker.note(Completion(outcome), 100.0, final=True, trial=False)
    assert breaker.wait(100.0) == 0


def test_after_the_pause_one_request_is_tried_and_the_others_wait_for_it():
    breaker = tripped()
    assert breaker.wait(101.0) == 0
    breaker.sent()
    assert breaker.wait(101.0) is None
    breaker.note(GOOD, 101.5, final=True, trial=True)
    assert breaker.wait(101.5) == 0
    breaker.sent()
    assert breaker.wait(101.5) == 0


def test_a_try_that_was_cancelled_is_made_by_the_next_request():
    breaker = tripped()
    breaker.sent()
    breaker.lost(trial=True)
    assert breaker.wait(101.0) == 0


def test_pauses_get_longer_and_then_it_is_given_up():
    breaker, now, pauses = tripped(), 100.0, []
    while not breaker.given_up:
        pauses.append(breaker.wait(now))
        now += breaker.wait(now) or 0.0
        assert breaker.sent()
        breaker.note(DOWN, now, final=False, trial=True)
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    assert breaker.given_up is DOWN


def test_answers_that_were_under_way_when_the_pause_began_do_not_lengthen_it():
    breaker = tripped()
    for _ in range(50):
        breaker.note(DOWN, 100.1, final=False, trial=False)
    assert breaker.wait(101.0) == 0 and breaker.given_up is None


def test_what_no_wait_can_mend_is_given_up_at_once():
    breaker = Breaker()
    for _ in range(IN_A_ROW):
        breaker.note(NO_KEY, 100.0, final=True, trial=False)
    assert breaker.given_up is NO_KEY


def test_a_rate_limit_counts_only_when_its_tries_are_used_up():
    breaker = Breaker()
    for _ in range(5 * IN_A_ROW):
        breaker.note(BUSY, 100.0, final=False, trial=False)
    assert breaker.wait(100.0) == 0
    for _ in range(IN_A_ROW):
        breaker.note(BUSY, 100.0, final=True, trial=False)
    assert breaker.wait(100.0) == 1.0


def test_an_endpoint_that_refuses_everything_is_given_up():
    breaker, now, sent = Breaker(), 100.0, 0
    while not breaker.given_up:
        for number in range(4):
            now += breaker.wait(now) or 0.0
            trial = breaker.sent()
            sent += 1
            breaker.note(BUSY, now, final=number == 3, trial=trial)
    assert sent == 4 * (IN_A_ROW + 4)


def test_who_starts_over_gets_one_try_at_once():
    breaker = Breaker()
    for _ in range(IN_A_ROW):
        breaker.note(NO_KEY, 100.0, final=True, trial=False)
    breaker.start_over()
    assert breaker.given_up is None and breaker.wait(100.0) == 0
    breaker.sent()
    assert breaker.wait(100.0) is None
    breaker.note(DOWN, 100.0, final=False, trial=True)
    assert breaker.given_up is DOWN


def test_only_the_lost_trial_makes_room_for_another():
    breaker = tripped()
    assert breaker.sent()
    breaker.lost(trial=False)
    assert breaker.wait(101.0) is None


def test_a_good_answer_takes_back_that_it_was_given_up():
    breaker = Breaker()
    for _ in range(IN_A_ROW):
        breaker.note(NO_KEY, 100.0, final=True, trial=False)
    breaker.note(GOOD, 100.0, final=True, trial=False)
    assert breaker.given_up is None


def test_an_endpoint_that_asks_for_a_day_is_given_up():
    breaker = Breaker()
    for _ in range(IN_A_ROW):
        breaker.note(failed_call(Outcome.RATE_LIMITED, "tomorrow", retry_after_s=86_400), 1.0, final=True, trial=False)
    assert breaker.given_up
