"""Values swapped between cases."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.generators.base import Maker, Surroundings
from synterm.describe.generators.registry import load_generator
from synterm.errors import InputError


def case(number: int, expected: str, **values: Any) -> Case:
    return Case(id=f"case-{number}", scenario_id="s", input=values, expected=expected)


SEED = case(1, "track", message="where is it?", customer="Ann", plan="free")
OTHERS = [
    case(2, "track", message="it is late", customer="Bob", plan="free"),
    case(3, "cancel", message="stop it", customer="Eve", plan="paid"),
]


def made(*others: Case, **fields: Any) -> list[Candidate]:
    maker = load_generator({"type": "recombine", **fields})
    assert isinstance(maker, Maker)
    return [*maker.make(SEED, Surroundings("", "", "", "", [], ["message"], others), Random(1))]


def test_values_come_from_cases_that_expect_the_same_and_nobody_knows_whether_it_holds() -> None:
    found = made(*OTHERS)
    # Both of them from case 2 would be case 2.
    assert sorted((one.input["message"], one.input["customer"]) for one in found) == [
        ("it is late", "Ann"),
        ("where is it?", "Bob"),
    ]
    assert {(one.expected, one.keeps) for one in found} == {("track", "unknown")}


def test_where_one_value_decides_it_stays_and_the_others_come_from_any_case() -> None:
    found = made(*OTHERS, depends_on=["message"])
    assert {one.input["message"] for one in found} == {"where is it?"}
    assert {one.input["customer"] for one in found} == {"Ann", "Bob", "Eve"}
    assert {(one.expected, one.keeps) for one in found} == {("track", "same")}


def test_only_the_named_values_are_swapped() -> None:
    assert {one.input["message"] for one in made(*OTHERS, values=["customer"])} == {"where is it?"}


def test_nothing_is_made_of_nothing() -> None:
    with pytest.raises(InputError, match="no other case"):
        made()
    with pytest.raises(InputError, match="no other case"):
        made(case(4, "track", other="x"))
