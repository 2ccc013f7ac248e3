from __future__ import annotations

import datetime
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synterm.core.case import Case, Origin
from synterm.core.tree import Node
from synterm.errors import InputError, NotFoundError, ProjectError
from synterm.storage.cases import CaseFilter
from synterm.storage.connect import connect
from synterm.storage.project import Project
from tests.storage.conftest import MakeCase

WHOLE = st.integers(-(2**63), 2**64 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
INPUTS = st.dictionaries(st.text(), VALUES, max_size=4)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """One project for many examples."""
    with Project.create(tmp_path_factory.mktemp("kept") / "project.db", "a project") as project:
        feature = Node(id="f", level="feature", name="f")
        behavior = Node(id="b", level="behavior", name="b", parent_id="f")
        project.nodes.put(feature, behavior, Node(id="s", level="scenario", name="s", parent_id="b")).result()
        yield project


@given(given=INPUTS, expected=VALUES, tags=st.lists(st.text(), max_size=3))
@settings(deadline=None)
def test_any_json_comes_back_as_it_was(kept: Project, given: dict[str, Any], expected: Any, tags: list[str]) -> None:
    case = Case(scenario_id="s", input=given, expected=expected, tags=tuple(tags), split="train", status="draft")
    assert kept.cases.put([case]).result() == 1
    found = kept.cases.get(case.id)
    assert found == case
    # == takes 1, 1.0 and True for the same
    assert json.dumps(found.model_dump(), sort_keys=True) == json.dumps(case.model_dump(), sort_keys=True)
    assert found.content_id == case.content_id


@given(whole=st.integers(min_value=2**64) | st.integers(max_value=-(2**63) - 1), where=st.sampled_from(range(4)))
@settings(deadline=None)
def test_numbers_that_json_can_not_hold_are_refused(kept: Project, whole: int, where: int) -> None:
    fields: dict[str, Any] = [
        {"input": {"n": whole}},
        {"input": {"n": [{"deep": whole}]}},
        {"input": {}, "expected": whole},
        {"input": {}, "origin": Origin(detail={"seed": whole})},
    ][where]
    with pytest.raises(InputError, match="JSON"):
        kept.cases.put([Case(scenario_id="s", **fields)])


@pytest.mark.parametrize(
    "fields",
    [
        {"input": {"n": float("nan")}},
        {"input": {"n": float("inf")}},
        {"input": {"day": datetime.date(2026, 1, 31)}},
        {"input": {"text": "\ud800"}},
        {"input": {"\udfff": "text"}},
        {"input": {"set": {1}}},
        {"input": {}, "expected": "\ud800"},
        {"input": {}, "tags": ("\ud800",)},
        {"input": {}, "origin": Origin(detail={"file": "\udcff.csv"})},
    ],
)
def test_what_json_would_change_is_refused_and_nothing_is_added(project: Project, fields: dict[str, Any]) -> None:
    scenario = project.nodes.tree().scenarios()[0].id
    good = Case(scenario_id=scenario, input={"message": "hello"})
    bad = Case(scenario_id=scenario, **fields)
    with pytest.raises(InputError, match="JSON") as refusal:
        project.cases.put([good, bad])
    assert refusal.value.where == f"case {bad.id}"
    assert project.cases.keys() == []


def test_a_case_in_no_scenario_of_the_project_is_refused(project: Project) -> None:
    with pytest.raises(ProjectError, match="does not have") as refusal:
        project.cases.put([Case(scenario_id="nowhere", input={})]).result()
    assert refusal.value.hint


def test_equal_contents_are_kept_once(project: Project, path: Path, make_case: MakeCase) -> None:
    cases = [make_case("same", expected="x", tags=(str(number),)) for number in range(5)]
    project.cases.put([*cases, make_case("same", expected="y")]).result()
    db = connect(path, read_only=True)
    contents = db.execute("SELECT count(*) FROM contents").fetchone()
    db.close()
    assert contents == (2,)
    assert len({case.id for case in project.cases.select()}) == 6


def test_a_case_that_changes_keeps_its_place(project: Project, make_case: MakeCase) -> None:
    first, second = make_case("first"), make_case("second")
    project.cases.put([first, second]).result()
    edited = first.model_copy(update={"input": {"message": "edited"}, "tags": ("new",)})
    project.cases.put([edited]).result()
    assert list(project.cases.select()) == [edited, second]


class TestFilters:
    @pytest.fixture
    def cases(self, project: Project, make_case: MakeCase) -> dict[str, Case]:
        """Cases by a name, in a project that holds one of each."""
        made = {
            "plain": make_case("the capital of peru"),
            "quoted": make_case('say "hello" to \\o/', tags=("terse", "50%")),
            "percent": make_case("100% sure_thing", split="holdout", tags=("terse",)),
            "unicode": make_case("ÉCOLE Straße 日本", split="train"),
            "lines": make_case("one\ntwo\tthree"),
            "draft": make_case("a draft", status="draft"),
            "nested": make_case({"city": "Lima", "open": True, "seats": 1250}, expected={"route": "booking"}),
            "rejected": make_case("peru again", status="rejected", expected="out_of_scope"),
        }
        project.cases.put(made.values()).result()
        return made

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("peru", ["plain", "rejected"]),
            ("PERU", ["plain", "rejected"]),
            ('"hello"', ["quoted"]),
            ("\\o/", ["quoted"]),
            ("\\", ["quoted"]),
            ("'", []),
            ("%", ["percent"]),
            ("100%", ["percent"]),
            ("e_t", ["percent"]),
            ("école", ["unicode"]),
            ("ÉCOLE", ["unicode"]),
            ("STRASSE", ["unicode"]),
            ("日本", ["unicode"]),
            ("one\ntwo", ["lines"]),
            ("\t", ["lines"]),
            ("ntwo", []),
            ("lima", ["nested"]),
            ("true", ["nested"]),
            ("1250", ["nested"]),
            ("booking", ["nested"]),
            ("out_of", ["rejected"]),
            ("message", []),
            ("city", []),
            ("null", []),
            ("{", []),
            ("\ud800", []),
        ],
    )
    def test_text_is_looked_for_in_values_only(
        self, project: Project, cases: dict[str, Case], text: str, found: list[str]
    ) -> None:
        chosen = project.cases.select(CaseFilter(text=text, status=None))
        assert [case.id for case in chosen] == [cases[name].id for name in found]

    @pytest.mark.parametrize(
        ("chosen", "found"),
        [
            (CaseFilter(), ["plain", "quoted", "percent", "unicode", "lines", "nested"]),
            (CaseFilter(split="holdout"), ["percent"]),
            (CaseFilter(split="train", status=None), ["unicode"]),
            (CaseFilter(status="draft"), ["draft"]),
            (CaseFilter(status="rejected", text="peru"), ["rejected"]),
            (CaseFilter(tags=["terse"]), ["quoted", "percent"]),
            (CaseFilter(tags=["terse", "50%"]), ["quoted"]),
            (CaseFilter(tags=["ters"]), []),
            (CaseFilter(tags=["terse"], split="dev"), ["quoted"]),
            (CaseFilter(scenario_ids=[]), []),
            (CaseFilter(scenario_ids=["nowhere"]), []),
        ],
    )
    def test_filters_narrow(
        self, project: Project, cases: dict[str, Case], chosen: CaseFilter, found: list[str]
    ) -> None:
        assert [case.id for case in project.cases.select(chosen)] == [cases[name].id for name in found]

    def test_a_scenario_takes_its_own_cases(self, project: Project, cases: dict[str, Case]) -> None:
        behavior = next(node for node in project.nodes.tree().walk() if node.level == "behavior")
        other = Node(level="scenario", name="other", parent_id=behavior.id)
        project.nodes.put(other).result()
        there = Case(scenario_id=other.id, input={"message": "elsewhere"})
        project.cases.put([there]).result()
        assert list(project.cases.select(CaseFilter(scenario_ids=[other.id]))) == [there]
        assert project.cases.counts() == {other.id: 1, cases["plain"].scenario_id: len(cases)}


