"""Calls become draft cases from the command line, and are taken back: on real project files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synterm.core.case import Case
from synterm.core.completion import Outcome
from synterm.storage.case_filter import CaseFilter
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.traffic import BORDERLINE, OFF_TOPIC, UNCOVERED, logged, placed, with_traffic


@pytest.fixture
def project(make_project: MakeProject) -> Path:
    path = make_project()
    with_traffic(path)
    return path


def drafts_of(path: Path) -> list[Case]:
    with Project.open(path) as project:
        return [*project.cases.select(CaseFilter(status="draft"))]


def states_of(path: Path) -> dict[str, str]:
    with Project.open(path) as project:
        return {str(call.input["message"]): call.state for call in project.traffic.page()}


def ids_of(path: Path, words: str) -> list[str]:
    with Project.open(path) as project:
        return [call.id[-8:] for call in project.traffic.page() if words in str(call.input["message"])]


def test_a_call_becomes_a_draft_where_it_was_placed(project: Path, synterm: Synterm) -> None:
    (call,) = ids_of(project, "country 3")
    done = synterm("inbox", project, "--promote", call)
    assert done.code == 0
    assert f"1 draft made in {OFF_TOPIC}" in done.err
    assert f"synterm review {project} --drafts" in done.err
    (draft,) = drafts_of(project)
    assert (draft.input, draft.expected) == ({"message": "capital of country 3"}, "out_of_scope")
    assert (draft.status, draft.split, draft.origin.kind, draft.root_id) == ("draft", "dev", "production", draft.id)
    detail = draft.origin.detail
    assert (detail["traffic"][-8:], detail["model"], detail["log"]) == (call, "gpt-x", "01K0000000000000000000LOGS")
    assert (detail["served"], detail["output"]) == ("2026-11-20T12:03:00.000Z", "That is out of scope.")
    assert states_of(project)["capital of country 3"] == "promoted"


def test_the_logged_answer_is_seen_in_review(project: Path, synterm: Synterm) -> None:
    (call,) = ids_of(project, "country 3")
    synterm("inbox", project, "--promote", call)
    done = synterm("review", project, "--drafts", given=b"accept\n")
    assert "the app answered (gpt-x, 2026-11-20 12:03)\n  That is out of scope." in done.out
    assert "nobody could tell whether this is right" in done.out
    assert not drafts_of(project)


def test_a_draft_is_worked_like_any_other(project: Path, synterm: Synterm) -> None:
    synterm("inbox", project, "--promote", *ids_of(project, "country 3"))
    assert synterm("ls", project, "cases", "--where", "origin:production status:draft").out.count("\n") == 1
    assert "1 draft of traffic to review" in synterm("inbox", project).err


@pytest.mark.parametrize(
    ("told", "expected", "how"),
    [
        ({"output": "schedule"}, "schedule", "the label in the output"),
        ({"output": "schedule", "expected": "clarify"}, "clarify", "by the log"),
        ({"output": "I don't know"}, None, "nothing: the output names no label"),
        ({"output": "", "outcome": Outcome.TIMED_OUT}, None, "nothing: there was no answer"),
    ],
)
def test_what_is_expected_is_a_candidate(
    make_project: MakeProject, synterm: Synterm, told: dict[str, Any], expected: str | None, how: str
) -> None:
    path = make_project()
    with Project.open(path) as project:
        there = placed(project, BORDERLINE)
    with_traffic(path, logged("book the big room for monday", **{**there, **told}))
    done = synterm("inbox", path, "--promote", "--find", "monday")
    assert f"({how})" in done.err
    assert [draft.expected for draft in drafts_of(path)] == [expected]


def test_without_a_label_check_the_output_is_the_candidate(project: Path, synterm: Synterm) -> None:
    synterm("inbox", project, "--promote", "--find", "refund", "--into", "Support/From production/refunds")
    assert {draft.expected for draft in drafts_of(project)} == {"I can't do that."}


def test_uncovered_calls_need_a_place(project: Path, synterm: Synterm) -> None:
    done = synterm("inbox", project, "--promote", *ids_of(project, "refund"))
    assert done.code == 2
    assert "3 calls of 3 are in no scenario" in done.err
    assert "--into 'Routing/From production/refund order 0 please'" in done.err
    assert not drafts_of(project)


def test_a_scenario_is_made_where_it_is_not_there(project: Path, synterm: Synterm) -> None:
    into = "Routing/From production/refunds"
    done = synterm("inbox", project, "--promote", *ids_of(project, "refund order 1"), "--into", into)
    assert f"1 draft made in {into} (a new scenario)" in done.err
    with Project.open(project) as opened:
        assert opened.nodes.find(into).level == "scenario"


@pytest.mark.parametrize("into", ["Routing", "Routing/Only two", "a//b"])
def test_a_place_that_can_be_no_scenario(project: Path, synterm: Synterm, into: str) -> None:
    done = synterm("inbox", project, "--promote", "--find", "refund", "--into", into)
    assert done.code == 2
    assert "FEATURE/BEHAVIOR/SCENARIO" in done.err
    assert not drafts_of(project)


def test_what_a_case_says_already_is_left_out(make_project: MakeProject, synterm: Synterm) -> None:
    path = make_project()
    with Project.open(path) as project:
        told = placed(project, OFF_TOPIC)
    with_traffic(
        path, logged("What's the capital of Peru?", "summarize", **told), logged("the moon", "clarify", 1, **told)
    )
    done = synterm("inbox", path, "--promote", "--behavior", "*")
    assert "1 call left out:" in done.err
    assert "What's the capital of Peru?: 1.00 like case" in done.err
    assert "which expects out_of_scope" in done.err
    assert [draft.title for draft in drafts_of(path)] == ["the moon"]
    again = synterm("inbox", path, "--promote", "--find", "peru", "--duplicates")
    assert "1 draft made" in again.err and "1.00 like case" in again.err
    assert {draft.title for draft in drafts_of(path)} == {"the moon", "What's the capital of Peru?"}


def test_the_same_question_becomes_one_case(make_project: MakeProject, synterm: Synterm) -> None:
    path = make_project()
    with_traffic(
        path, *(logged("Refund, please!" if n % 2 else "refund please", "no", n, **UNCOVERED) for n in range(6))
    )
    done = synterm("inbox", path, "--promote", "--find", "refund", "--into", "A/B/c")
    assert "5 calls asked the same as one of these" in done.err
    assert len(drafts_of(path)) == 1


def test_a_few_that_are_typical(make_project: MakeProject, synterm: Synterm) -> None:
    pytest.importorskip("wordllama")
    path = make_project()
    texts = [f"where is my order number {n}" for n in range(12)] + [
        f"cancel the subscription of user {n}" for n in range(9)
    ]
    with_traffic(path, *(logged(text, "no", n, **UNCOVERED) for n, text in enumerate(texts)))
    words = ("inbox", path, "--promote", "--since", "2026-11-01", "--most", "2", "--into", "A/B/c")
    assert "2 drafts would be made" in synterm(*words, "--dry-run").err
    synterm(*words)
    found = [draft.title.split()[0] for draft in drafts_of(path)]
    assert found == ["where", "cancel"], "one of each kind, the more frequent first"


def test_a_promotion_is_taken_back(project: Path, synterm: Synterm) -> None:
    synterm("inbox", project, "--promote", *ids_of(project, "country 1"))
    synterm("inbox", project, "--promote", *ids_of(project, "that thing"))
    done = synterm("inbox", project, "--undo")
    assert "new again, " in done.err and "removed" in done.err
    assert [draft.title for draft in drafts_of(project)] == ["capital of country 1"]
    assert states_of(project)["that thing 1"] == "new"
    synterm("inbox", project, "--undo", *ids_of(project, "country 1"))
    assert not drafts_of(project)
    nothing = synterm("inbox", project, "--undo")
    assert nothing.code == 0 and "no case was made of a call" in nothing.err


def test_what_somebody_decided_on_stays(project: Path, synterm: Synterm) -> None:
    synterm("inbox", project, "--promote", *ids_of(project, "country 3"))
    (draft,) = drafts_of(project)
    assert synterm("review", project, "--drafts", "--accept", draft.id, "--yes").code == 0
    done = synterm("inbox", project, "--undo")
    assert "0 calls new again" in done.err and "1 case stay" in done.err
    assert states_of(project)["capital of country 3"] == "promoted"


def test_calls_are_put_away_and_come_back(project: Path, synterm: Synterm) -> None:
    assert "3 calls dismissed" in synterm("inbox", project, "--dismiss", "--find", "refund").err
    found: Any = synterm("inbox", project, "--json", "-").json
    assert (found["uncovered"]["new"], found["uncovered"]["dismissed"]) == (0, 3)
    assert len(synterm("inbox", project, "--state", "dismissed").out.splitlines()) == 4
    assert "3 calls new again" in synterm("inbox", project, "--undo", "--find", "refund").err
    assert set(states_of(project).values()) == {"new"}


def test_dry_runs_write_nothing(project: Path, synterm: Synterm) -> None:
    for words in (("--promote", "--find", "country"), ("--dismiss", "--find", "country"), ("--undo",)):
        assert synterm("inbox", project, *words, "--dry-run").code == 0
    assert not drafts_of(project)
    assert set(states_of(project).values()) == {"new"}


def test_promotions_as_json(project: Path, synterm: Synterm) -> None:
    found: Any = synterm("inbox", project, "--promote", "--find", "country", "--json", "-").json
    assert (found["schema"], found["written"]) == ("synterm.promotion/1", True)
    assert {draft["path"] for draft in found["drafts"]} == {OFF_TOPIC}
    assert {draft["how"] for draft in found["drafts"]} == {"the label in the output"}
    again: Any = synterm("inbox", project, "--promote", "--find", "country", "--json", "-").json
    assert not again["drafts"]
    assert {one["why"][:16] for one in again["skipped"]} >= {"promoted already"}


@pytest.mark.parametrize(
    "words",
    [
        ("--promote",),
        ("--dismiss",),
        ("--promote", "ABCDEFGH"),
        ("--promote", "7"),
        ("--promote", "--dismiss", "--find", "x"),
        ("--into", "A/B/c"),
        ("--dry-run",),
        ("--undo", "--json", "-", "--find", "x"),
    ],
)
def test_what_means_no_call_is_refused(project: Path, synterm: Synterm, words: tuple[str, ...]) -> None:
    done = synterm("inbox", project, *words)
    assert done.code == 2, done.err
    assert set(states_of(project).values()) == {"new"}


def test_a_promoted_call_goes_with_its_project(project: Path, synterm: Synterm, tmp_path: Path) -> None:
    """A dump holds both, so that a call is not promoted twice in a copy."""
    synterm("inbox", project, "--promote", *ids_of(project, "country 3"))
    synterm("dump", project, "--all", "-o", tmp_path / "text")
    assert synterm("load", tmp_path / "text", "-o", tmp_path / "copy.db").code == 0
    assert states_of(tmp_path / "copy.db")["capital of country 3"] == "promoted"
    assert "1 draft removed" in synterm("inbox", tmp_path / "copy.db", "--undo").err
