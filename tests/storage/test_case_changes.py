"""Finding cases by terms, and changing many of them at once."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.case import Case, Origin
from synterm.core.tree import Node
from synterm.storage.case_filter import CaseFilter, Field, QualityFacts, Term
from synterm.storage.case_search import holds, needle
from synterm.storage.project import Project
from tests.storage.conftest import MakeCase


def fill(project: Project, make_case: MakeCase) -> list[Case]:
    """c1 and c2 say the same in two splits, c3 was made from c1, c4 is empty, c5 expects something odd."""
    first = make_case("Hello\tBob", tags=("a", "b"), expected="yes")
    cases = [
        first,
        make_case("Hello\tBob", expected="yes", split="holdout", origin=Origin(kind="import")),
        make_case("100% sure", expected="Yes, sir", root_id=first.id, status="draft"),
        Case(scenario_id=first.scenario_id, input={"other": " \n", "more": None}, expected=None),
        make_case("nothing", expected="odd", tags=("b",)),
    ]
    project.cases.put(cases).result()
    return cases


def names(project: Project, field: Field, value: str, negated: bool = False, **facts: Any) -> list[int]:
    chosen = CaseFilter(status=None, terms=[Term(field, value, negated)], facts=QualityFacts(**facts))
    found = project.cases.find(chosen)
    assert list(found.keys) == project.cases.keys(chosen)
    return list(found.keys)


@pytest.mark.parametrize(
    ("field", "value", "keys"),
    [
        ("text", "hello", [1, 2]),
        ("text", "o\tb", [1, 2]),
        ("text", "%", [3]),
        ("tag", "b", [1, 5]),
        ("split", "holdout", [2]),
        ("status", "draft", [3]),
        ("origin", "import", [2]),
        ("id", "c3", [3]),
        ("id", "C12", []),
        ("expected", "yes", [1, 2]),
        ("expected", "YES*", [1, 2, 3]),
        ("scenario", "*", [1, 2, 3, 4, 5]),
        ("scenario", "nowhere*", []),
        ("flag", "dup", [1, 2]),
        ("flag", "leak", [1, 2]),
        ("flag", "empty", [4]),
    ],
)
def test_a_term_takes_the_cases_it_is_about_and_negated_the_others(
    project: Project, make_case: MakeCase, field: Field, value: str, keys: list[int]
) -> None:
    fill(project, make_case)
    assert names(project, field, value) == keys
    assert names(project, field, value, negated=True) == [key for key in range(1, 6) if key not in keys]


def test_flags_are_about_what_checks_and_prompt_ask_for(project: Project, make_case: MakeCase) -> None:
    cases = fill(project, make_case)
    scenario = cases[0].scenario_id
    assert names(project, "flag", "no-expected") == []
    assert names(project, "flag", "no-expected", needs_expected=frozenset([scenario])) == [4]
    variable = next(iter(cases[0].input))
    assert names(project, "flag", "missing-var", variables=frozenset([variable])) == [4]
    assert names(project, "flag", "missing-var", variables=frozenset([variable, "x"])) == [1, 2, 3, 4, 5]
    assert names(project, "flag", "leak", examples=frozenset([cases[4].content_id])) == [1, 2, 5]

    def known(scenario_id: str, expected: str) -> bool:
        return scenario_id == scenario and orjson.loads(expected) != "odd"

    assert names(project, "flag", "unknown-label", label_known=known) == [5]


def test_an_id_is_found_by_its_end_and_a_scenario_by_its_path(project: Project, make_case: MakeCase) -> None:
    cases = fill(project, make_case)
    assert names(project, "id", cases[2].id[-8:].lower()) == [3]
    tree = project.nodes.tree()
    assert names(project, "scenario", tree.path(cases[0].scenario_id).upper()) == [1, 2, 3, 4, 5]


def test_finding_counts_also_where_nobody_looks(project: Project, make_case: MakeCase) -> None:
    cases = fill(project, make_case)
    tree = project.nodes.tree()
    behavior = next(node for node in tree.walk() if node.level == "behavior")
    other = Node(level="scenario", name="other", parent_id=behavior.id)
    project.nodes.put(other).result()
    project.cases.put([cases[0].model_copy(update={"scenario_id": other.id})]).result()
    found = project.cases.find(CaseFilter(scenario_ids=[other.id], split="dev"))
    assert list(found.keys) == [1]
    assert found.totals == {other.id: 1, cases[1].scenario_id: 2}
    assert found.everything == {other.id: 1, cases[1].scenario_id: 4}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-50, 50) | st.text('ab":,\\{}[]n u1é', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab":,n1', max_size=3), inner, max_size=3),
    max_leaves=5,
)


def texts(value: Any) -> list[str]:
    """Every value in a JSON value as it is searched; names don't count."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts(inner)]
    if isinstance(value, str):
        return [value]
    return [] if value is None else [orjson.dumps(value).decode()]


