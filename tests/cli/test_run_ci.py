"""`synterm run` in CI: the JUnit file, what GitHub shows, and a comment; on real files, with answers that mean harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xmlschema
from junitparser import JUnitXml

from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import SMALL, MakeProject
from tests.support.github_runner import Command, commands_in, outputs_in

SCHEMA = Path(__file__).parents[1] / "reports" / "junit.xsd"
GATED = SMALL.replace("behavior: Ambiguous", "behavior: Ambiguous\n        gates: [{min_pass_rate: 0.9}]")
FLOODED = GATED + '              - {input: "flood", expected: clarify}\n'
HARM = "::error::pwned\n  ::set-output name=verdict::passed\n##[add-mask]a\n::stop-commands::x\n@octocat </code></pre>"
HOSTILE = GATED.replace("behavior: Ambiguous", "behavior: 'a::b,c'").replace(
    "default: clarify", f"default: {json.dumps(HARM)}"
)


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a step's own files, as GitHub's runner makes them: ``summary.md`` and ``output``."""
    folder = tmp_path / "step"
    folder.mkdir()
    for variable, name in (("GITHUB_STEP_SUMMARY", "summary.md"), ("GITHUB_OUTPUT", "output")):
        (folder / name).touch()
        monkeypatch.setenv(variable, str(folder / name))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    return folder


def test_the_junit_file_has_a_test_for_each_case_and_each_gate(
    synterm: Synterm, make_project: MakeProject, tmp_path: Path
):
    target = tmp_path / "report.xml"
    done = synterm("run", make_project(FLOODED), "--junit", target, "--prompt", "router@all")
    assert done.code == 1
    xmlschema.XMLSchema(SCHEMA).validate(target)
    read = JUnitXml.fromfile(str(target))
    assert (read.tests, read.failures, read.errors) == (3 + 10, 2 + 4, 1)
    assert [(suite.name, suite.tests, suite.failures, suite.errors) for suite in read] == [
        ("gates", 3, 2, 0),
        ("Routing/Out of scope/off-topic [router@v1 · rules]", 1, 1, 0),
        ("Routing/Ambiguous/borderline [router@v1 · rules]", 4, 2, 0),
        ("Routing/Out of scope/off-topic [router@v2 · rules]", 1, 0, 0),
        ("Routing/Ambiguous/borderline [router@v2 · rules]", 4, 1, 1),
    ]


def test_repeats_are_one_test_with_the_same_name_in_every_run(
    synterm: Synterm, make_project: MakeProject, tmp_path: Path
):
    def names(*options: str) -> list[tuple[str, str]]:
        target = tmp_path / "report.xml"
        synterm("run", path, "--junit", target, *options)
        return [(case.classname, case.name) for suite in JUnitXml.fromfile(str(target)) for case in suite]

    path = make_project()
    assert names() == names("--repeat", "3")
    assert len(set(names())) == len(names()) == 5


