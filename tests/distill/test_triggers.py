"""Attributes that go with failing: their tables held against SciPy, their words, and what chance makes of it."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.case import Case, Origin
from synterm.distill.triggers import Evaluated, Table, attributes_of, evaluated_cases, fisher, lift, triggers_of


def case(text: str, number: int = 0, root: str = "", **more: Any) -> Case:
    values: dict[str, Any] = {"id": f"c{number}", "root_id": root or f"r{number}", "scenario_id": "s"}
    return Case.model_validate({**values, "input": {"message": text}, **more})


@st.composite
def tables(draw: st.DrawFn) -> Table:
    having, others = draw(st.integers(1, 60)), draw(st.integers(1, 60))
    return Table(draw(st.integers(0, having)), having, draw(st.integers(0, others)), others)


@given(tables())
def test_fisher_s_test_is_scipy_s(table: Table) -> None:
    from scipy.stats import fisher_exact  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    failed, having, other_failed, others = table
    expected: Any = fisher_exact([[failed, having - failed], [other_failed, others - other_failed]])
    assert fisher(table) == pytest.approx(float(expected[1]), rel=1e-6, abs=1e-12)


@given(tables())
def test_the_lift_and_its_interval_are_scipy_s_where_some_fail_on_both_sides(table: Table) -> None:
    from scipy.stats.contingency import relative_risk  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    ratio, (low, high) = lift(table)
    assert 0 < low <= ratio <= high
    failed, having, other_failed, others = table
    if min(failed, other_failed) > 0:
        expected: Any = relative_risk(failed, having, other_failed, others)
        bounds = expected.confidence_interval(0.95)
        assert (ratio, low, high) == pytest.approx((expected.relative_risk, bounds.low, bounds.high), rel=1e-9)


def test_what_can_be_measured_of_a_case() -> None:
    made = Origin(kind="generated", detail={"steps": [{"type": "vary", "tone": "angry"}, {"type": "misspellings"}]})
    one = case("please do not book room 7?", expected="clarify", tags=("terse",), origin=made)
    assert set(attributes_of(one)) == {
        ("length", "short"),
        ("tone", "polite"),
        ("writing", "clean"),
        ("negation", "yes"),
        ("question mark", "yes"),
        ("numbers", "yes"),
        ("expected", "clarify"),
        ("origin", "generated"),
        ("generator", "vary"),
        ("generator", "misspellings"),
        ("tag", "terse"),
    }


def test_what_fails_more_is_told_as_one_reads_it_aloud() -> None:
    cases = [case("do not move it" if at < 20 else "move it", at) for at in range(60)]
    failed = {one.id: number < 16 or number in (30, 31) for number, one in enumerate(cases)}
    [found] = [one for one in triggers_of(evaluated_cases(cases, failed)) if one.attribute == "negation"]
    assert (found.cases, found.failed, found.other_cases, found.other_failed, found.roots) == (20, 16, 40, 2, 20)
    assert found.words == "inputs with a negation fail 16.0 times as often as others: 16 of 20 against 2 of 40"
    assert found.lift == pytest.approx(16)
    assert found.p_adjusted < 1e-6
    assert found.p_value <= found.p_adjusted


def test_the_words_say_the_ratio_of_the_counts_beside_them_where_all_that_have_it_fail() -> None:
    cases = [case("do not move it" if at < 10 else "move it", at) for at in range(30)]
    failed = {one.id: number < 12 for number, one in enumerate(cases)}
    [found] = [one for one in triggers_of(evaluated_cases(cases, failed)) if one.attribute == "negation"]
    assert found.words == "inputs with a negation fail 10.0 times as often as others: 10 of 10 against 2 of 20"


def test_variations_of_one_seed_are_not_taken_for_independent_cases() -> None:
    # All that fail are variations of one seed.
    cases = [case("do not move it", at, root="one" if at < 30 else "") for at in range(34)]
    cases += [case("move it", at) for at in range(34, 80)]
    failed = {one.id: one.root_id == "one" for one in cases}
    found = [one for one in triggers_of(evaluated_cases(cases, failed)) if one.attribute == "negation"]
    assert all(one.roots == 5 and one.p_value > 0.05 for one in found)


def test_values_that_come_over_and_over_are_attributes_and_texts_are_not() -> None:
    cases = [
        case("", at, input={"city": "Rome" if at % 3 == 0 else "Oslo", "message": f"text {at}"}) for at in range(60)
    ]
    failed = {one.id: one.input["city"] == "Rome" for one in cases}
    first = triggers_of(evaluated_cases(cases, failed))[0]
    assert (first.attribute, first.value, first.lift) == ("city", "Rome", None)
    assert first.words == "cases with city = Rome fail, and no others do: 20 of 20 against 0 of 40"
    assert first.lift_ci
    assert first.lift_ci[0] > 1


def test_where_failing_is_chance_hardly_anything_is_found() -> None:
    words = "please do not book the room for 7 people now or never? thanks asap move notes send".split()
    false_alarms = 0
    for seed in range(60):
        chance = random.Random(seed)
        cases = [case(" ".join(chance.sample(words, chance.randint(2, 12))), at) for at in range(120)]
        evaluated = [Evaluated(one, chance.random() < 0.3) for one in cases]
        false_alarms += any(one.p_adjusted < 0.05 for one in triggers_of(evaluated))
    assert false_alarms <= 6, "5 % of 60, and what chance adds"


def test_nothing_is_said_of_few_cases_or_of_none() -> None:
    assert triggers_of([]) == []
    cases = [case("do not", at) for at in range(4)] + [case("do", at + 4) for at in range(30)]
    found = triggers_of(evaluated_cases(cases, {one.id: number < 4 for number, one in enumerate(cases)}))
    assert [one for one in found if one.attribute == "negation"] == []
