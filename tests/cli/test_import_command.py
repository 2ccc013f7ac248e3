"""`synterm import` on real files and real project files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synterm.core.case import Case
from synterm.storage.project import Project
from tests.cli.conftest import Synterm

PROJECT = """\
synterm: 1
name: router
models: [{name: script, model: scripted/rules, params: {rules: [], default: schedule}}]
prompts:
  - {name: router, messages: [{role: user, content: "{{ message }}"}]}
tree:
  - feature: Routing
    behaviors:
      - behavior: Requests
        scenarios:
          - scenario: plain
            cases: [{input: {message: book a room}, expected: schedule}]
"""
TABLE = "utterance,intent,arm\nbook a desk,schedule,A\nwho won?,out_of_scope,B\nbook a room,schedule,B\n"
INTO = ("--into", "Routing/Imported/csv")


@pytest.fixture
def project(synterm: Synterm, tmp_path: Path) -> Path:
    """A project with one scenario and a prompt with one variable."""
    (tmp_path / "project.yaml").write_text(PROJECT)
    path = tmp_path / "my.db"
    assert synterm("new", path, "--from", tmp_path / "project.yaml").code == 0
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Three good rows."""
    path = tmp_path / "table.csv"
    path.write_text(TABLE)
    return path


def cases_of(path: Path, scenario: str | None = None) -> list[Case]:
    """The cases of a project, or of one of its scenarios."""
    with Project.open(path) as project:
        tree = project.nodes.tree()
        return [
            case for case in project.cases.page(project.cases.keys()) if scenario in (None, tree.path(case.scenario_id))
        ]


def test_a_table_becomes_cases_that_tell_where_they_come_from(synterm: Synterm, project: Path, table: Path) -> None:
    done = synterm("import", project, table, *INTO, "--tags", "ab, test", "--json", "-")
    assert done.code == 0, done.err
    report = done.json
    assert report["schema"] == "synterm.import/1"
    assert (report["rows"], report["kept"], report["mapping"], report["expected"]) == (
        3,
        3,
        {"message": "utterance"},
        "intent",
    )
    assert report["made"] == ["Routing/Imported/csv"]
    first = cases_of(project, "Routing/Imported/csv")[0]
    assert (first.input, first.expected, first.tags, first.split) == (
        {"message": "book a desk"},
        "schedule",
        ("arm:A", "ab", "test"),
        "dev",
    )
    detail = first.origin.detail
    assert first.origin.kind == "import"
    assert (detail["file"], detail["row"], detail["format"], detail["import"]) == (
        "table.csv",
        2,
        "csv",
        report["import_id"],
    )
    assert detail["sha256"] == report["sha256"]
    assert "guessed" in done.err


def test_without_a_place_the_only_scenario_is_taken_and_what_it_holds_is_left_out(
    synterm: Synterm, project: Path, table: Path
) -> None:
    done = synterm("import", project, table)
    assert done.code == 0, done.err
    assert "table.csv line 4: is in Routing/Requests/plain already" in done.err
    assert len(cases_of(project)) == 3
    again = synterm("import", project, table, "--json", "-")
    assert (again.json["kept"], again.json["duplicates"]["count"], again.json["import_id"]) == (0, 3, None)
    more = synterm("import", project, table, "--duplicates", "--json", "-")
    assert more.json["kept"] == 3


@pytest.mark.parametrize("option", ["--dry-run", "--preview"])
def test_looking_first_shows_cases_and_writes_nothing(
    synterm: Synterm, project: Path, table: Path, option: str
) -> None:
    done = synterm("import", project, table, *INTO, option)
    assert done.code == 0, done.err
    assert done.out.splitlines()[0].split("\t") == [
        "row 2",
        "dev",
        "schedule",
        "book a desk",
        "arm:A",
        "Routing/Imported/csv",
    ]
    assert "nothing was written" in done.err
    assert len(cases_of(project)) == 1
    assert synterm("ls", project, "tree").out.count("Imported") == 0


def test_a_preview_reads_only_so_many_rows(synterm: Synterm, project: Path, table: Path) -> None:
    done = synterm("import", project, table, *INTO, "--preview", "2")
    assert len(done.out.splitlines()) == 2