def test_junit_on_stdout_is_all_there_is(synterm: Synterm, make_project: MakeProject):
    done = synterm("run", make_project(), "--junit", "-")
    assert JUnitXml.fromstring(done.out.encode()).tests == 5
    assert "small router" in done.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--json", "-", "--junit", "-"], "only one of --json and --junit can be -"),
        (["--comment", "-"], "--comment needs a file"),
        (["--junit", "no/such/report.xml"], "no/such: there is no such folder"),
        (["--comment", "no/such/comment.md"], "no/such: there is no such folder"),
    ],
)
def test_what_can_not_be_written_is_refused_before_anything_is_sent(
    synterm: Synterm, make_project: MakeProject, options: list[str], said: str
):
    path = make_project()
    done = synterm("run", path, *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    with Project.open(path) as project:
        assert project.runs.all() == []


def test_inside_of_github_actions_a_run_has_annotations_a_summary_and_outputs(
    synterm: Synterm, make_project: MakeProject, step: Path, tmp_path: Path
):
    comment = tmp_path / "comment.md"
    done = synterm("run", make_project(FLOODED), "--comment", comment)
    assert done.code == 1
    assert [(one.name, one.properties["title"], one.message) for one in commands_in(done.out)] == [
        (
            "error",
            "Gate failed: Routing/Ambiguous",
            "at least 90 % pass; found: 66.7 % pass, 2 of 3 under router@v2 · rules",
        ),
        ("warning", "No verdict on 1 evaluation", "a rule says: rate limited"),
        (
            "notice",
            "small router: 1 gate fails, 1 evaluation without a verdict",
            "75 % of 4 evaluations pass; $0.00",
        ),
    ]
    assert {one.properties["file"] for one in commands_in(done.out)} == {"small.db"}
    assert "router@v2 · rules     3/4" in done.out
    outputs = outputs_in((step / "output").read_text())
    with Project.open(tmp_path / "small.db") as project:
        [run] = project.runs.all()
    assert outputs == {
        "verdict": "failed", "exit_code": "1", "run_id": run.id, "pass_rate": "0.7500", "passed": "3", "failed": "1",
        "errors": "1", "cost_usd": "0.000000", "comment_file": str(comment),
    }  # fmt: skip
    assert "**1 gate fails, 1 evaluation without a verdict** (exit 1)" in (step / "summary.md").read_text()
    assert comment.read_text().startswith("<!-- synterm:small-db-ec517b11 -->\n> [!CAUTION]\n")


def test_it_can_be_turned_off_and_on(
    synterm: Synterm, make_project: MakeProject, step: Path, monkeypatch: pytest.MonkeyPatch
):
    path = make_project(GATED)
    assert commands_in(synterm("run", path, "--no-github").out) == []
    assert (step / "summary.md").read_text() == (step / "output").read_text() == ""
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert commands_in(synterm("run", path).out) == []
    assert [one.name for one in commands_in(synterm("run", path, "--github").out)] == ["error", "notice"]


def test_with_data_on_stdout_annotations_go_to_stderr(synterm: Synterm, make_project: MakeProject, step: Path):
    done = synterm("run", make_project(GATED), "--json", "-")
    assert done.json["exit_code"] == 1
    assert commands_in(done.out) == []
    assert [one.name for one in commands_in(done.err)] == ["error", "notice"]
    assert (step / "summary.md").read_text()


def test_what_models_write_gives_no_orders(synterm: Synterm, make_project: MakeProject, step: Path, tmp_path: Path):
    path = make_project(HOSTILE)
    for options in ([], ["--json", "-"], ["--progress", "json", "--no-cache"], ["--dry-run"]):
        comment = [] if "--dry-run" in options else ["--comment", tmp_path / "comment.md"]
        done = synterm("run", path, *comment, *options)
        names = {one.name for one in commands_in(done.out + done.err)}
        assert names <= {"error", "notice"}
        assert {one.message for one in commands_in(done.out + done.err) if one.name == "error"} <= {
            "at least 90 % pass; found: 33.3 % pass, 1 of 3 under router@v2 · rules"
        }
        if options != ["--dry-run"]:
            assert outputs_in((step / "output").read_text())["verdict"] == "failed"
    synterm("run", path, "--json", tmp_path / "report.json")
    outputs = [done["output"] for done in json.loads((tmp_path / "report.json").read_text())["evaluations"]]
    assert HARM in outputs


def test_other_commands_give_no_orders_either(synterm: Synterm, make_project: MakeProject, step: Path):
    path = make_project(HOSTILE.replace('"do it"', '"::error::pwned ##[error]x"'))
    for words in (["ls", path, "cases"], ["ls", path, "models"], ["show", path, "model", "rules"]):
        done = synterm(*words)
        assert (done.code, commands_in(done.out + done.err)) == (0, [])


def test_an_error_of_the_command_is_an_annotation(synterm: Synterm, step: Path, tmp_path: Path):
    done = synterm("run", tmp_path / "none.db")
    assert done.code == 2
    [found] = commands_in(done.err)
    assert (found.name, found.properties) == ("error", {"title": "synterm"})
    assert "none.db" in found.message


def test_files_of_github_that_can_not_be_written_do_not_change_the_verdict(
    synterm: Synterm, make_project: MakeProject, step: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "summary.md"))
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path))
    done = synterm("run", make_project())
    assert done.code == 0
    assert "the step's summary can't be written: No such file or directory" in done.err
    assert "the step's outputs can't be written: Is a directory" in done.err


def test_a_summary_has_the_answers_of_failing_cases_of_the_last_variant_first(
    synterm: Synterm, make_project: MakeProject, step: Path
):
    synterm("run", make_project(GATED), "--prompt", "router@all")
    text = (step / "summary.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("<summary><code>")]
    assert rows == [
        f"<summary><code>{case}</code> <code>expected {label}, got clarify</code></summary>"
        for case, label in (
            ("book a room", "schedule"),
            ("what&#x27;s the capital of peru", "out_of_scope"),
            ("notes from the thing", "summarize"),
            ("book a room", "schedule"),
        )
    ]


def test_a_long_answer_is_cut_everywhere(synterm: Synterm, make_project: MakeProject, step: Path, tmp_path: Path):
    long = GATED.replace("default: clarify", f"default: {'clarify ' * 125_000}")
    synterm("run", make_project(long), "--junit", tmp_path / "report.xml", "--comment", tmp_path / "comment.md")
    for place in (tmp_path / "report.xml", tmp_path / "comment.md", step / "summary.md"):
        assert 0 < place.stat().st_size < 40_000
    assert JUnitXml.fromfile(str(tmp_path / "report.xml")).tests == 6


def test_nothing_is_written_that_was_not_asked_for(synterm: Synterm, make_project: MakeProject, tmp_path: Path):
    path = make_project(GATED)
    before = {place.name for place in tmp_path.iterdir()}
    assert commands_in(synterm("run", path).out) == list[Command]()
    assert {place.name for place in tmp_path.iterdir()} == before
