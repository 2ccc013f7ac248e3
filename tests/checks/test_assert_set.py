"""Sets of checks: several that count as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.checks.base import Answer, Check
from synterm.checks.judge import judge
from synterm.checks.registry import load_check
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult
from synterm.core.request import Labels
from synterm.errors import InputError
from synterm.storage.grades import grade_text, read_grade

Ask = Callable[..., CheckResult]
AnswerOf = Callable[..., Answer]

YES: dict[str, Any] = {"type": "contains", "value": "yes"}
NO: dict[str, Any] = {"type": "contains", "value": "never said"}
ABSTAINS: dict[str, Any] = {"type": "cost", "threshold": 1}


def several(*checks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "assert-set", "assert": list(checks), **fields}


@pytest.mark.parametrize(
    ("config", "passed", "score", "reason"),
    [
        (several(YES, YES), True, 1.0, "2 checks passed"),
        (several(YES, NO), False, 0.5, '1 of 2 fails: contains (does not contain "never said")'),
        (several(YES, NO, threshold=0.5), True, 0.5, "0.50, needs 0.5; fails: contains (does not"),
        (several(YES, NO, threshold=0.6), False, 0.5, "0.50, needs 0.6; fails: contains (does not"),
        (several(YES, {**NO, "weight": 3}, threshold=0.25), True, 0.25, "0.25, needs 0.25"),
        (several(YES, {**NO, "weight": 0}), True, 1.0, "1 check passed"),
        (several({**NO, "metric": "manners"}, YES), False, 0.5, "1 of 2 fails: manners (does not"),
        (several(several(YES, NO, threshold=0.5, metric="inner"), NO), False, 0.25, "1 of 2 fails: contains"),
    ],
)
def test_it_passes_when_all_do_or_when_the_mean_reaches_the_threshold(
    ask: Ask, config: dict[str, Any], passed: bool, score: float, reason: str
) -> None:
    result = ask(config, "yes")
    assert (result.passed, result.score) == (passed, score)
    assert result.reason.startswith(reason)


@pytest.mark.parametrize(
    ("config", "passed"),
    [
        (several(YES, ABSTAINS), None),
        (several(NO, ABSTAINS), False),
        (several(YES, ABSTAINS, threshold=0.5), True),
        (several(YES, ABSTAINS, threshold=0.6), None),
        (several(NO, ABSTAINS, threshold=0.6), False),
        (several(NO, ABSTAINS, threshold=0.5), None),
        (several(YES, {**ABSTAINS, "weight": 0}), True),
        (several(several(ABSTAINS), YES), None),
    ],
)
def test_a_check_that_cannot_judge_keeps_it_from_a_verdict_unless_that_is_decided(
    ask: Ask, config: dict[str, Any], passed: bool | None
) -> None:
    result = ask(config, "yes")
    assert result.passed is passed
    if passed is None:
        assert (result.score, "cost: what the answer cost is unknown" in (result.error or "")) == (None, True)


@given(
    st.lists(st.tuples(st.sampled_from([YES, NO, ABSTAINS]), st.integers(1, 5)), min_size=1, max_size=5),
    st.integers(0, 10),
)
def test_what_is_decided_despite_an_abstention_is_decided_whatever_it_would_have_said(
    members: list[tuple[dict[str, Any], int]], tenths: int
) -> None:
    def verdict(filled: dict[str, Any] | None) -> bool | None:
        checks = [
            {**(filled if filled is not None and check is ABSTAINS else check), "weight": weight}
            for check, weight in members
        ]
        answer = Answer(Completion(Outcome.COMPLETE, "yes"), Case(scenario_id="s", input={}))
        return judge([load_check(several(*checks, threshold=tenths / 10))], answer)[1]

    found = verdict(None)
    if found is not None:
        assert verdict(YES) is verdict(NO) is found
    else:
        assert (verdict(YES), verdict(NO)) == (True, False)


def test_what_its_checks_found_is_kept_with_it_also_in_the_file(ask: Ask) -> None:
    result = ask(several({**YES, "metric": "agrees"}, several(NO), metric="polite"), "yes")
    assert result.metric == "polite"
    assert [(part.type, part.passed, part.metric) for part in result.parts] == [
        ("contains", True, "agrees"),
        ("assert-set", False, None),
    ]
    assert read_grade(grade_text(result)) == result
    plain = ask(YES, "yes")
    assert "metric" not in grade_text(plain), "as it was written before there were metrics"
    assert read_grade(grade_text(plain)) == plain


def test_negated_it_passes_where_it_fails_and_still_abstains(ask: Ask) -> None:
    assert ask({**several(YES, NO), "type": "not-assert-set"}, "yes").passed is True
    assert ask({**several(YES, ABSTAINS), "type": "not-assert-set"}, "yes").passed is None


def test_a_label_check_in_it_reads_labels_and_holds_the_model_to_them(ask: Ask) -> None:
    label = {"type": "label", "labels": ["a", "b"]}
    result = ask(several(NO, label), "b", "a")
    assert (result.label, result.reading) == ("b", ("a", "b"))
    assert load_check(several(NO, label)).constraint() == Labels(("a", "b"))
    assert [part.type for part in load_check(several(NO, several(label))).parts()] == ["contains", "label"]


class Dear(Check):
    """A check that costs something."""

    type = "dear"
    asked: ClassVar[int] = 0

    @property
    def costs(self) -> bool:
        return True

    def judge(self, answer: Answer) -> CheckResult:
        Dear.asked += 1
        return self.verdict(True, "dearly paid")


class Kept(dict[bytes, CheckResult]):
    """Verdicts in memory."""

    def lookup(self, key: bytes) -> CheckResult | None:
        return self.get(key)

    def add(self, key: bytes, found: CheckResult) -> None:
        self[key] = found


def test_what_a_check_in_it_costs_is_paid_once_whatever_the_threshold(
    monkeypatch: pytest.MonkeyPatch, answer_of: AnswerOf
) -> None:
    monkeypatch.setattr("synterm.checks.registry.CHECKS.find", lambda _kind: Dear)  # pyright: ignore[reportUnknownLambdaType]
    from synterm.checks.assert_set import AssertSet

    kept = Kept()
    for threshold in (0.1, 0.9):
        found = AssertSet.model_validate({"assert": [{"type": "dear"}], "threshold": threshold})
        assert judge([found], answer_of("x"), kept)[1] is True
    assert (Dear.asked, len(kept)) == (1, 1)


def nested(depth: int) -> dict[str, Any]:
    config = YES
    for _ in range(depth):
        config = several(config)
    return config


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (several(), "assert: must not be empty"),
        ({"type": "assert-set"}, "assert: is missing"),
        ({"type": "assert-set", "members": [YES]}, "members: is not a field here"),
        (several({"type": "contians", "value": "x"}), "assert[0].type: 'contians' is not a type of check"),
        (several(YES, {"type": "latency"}), "assert[1].threshold: is missing"),
        (several(YES, several(YES, {"type": "latency"})), "assert[1].assert[1].threshold: is missing"),
        (several({**YES, "weight": 0}), "weight 0, so nothing would decide"),
        (several(YES, threshold=1.5), "threshold: must be at most 1"),
        (several(YES, metric=""), "metric: must not be empty"),
        (nested(5), "more than 4 deep"),
        (nested(100), "more than 4 deep"),
    ],
)
def test_one_that_cannot_be_used_is_refused_with_the_place(config: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        load_check(config)
    assert message in str(error.value)
    if "contians" in message:
        assert "did you mean contains" in (error.value.hint or "")
