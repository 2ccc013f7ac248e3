from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.checks.base import Answer, Check
from synterm.checks.judge import judge
from synterm.checks.registry import load_check
from synterm.core.completion import Outcome
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

AnswerOf = Callable[..., Answer]

YES: dict[str, Any] = {"type": "contains", "value": "yes"}
NO: dict[str, Any] = {"type": "contains", "value": "never said"}
ABSTAINS: dict[str, Any] = {"type": "cost", "threshold": 1}


class Scored(Check):
    type = "scored"
    share: float

    def judge(self, answer: Answer) -> CheckResult:
        return self.verdict(self.share >= 0.5, "a share", score=self.share)


class Broken(Check):
    type = "broken"

    def judge(self, answer: Answer) -> CheckResult:
        return cast("CheckResult", {}["missing"])


class Wordless(Check):
    type = "wordless"

    def judge(self, answer: Answer) -> CheckResult:
        return cast("CheckResult", "pass")


class Unsure(Check):
    type = "unsure"

    def judge(self, answer: Answer) -> CheckResult:
        raise InputError("can't say", hint="ask again")


def checks(*configs: dict[str, Any]) -> list[Check]:
    return [load_check(config) for config in configs]


def test_all_checks_must_pass(answer_of: AnswerOf) -> None:
    assert judge(checks(YES, YES), answer_of("yes"))[1:] == (True, 1.0)
    assert judge(checks(YES, NO), answer_of("yes"))[1:] == (False, 0.5)


def test_without_checks_there_is_no_verdict(answer_of: AnswerOf) -> None:
    assert judge([], answer_of("yes")) == ((), None, None)
    assert judge([], answer_of("yes", outcome=Outcome.TRUNCATED)) == ((), None, None)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if not outcome.answered])
def test_a_call_without_an_answer_is_not_judged(answer_of: AnswerOf, outcome: Outcome) -> None:
    assert judge(checks(YES), answer_of("yes", outcome=outcome)) == ((), None, None)


@pytest.mark.parametrize("outcome", [Outcome.TRUNCATED, Outcome.EMPTY, Outcome.FILTERED])
def test_an_answer_that_is_not_whole_fails_though_its_checks_pass(answer_of: AnswerOf, outcome: Outcome) -> None:
    results, passed, score = judge(checks(YES), answer_of("yes", outcome=outcome))
    assert (passed, score) == (False, 0.5)
    assert [(result.type, result.passed) for result in results] == [("outcome", False), ("contains", True)]
    assert results[0].reason


def test_a_cut_off_answer_says_what_to_do(answer_of: AnswerOf) -> None:
    results, _, _ = judge(checks(YES), answer_of("yes", outcome=Outcome.TRUNCATED))
    assert results[0].reason == "cut off at the token limit; raise max_tokens"


def test_a_refusal_is_judged_by_the_checks(answer_of: AnswerOf) -> None:
    assert judge(checks(NO), answer_of("I can't", outcome=Outcome.REFUSED))[1] is False
    assert (
        judge(checks({"type": "contains", "value": "can't"}), answer_of("I can't", outcome=Outcome.REFUSED))[1] is True
    )


def test_a_check_that_errors_abstains(answer_of: AnswerOf) -> None:
    for check, said in (
        (Broken(), "KeyError: 'missing'"),
        (Wordless(), "no result"),
        (Unsure(), "can't say; ask again"),
    ):
        (result,), passed, score = judge([check], answer_of("yes"))
        assert (result.type, result.passed, result.score, passed, score) == (check.type, None, None, None, None)
        assert said in (result.error or "")


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_score_out_of_bounds_is_no_verdict(answer_of: AnswerOf, share: float) -> None:
    assert judge([Scored(share=share)], answer_of("yes"))[1:] == (None, None)


def test_an_abstention_keeps_a_pass_from_being_proven_and_leaves_a_failure(answer_of: AnswerOf) -> None:
    assert judge(checks(YES, ABSTAINS), answer_of("yes"))[1:] == (None, 1.0)
    assert judge(checks(NO, ABSTAINS), answer_of("yes"))[1:] == (False, 0.0)


def test_a_check_without_weight_is_shown_and_counts_for_nothing(answer_of: AnswerOf) -> None:
    results, passed, score = judge(checks(YES, {**NO, "weight": 0}, {**ABSTAINS, "weight": 0}), answer_of("yes"))
    assert ([result.passed for result in results], passed, score) == ([True, False, None], True, 1.0)
    assert judge(checks({**YES, "weight": 0}), answer_of("yes"))[1:] == (None, None)


def test_the_score_is_the_weighted_mean(answer_of: AnswerOf) -> None:
    judged = [Scored(share=0.5, weight=3), Scored(share=1.0, weight=1)]
    assert judge(judged, answer_of("yes"))[1:] == (True, 0.625)


def test_a_negated_check_flips_and_says_so(answer_of: AnswerOf) -> None:
    (result,), passed, score = judge(checks({"type": "not-contains", "value": "yes"}), answer_of("yes"))
    assert (result.type, result.passed, passed, score) == ("not-contains", False, False, 0.0)
    assert result.reason == 'negated: contains "yes"'
    assert judge(checks({"type": "not-contains", "value": "no"}), answer_of("yes"))[1:] == (True, 1.0)


def test_an_abstention_is_never_flipped_to_a_pass(answer_of: AnswerOf) -> None:
    (result,), passed, _ = judge(checks({"type": "not-cost", "threshold": 1}), answer_of("yes"))
    assert (result.passed, passed) == (None, None)
    assert result.error


def test_a_negated_check_holds_a_model_to_nothing() -> None:
    assert load_check({"type": "not-label", "labels": ["a", "b"]}).constraint() is None


@given(
    st.lists(st.tuples(st.sampled_from([YES, NO, ABSTAINS]), st.floats(0, 10)), max_size=6),
    st.sampled_from([outcome for outcome in Outcome if outcome.answered]),
)
def test_a_pass_always_means_that_every_check_of_weight_passed(
    answer_of: AnswerOf, weighted: list[tuple[dict[str, Any], float]], outcome: Outcome
) -> None:
    made = checks(*({**config, "weight": weight} for config, weight in weighted))
    results, passed, score = judge(made, answer_of("yes", outcome=outcome))
    if passed:
        assert outcome in (Outcome.COMPLETE, Outcome.REFUSED)
        assert all(result.passed for result, check in zip(results, made, strict=True) if check.weight)
    assert score is None or 0 <= score <= 1
