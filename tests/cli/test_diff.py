"""`synterm diff`: what differs between two projects."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from synterm.core.document import Document
from synterm.core.model import ModelSpec
from synterm.reports.difference.shapes import ProjectDiff
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import SMALL, MakeProject
from tests.support.recording import record_run

LEAF = "Routing/Ambiguous/borderline"


@pytest.fixture
def before(make_project: MakeProject) -> Path:
    path = make_project()
    with Project.open(path) as project:
        project.models.put(ModelSpec(name="other", model="embedded/default", params={"seed": 1, "top_p": 0.5})).result()
    return path


@pytest.fixture
def after(before: Path, tmp_path: Path) -> Path:
    """A copy, to be changed."""
    return Path(shutil.copy(before, tmp_path / "after.db"))


def case_id(synterm: Synterm, path: Path, text: str) -> str:
    return next(case["id"] for case in synterm("ls", path, "cases", "--text", text, "--json").json["cases"])


def test_the_same_project_does_not_differ(synterm: Synterm, before: Path, after: Path):
    done = synterm("diff", before, after)
    assert (done.code, done.out, done.err) == (0, "", "no difference\n")


def test_projects_made_apart_of_the_same_text_do_not_differ(synterm: Synterm, make_project: MakeProject):
    assert synterm("diff", make_project(), make_project(name="other.db")).out == ""


def test_each_change_is_a_line_and_what_changed_below_it(synterm: Synterm, before: Path, after: Path):
    known = case_id(synterm, after, "do it")
    gone = case_id(synterm, after, "book a room")
    synterm("edit", after, "node", "Routing/Ambiguous", "--name", "Vague", "--min-pass-rate", "0.9")
    synterm("add", after, "behavior", "Routing/New")
    synterm("edit", after, "prompt", "router", "--system", "You route one message to one person.", "--note", "people")
    with Project.open(after) as project:
        params = {"seed": True, "top_p": 0.5}
        project.models.put(ModelSpec(name="other", model="embedded/default", params=params)).result()
    synterm("edit", after, "case", known, "--expected", "schedule", "--split", "train")
    assert synterm("rm", after, "case", gone, "--yes").code == 0
    synterm("add", after, "case", "Routing/Vague/borderline", "--input", "later", "--expected", "clarify")
    new = case_id(synterm, after, "later")
    record_run(after, "--limit", "1", "--model", "rules")
    done = synterm("diff", before, after)
    assert done.code == 1
    assert done.out.splitlines() == [
        "~ behavior Routing/Vague",
        "    name: Ambiguous → Vague",
        '    gates: nothing → [{"min_pass_rate":0.9}]',
        "~ scenario Routing/Vague/borderline",
        "    stands in: Routing/Ambiguous → Routing/Vague",
        "+ behavior Routing/New",
        "~ prompt   router",
        "    the draft differs",
        "    only after: v3 people",
        "    1. system",
        "      - You route one message to one agent.",
        "      + You route one message to one person.",
        "~ model    other",
        "    params.seed: 1 → true",
        f"- case     {LEAF}  book a room → schedule  {gone[-8:]}",
        f"~ case     Routing/Vague/borderline  do it  {known[-8:]}",
        "    scenario: Routing/Ambiguous/borderline → Routing/Vague/borderline",
        "    expected: clarify → schedule",
        "    split: dev → train",
        f"+ case     Routing/Vague/borderline  later → clarify  {new[-8:]}",
        "cases    5 → 5: 1 added, 1 removed, 1 changed",
        "runs     0 → 1: 1 added",
        "answers  0 → 1: 1 added",
    ]
    assert synterm("diff", before, after, "--stat").out.splitlines() == [
        "behavior 1 added, 1 changed",
        "scenario 1 changed",
        "prompt   1 changed",
        "model    1 changed",
        "cases    5 → 5: 1 added, 1 removed, 1 changed",
        "runs     0 → 1: 1 added",
        "answers  0 → 1: 1 added",
    ]


def test_gates_over_the_project_differ_too(synterm: Synterm, before: Path, after: Path):
    assert synterm("edit", after, "project", "--gate", "90%", "--gate", "must pass #terse").code == 0
    assert synterm("diff", before, after).out.splitlines() == [
        "~ project  small router",
        '    gates: nothing → [{"min_pass_rate":0.9},{"must_pass_tag":"terse"}]',
    ]


def test_documents_and_verdicts_differ_too(synterm: Synterm, before: Path, after: Path):
    for path, text in ((before, "one\ntwo\nthree\n"), (after, "one\n2\nthree\n")):
        with Project.open(path) as project:
            project.documents.put(Document(name="a.md", text=text)).result()
    record_run(after, "--model", "rules")
    synterm("review", after, given=b"p\n")
    lines = synterm("diff", before, after).out.splitlines()
    assert lines[:6] == ["~ document a.md", "    text", "        one", "      - two", "      + 2", "        three"]
    assert "reviews  0 → 1: 1 added" in lines


def test_a_text_stands_for_its_project(synterm: Synterm, before: Path, after: Path, tmp_path: Path):
    text = tmp_path / "before.yaml"
    synterm("dump", before, "-o", text)
    record_run(after, "--model", "rules")
    assert synterm("diff", text, after).code == 0
    synterm("add", after, "feature", "More")
    assert synterm("diff", text, after).out == "+ feature  More\n"
    text.write_text(SMALL.replace("type: label", "type: lable"))
    done = synterm("diff", text, after)
    assert (done.code, "before.yaml line" in done.err) == (2, True)


def test_only_so_many_cases_are_named_and_all_are_counted(synterm: Synterm, before: Path, after: Path, tmp_path: Path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(f'{{"input": "case {number}", "expected": "clarify"}}\n' for number in range(30)))
    synterm("add", after, "case", LEAF, "--file", rows)
    lines = synterm("diff", before, after, "--limit", "3").out.splitlines()
    assert [line.partition("  ")[0] for line in lines] == ["+ case"] * 3 + [
        "… and 27 more cases that differ: --limit 30"
    ] + ["cases"]


def test_json_has_all_of_it(synterm: Synterm, before: Path, after: Path):
    synterm("add", after, "case", LEAF, "--input", "later")
    done = synterm("diff", before, after, "--json", "-")
    diff = ProjectDiff.model_validate(done.json)
    assert (done.code, diff.same, diff.schema_version) == (1, False, "synterm.diff/1")
    assert [(case.sign, case.input, case.path) for case in diff.cases] == [("added", {"message": "later"}, LEAF)]
    assert '"const": "synterm.diff/1"' in synterm("schema", "diff").out
    assert synterm("diff", before, before, "--json", "-").json["same"] is True


def test_what_is_shown_is_safe_to_show(synterm: Synterm, before: Path, after: Path):
    synterm("add", after, "case", LEAF, "--input", '{"message": "a\\u001b[31m[bold]\\u202e"}')
    out = synterm("diff", before, after).out
    assert "a␛[31m[bold]‹U+202E›" in out


def test_what_is_not_there_is_an_error(synterm: Synterm, before: Path, tmp_path: Path):
    done = synterm("diff", before, tmp_path / "none.db")
    assert (done.code, "there is no such project file" in done.err) == (2, True)


def test_on_github_no_line_of_a_difference_is_a_command(
    synterm: Synterm, before: Path, after: Path, monkeypatch: pytest.MonkeyPatch
):
    with Project.open(after) as project:
        project.documents.put(Document(name="::error::evil", text="##[error]evil\n::stop-commands::x\n")).result()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    done = synterm("diff", before, after)
    assert done.code == 1
    assert "evil" in done.out
    assert "##[" not in done.out
    assert not any(line.strip().startswith("::") for line in done.out.splitlines())
