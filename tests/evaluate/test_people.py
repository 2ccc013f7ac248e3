"""How far people agree with each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.review import Review, majority
from synterm.evaluate.review.people import unanimity


def test_krippendorffs_own_example_for_two_people_and_yes_or_no() -> None:
    """K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), part A: ten articles, alpha 0.095."""
    meg, owen = "0100000010", "1110010000"
    found = unanimity([[("meg", one == "1"), ("owen", two == "1")] for one, two in zip(meg, owen, strict=True)])
    assert found.alpha == pytest.approx(0.095, abs=0.0005)
    assert (found.people, found.answers, found.pairs, found.agreeing) == (2, 10, 10, 6)


def test_three_people_are_three_pairs_and_one_alone_is_none() -> None:
    found = unanimity([[("a", True), ("b", True), ("c", False)], [("a", True)]])
    assert (found.people, found.answers, found.pairs, found.agreeing) == (3, 1, 3, 1)


def test_where_all_say_the_same_chance_can_not_be_told_from_skill() -> None:
    found = unanimity([[("a", True), ("b", True)]] * 5)
    assert (found.rate, found.alpha) == (1.0, None)


@given(st.lists(st.lists(st.booleans(), max_size=5), max_size=12))
def test_alpha_does_not_care_what_is_called_pass(verdicts: list[list[bool]]) -> None:
    named = [[(str(at), said) for at, said in enumerate(given)] for given in verdicts]
    turned = [[(who, not said) for who, said in given] for given in named]
    found = unanimity(named)
    assert unanimity(turned).alpha == pytest.approx(found.alpha)
    assert found.alpha is None or found.alpha <= 1
    assert found.alpha is None or (found.alpha == 1) == (found.agreeing == found.pairs)


@pytest.mark.parametrize(("said", "most"), [("", None), ("p", True), ("pf", None), ("pff", False), ("ppff", None)])
def test_most_people_decide_and_a_tie_decides_nothing(said: str, most: bool | None) -> None:
    assert majority(Review("", "", letter == "p") for letter in said) is most
