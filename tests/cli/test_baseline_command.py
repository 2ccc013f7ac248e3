"""`synterm baseline` and `synterm ls PROJECT trends`: what is pinned, how old it is, and what it still covers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from synterm.errors import ProjectError
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import SMALL, MakeProject


@pytest.fixture
def path(make_project: MakeProject, synterm: Synterm) -> Path:
    """A project with three complete runs: version 1, version 2, and version 2 on two cases only."""
    made = make_project()
    synterm("run", made, "--prompt", "router@v1", "--quiet")
    synterm("run", made, "--quiet")
    synterm("run", made, "--behavior", "Ambiguous", "--limit", "2", "--quiet")
    return made


def runs(path: Path) -> list[str]:
    with Project.open(path) as project:
        return [run.id for run in project.runs.all()]


def test_the_newest_complete_run_is_pinned_and_it_is_said_which(synterm: Synterm, path: Path):
    done = synterm("baseline", path, "set", "main")
    newest = runs(path)[-1]
    assert (done.code, done.out) == (0, "")
    first, *rest = done.err.splitlines()
    assert first.startswith(f"baseline main: run {newest[-8:]} of 20")
    assert "(now) by " in first
    assert rest == ["  2 of 4 dev cases", "  router@v2 · rules 2/2 (100 %)"]


def test_pinning_another_run_says_what_it_replaces(synterm: Synterm, path: Path):
    first, second, _ = runs(path)
    synterm("baseline", path, "set", "main", "--run", first)
    done = synterm("baseline", path, "set", "main", "--run", second[-8:])
    assert "  router@v2 · rules 3/4 (75 %)" in done.err
    assert f"  instead of run {first[-8:]} of " in done.err
    assert "it was that run before" in synterm("baseline", path, "set", "main", "--run", second).err
    [row] = synterm("baseline", path, "ls", "--json").json["baselines"]
    assert (row["name"], row["scenario"], row["run_id"]) == ("main", None, second)


def test_a_run_that_is_not_done_is_refused_unless_forced(synterm: Synterm, make_project: MakeProject):
    slow = SMALL.replace("answer: out_of_scope}", "answer: out_of_scope, delay_ms: 60000}")
    path = make_project(slow)
    assert synterm("run", path, "--max-seconds", "0.3", "--quiet").code == 3
    [run] = runs(path)
    nothing = synterm("baseline", path, "set", "main")
    assert (nothing.code, nothing.err.splitlines()[0]) == (2, "synterm: no run is complete")
    refused = synterm("baseline", path, "set", "main", "--run", "last")
    assert refused.code == 2
    assert f"run {run[-8:]} is incomplete: 1 evaluation was not made" in refused.err
    assert "--force" in refused.err
    assert synterm("baseline", path, "ls").out == ""
    assert synterm("baseline", path, "set", "main", "--run", "last", "--force").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["set", "main", "--run", "NOPE1234"], "no run 'NOPE1234'"),
        (["set", "main", "--scenario", "off-topic"], "has no verdict in 'Routing/Out of scope/off-topic'"),
        (["set", "main", "--scenario", "nix"], "nothing in the tree matches 'nix'"),
        (["set", "@v2"], "can't name a baseline"),
        (["set"], "required: NAME"),
        (["show", "main"], "no baseline named 'main'"),
        (["rm", "main"], "no baseline named 'main'"),
        (["sett", "main"], "invalid choice: 'sett'"),
    ],
)
def test_what_can_not_be_is_a_usage_error_and_nothing_is_pinned(
    synterm: Synterm, path: Path, words: list[str], said: str
):
    done = synterm("baseline", path, *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert synterm("baseline", path, "ls", "--json").json["baselines"] == []


def test_the_project_comes_first(synterm: Synterm):
    done = synterm("baseline", "set", "main")
    assert done.code == 2
    assert "name the project first: synterm baseline PROJECT set" in done.err


def test_a_scenario_has_a_run_of_its_own(synterm: Synterm, path: Path):
    first, second, _ = runs(path)
    synterm("baseline", path, "set", "main", "--run", first)
    done = synterm("baseline", path, "set", "main", "--run", second, "--scenario", "Ambiguous")
    assert f"baseline main of 'Routing/Ambiguous/borderline': run {second[-8:]}" in done.err
    assert "  3 of 3 dev cases" in done.err
    rows = synterm("baseline", path, "ls", "--json").json["baselines"]
    assert [(row["scenario"], row["run_id"]) for row in rows] == [
        (None, first),
        ("Routing/Ambiguous/borderline", second),
    ]
    # What has its own run does not count for the other.
    assert rows[0]["cases"]["dev"] == {"present": 1, "held": 1, "same": 1}
    shown = synterm("baseline", path, "show", "main").out.splitlines()
    assert f"Routing/Out of scope/off-topic\t{first[-8:]}\t0 %\t0/1\t1 of 1 dev case" in shown
    assert f"Routing/Ambiguous/borderline\t{second[-8:]}\t67 %\t2/3\t3 of 3 dev cases" in shown
    again = synterm("baseline", path, "set", "main", "--run", second)
    assert "runs of their own for 1 scenario stay under this name" in again.err
    assert synterm("baseline", path, "rm", "main", "--scenario", "*").err.startswith("unpinned 1 run")
    assert [row["scenario"] for row in synterm("baseline", path, "ls", "--json").json["baselines"]] == [None]


def test_what_was_added_and_changed_since_shows(synterm: Synterm, path: Path):
    synterm("baseline", path, "set", "main", "--run", runs(path)[1])
    synterm("add", path, "case", "borderline", "--input", "new one", "--expected", "clarify")
    case = synterm("ls", path, "cases", "--text", "do it", "--json").json["cases"][0]["id"]
    assert synterm("edit", path, "case", case, "--expected", "schedule").code == 0
    [row] = synterm("baseline", path, "ls", "--json").json["baselines"]
    assert row["cases"]["dev"] == {"present": 5, "held": 4, "same": 3}
    assert "4 of 5 dev cases (1 changed since)" in synterm("baseline", path, "ls").out


def test_a_pinned_run_can_not_be_removed_until_it_is_unpinned(synterm: Synterm, path: Path):
    first = runs(path)[0]
    synterm("baseline", path, "set", "release 1", "--run", first)
    with Project.open(path) as project, pytest.raises(ProjectError, match="it is pinned as the baseline 'release 1'"):
        project.runs.remove(first).result()
    assert synterm("baseline", path, "rm", "release 1").code == 0
    with Project.open(path) as project:
        assert project.runs.remove(first).result() == 4


def test_json_goes_to_a_file_too_and_fits_its_schema(synterm: Synterm, path: Path, tmp_path: Path):
    synterm("baseline", path, "set", "main")
    target = tmp_path / "baselines.json"
    assert synterm("baseline", path, "ls", "--json", target).out == ""
    schema = synterm("schema", "baselines").json
    Draft202012Validator(schema).validate(json.loads(target.read_text()))
    assert json.loads(target.read_text()) == synterm("baseline", path, "show", "main", "--json", "-").json


def test_an_empty_list_says_how_to_begin(synterm: Synterm, path: Path):
    done = synterm("baseline", path, "ls")
    assert (done.code, done.out) == (0, "")
    assert "nothing is pinned yet" in done.err


def test_trends_show_scenarios_run_by_run_beside_their_baselines(synterm: Synterm, path: Path):
    first, second, third = runs(path)
    synterm("baseline", path, "set", "main", "--run", first)
    _dates, variants, *rows = [line.split("\t") for line in synterm("ls", path, "trends").out.splitlines()]
    assert variants == ["", "router@v1 · rules", "router@v2 · rules", "router@v2 · rules", ""]
    assert rows == [
        ["Routing/Out of scope/off-topic", "0 %", "100 %", "·", "0 %"],
        ["Routing/Ambiguous/borderline", "33 %", "67 %", "100 %", "33 %"],
    ]
    listing = synterm("ls", path, "trends", "--limit", "2", "--json").json
    Draft202012Validator(synterm("schema", "trends").json).validate(listing)
    assert [run["run_id"] for run in listing["runs"]] == [second, third]
    assert listing["scenarios"][0]["baselines"]["main"]["run_id"] == first


def test_trends_of_a_project_without_runs_say_so(synterm: Synterm, make_project: MakeProject):
    done = synterm("ls", make_project(), "trends")
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("nothing was run yet; synterm run ")


def test_a_scenario_that_is_gone_is_listed_and_can_be_unpinned(synterm: Synterm, path: Path):
    synterm("baseline", path, "set", "main", "--run", runs(path)[1], "--scenario", "off-topic")
    synterm("rm", path, "scenario", "off-topic", "--yes")
    [row] = synterm("baseline", path, "ls", "--json").json["baselines"]
    assert row["scenario"] == "(no longer in the tree)"
    assert "(no longer in the tree)" in synterm("baseline", path, "show", "main").out
    assert synterm("baseline", path, "rm", "main", "--scenario", "*").code == 0
