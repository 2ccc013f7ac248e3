"""Drafts in the project file: their order, decisions, and taking those back."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from synterm.core.case import Case, Origin
from synterm.core.decision import Decision, cause_of, decided, decisions_of
from synterm.core.generation import AS_MADE, fingerprint, untouched
from synterm.describe.review.drafts import Doubt, doubt_of
from synterm.storage.cases import CaseFilter
from synterm.storage.drafts import DraftFilter
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.drafts import GENERATION_ID, draft, dropped, put, stored, unsure

DRAFTS = DraftFilter(CaseFilter(status="draft"))
REJECTED = DraftFilter(CaseFilter(status="rejected"))
ANN = Decision(verdict="rejected", reason="wrong label", who="ann", time="2026-03-01T09:30:00.000Z")


@pytest.fixture
def path(make_project: MakeProject) -> Path:
    return make_project()


def texts(project: Project, keys: list[int]) -> list[str]:
    return [case.title for case in project.cases.page(keys)]


def test_what_is_in_doubt_comes_first(path: Path) -> None:
    with Project.open(path) as project:
        [seed, *_] = project.cases.select()
        put(
            project,
            draft(seed, "all agree", label_check={"filter": "label-check", "score": 1.0, "reason": ""}),
            draft(seed, "nobody was asked"),
            draft(seed, "not all agree", label_check={"filter": "label-check", "score": 0.5, "reason": ""}),
            draft(seed, "can't tell", label_check=unsure()),
            draft(seed, "unknown by its nature", keeps="unknown"),
        )
        first = texts(project, [*project.drafts.keys(DRAFTS, "doubt")])
        assert first == ["can't tell", "unknown by its nature", "not all agree", "nobody was asked", "all agree"]
        assert texts(project, [*project.drafts.keys(DRAFTS)])[0] == "all agree"
        keys = [*project.drafts.keys(DRAFTS)]
        assert project.drafts.in_doubt(keys) == 2
        assert project.drafts.by_scenario(keys) == {seed.scenario_id: 5}
        again = [*project.drafts.keys(DRAFTS, "random")]
        assert again == [*project.drafts.keys(DRAFTS, "random")]
        assert sorted(again) == keys


def test_what_the_app_says_counts_beside_the_check_of_labels(path: Path) -> None:
    scores: tuple[dict[str, float | None], ...] = ({}, {"score": None}, {"score": 0.0}, {"score": 1.0})
    order: tuple[Doubt, ...] = ("unknown", "disputed", "unchecked", "confirmed")
    with Project.open(path) as project:
        [seed, *_] = project.cases.select()
        made: list[Case] = []
        for keeps in ("same", "unknown"):
            for labels, app in product(scores, repeat=2):
                said = {name: found for name, found in (("label_check", labels), ("relation", app)) if found}
                made.append(draft(seed, f"{keeps} {labels} {app}", keeps=keeps, **said))
        put(project, *made)
        found = project.cases.page([*project.drafts.keys(DRAFTS, "doubt")])
        doubts = [doubt_of(case) for case in found]
        assert doubts == sorted(doubts, key=order.index), "the file and the queue agree"
        assert project.drafts.in_doubt([*project.drafts.keys(DRAFTS)]) == doubts.count("unknown")
        by_text = {case.title: doubt_of(case) for case in found}
        assert by_text[f"same {scores[3]} {scores[2]}"] == by_text[f"same {scores[2]} {scores[1]}"] == "disputed"
        assert by_text[f"same {scores[1]} {scores[3]}"] == by_text[f"unknown {scores[0]} {scores[3]}"] == "confirmed"
        assert by_text[f"same {scores[0]} {scores[1]}"] == "unknown"
        assert by_text[f"same {scores[0]} {scores[0]}"] == "unchecked"


def test_a_decision_is_kept_with_who_and_why_and_taken_back_exactly(path: Path) -> None:
    with Project.open(path) as project:
        [seed, *_] = project.cases.select()
        [one, other] = put(project, draft(seed, "book it"), draft(seed, "take it back"))
        before = stored(project, one)
        [key] = project.cases.keys_of([one.id])
        undo = project.drafts.decide([key], ANN).result()
        kept = project.cases.get(one.id)
        assert (kept.status, decisions_of(kept), cause_of(kept)) == ("rejected", [ANN], "wrong label")
        assert kept == decided(one, ANN), "the file says what the queue shows before it is written"
        assert not untouched(kept)
        restored = project.drafts.decide([key], Decision(verdict="restored", who="bob")).result()
        assert [one.verdict for one in decisions_of(project.cases.get(one.id))] == ["rejected", "restored"]
        project.drafts.bring_back(restored).result()
        assert project.cases.get(one.id) == kept
        project.drafts.bring_back(undo).result()
        assert stored(project, one) == before
        assert untouched(project.cases.get(one.id))
        assert project.cases.get(other.id).status == "draft"


def test_many_are_decided_together_and_come_back_together(path: Path) -> None:
    with Project.open(path) as project:
        [seed, *_] = project.cases.select()
        made = put(project, *(draft(seed, f"text {n}", label_check=unsure(f"{n}")) for n in range(2500)))
        keys = [*project.drafts.keys(DRAFTS)]
        before = [stored(project, case) for case in made[::500]]
        undo = project.drafts.decide(keys, Decision(verdict="accepted", who="ann")).result()
        assert len(project.drafts.keys(DRAFTS)) == 0
        assert project.drafts.bring_back(undo).result() == 2500
        assert [stored(project, case) for case in made[::500]] == before


def test_rejected_ones_are_found_by_reason_and_by_filter(path: Path) -> None:
    with Project.open(path) as project:
        [seed, *_] = project.cases.select()
        put(
            project,
            draft(seed, "a", dropped=dropped()),
            draft(seed, "b", dropped=dropped("length", 3.0)),
            draft(seed, "c", dropped=dropped()),
            decided(draft(seed, "d"), ANN),
            decided(draft(seed, "e"), Decision(verdict="rejected")),
            Case(scenario_id=seed.scenario_id, input={"message": "f"}, status="rejected"),
        )
        found = project.drafts.causes(REJECTED)
        assert found[0] == ("near-duplicate", 2)
        assert sorted(found[1:]) == [
            ("length", 1),
            ("no reason is kept", 1),
            ("rejected in review", 1),
            ("wrong label", 1),
        ]
        for cause, count in found:
            cases = project.cases.page([*project.drafts.keys(DraftFilter(REJECTED.cases, cause=cause))])
            assert [cause_of(case) for case in cases] == [cause] * count
        made = project.drafts.keys(DraftFilter(REJECTED.cases, GENERATION_ID))
        assert texts(project, [*made]) == ["a", "b", "c", "d", "e"]


def test_what_a_strange_file_has_in_the_place_of_decisions_breaks_nothing(path: Path) -> None:
    strange = ({"review": "[red]"}, {"review": [1, {"verdict": "burned"}]}, {"review": {"a": 1}}, {"dropped": 3})
    with Project.open(path) as project:
        [seed, *_] = project.cases.select()
        cases = [
            Case(
                scenario_id=seed.scenario_id,
                input={"message": f"{at}"},
                status="draft",
                origin=Origin(kind="generated", detail=detail),
            )
            for at, detail in enumerate(strange)
        ]
        put(project, *cases)
        keys = [*project.drafts.keys(DRAFTS, "doubt")]
        undo = project.drafts.decide(keys, ANN).result()
        for case in project.cases.named([case.id for case in cases]):
            assert (decisions_of(case)[-1], cause_of(case)) == (ANN, "wrong label")
        assert project.drafts.causes(REJECTED) == [("wrong label", 4)]
        project.drafts.bring_back(undo).result()
        assert project.cases.named([case.id for case in cases]) == cases


def test_an_import_that_was_decided_about_and_undone_can_be_taken_back_whole(path: Path) -> None:
    from synterm.core.ids import new_id

    with Project.open(path) as project:
        [seed, *_] = project.cases.select()
        name = new_id()
        origin = Origin(kind="import", detail={"import": name, "file": "x.csv", "format": "csv"})
        case = Case(scenario_id=seed.scenario_id, input={"message": "x"}, status="draft", origin=origin)
        detail = {**origin.detail, AS_MADE: fingerprint(case)}
        case = case.model_copy(update={"origin": origin.model_copy(update={"detail": detail})})
        project.imports.put([case]).result()
        keys = project.cases.keys_of([case.id])
        undo = project.drafts.decide(keys, ANN).result()
        assert project.imports.find(name).changed == 1
        project.drafts.bring_back(undo).result()
        assert project.imports.find(name).changed == 0
        assert project.imports.undo(name).result().removed == 1
