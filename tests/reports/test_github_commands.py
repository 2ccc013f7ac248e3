"""Workflow commands, as GitHub's runner reads them: nothing that models wrote is one, or changes one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from synterm.reports.github.annotations import MOST, annotate, in_workspace
from synterm.reports.github.commands import command, tamed
from synterm.reports.github.files import add_outputs, add_to_summary, summary_room
from synterm.text import printable
from tests.reports.conftest import MakeReport
from tests.support.compared import broken_case, compared
from tests.support.github_runner import KNOWN, Command, commands_in, outputs_in

TEXT = st.text(st.characters(), max_size=80) | st.lists(
    st.sampled_from([*"\n\r :,=]%a\u2028", "::", "::error::", "%0A", "%250A", "##[", "##[error]", "\x1b[31m"])
).map("".join)


@given(TEXT, TEXT)
@example("a::b,c", "::error::x")
@example("%0A::error::x", "%0D%0A%25")
@example("\r\n::set-output name=verdict::passed", "\n##[add-mask]x")
def test_a_command_reads_back_as_it_was_given_and_is_one_line(title: str, message: str):
    line = command("error", message, title=f"x{title}x", file=None)
    assert "\n" not in line
    assert commands_in(line) == [Command("error", printable(message), {"title": printable(f"x{title}x")})]


@given(TEXT)
@example("  ::error::x")
@example("a\n\t ::set-output name=verdict::passed")
@example("\x1b[31m::error::x\u00a0::error::y")
@example("a\r::error::x\r\n::error::y\r \r::error::z")
@example("###[error]x ##[##[error]y")
def test_what_is_tamed_has_no_commands(text: str):
    assert commands_in(tamed(text)) == []
    assert tamed(tamed(text)) == tamed(text)


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_no_command_of_the_runner_comes_through(name: str):
    for text in (f"::{name}::x", f"  ::{name} name=a::x", f"got ##[{name}]x", f"\u3000::{name}::x"):
        assert commands_in(text) != []
        assert commands_in(tamed(text)) == []


def test_long_texts_are_cut():
    [found] = commands_in(command("warning", "%" * 1_000_000, title=":" * 1_000_000))
    assert (len(found.message), len(found.properties["title"])) == (4000, 200)


def test_the_worst_comes_first(make_report: MakeReport):
    made = make_report({"v1": "ppff", "v2": "ppp?"}, gate=0.9)
    comparison = compared("router@v2 · rules", broken_case("01JC"))
    report = made.report.model_copy(update={"comparison": comparison})
    said = commands_in("\n".join(annotate(report, {("too many requests", "try later"): 1}, "evals/small.db")))
    assert [(one.name, one.properties["title"]) for one in said] == [
        ("error", "Gate failed: Routing/Out of scope"),
        ("error", "Regression: Routing/Out of scope"),
        ("warning", "Broken: Routing/Out of scope/off-topic"),
        ("warning", "Gate not decided: Routing/Out of scope"),
        ("warning", "No verdict on 1 evaluation"),
        (
            "notice",
            "meeting router: 1 gate fails, 1 behavior got worse, 1 gate is not decided, 1 evaluation without a verdict",
        ),
    ]
    assert {one.properties["file"] for one in said} == {"evals/small.db"}
    assert said[0].message == "at least 90 % pass; found: 50 % pass, 2 of 4 under router@v1 · rules"
    assert said[1].message == ("50 % passed in main, 0 % do now under router@v2 · rules: 0 fixed, 5 broken, p = 0.01")
    assert said[2].message.splitlines() == [
        "what's the capital of peru",
        "expected out_of_scope, got clarify; it was out_of_scope",
        "under router@v2 · rules; case 01JC",
    ]


def test_no_more_than_github_shows_and_the_last_one_says_so(make_report: MakeReport):
    made = make_report({f"v{number}": "f" for number in range(1, 30)}, gate=0.9)
    said = commands_in("\n".join(annotate(made.report, {(f"reason {n}", ""): 1 for n in range(50)}, None)))
    for kind, left in (("error", 20), ("warning", 41)):
        titles = [one.properties["title"] for one in said if one.name == kind]
        assert (len(titles), titles[-1]) == (MOST, f"and {left} more")


@given(st.dictionaries(st.sampled_from(["verdict", "run_id", "comment_file"]), st.text(st.characters(codec="utf-8"))))
def test_outputs_read_back_as_they_were_given(tmp_path_factory: pytest.TempPathFactory, values: dict[str, str]):
    place = tmp_path_factory.mktemp("step") / "output"
    first = "EOF\nx=y\nz<<EOF"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_OUTPUT", str(place))
        add_outputs({"first": first})
        add_outputs(values)
    assert outputs_in(place.read_bytes().decode()) == {"first": first, **values}


def test_a_summary_is_added_to_and_leaves_room_for_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    place = tmp_path / "summary.md"
    assert summary_room() == 0
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(place))
    empty = summary_room()
    place.write_text("# Earlier\n")
    assert summary_room() == empty - 10
    add_to_summary("## Ours\n")
    assert place.read_text() == "# Earlier\n\n## Ours\n"
    place.write_text("x" * 1024 * 1024)
    assert summary_room() == 0


def test_a_file_is_named_within_the_workspace_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    project = tmp_path / "repo" / "evals" / "small.db"
    assert in_workspace(project) is None
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "repo"))
    assert in_workspace(project) == "evals/small.db"
    assert in_workspace(tmp_path / "repository" / "small.db") is None


def test_a_megabyte_is_tamed_in_no_time():
    for text in ("\n" * 1_000_000 + "::", " " * 1_000_000 + "::error::x", "\r" * 1_000_000 + "::error::x"):
        assert commands_in(tamed(text)) == []