def test_bad_rows_are_named_and_the_good_ones_kept(synterm: Synterm, project: Path, tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_text('message,label\ngood,a\n,b\nx,y,z\n"open,c\nalso good,d\n')
    done = synterm("import", project, path, *INTO)
    assert done.code == 2
    assert "mixed.csv line 3: nothing stands under 'message'" in done.err
    assert "mixed.csv line 4: 3 cells under 2 columns" in done.err
    assert "mixed.csv line 5: not CSV: a quote is opened and never closed" in done.err
    assert [case.title for case in cases_of(project, INTO[1])] == ["good", "also good"]


def test_an_import_is_taken_back_but_for_what_was_changed_since(synterm: Synterm, project: Path, table: Path) -> None:
    synterm("import", project, table, *INTO)
    changed = cases_of(project, INTO[1])[1]
    assert synterm("edit", project, "case", changed.id, "--expected", "clarify").code == 0
    [row] = synterm("ls", project, "imports", "--json").json["imports"]
    assert (row["file"], row["format"], row["cases"], row["changed"]) == ("table.csv", "csv", 3, 1)
    done = synterm("import", project, "--undo")
    assert done.code == 0
    assert "removed 2 cases of table.csv" in done.err
    assert f"1 case stays, changed since: {changed.id[-8:]}" in done.err
    assert [case.id for case in cases_of(project, INTO[1])] == [changed.id]
    assert len(cases_of(project)) == 2


def test_undo_takes_the_import_that_is_named(synterm: Synterm, project: Path, table: Path, tmp_path: Path) -> None:
    first = synterm("import", project, table, *INTO, "--json", "-").json["import_id"]
    (tmp_path / "lines.txt").write_text("one\ntwo\n")
    synterm("import", project, tmp_path / "lines.txt", "--into", "Routing/Imported/lines")
    done = synterm("import", project, "--undo", first[-8:])
    assert re.match(r"removed 3 cases of table.csv, .*, and 1 node of the tree that it had made\n$", done.err)
    assert [case.title for case in cases_of(project, "Routing/Imported/lines")] == ["one", "two"]
    assert synterm("import", project, "--undo", first[-8:]).code == 2
    done = synterm("import", project, "--undo")
    assert "1 node of the tree" in done.err
    assert "Routing/Imported is empty now: synterm rm" in done.err, "the first import had made it"


def test_undo_takes_what_it_made_of_the_tree_along(synterm: Synterm, project: Path, table: Path) -> None:
    before = synterm("ls", project).out
    synterm("import", project, table, "--into", "Another/Imported/csv")
    assert "and 3 nodes of the tree that it had made" in synterm("import", project, "--undo").err
    assert synterm("ls", project).out == before


def test_undo_leaves_what_somebody_wrote_into_the_tree_since(synterm: Synterm, project: Path, table: Path) -> None:
    synterm("import", project, table, *INTO)
    synterm("edit", project, "scenario", INTO[1], "--description", "Worked on.")
    done = synterm("import", project, "--undo")
    assert "of the tree" not in done.err
    assert "Routing/Imported/csv is empty now: synterm rm" in done.err
    assert INTO[1] in synterm("ls", project).out


def test_cases_that_others_were_made_from_stay(synterm: Synterm, project: Path, table: Path) -> None:
    synterm("import", project, table, *INTO)
    seed = cases_of(project, INTO[1])[0]
    with Project.open(project) as opened:
        opened.cases.put([seed.model_copy(update={"id": "01K0000000000000000000000A", "expected": "x"})]).result()
    done = synterm("import", project, "--undo")
    assert f"1 case stays, others were made from it: {seed.id[-8:]}" in done.err


def test_with_nothing_imported_there_is_nothing_to_undo(synterm: Synterm, project: Path) -> None:
    done = synterm("import", project, "--undo")
    assert done.code == 2
    assert "no cases of an import" in done.err


def test_a_column_says_the_scenario_below_a_place(synterm: Synterm, project: Path, table: Path) -> None:
    done = synterm("import", project, table, "--into", "Routing/Imported", "--into-column", "intent", "--json", "-")
    assert done.json["scenarios"] == {"Routing/Imported/schedule": 2, "Routing/Imported/out_of_scope": 1}
    assert {case.expected for case in cases_of(project, "Routing/Imported/schedule")} == {"schedule"}


def test_what_is_said_goes_before_what_is_guessed(synterm: Synterm, project: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("q1,wanted,text\nhello,yes,no\n")
    done = synterm("import", project, path, *INTO, "--map", "message=q1", "--expected", "wanted", "--split", "holdout")
    assert done.code == 0, done.err
    [case] = cases_of(project, INTO[1])
    assert (case.input, case.expected, case.split) == ({"message": "hello"}, "yes", "holdout")
    synterm("import", project, path, *INTO, "--no-expected")
    assert cases_of(project, INTO[1])[1].expected is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--map", "message=nothing"), "no column 'nothing'"),
        (("--map", "message"), "is not VARIABLE=COLUMN"),
        (("--format", "xls"), "'xls' is no format that is read"),
        (("--encoding", "nope"), "no encoding is called 'nope'"),
        (("--encoding", "rot13"), "no encoding is called 'rot13'"),
        (("--judge", "nobody"), "no model named 'nobody'"),
        (("--list", "x", "--format", "json"), "not JSON"),
        (("--expected", "intent", "--no-expected"), "exclude each other"),
        (("--undo", "x"), "--undo takes no file"),
    ],
)
def test_what_can_not_be_is_refused(
    synterm: Synterm, project: Path, table: Path, words: tuple[str, ...], said: str
) -> None:
    done = synterm("import", project, table, *INTO, *words)
    assert done.code == 2
    assert said in done.err
    assert len(cases_of(project)) == 1