@given(
    st.dictionaries(st.text('ab":,n1', max_size=3), JSON, max_size=3),
    JSON,
    st.text('abn":,\\u1é ', min_size=1, max_size=3),
)
def test_the_quick_look_finds_what_a_careful_one_finds(given_: dict[str, Any], expected: Any, wanted: str) -> None:
    careful = any(wanted.casefold() in text.casefold() for text in [*texts(given_), *texts(expected)])
    assert holds(orjson.dumps(given_).decode(), orjson.dumps(expected).decode(), needle(wanted)) is careful


def test_assigning_gives_what_brings_back_the_values_before(project: Project, make_case: MakeCase) -> None:
    before = fill(project, make_case)
    undo = project.cases.assign("status", {"rejected": array("q", [1, 3, 5, 77])}).result()
    assert {value: list(keys) for value, keys in undo.items()} == {"accepted": [1, 5], "draft": [3]}
    assert [case.status for case in all_cases(project)] == ["rejected", "accepted", "rejected", "accepted", "rejected"]
    project.cases.assign("status", undo).result()
    assert all_cases(project) == before


def test_tags_are_added_at_the_end_and_none_twice(project: Project, make_case: MakeCase) -> None:
    before = fill(project, make_case)
    undo = project.cases.retag([1, 2, 5], ["c", "b", "c"], ["a"]).result()
    assert [case.tags for case in all_cases(project)] == [("b", "c"), ("c", "b"), (), (), ("b", "c")]
    project.cases.assign("tags", undo).result()
    assert all_cases(project) == before


def test_what_was_taken_out_comes_back_under_its_row_number(project: Project, make_case: MakeCase) -> None:
    before = fill(project, make_case)
    removed = project.cases.take_out([2, 4]).result()
    assert all_cases(project) == [before[0], before[2], before[4]]
    assert project.cases.put_back(removed).result() == {}
    assert all_cases(project) == before


def test_what_was_taken_out_gets_a_new_row_number_where_another_case_has_its_own(
    project: Project, make_case: MakeCase
) -> None:
    before = fill(project, make_case)
    removed = project.cases.take_out([2, 4, 5]).result()
    others = [make_case("one"), make_case("two")]
    project.cases.put(others).result()
    assert project.cases.put_back(removed).result() == {4: 6, 5: 7}
    assert project.cases.page(range(1, 9)) == [*before[:3], *others, *before[3:]]


@pytest.mark.parametrize(
    ("keys", "moving", "staying"), [([1], [1, 3], 0), ([3], [], 1), ([1, 3], [1, 3], 0), ([3, 5], [5], 1)]
)
def test_a_family_moves_with_its_seed(
    project: Project, make_case: MakeCase, keys: Sequence[int], moving: list[int], staying: int
) -> None:
    fill(project, make_case)
    families = project.cases.families(keys)
    assert (list(families.keys), families.staying) == (moving, staying)


def test_a_family_whose_seed_is_gone_moves_together(project: Project, make_case: MakeCase) -> None:
    cases = fill(project, make_case)
    project.cases.put([make_case("one more", root_id=cases[0].id)]).result()
    project.cases.take_out([1]).result()
    assert list(project.cases.families([3]).keys) == [3, 6]
    assert not project.cases.has_seed(cases[2])


def all_cases(project: Project) -> list[Case]:
    return project.cases.page(range(1, 20))
