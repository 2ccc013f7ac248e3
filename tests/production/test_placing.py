"""Traffic placed onto behaviors, by real embeddings of real cases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.production.calibration import LIKE
from synterm.production.placing import Placer
from synterm.production.placings import is_stale, place_again
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.placed import FOOD, OFFICE, ROOMS, STRANGE, TRAVEL, behavior_of, behaviors, calls, place
from tests.support.traffic import with_traffic


@pytest.fixture
def office(make_project: MakeProject) -> Path:
    return make_project(OFFICE)


def test_calls_are_placed_in_the_behavior_of_like_cases_and_strange_ones_are_uncovered(office: Path) -> None:
    known = ["is a meeting room free on monday", "what is for lunch in the canteen", "a train ticket to paris please"]
    found = place(office, *known, *STRANGE)
    assert [behavior_of(office, one) for one in found] == ["rooms", "food", "travel", "", "", "", ""]
    assert [one.placing for one in found] == ["placed"] * 3 + ["uncovered"] * 4
    assert all(one.nearest and one.confidence is not None and 0 <= one.confidence <= 1 for one in found)
    assert min(one.likeness or 0 for one in found[:3]) > max(one.likeness or 0 for one in found[3:])
    with Project.open(office) as project:
        [nearest] = project.cases.named([found[0].nearest])
        assert nearest.scenario_id == found[0].scenario_id


def test_the_report_tells_how_often_placing_is_right_and_finds_what_is_left_out(office: Path) -> None:
    with Project.open(office) as project:
        report = Placer(project).report
    assert (report.cases, report.used, report.lineages, report.behaviors, report.calibrated) == (18, 18, 18, 3, True)
    assert report.right and report.left_out and report.covered
    assert report.right.rate > 0.6 and report.left_out.rate > 0.6
    for one in (report.right, report.left_out, report.covered):
        assert one.interval[0] <= one.rate <= one.interval[1] and one.lineages == 18
    assert f"{100 * report.right.rate:.0f} % of 18 cases" in report.words
    assert [one.behavior for one in report.by_behavior] == ["F/rooms", "F/food", "F/travel"]
    assert sum(one.cases for one in report.bins) == 36
    assert not any(text in report.model_dump_json() for text in (*ROOMS, *FOOD, *TRAVEL))


def test_variations_of_one_seed_do_not_make_placing_look_better_than_it_is(make_project: MakeProject) -> None:
    odd = ["do it", "the usual thing", "seventeen", "what about it", "blue please", "again"]
    mixed = behaviors(rooms=odd, food=odd[::-1])
    path = make_project(mixed)
    with Project.open(path) as project:
        cases = project.cases.page(project.cases.keys())
        more = [
            Case(scenario_id=one.scenario_id, input={"message": f"{one.title} {word}"}, root_id=one.id)
            for one in cases
            for word in ("now", "today", "thanks", "soon")
        ]
        project.cases.put(more).result()
        report = Placer(project).report
    assert report.lineages == 12 and report.used == 60
    # Without its own lineage each is like the same text in the other behavior; and twelve lineages are few.
    assert report.right and report.right.rate < 0.2 < report.right.interval[1]
    assert not report.calibrated and "behaviors are about the same things" in report.words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (behaviors(rooms=ROOMS), "6 lineages of cases in the behavior that has several are too few to tell"),
        (behaviors(rooms=ROOMS[:1]), "0 lineages of cases in the behavior"),
        (behaviors(rooms=ROOMS[:2], food=FOOD[:2]), "4 lineages of cases in behaviors that have several are too few"),
        (behaviors(rooms=ROOMS, food=FOOD[:1], travel=TRAVEL[:1]), "6 lineages"),
    ],
)
def test_a_small_project_says_that_it_cannot_tell_and_goes_by_a_rule_of_thumb(
    make_project: MakeProject, text: str, said: str
) -> None:
    path = make_project(text)
    found = place(path, ROOMS[0], "book a meeting room for six people", *STRANGE)
    assert [one.placing for one in found] == ["placed", "placed", *["uncovered"] * 4]
    # What says the same as a case is where that is; of the rest nobody knows how sure it is.
    assert [one.confidence for one in found] == [1.0, *[None] * 5]
    assert all((one.likeness or 0) < LIKE for one in found[2:])
    with Project.open(path) as project:
        placer = Placer(project)
        assert said in placer.report.words and "rule of thumb" in placer.report.words
        assert placer.why_not == "" and not placer.report.calibrated and placer.report.right is None


def test_one_behavior_with_many_cases_has_a_limit_of_its_own_and_nothing_to_be_sure_by(
    make_project: MakeProject,
) -> None:
    path = make_project(behaviors(rooms=[*ROOMS, *(f"{text} in building {at}" for at, text in enumerate(ROOMS))]))
    found = place(path, "book a meeting room for six people", *STRANGE)
    assert [one.placing for one in found] == ["placed", *["uncovered"] * 4]
    assert [one.confidence for one in found] == [None] * 5
    with Project.open(path) as project:
        report = Placer(project).report
    assert report.covered and report.covered.rate > 0.7 and report.right is None and report.left_out is None
    assert "only one behavior has cases enough" in report.words and "a likeness of 0." in report.words


def test_where_behaviors_are_about_the_same_what_is_like_a_case_stays_covered(make_project: MakeProject) -> None:
    texts = [*ROOMS, *FOOD, *TRAVEL]
    path = make_project(behaviors(polite=[f"please {text}" for text in texts], rude=[f"{text}, you" for text in texts]))
    found = place(path, "is a meeting room free on monday", "what is for lunch in the canteen", *STRANGE)
    assert [one.placing for one in found[:2]] == ["placed", "placed"]
    assert all(one.confidence is None for one in found if one.placing == "uncovered")
    assert all(0 <= (one.confidence or 0) <= 1 for one in found[:2])


def test_behaviors_of_one_case_each_are_placed_in_and_not_counted_as_misplaced(make_project: MakeProject) -> None:
    single = {f"single {at}": [text] for at, text in enumerate([*TRAVEL, *STRANGE])}
    path = make_project(behaviors(rooms=ROOMS, **single, food=FOOD))
    with Project.open(path) as project:
        report = Placer(project).report
    assert report.calibrated and report.behaviors == 12 and report.right and report.left_out
    assert (report.right.cases, report.left_out.cases) == (12, 22)
    assert [one.right is None for one in report.by_behavior].count(True) == 10
    assert behavior_of(path, place(path, "how do i get a taxi to the airport refunded")[0]) == "single 2"


def test_a_project_without_cases_places_nothing_and_says_why(make_project: MakeProject) -> None:
    path = make_project(behaviors(rooms=[]))
    with Project.open(path) as project:
        placer = Placer(project)
        assert "no accepted cases" in placer.why_not == placer.report.words
        assert placer.place(calls("hello")) == calls("hello")
        assert place_again(project).why_not == placer.why_not


def test_without_the_extra_calls_stay_as_they_are_and_it_is_said_how_to_get_it(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("synterm.production.placing.can_tell_meanings", lambda: False)
    with Project.open(office) as project:
        placer = Placer(project)
        assert placer.place(calls("book a room")) == calls("book a room")
        assert "pip install 'synterm[analysis]'" in placer.why_not


def test_what_says_the_same_as_a_case_belongs_where_that_does_whatever_its_capitals(make_project: MakeProject) -> None:
    path = make_project(behaviors(rooms=ROOMS, food=FOOD, signs=["🙂", "???", *TRAVEL], both=[ROOMS[0], *STRANGE]))
    found = place(path, "🙂", "???", "CANCEL my booking of the small meeting-room!", ROOMS[0])
    assert [behavior_of(path, one) for one in found[:3]] == ["signs", "signs", "rooms"]
    assert [one.confidence for one in found] == [1.0, 1.0, 1.0, 0.5]
    assert behavior_of(path, found[3]) in ("rooms", "both")


@pytest.mark.parametrize("text", ["", "   ", "\n", "\ud800", "\0", "!", "x" * 50_000, "会議室を予約したい", "🙂🙂"])
def test_whatever_is_said_has_a_place_or_none(office: Path, text: str) -> None:
    with Project.open(office) as project:
        [one] = Placer(project).place([replace(calls("")[0], input={"message": text})])
    assert one.placing == "uncovered" and one.scenario_id == "" and one.nearest
    assert one.confidence is not None and 0.5 <= one.confidence <= 1


def test_signs_of_chinese_and_japanese_are_words(make_project: MakeProject) -> None:
    rooms = ["会議室を予約したい", "会議室は空いていますか", "大きい会議室をお願いします", "会議室の予約を取り消す"]
    food = ["今日の昼食は何ですか", "食堂の昼食はいくらですか", "食堂は何時に閉まりますか", "昼食を注文したい"]
    path = make_project(behaviors(rooms=[*rooms, *ROOMS[:2]], food=[*food, *FOOD[:2]]))
    found = place(path, "明日の会議室を予約", "食堂の昼食は今日ありますか")
    assert [behavior_of(path, one) for one in found] == ["rooms", "food"]


def test_names_of_inputs_do_not_matter_and_documents_are_not_compared(office: Path) -> None:
    [plain] = place(office, "is a meeting room free on monday")
    with Project.open(office) as project:
        values = {"q": "is a meeting room free on monday", "documents": ["what the canteen has for lunch"]}
        [other] = Placer(project).place([replace(calls("")[0], input=values)])
    assert (other.scenario_id, other.confidence, other.likeness) == (
        plain.scenario_id,
        plain.confidence,
        plain.likeness,
    )


@pytest.fixture(scope="module")
def placer(tmp_path_factory: pytest.TempPathFactory) -> Placer:
    from synterm.formats.build import build_project
    from synterm.formats.project_text import read_project_text

    folder = tmp_path_factory.mktemp("office")
    (folder / "office.json").write_text(OFFICE, encoding="utf-8")
    build_project(folder / "office.db", read_project_text(folder / "office.json"))
    with Project.open(folder / "office.db") as project:
        return Placer(project)


@examples(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.sampled_from([*ROOMS, *FOOD, *STRANGE]), st.text(max_size=40)), max_size=12))
def test_a_call_is_placed_alike_whatever_comes_with_it(placer: Placer, texts: list[str]) -> None:
    together = placer.place(calls(*texts))
    assert [one.input for one in together] == [one.input for one in calls(*texts)]
    for one, call in zip(together, calls(*texts), strict=True):
        [alone] = placer.place([call])
        assert (alone.placing, alone.scenario_id) == (one.placing, one.scenario_id)
        assert alone.likeness == pytest.approx(one.likeness, abs=2e-4)
        assert alone.confidence == pytest.approx(one.confidence, abs=2e-4)
        assert (one.placing == "placed") == bool(one.scenario_id)


def test_all_splits_count_and_drafts_do_not(make_project: MakeProject) -> None:
    held = [{"input": text, "split": "holdout"} for text in FOOD]
    path = make_project(behaviors(rooms=ROOMS, food=held, travel=TRAVEL))
    assert behavior_of(path, place(path, "is there pasta in the canteen today")[0]) == "food"
    with Project.open(path) as project:
        cases = project.cases.page(project.cases.keys())
        drafts = [one.model_copy(update={"status": "draft"}) for one in cases if one.title in FOOD]
        project.cases.put(drafts).result()
    assert place(path, "is there pasta in the canteen today")[0].placing == "uncovered"


def test_of_very_many_cases_some_decide_and_the_nearest_is_looked_up_among_all(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Project.open(office) as project:
        everything = Placer(project)
        monkeypatch.setattr("synterm.production.own_cases.MOST", 12)
        some = Placer(project)
        asked = calls(*(f"{text} please" for text in (*ROOMS, *FOOD, *TRAVEL)))
        exact, nearly = everything.place(asked), some.place(asked)
    assert (some.report.used, some.report.cases) == (12, 18)
    assert "12 cases of 12 lineages in 3 behaviors, of 18" in some.report.basis
    same = sum(one.nearest == other.nearest for one, other in zip(exact, nearly, strict=True))
    assert same >= 14


def test_placings_are_stale_once_accepted_cases_change_and_placing_again_writes_new_ones(office: Path) -> None:
    with_traffic(office, *(replace(one, log_id="LOG") for one in calls("is a room free on monday", *STRANGE)))
    with Project.open(office) as project:
        from synterm.core.traffic import TrafficLog

        project.traffic.put_log(TrafficLog(id="LOG", file="x.jsonl", format="jsonl", read=5, kept=5)).result()
        assert is_stale(project)  # nobody placed them yet
        said: list[str] = []
        first = place_again(project, told=said.append)
        assert (first.calls, first.placed, first.uncovered, first.changed) == (5, 1, 4, 5)
        assert said[-1] == "placed 5 calls" and not is_stale(project)
        [scenario] = [one for one in project.nodes.tree().scenarios() if "food" in project.nodes.tree().path(one.id)]
        extra = [Case(scenario_id=scenario.id, input={"message": f"{text} {n}"}) for text in STRANGE for n in (1, 2)]
        project.cases.put([one.model_copy(update={"status": "draft"}) for one in extra]).result()
        assert not is_stale(project)
        project.cases.put(extra).result()
        assert is_stale(project)
        project.traffic.set_state([calls(*STRANGE)[0].id], "dismissed").result()
        again = place_again(project)
        assert again.changed >= 3 and not is_stale(project)
        assert {one.placing for one in project.traffic.page()} == {"placed"}


def test_cases_of_a_scenario_that_moves_to_another_behavior_make_placings_stale(office: Path) -> None:
    with Project.open(office) as project:
        before = Placer(project).fingerprint
        tree = project.nodes.tree()
        [food] = [one for one in tree.scenarios() if "food" in tree.path(one.id)]
        [rooms] = [one for one in tree.scenarios() if "rooms" in tree.path(one.id)]
        project.nodes.put(food.model_copy(update={"parent_id": rooms.parent_id, "name": "lunch"})).result()
        assert Placer(project).fingerprint != before