@pytest.mark.parametrize("place", ["Routing", "Routing/Requests", "a/b/c/d", "a//c"])
def test_a_place_that_is_no_scenario_is_refused(synterm: Synterm, project: Path, table: Path, place: str) -> None:
    done = synterm("import", project, table, "--into", place)
    assert done.code == 2
    assert "is no scenario's path" in done.err
    assert "table.csv line" not in done.err
    assert len(cases_of(project)) == 1


def test_a_file_that_is_not_there_or_no_file(synterm: Synterm, project: Path, tmp_path: Path) -> None:
    assert "there is no such file" in synterm("import", project, tmp_path / "gone.csv").err
    assert "a file is missing" in synterm("import", project).err
    (tmp_path / "empty.csv").write_text("a,b\n")
    assert "there are no rows in it" in synterm("import", project, tmp_path / "empty.csv").err
    (tmp_path / "rows.csv.gz").write_bytes(b"\x1f\x8b\x08")
    assert "rows.csv.gz: can't be unpacked: " in synterm("import", project, tmp_path / "rows.csv.gz").err
    (tmp_path / "bytes.bin").write_bytes(bytes(range(256)))
    assert "does not look like anything that is read" in synterm("import", project, tmp_path / "bytes.bin").err


def test_a_project_without_a_prompt_asks_for_the_name(synterm: Synterm, tmp_path: Path, table: Path) -> None:
    path = tmp_path / "bare.db"
    synterm("new", path)
    done = synterm("import", path, table, "--into", "A/B/C")
    assert done.code == 2
    assert "--map message=COLUMN" in done.err
    done = synterm("import", path, table, "--into", "A/B/C", "--map", "message=utterance")
    assert "no check judges 1 new scenario yet" in done.err
    assert synterm("ls", path, "cases").out.count("A/B/C") == 3


def test_from_a_pipe_as_production_and_drafts(synterm_process: Synterm, project: Path) -> None:
    log = {"messages": [{"role": "user", "content": "book it"}], "response": "schedule", "model": "gpt-5"}
    done = synterm_process(
        "import", project, "-", "--into", "Live/Log/one", "--production", "--draft", given=json.dumps(log).encode()
    )
    assert done.code == 0, done.err
    with Project.open(project) as opened:
        [entry] = opened.imports.all()
        assert (entry.file, entry.format, entry.kind) == ("stdin", "log", "production")
    listed = synterm_process("ls", project, "cases", "--status", "draft", "--json").json["cases"]
    assert [row["input"] for row in listed] == [{"message": "book it"}]
    assert listed[0]["origin"]["detail"]["request"] == {"model": "gpt-5", "answer": "schedule"}
    assert listed[0]["expected"] is None