@given(
    texts=st.lists(st.text(), min_size=1, max_size=4),
    data=st.data(),
)
@settings(deadline=None)
def test_any_part_of_a_text_finds_it(kept: Project, texts: list[str], data: st.DataObject) -> None:
    case = Case(scenario_id="s", input={str(number): text for number, text in enumerate(texts)})
    kept.cases.put([case]).result()
    text = data.draw(st.sampled_from(texts))
    start = data.draw(st.integers(0, len(text)))
    part = text[start : data.draw(st.integers(start, len(text)))]
    found = kept.cases.keys(CaseFilter(text=part))
    assert case in kept.cases.page(found)
    kept.cases.remove([case.id]).result()


def test_pages_come_in_the_order_that_is_asked_for(project: Project, make_case: MakeCase) -> None:
    cases = [make_case(f"message {number}") for number in range(1203)]
    assert project.cases.put(cases).result() == 1203
    keys = project.cases.keys()
    assert project.cases.page(keys) == cases
    assert project.cases.page(keys[700:600:-1]) == cases[700:600:-1]
    assert list(itertools.islice(project.cases.select(), 3)) == cases[:3]
    project.cases.remove([case.id for case in cases[::2]]).result()
    assert project.cases.page(keys) == cases[1::2]
    assert project.cases.keys() == keys[1::2]


