"""What checks can say where nothing is expected, as in production: every one of them either judges there or says that
it can't."""

from __future__ import annotations

from dataclasses import replace

import pytest

from synterm.checks.asked import asked
from synterm.checks.base import Answer, Check, Example
from synterm.checks.registry import CHECKS, load_check

KINDS = sorted(CHECKS.built_in)
WITH_VALUE = [kind for kind in KINDS if CHECKS.find(kind).instead]
"""Those that are held against a value of their own or, without it, against what the case expects."""


def made(kind: str) -> tuple[Check, Answer]:
    """The check of a kind's example, and its answer, to a case that expects nothing."""
    example = CHECKS.find(kind).example
    assert isinstance(example, Example)
    check = load_check({"type": kind, **example.fields})
    known = example.answer(check)
    return check, replace(known, case=known.case.model_copy(update={"expected": None}))


@pytest.mark.parametrize("kind", KINDS)
def test_every_check_judges_without_an_expected_result_or_says_that_it_needs_one(kind: str) -> None:
    check, answer = made(kind)
    form = check.unexpecting()
    if form is None:
        assert check.needs_expected
        assert "expected" in check.relies_on
        assert asked(check, answer).passed is None
    else:
        assert not form.needs_expected
        assert "expected" not in form.relies_on
        assert asked(form, answer).passed is not None
        assert form.unexpecting() is form
        assert form.weight == check.weight
        assert form.type == check.type


@pytest.mark.parametrize("kind", KINDS)
def test_a_check_that_expects_nothing_says_the_same_in_both_forms(kind: str) -> None:
    check, answer = made(kind)
    if not check.needs_expected:
        form = check.unexpecting()
        assert form is not None
        assert asked(form, answer) == asked(check, answer)


@pytest.mark.parametrize("kind", KINDS)
def test_the_opposite_of_a_check_judges_where_it_does_itself_whatever_is_expected(kind: str) -> None:
    check, answer = made(kind)
    config = {"type": f"not-{kind}", **CHECKS.find(kind).example.fields}  # type: ignore[union-attr]
    opposite = load_check(config)
    form = opposite.unexpecting()
    assert (form is None) == check.needs_expected
    if form is not None:
        assert asked(form, answer).passed is (not asked(check, answer).passed)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_check_relies_on_is_what_it_lacks_when_only_the_text_is_known(kind: str) -> None:
    """Without it there is no verdict; with no need of it there is one, of the text alone."""
    check, answer = made(kind)
    if check.asks:
        return
    bare = replace(
        answer,
        completion=type(answer.completion)(answer.completion.outcome, answer.completion.said),
        case=answer.case.model_copy(update={"input": {}}),
        tools=(),
        retrieval=None,
    )
    lacks = {fact for part in check.parts() for fact in part.relies_on}
    assert (asked(check, bare).passed is None) == bool(lacks), lacks


@pytest.mark.parametrize("kind", WITH_VALUE)
def test_without_a_value_of_its_own_a_check_needs_what_the_case_expects(kind: str) -> None:
    example = CHECKS.find(kind).example
    assert example is not None
    fields = {name: value for name, value in example.fields.items() if name != CHECKS.find(kind).instead}
    check = load_check({"type": kind, **fields})
    assert check.unexpecting() is None
    assert "expected" in check.relies_on


@pytest.mark.parametrize("kind", ["contains", "similar", "levenshtein"])
def test_with_a_value_of_its_own_the_same_check_needs_none(kind: str) -> None:
    check = load_check({"type": kind, "value": "soon"})
    assert check.unexpecting() is check


LABEL = {"type": "label", "labels": ["schedule", "clarify"]}
POLITE = {"type": "icontains", "value": "please"}
EQUALS = {"type": "equals"}


def said(text: str) -> Answer:
    return Example({}, text, None, "").answer(load_check(LABEL))


def test_a_label_check_asks_for_any_label() -> None:
    form = load_check(LABEL).unexpecting()
    assert form is not None
    assert asked(form, said("Schedule.")).label == "schedule"
    assert asked(form, said("Perhaps.")).passed is False


def test_a_set_keeps_what_can_judge_and_its_threshold() -> None:
    check = load_check({"type": "assert-set", "assert": [EQUALS, LABEL, POLITE], "threshold": 0.5, "metric": "fit"})
    form = check.unexpecting()
    assert form is not None
    assert [part.type for part in form.parts()] == ["label", "icontains"]
    found = asked(form, said("clarify"))
    assert (found.passed, found.score, found.metric) == (True, 0.5, "fit")
    # The set itself is as it was.
    assert [part.type for part in check.parts()] == ["equals", "label", "icontains"]


def test_a_set_in_which_nothing_that_counts_can_judge_has_no_form() -> None:
    check = load_check({"type": "assert-set", "assert": [EQUALS, {**POLITE, "weight": 0}]})
    assert check.unexpecting() is None


def test_a_set_in_a_set_loses_only_what_can_not_judge() -> None:
    inner = {"type": "assert-set", "assert": [EQUALS, POLITE]}
    form = load_check(
        {"type": "assert-set", "assert": [inner, {"type": "assert-set", "assert": [EQUALS]}]}
    ).unexpecting()
    assert form is not None
    assert [part.type for part in form.parts()] == ["icontains"]
    assert asked(form, said("please")).passed


def test_the_opposite_of_a_set_is_not_the_opposite_of_a_part_of_it() -> None:
    check = load_check({"type": "not-assert-set", "assert": [EQUALS, POLITE]})
    assert check.unexpecting() is None
    assert check.fitting(lambda part: part.type != "equals") is None
    assert check.fitting(lambda part: True) is check


def test_every_turn_of_a_dialog_is_judged_by_the_form_of_the_check_within() -> None:
    form = load_check({"type": "every-turn", "check": LABEL}).unexpecting()
    assert form is not None
    assert asked(form, said("clarify")).passed
    assert load_check({"type": "every-turn", "check": EQUALS}).unexpecting() is None
    plain = load_check({"type": "every-turn", "check": POLITE})
    assert plain.unexpecting() is plain


def test_parts_are_left_out_by_what_does_not_fit() -> None:
    judge = {"type": "llm-rubric", "model": "judge", "value": "polite"}
    check = load_check({"type": "assert-set", "assert": [judge, POLITE]})
    form = check.fitting(lambda part: not part.asks)
    assert form is not None
    assert not form.asks
    assert [part.type for part in form.parts()] == ["icontains"]
    assert load_check({"type": "every-turn", "check": judge}).fitting(lambda part: not part.asks) is None
