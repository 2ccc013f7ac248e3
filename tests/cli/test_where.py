"""`--where`: the workbench's query on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Synterm
from tests.conftest import MakeProject


@pytest.fixture
def path(make_project: MakeProject, synterm: Synterm) -> Path:
    """Its last run: two versions; under the first all but one fail, under the second one fails."""
    made = make_project()
    synterm("run", made, "--prompt", "router@all", "--quiet")
    return made


def titles(synterm: Synterm, path: Path, *queries: str) -> list[str]:
    options = [f"--where={query}" for query in queries]
    found = synterm("ls", path, "cases", "--json", *options).json["cases"]
    return [case["input"]["message"] for case in found]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tag:terse", ["what's the capital of peru", "do it"]),
        ("tag:terse -tag:trivia", ["do it"]),
        ("split:holdout", ["peru again"]),
        ('"the capital"', ["what's the capital of peru"]),
        ("scenario:border* expected:s*", ["notes from the thing", "book a room"]),
        ("passes:last", ["do it"]),
        ("fails:last", ["what's the capital of peru", "notes from the thing", "book a room"]),
        ("-fails:last", ["peru again", "do it"]),
        ("flag:dup", []),
    ],
)
def test_a_query_chooses_cases(synterm: Synterm, path: Path, query: str, found: list[str]):
    assert titles(synterm, path, query) == found


def test_several_queries_hold_together(synterm: Synterm, path: Path):
    assert titles(synterm, path, "tag:terse", "fails:last") == ["what's the capital of peru"]
    assert titles(synterm, path, "split:dev", "split:holdout") == []


def test_a_run_is_named_as_everywhere(synterm: Synterm, path: Path):
    synterm("run", path, "--prompt", "router@v2", "--quiet")
    runs = synterm("ls", path, "runs", "--json").json["runs"]
    synterm("baseline", path, "set", "main", "--run", "last-1")
    assert titles(synterm, path, "fails:last") == ["book a room"]
    for name in ("last-1", runs[0]["id"], runs[0]["id"][-8:], "main"):
        assert len(titles(synterm, path, f"fails:{name}")) == 3, name


def test_a_run_takes_only_what_fits(synterm: Synterm, path: Path):
    done = synterm("run", path, "--where", "fails:last -expected:schedule", "--json", "-")
    assert {one["input"]["message"] for one in done.json["evaluations"]} == {
        "what's the capital of peru",
        "notes from the thing",
    }
    assert synterm("run", path, "--where", "split:holdout", "--json", "-").json["totals"]["cases"] == 1


def test_a_run_is_not_of_drafts(synterm: Synterm, path: Path):
    done = synterm("run", path, "--where", "status:draft")
    assert done.code == 2
    assert "only accepted cases" in done.err
    assert synterm("run", path, "--where", "status:accepted tag:trivia", "--quiet").code == 0


@pytest.mark.parametrize(
    ("query", "told", "hint"),
    [
        ("tag:ters", "tag:ters is nothing here", "did you mean terse?"),
        ("tags:terse", "there is no tags:", "tag:"),
        ("scenario:of-topic", "scenario:of-topic fits no scenario", "off-topic"),
        ("status:drat", "status:drat is none of", "draft"),
        ("is:stale", "is:stale asks the workbench's board", "fails:last"),
        ("fails:draft", "fails:draft names no recorded run", "fails:last"),
        ("fails:last-9", "there is no last-9", "synterm run"),
        ("tag:", "tag: says no value", "terse"),
        ('tag:"terse', "a quote is not closed", "two words"),
        ("", "a query says nothing", "tag:typo"),
    ],
)
def test_what_a_query_does_not_know_is_told(synterm: Synterm, path: Path, query: str, told: str, hint: str):
    done = synterm("ls", path, "cases", "--where", query)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert hint in done.err
    assert repr(query) in done.err


def test_seeds_are_chosen(synterm: Synterm, path: Path):
    done = synterm("generate", path, "--where", "tag:trivia", "--with", "casing", "--dry-run")
    assert "1 seed," in done.out


def test_all_cases_that_fit_are_changed(synterm: Synterm, path: Path):
    assert synterm("edit", path, "case", "--where", "tag:terse", "--status", "draft").err == "changed 2 cases\n"
    assert titles(synterm, path, "status:draft") == ["what's the capital of peru", "do it"]
    assert synterm("edit", path, "case", "--where", "tag:nosuch", "--status", "draft").code == 2
    assert synterm("edit", path, "case", "--status", "draft").code == 2


def test_all_cases_that_fit_are_removed_when_that_is_wanted(synterm: Synterm, path: Path):
    done = synterm("rm", path, "case", "--where", "fails:last")
    assert done.code == 2
    assert "this would remove 3 cases" in done.err
    assert len(titles(synterm, path, "split:all")) == 5
    assert synterm("rm", path, "case", "--where", "fails:last", "--yes").code == 0
    assert titles(synterm, path, "split:all") == ["peru again", "do it"]
    assert synterm("rm", path, "prompt", "--where", "tag:x").code == 2
    assert synterm("rm", path, "case").code == 2