def test_promptfoo_assertions_become_checks_and_the_rest_is_kept(
    synterm: Synterm, project: Path, tmp_path: Path
) -> None:
    path = tmp_path / "promptfooconfig.yaml"
    path.write_text(
        """\
prompts: ["{{message}}"]
providers: [echo]
defaultTest: {assert: [{type: word-count, value: {max: 3}}]}
tests:
  - vars: {message: [book it, book that], want: schedule}
    assert: [{type: equals, value: "{{want}}"}, {type: javascript, value: "output.length < 9"}]
  - vars: {message: hello}
    assert: [{type: llm-rubric, value: is polite}, {type: icontains, value: clarify}]
  - file://more.csv
  - file://../outside.csv
"""
    )
    (tmp_path / "more.csv").write_text("message,__expected\nbook them,schedule\n")
    done = synterm("import", project, path, "--into", "Routing/Imported/foo", "--judge", "script")
    assert done.code == 2
    assert "leads out of the project's folder" in done.err
    assert "2 assertions are not portable, kept in the cases' origin: javascript (2)" in done.err
    with Project.open(project) as opened:
        tree = opened.nodes.tree()
        own = {tree.path(node.id): node.checks for node in tree.scenarios() if "Imported" in tree.path(node.id)}
    words = {"type": "word-count", "value": {"max": 3}}
    assert own == {
        "Routing/Imported/foo": (words, {"type": "equals"}),
        "Routing/Imported/foo · word-count, llm-rubric, icontains": (
            words,
            {"type": "llm-rubric", "value": "is polite", "model": "script"},
            {"type": "icontains"},
        ),
    }
    first, second, third = cases_of(project, "Routing/Imported/foo")
    assert (first.title, second.expected) == ("message: book it · want: schedule", "schedule")
    assert third.input == {"message": "book them"}
    assert first.origin.detail["promptfoo"]["assert"] == [{"type": "javascript", "value": "output.length < 9"}]
    again = synterm("import", project, path, "--into", "Routing/Imported/foo", "--judge", "script", "--json", "-")
    assert (again.json["kept"], again.json["made"]) == (0, [])
    assert synterm("run", project, "--behavior", "Routing/Imported/foo", "--model", "script", "--quiet").code in (0, 1)


