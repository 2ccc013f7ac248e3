"""Which checks are asked at once and which by a thread, as their own work shows."""

from __future__ import annotations

import time
from typing import Any

import pytest

from synterm.checks.asked import asked
from synterm.checks.base import Answer, Check, Example
from synterm.checks.registry import load_check
from synterm.core.evaluation import CheckResult
from synterm.production import guard_pace
from synterm.production.guard_pace import paced

FAST = {"type": "icontains", "value": "please"}


class Work:
    """How much a thread is said to have worked, in milliseconds for each look at its clock."""

    def __init__(self) -> None:
        self.each_ms = 0.0
        self._now = 0.0

    def thread_time(self) -> float:
        self._now += self.each_ms / 1000
        return self._now


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """The clock of work, in the test's hands; that on the wall jumps, so that each verdict is looked at closer."""
    work = Work()
    monkeypatch.setattr(guard_pace.time, "thread_time", work.thread_time)
    real = time.perf_counter
    jumps = iter(range(10**9))
    monkeypatch.setattr(guard_pace.time, "perf_counter", lambda: real() + next(jumps))
    return work


def said(text: str = "yes, please") -> Answer:
    return Example({}, text, None, "").answer(load_check(FAST))


@pytest.mark.parametrize("config", [FAST, {"type": "is-json"}, {"type": "not-no-secrets"}, {"type": "no-pii"}])
def test_checks_of_synterms_own_that_are_fast_are_asked_at_once(config: dict[str, Any]) -> None:
    assert not paced(load_check(config)).slow


def test_one_that_turns_out_slow_has_to_show_twice_as_long_that_it_is_not(work: Work) -> None:
    check = paced(load_check(FAST))
    assert not check.slow
    for needed in (40, 80, 160):
        work.each_ms = 8
        check.ask(said())
        assert check.slow
        work.each_ms = 0.1
        for _ in range(needed - 1):
            check.ask(said())
        assert check.slow
        check.ask(said())
        assert not check.slow


def test_a_slow_verdict_in_between_begins_the_count_anew(work: Work) -> None:
    check = paced(load_check(FAST))
    work.each_ms = 8
    check.ask(said())
    work.each_ms = 0.1
    for _ in range(39):
        check.ask(said())
    work.each_ms = 2
    check.ask(said())
    work.each_ms = 0.1
    for _ in range(39):
        check.ask(said())
    assert check.slow


def test_long_answers_say_nothing_about_short_ones(work: Work) -> None:
    check = paced(load_check(FAST))
    work.each_ms = 500
    check.ask(said("please " * 5000))
    assert not check.slow


def test_a_fast_check_stays_so_while_others_have_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    made = paced(load_check(FAST))

    def interrupted(check: Check, answer: Answer) -> CheckResult:
        time.sleep(0.02)
        return asked(check, answer)

    monkeypatch.setattr(guard_pace, "asked", interrupted)
    found, took_ms = made.ask(said())
    assert (found.passed, made.slow) == (True, False)
    assert took_ms >= 20


def test_a_check_that_works_long_is_asked_by_a_thread_until_it_is_fast_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = paced(load_check(FAST))

    def working(check: Check, answer: Answer) -> CheckResult:
        until = time.thread_time() + 0.006
        while time.thread_time() < until:
            pass
        return asked(check, answer)

    with monkeypatch.context() as within:
        within.setattr(guard_pace, "asked", working)
        made.ask(said())
    assert made.slow
    for _ in range(100):
        made.ask(said())
    assert not made.slow


def test_a_check_that_is_slow_on_hostile_answers_is_asked_by_a_thread_after_that() -> None:
    pytest.importorskip("vaderSentiment")
    check = paced(load_check({"type": "sentiment", "min": 0.1}))
    check.ask(said("🙂" * 2000))
    assert check.slow
