"""In which order people are asked about answers."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from synterm.evaluate.review.candidate import Candidate
from synterm.evaluate.review.choosing import merged
from synterm.evaluate.review.order import random_order, telling


def one(name: str, passed: bool | None = True, **more: object) -> Candidate:
    fields = {"scenario_id": "s", "root_id": name, "subject": (name, "text"), "stored": 1, "passed": passed}
    return Candidate(**{"case_id": name, **fields, **more})  # pyright: ignore[reportArgumentType]


def names(candidates: Iterable[Candidate]) -> list[str]:
    return [candidate.case_id for candidate in candidates]


def test_what_is_more_in_doubt_is_asked_first() -> None:
    given = [
        one("sure"),
        one("disputed", disputed=True),
        one("torn and disputed", torn=True, disputed=True),
        one("all", torn=True, disputed=True, score=0.55),
    ]
    assert names(telling(given, {})) == ["all", "torn and disputed", "disputed", "sure"]


def test_what_others_judged_comes_after_what_nobody_judged() -> None:
    given = [one("judged", torn=True), one("new")]
    assert names(telling(given, {given[0].subject: 1})) == ["new", "judged"]
    assert names(random_order(given, {given[0].subject: 2})) == ["new", "judged"]


def test_what_is_near_the_line_of_its_scenario_comes_first() -> None:
    """The worst pass has 0.8 and the best failure 0.7: the line is 0.75, whatever ½ is."""
    given = [
        one("0.99", score=0.99),
        one("0.80", score=0.80),
        one("0.70", False, score=0.70),
        one("0.50", False, score=0.50),
    ]
    assert set(names(telling(given, {}))[:2]) == {"0.80", "0.70"}


def test_passes_and_failures_and_scenarios_take_turns() -> None:
    given = [
        one(f"{scenario} {passed} {number}", passed, scenario_id=scenario)
        for scenario in ("a", "b")
        for passed in (True, False)
        for number in range(10)
    ]
    found = telling(given, {})
    for start in range(0, 40, 4):
        turn = found[start : start + 4]
        assert {(each.scenario_id, each.passed) for each in turn} == {
            ("a", True),
            ("a", False),
            ("b", True),
            ("b", False),
        }


def test_each_lineage_is_asked_once_before_any_is_asked_twice() -> None:
    given = [one(f"{root} {number}", root_id=str(root)) for root in range(5) for number in range(3)]
    found = telling(given, {})
    for start in (0, 5, 10):
        assert len({each.root_id for each in found[start : start + 5]}) == 5


def test_a_random_order_does_not_put_the_answers_to_one_case_together() -> None:
    given = [one(f"{case} {text}", subject=(str(case), text)) for case in range(30) for text in "ab"]
    found = [each.subject[0] for each in random_order(given, {})]
    neighbours = sum(before == after for before, after in pairwise(found))
    assert neighbours < 8


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        st.text(max_size=2),
        st.sampled_from("ab"),
        st.sampled_from("xyz"),
        st.tuples(st.sampled_from("abcdef"), st.sampled_from("abc")),
        st.just(1),
        st.sampled_from([True, False, None]),
        st.one_of(st.none(), st.floats(0, 1)),
        st.booleans(),
        st.booleans(),
    ),
    unique_by=lambda candidate: candidate.subject,
)


@given(CANDIDATES, st.randoms(use_true_random=False))
def test_the_order_is_the_same_however_the_answers_come_in(given: list[Candidate], draw: random.Random) -> None:
    shuffled = list(given)
    draw.shuffle(shuffled)
    for order in (telling, random_order):
        assert order(shuffled, {}) == order(given, {})
        assert sorted(order(given, {}), key=repr) == sorted(given, key=repr)


def test_an_answer_that_was_judged_differently_the_second_time_is_torn() -> None:
    same = {"subject": ("c", "t")}
    [found] = merged([one("v1", True, **same), one("v2", False, **same)]).values()
    assert (found.case_id, found.torn) == ("v1", True)
    [found] = merged([one("v1", True, **same), one("v2", None, **same)]).values()
    assert not found.torn