def test_cases_of_another_project_keep_what_they_are(synterm: Synterm, project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    synterm("new", other, "--from", tmp_path / "project.yaml")
    synterm("add", other, "case", "plain", "--input", "sum it", "--expected", "summarize", "--split", "holdout")
    (tmp_path / "cases.json").write_text(synterm("ls", other, "cases", "--json").out)
    done = synterm("import", project, tmp_path / "cases.json", "--json", "-")
    assert (done.json["format"], done.json["kept"], done.json["scenarios"]) == (
        "synterm",
        1,
        {"Routing/Requests/plain": 1},
    )
    case = cases_of(project)[1]
    assert (case.title, case.expected, case.split, case.origin.kind) == ("sum it", "summarize", "holdout", "import")


def test_a_column_that_fits_no_variable_is_asked_for(synterm: Synterm, tmp_path: Path, project: Path) -> None:
    (tmp_path / "two.csv").write_text("alpha,beta\n1,2\n")
    done = synterm("import", project, tmp_path / "two.csv", *INTO)
    assert done.code == 2
    assert "no column looks like the input message; the file has alpha, beta" in done.err


def test_scenarios_are_not_made_without_end(synterm: Synterm, project: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("message,id\n" + "".join(f"m{number},{number}\n" for number in range(1003)))
    done = synterm("import", project, path, "--into", "Routing/Many", "--into-column", "id", "--dry-run")
    assert done.code == 2
    assert "1,000 cases would be kept" in done.err
    assert "is that column the right one?" in done.err


def test_text_of_strangers_is_shown_as_text(synterm: Synterm, project: Path, tmp_path: Path) -> None:
    path = tmp_path / "evil.jsonl"
    path.write_text('{"message": "\\u001b[31mred [/] {{ 7*7 }}", "\\u001b]0;x": 1}\n')
    done = synterm("import", project, path, *INTO, "--preview")
    assert "\x1b" not in done.out + done.err
    assert "{{ 7*7 }}" in done.out


def rows_of(count: int) -> Iterator[dict[str, Any]]:
    """Rows that differ."""
    return ({"message": f"text {number}", "expected": "schedule"} for number in range(count))


def test_more_rows_than_one_batch_are_all_kept_in_order(synterm: Synterm, project: Path, tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows_of(2345)))
    assert synterm("import", project, path, *INTO, "--json", "-").json["kept"] == 2345
    found = cases_of(project, INTO[1])
    assert [case.title for case in found] == [f"text {number}" for number in range(2345)]
    assert synterm("import", project, "--undo").code == 0
    assert len(cases_of(project)) == 1


def test_schemas_of_what_comes_out(synterm: Synterm) -> None:
    assert "kept" in synterm("schema", "import").json["properties"]
    assert "imports" in synterm("schema", "imports").json["properties"]


@pytest.mark.parametrize("whole", [[], ["--all"]])
def test_what_was_dumped_and_loaded_can_be_taken_back_like_the_file_itself(
    synterm: Synterm, project: Path, table: Path, tmp_path: Path, whole: list[str]
) -> None:
    assert synterm("import", project, table, *INTO).code == 0
    first, second, *_ = cases_of(project, INTO[1])
    assert synterm("edit", project, "case", first.id, "--split", "holdout").code == 0
    assert synterm("edit", project, "case", second.id, "--input", "another").code == 0
    assert synterm("edit", project, "case", second.id, "--input", second.input["message"]).code == 0
    text, again = tmp_path / "project.yaml", tmp_path / "again.db"
    assert synterm("dump", project, *whole, "-o", text).code == 0
    assert synterm("load", text, "-o", again).code == 0
    for path in (project, again):
        [row] = synterm("ls", path, "imports", "--json").json["imports"]
        assert (row["cases"], row["changed"]) == (3, 1)
        assert "2 cases" in synterm("import", path, "--undo").err
        assert [case.id for case in cases_of(path, INTO[1])] == [first.id]


def test_red_team_reports_go_to_a_feature_of_their_own_unless_one_says_where(
    synterm: Synterm, project: Path, tmp_path: Path
) -> None:
    report = tmp_path / "x.hitlog.jsonl"
    hit = {"attempt_id": "1", "prompt": "say kestrel", "output": "kestrel", "triggers": ["kestrel"], "score": 1.0}
    lines = [
        {**hit, "probe": "promptinject.Kestrel", "detector": "promptinject.Rogue"},
        {**hit, "probe": "promptinject.Kestrel", "detector": "promptinject.Other"},
        {**hit, "probe": "dan.Free", "detector": "a.B", "prompt": {"turns": []}},
    ]
    report.write_text("".join(json.dumps(line) + "\n" for line in lines))
    shown = synterm("import", project, report, "--preview", "1")
    assert "Red team/garak promptinject/Kestrel" in shown.out
    assert synterm("import", project, report).code == 2, "the third line is no case"
    [case] = cases_of(project, "Red team/garak promptinject/Kestrel")
    assert (case.input, case.expected, case.tags) == (
        {"message": "say kestrel"},
        ["kestrel"],
        ("attack", "promptinject", "hit"),
    )
    assert (case.origin.kind, case.origin.detail["format"], case.origin.detail["row"]) == ("import", "garak", 1)
    assert synterm("import", project, "--undo").code == 0
    assert cases_of(project, "Red team/garak promptinject/Kestrel") == []
    synterm("import", project, report, "--into", "Routing/Requests/attacks")
    assert len(cases_of(project, "Routing/Requests/attacks")) == 1


def test_it_names_a_place_and_what_is_no_label(synterm: Synterm, tmp_path: Path) -> None:
    checked = PROJECT.replace(
        "  - feature: Routing\n",
        "  - feature: Routing\n    checks: [{type: label, labels: [schedule, out_of_scope]}]\n",
    ).replace(
        "          - scenario: plain\n",
        "          - scenario: other\n            cases: [{input: {message: hi}, expected: schedule}]\n"
        "          - scenario: plain\n",
    )
    (tmp_path / "project.yaml").write_text(checked)
    path, table = tmp_path / "my.db", tmp_path / "week 7.csv"
    assert synterm("new", path, "--from", tmp_path / "project.yaml").code == 0
    table.write_text("utterance,intent\nbook a desk,schedule\nwho won?,offtopic\nwhat now?,offtopic\nhm,\n")
    assert "--into 'Routing/Imported/week 7'" in synterm("import", path, table).err
    looked = synterm("import", path, table, *INTO, "--preview", "1")
    assert "the first 1 row" in looked.err
    assert "no label" not in looked.err
    done = synterm("import", path, table, *INTO)
    assert "no label of the checks: 'offtopic' (2 cases)" in done.err
    assert len(synterm("ls", path, "cases", "--where", "flag:unknown-label", "--json").json["cases"]) == 2
    report = synterm("import", path, table, *INTO, "--duplicates", "--dry-run", "--json", "-").json
    assert report["unknown_labels"] == {"offtopic": 2}
