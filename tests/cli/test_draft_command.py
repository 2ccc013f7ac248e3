"""`synterm review --drafts`: by keys, from a pipe, in a spreadsheet, many at once, and restored."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from synterm.core.case import Case
from synterm.core.decision import decisions_of
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.drafts import draft as made_draft
from tests.support.drafts import dropped, put, unsure


@pytest.fixture
def path(make_project: MakeProject) -> Path:
    """A project with three drafts, the last in doubt, one of the holdout, and two that filters dropped."""
    made = make_project()
    with Project.open(made) as project:
        cases = list(project.cases.select())
        seed, held = cases[0], next(case for case in cases if case.split == "holdout")
        name = project.generations.start("plan", {}, who="ann").result()

        def draft(seed: Case, text: str, **detail: Any) -> Case:
            return made_draft(seed, text, **{"generation": name, **detail})

        put(
            project,
            draft(seed, "book the small room"),
            draft(seed, "=book it", generation="01M8JF2FM10AZ0R7T0VWK7BX99"),
            draft(seed, "room?", label_check=unsure()),
            draft(held, "held back"),
            draft(seed, "book a room now", dropped=dropped()),
            draft(seed, "b", dropped=dropped("length", 4.0)),
        )
    return made


@pytest.fixture
def piped(synterm: Synterm, monkeypatch: pytest.MonkeyPatch) -> Synterm:
    """The command with these lines as its stdin: ``piped("a,x wrong", path)``."""

    def call(lines: str, *words: str | Path) -> Any:
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines.split(","))))
        return synterm("review", *words)

    return call


def cases(path: Path) -> dict[str, Case]:
    """All generated cases by their text."""
    with Project.open(path) as project:
        ids = project.cases.ids_of(range(1, 100))
        return {case.title: case for case in project.cases.named(ids) if case.origin.kind == "generated"}


def test_decisions_come_line_by_line_from_a_pipe(piped: Synterm, path: Path) -> None:
    lines = "accept,reject wrong label,undo,label clarify,edit give it back,skip"
    done = piped(lines, path, "--drafts", "--who", "ann")
    assert done.code == 0
    assert done.out.index("room?") < done.out.index("book the small room"), "what is in doubt comes first"
    assert "nobody could tell whether this is right" in done.out
    assert "3 accepted, 0 rejected, 1 left open" in done.err
    found = cases(path)
    assert found["room?"].status == "accepted"
    small = found["book the small room"]
    assert (small.expected, small.status) == ("clarify", "accepted")
    said = decisions_of(small)[-1]
    assert (said.who, said.was) == ("ann", {"expected": "out_of_scope"})
    assert decisions_of(found["give it back"])[-1].was == {"input": {"message": "=book it"}}
    assert found["held back"].status == "draft"


def test_a_line_that_is_no_decision_ends_it(piped: Synterm, path: Path) -> None:
    done = piped("a,acept,a", path, "--drafts")
    assert done.code == 2
    assert "line 2: 'acept' is no decision" in done.err and "accept" in done.err
    assert [case.status for case in cases(path).values()].count("accepted") == 1


def test_what_fits_is_accepted_in_the_split_of_its_root(synterm: Synterm, path: Path) -> None:
    asked = synterm("review", path, "--accept", "--generation", "last")
    assert (asked.code, "this would accept 3 drafts" in asked.err) == (2, True), asked.err
    assert "of 1 draft among them nobody could tell" in asked.err
    done = synterm("review", path, "--accept", "--generation", "last", "--yes")
    assert (done.code, done.out) == (0, "")
    assert "accepted 3 drafts" in done.err
    found = cases(path)
    assert (found["held back"].status, found["held back"].split) == ("accepted", "holdout")
    assert found["=book it"].status == "draft"
    again = synterm("review", path, "--accept", "split:holdout", "--yes")
    assert (again.code, "no case fits" in again.err) == (0, True)


def test_ids_and_queries_are_rejected_with_a_reason_and_restored_by_it(synterm: Synterm, path: Path) -> None:
    name = cases(path)["room?"].id[-8:]
    reject = ("review", path, "--reason", "not readable", "--who", "ann", "--yes", "--reject")
    assert "rejected 1 draft" in synterm(*reject, name).err
    assert "rejected 1 draft" in synterm(*reject, "small -split:holdout").err
    wrong = synterm(*reject, name)
    assert (wrong.code, f"case {name} is rejected, not draft" in wrong.err) == (2, True)
    listed = synterm("review", path, "--rejected")
    assert "2  not readable" in listed.err and "1  near-duplicate" in listed.err
    assert f"{name}\tnot readable\tann\troom?" in listed.out
    shown = synterm("show", path, "case", name).out
    assert "reviewed: rejected by ann, 20" in shown and ": not readable" in shown
    assert "restored 2 cases" in synterm("review", path, "--restore", "--reason", "not readable", "--yes").err
    assert "restored 1 case" in synterm("review", path, "--restore", "--reason", "near-duplicate", "--yes").err
    found = cases(path)
    assert [found[text].status for text in ("room?", "book a room now", "b")] == ["draft", "draft", "rejected"]
    assert [one.verdict for one in decisions_of(found["room?"])] == ["rejected", "restored"]
    shown = synterm("show", path, "case", found["book a room now"].id).out
    assert "(restored)" in shown and "reviewed: restored by" in shown


def test_a_query_is_read_as_by_other_commands(synterm: Synterm, path: Path) -> None:
    wrong = synterm("review", path, "--drafts", "--where", "scenario:of-topic")
    assert (wrong.code, "did you mean off-topic?" in wrong.err) == (2, True), wrong.err
    board = synterm("review", path, "--accept", "is:stale", "--yes")
    assert (board.code, "is:stale asks the workbench's board" in board.err) == (2, True), board.err
    both = ("--where", "split:dev", "--where", "small")
    assert "accepted 1 draft\n" in synterm("review", path, "--accept", *both, "--yes").err
    assert "no case fits" in synterm("review", path, "--reject", "status:accepted", "--yes").err
    assert [case.title for case in cases(path).values() if case.status == "accepted"] == ["book the small room"]


def test_an_edit_of_the_status_is_a_decision_too(synterm: Synterm, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ann")
    edit = ("edit", path, "case", "--where")
    synterm(*edit, "status:draft small", "--status", "accepted", "--expected", "clarify")
    synterm(*edit, "status:draft room?", "--status", "rejected")
    for status in ("draft", "draft", "accepted", "draft"):
        synterm(*edit, "status:all room?", "--status", status)
    found = cases(path)
    accepted = decisions_of(found["book the small room"])[-1]
    assert (accepted.verdict, accepted.who, accepted.was) == ("accepted", "ann", {"expected": "out_of_scope"})
    told = decisions_of(found["room?"])
    assert [one.verdict for one in told] == ["rejected", "restored", "accepted"]
    assert found["room?"].status == "draft"
    assert all(one.who == "ann" and one.time for one in told)
    assert "reviewed: accepted by ann, 20" in synterm("show", path, "case", found["room?"].id).out


def test_a_spreadsheet_goes_out_and_comes_back_with_decisions_and_edits(
    synterm: Synterm, path: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "drafts.csv"
    assert "4 cases: write accept or reject" in synterm("review", path, "--drafts", "--export", sheet).err
    table = list(csv.DictReader(io.StringIO(sheet.read_text("utf-8-sig"))))
    by_text = {row["input"]: row for row in table}
    assert "'=book it" in by_text, "no spreadsheet works it out"
    by_text["room?"] |= {"decision": "Accept", "input": "a room?", "expected": "clarify"}
    by_text["'=book it"] |= {"decision": "x", "reason": "a formula"}
    by_text["held back"] |= {"decision": "maybe"}
    with sheet.open("w", newline="") as file:
        writer = csv.DictWriter(file, table[0])
        writer.writeheader()
        writer.writerows(table)
    done = synterm("review", path, "--drafts", "--import", sheet, "--who", "ann")
    assert done.code == 2
    assert "4 rows: 1 accepted, 1 rejected, 1 of them edited, 1 left open" in done.err
    assert "decision: 'maybe' is none" in done.err and "line 5" in done.err
    found = cases(path)
    assert (found["a room?"].expected, found["a room?"].status) == ("clarify", "accepted")
    assert decisions_of(found["a room?"])[-1].was == {"input": {"message": "room?"}, "expected": "out_of_scope"}
    assert decisions_of(found["=book it"])[-1].reason == "a formula"
    again = synterm("review", path, "--drafts", "--import", sheet, "--who", "ann")
    assert "2 decided so before" in again.err
    assert cases(path) == found


def test_lines_of_json_restore_what_was_dropped(synterm: Synterm, path: Path, tmp_path: Path) -> None:
    listed = synterm("review", path, "--rejected", "--json").json
    Draft202012Validator(synterm("schema", "drafts").json).validate(listed)
    assert [row["why"] for row in listed["drafts"]] == ["near-duplicate", "length"]
    out = synterm("review", path, "--rejected", "--export", "-").out
    rows = [json.loads(line) for line in out.splitlines()]
    file = tmp_path / "back.jsonl"
    file.write_text(
        "\n".join(json.dumps({**row, "decision": "restore"}) for row in rows) + '\n{"decision": "accept"}\n'
    )
    done = synterm("review", path, "--drafts", "--import", file)
    assert (done.code, "2 restored" in done.err, "id: is missing" in done.err) == (2, True, True)
    assert cases(path)["b"].status == "draft"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--accept", "--reject"), "can't go together"),
        (("--drafts", "--reason", "x"), "--reason goes with"),
        (("--drafts", "--calibration"), "--calibration is about answers"),
        (("--accept", "is:failing", "--yes"), "asks the workbench's board"),
        (("--accept", "stattus:draft", "--yes"), "there is no stattus:"),
        (("--drafts", "--generation", "NOPE"), "no generation 'NOPE'"),
        (("--order", "seed"), "--order seed is for --drafts"),
    ],
)
def test_what_can_not_be_is_refused(synterm: Synterm, path: Path, words: tuple[str, ...], said: str) -> None:
    done = synterm("review", path, *words)
    assert (done.code, said in done.err) == (2, True), done.err


def test_without_drafts_it_says_so(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project(name="none.db")
    assert "nothing waits for review" in synterm("review", path, "--drafts").err
    assert "nothing was rejected" in synterm("review", path, "--rejected").err