def test_removing_tells_how_many_were_there(project: Project, make_case: MakeCase) -> None:
    case = make_case()
    project.cases.put([case]).result()
    assert project.cases.remove([case.id, "not there"]).result() == 1
    assert project.cases.remove([case.id]).result() == 0


def test_a_case_is_found_by_the_end_of_its_id(project: Project, make_case: MakeCase) -> None:
    case, other = make_case(id="01JZAAAAAAAAAAAAAAAAAAAAAB"), make_case(id="01JZCCCCCCCCCCCCCCCAAAAAAB")
    project.cases.put([case, other]).result()
    assert project.cases.get(case.id) == case
    assert project.cases.get("aaaaaaab") == case
    with pytest.raises(NotFoundError, match="several") as refusal:
        project.cases.get("AAAAAB")
    assert refusal.value.hint
    for missing in ("AAAAB", "%AAAAAAB", "_AAAAAAB", "", "ZZZZZZZZ"):
        with pytest.raises(NotFoundError, match="no case"):
            project.cases.get(missing)


def test_the_names_of_all_inputs_are_known(project: Project, make_case: MakeCase) -> None:
    project.cases.put([make_case(input={"a": 1, 'b"c': 2}), make_case(input={"ü": {"inner": 1}, "a": 3})]).result()
    assert project.cases.input_names().result() == {"a", 'b"c', "ü"}


class TestListing:
    @pytest.fixture
    def cases(self, project: Project, make_case: MakeCase) -> list[Case]:
        """More cases than a page holds, every third a draft."""
        made = [
            make_case(f"message {number}", status="draft" if number % 3 == 0 else "accepted") for number in range(1803)
        ]
        project.cases.put(made).result()
        return made

    def test_a_list_is_read_as_often_as_one_likes(self, project: Project, cases: list[Case]) -> None:
        accepted = [case for case in cases if case.status == "accepted"]
        found = project.cases.listing()
        assert len(found) == len(accepted)
        assert list(found) == list(found) == accepted
        assert found.scenario_counts == {cases[0].scenario_id: len(accepted)}

    def test_a_list_takes_the_first_that_fit(self, project: Project, cases: list[Case]) -> None:
        found = project.cases.listing(CaseFilter(status="draft"), 2)
        assert list(found) == [cases[0], cases[3]]
        assert found.scenario_counts == {cases[0].scenario_id: 2}
        nothing = project.cases.listing(CaseFilter(text="nowhere"))
        assert (list(nothing), nothing.scenario_counts) == ([], {})

    def test_parts_of_a_list_are_read_alone(self, project: Project, cases: list[Case]) -> None:
        found = project.cases.listing(CaseFilter(status=None))
        assert (found[0], found[-1], found[700:600:-1]) == (cases[0], cases[-1], cases[700:600:-1])
        with pytest.raises(IndexError):
            found[len(cases)]

    def test_what_is_removed_meanwhile_is_left_out(self, project: Project, cases: list[Case]) -> None:
        found = project.cases.listing(CaseFilter(status=None))
        project.cases.remove([case.id for case in cases[::2]]).result()
        assert list(found) == cases[1::2]
        with pytest.raises(LookupError, match="removed"):
            found[0]
