"""`synterm history`: what was run, and forgetting it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from socket import gethostname
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]

from synterm.errors import ProjectError
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject


def _runs(synterm: Synterm, path: Path, *words: str) -> list[dict[str, Any]]:
    return synterm("history", path, *words, "--json", "-").json["runs"]


def _pin(path: Path, run_id: str) -> None:
    with sqlite3.connect(str(path)) as db:
        db.execute("INSERT INTO baselines VALUES ('main', '', ?, 'ada', '2026-01-01T00:00:00.000Z')", (run_id,))


def test_each_run_is_told_with_its_variants_and_the_versions_of_everything(
    synterm: Synterm, make_project: MakeProject
) -> None:
    path = make_project()
    synterm("run", path, "--prompt", "router@all", "--quiet")
    document = synterm("history", path, "--json", "-").json
    Draft202012Validator(synterm("schema", "history").json).validate(document)
    [run] = document["runs"]
    assert [(one["version"], one["passed"], one["judged"]) for one in run["variants"]] == [("v1", 1, 4), ("v2", 3, 4)]
    assert (run["cases"], run["evaluations"], run["status"]) == (4, 8, "complete")
    versions = run["versions"]
    assert versions["synterm"] == synterm("--version").out.split()[1]
    assert versions["models"]["rules"]["model"] == "scripted/rules"
    assert len(versions["checks"]) == 2
    text = synterm("history", path).out
    assert "router@v1 · rules   25 %" in text
    assert "router@v2 · rules   75 %" in text


def test_a_changed_check_shows_in_the_versions_of_its_scenario_alone(
    synterm: Synterm, make_project: MakeProject
) -> None:
    path = make_project()
    synterm("run", path, "--quiet")
    [first] = synterm("ls", path, "tree", "--json").json["nodes"][2:3]
    synterm("edit", path, "node", first["path"], "--check", '{"type": "contains", "value": "x"}')
    synterm("run", path, "--quiet")
    after, before = (run["versions"]["checks"] for run in _runs(synterm, path))
    assert [node for node in after if after[node] != before[node]] == [first["id"]]


def test_one_run_is_shown_by_the_ending_of_its_id(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    for _ in range(2):
        synterm("run", path, "--quiet")
    last, first = (run["id"] for run in _runs(synterm, path))
    assert first in synterm("history", path, first[-6:].lower()).out
    assert last in synterm("history", path, "last").out
    unknown = synterm("history", path, "nothing")
    assert (unknown.code, unknown.out) == (2, "")
    assert "no run 'nothing'" in unknown.err
    assert "no run ''" in synterm("history", path, "").err


def test_the_newest_stay_and_the_others_go(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    for _ in range(3):
        synterm("run", path, "--quiet")
    ids = [run["id"] for run in _runs(synterm, path)]
    seen = synterm("history", path, "prune", "--keep", "1", "--dry-run")
    assert seen.out == "would remove 2 runs with 8 evaluations\n"
    assert len(_runs(synterm, path)) == 3
    done = synterm("history", path, "prune", "--keep", "1", "--yes")
    assert "removed 2 runs with 8 evaluations" in done.err
    assert [run["id"] for run in _runs(synterm, path)] == ids[:1]
    assert synterm("run", path, "--json", "-").json["totals"]["cached"] == 4, "answers stay"


def test_a_pinned_run_stays(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    for _ in range(2):
        synterm("run", path, "--quiet")
    last, first = (run["id"] for run in _runs(synterm, path))
    _pin(path, first)
    done = synterm("history", path, "prune", "--keep", "0", "--yes")
    assert "1 run that a baseline pins stays" in done.err
    assert [(run["id"], run["baselines"]) for run in _runs(synterm, path)] == [(first, ["main"])]
    assert last not in synterm("history", path).out


def test_answers_go_only_where_no_run_that_stays_and_no_review_names_them(
    synterm: Synterm, make_project: MakeProject
) -> None:
    path = make_project()
    synterm("run", path, "--prompt", "router@v1", "--quiet")
    synterm("run", path, "--prompt", "router@v2", "--quiet")
    synterm("edit", path, "case", synterm("ls", path, "cases", "--json").json["cases"][0]["id"], "--input", "anew")
    done = synterm("history", path, "prune", "--keep", "1", "--answers", "--yes")
    assert "removed 1 run with 4 evaluations, and 4 answers" in done.err
    again = synterm("run", path, "--prompt", "router@v2", "--json", "-").json
    assert again["totals"]["cached"] == 3, "the answers of the run that stayed serve still"
    assert synterm("run", path, "--prompt", "router@v1", "--json", "-").json["totals"]["cached"] == 0
    with sqlite3.connect(str(path)) as db:
        assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["prune"], "prune needs to know which runs"),
        (["prune", "--keep", "-1"], "must be at least 0"),
        (["prune", "--keep", "0"], "this would remove 1 run with 4 evaluations"),
        (["prune", "--keep", "0", "--json", "-"], "prune has no --json"),
        (["--keep", "1"], "--keep goes with prune"),
        (["last", "--yes", "--answers"], "--answers, --yes goes with prune"),
    ],
)
def test_what_makes_no_sense_is_refused(
    words: list[str], said: str, synterm: Synterm, make_project: MakeProject
) -> None:
    path = make_project()
    synterm("run", path, "--quiet")
    done = synterm("history", path, *words)
    assert done.code == 2
    assert said in done.err
    assert len(_runs(synterm, path)) == 1


def test_a_project_without_runs_says_how_to_make_one(synterm: Synterm, make_project: MakeProject) -> None:
    done = synterm("history", make_project())
    assert (done.code, done.out) == (0, "")
    assert "nothing was run yet" in done.err


def test_runs_of_the_last_days_stay(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    for _ in range(2):
        synterm("run", path, "--quiet")
    last, first = (run["id"] for run in _runs(synterm, path))
    with sqlite3.connect(str(path)) as db:
        db.execute("UPDATE runs SET started = '2020-01-01T00:00:00.000Z' WHERE id = ?", (first,))
    synterm("history", path, "prune", "--older-than", "30", "--yes")
    assert [run["id"] for run in _runs(synterm, path)] == [last]


def test_a_killed_run_goes_and_one_that_is_under_way_stays(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    for _ in range(2):
        synterm("run", path, "--quiet")
    last, first = (run["id"] for run in _runs(synterm, path))
    alive, killed = {"host": gethostname(), "pid": os.getpid()}, {"host": "elsewhere", "pid": 1}
    with sqlite3.connect(str(path)) as db:
        for run_id, process, started in ((first, killed, "2020-01-01T00:00:00.000Z"), (last, alive, None)):
            db.execute(
                "UPDATE runs SET status = 'running', config = json_patch(config, ?), started = coalesce(?, started) "
                "WHERE id = ?",
                (json.dumps(process), started, run_id),
            )
    refused = synterm("history", path, "prune", "--keep", "0", "--answers", "--yes")
    assert (refused.code, "a run is under way" in refused.err) == (2, True)
    synterm("history", path, "prune", "--keep", "0", "--yes")
    assert [run["id"] for run in _runs(synterm, path)] == [last]


def test_the_number_of_an_answer_that_went_is_never_given_again(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    synterm("run", path, "--quiet")
    with Project.open(path) as project:
        before = project.responses.last_pk()
        removed = project.pruning.prune([run.id for run in project.runs.all()], answers=True).result()
        assert removed.answers == before - 1
    synterm("run", path, "--prompt", "router@v1", "--quiet")
    with Project.open(path) as project:
        named = [done.stored for done in project.runs.recorded(project.runs.all()[-1].id)]
        assert min(number for number in named if number) > before


def test_a_pinned_run_is_not_removed_whoever_asks(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    synterm("run", path, "--quiet")
    [run] = _runs(synterm, path)
    _pin(path, run["id"])
    with Project.open(path) as project, pytest.raises(ProjectError, match="it is pinned as the baseline 'main'"):
        project.pruning.prune([run["id"]], answers=False).result()
