"""Answers that nearly equal one that was judged."""

from __future__ import annotations

import pytest

from synterm.core.case import Case
from synterm.core.review import Review, output_id
from synterm.evaluate.review.candidate import Candidate, Output
from synterm.evaluate.review.near import Judged, Neighbours

CASE = Case(scenario_id="s", input={"message": "when?"})
LONG = "We can meet on Friday at ten in the large room, if Dana is back by then."


def output(text: str) -> Output:
    subject = (CASE.content_id, output_id(text))
    return Output(CASE, text, Candidate(CASE.id, "s", CASE.id, subject, 1))


def judged(text: str, passed: bool = True, content: str = CASE.content_id) -> Judged:
    return Judged(Review(content, output_id(text), passed, "ann"), text)


@pytest.mark.parametrize(
    ("text", "is_near"),
    [
        (LONG.replace("ten", "two"), True),
        (LONG + " Thanks!", True),
        (LONG, False),
        (LONG + "  \r\n", False),
        ("Friday at ten.", False),
    ],
)
def test_a_text_is_near_that_differs_in_little_and_not_in_nothing(text: str, is_near: bool) -> None:
    assert (Neighbours([judged(LONG)]).nearest(output(text)) is not None) is is_near


def test_the_nearest_is_told() -> None:
    found = Neighbours([judged(LONG + " Thanks!", False), judged(LONG + "!")]).nearest(output(LONG))
    assert found is not None
    assert (found.review.passed, found.likeness > 0.98) == (True, True)


def test_what_was_said_about_another_case_is_not_told() -> None:
    assert Neighbours([judged(LONG + "!", content="00" * 32)]).nearest(output(LONG)) is None


def test_a_verdict_that_is_taken_back_is_forgotten() -> None:
    one = judged(LONG + "!")
    found = Neighbours([one])
    found.remove(one.review)
    assert found.nearest(output(LONG)) is None


def test_huge_texts_are_compared_by_their_beginning() -> None:
    found = Neighbours([judged("x" * 400_000 + "a")]).nearest(output("x" * 400_000 + "b"))
    assert found is not None and found.likeness == 1.0
