"""Which checks a guard asks at once, and which by a thread."""

from __future__ import annotations

import time

import pytest

from synterm.checks.asked import asked
from synterm.checks.base import Answer, Check
from synterm.checks.registry import load_check
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult
from synterm.production import guard_pace
from synterm.production.guard_pace import paced

ANSWER = Answer(Completion(Outcome.COMPLETE, "clarify"), Case(scenario_id="any", input={}, expected="clarify"))


def test_a_fast_check_stays_so_while_others_have_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    made = paced(load_check({"type": "label", "labels": ["clarify", "schedule"]}))

    def interrupted(check: Check, answer: Answer) -> CheckResult:
        time.sleep(0.02)
        return asked(check, answer)

    monkeypatch.setattr(guard_pace, "asked", interrupted)
    found, took_ms = made.ask(ANSWER)
    assert (found.passed, made.slow) == (True, False)
    assert took_ms >= 20


def test_a_check_that_works_long_is_asked_by_a_thread_until_it_is_fast_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made = paced(load_check({"type": "label", "labels": ["clarify", "schedule"]}))

    def working(check: Check, answer: Answer) -> CheckResult:
        until = time.thread_time() + 0.006
        while time.thread_time() < until:
            pass
        return asked(check, answer)

    with monkeypatch.context() as within:
        within.setattr(guard_pace, "asked", working)
        made.ask(ANSWER)
    assert made.slow
    for _ in range(100):
        made.ask(ANSWER)
    assert not made.slow
