from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult, Evaluation
from synterm.errors import ProjectError
from synterm.storage.connect import connect
from synterm.storage.project import Project
from tests.storage.conftest import MakeTask


def evaluations(path: Path) -> list[dict[str, Any]]:
    db = connect(path, read_only=True)
    found = list(db.query("SELECT * FROM evaluations ORDER BY pk"))
    db.close()
    return found


def test_a_run_comes_back_as_it_was_recorded(project: Project) -> None:
    config = {"variants": [{"prompt": "router", "model": "ü"}], "cases": 3}
    run_id = project.runs.start(config, who="somebody", git_commit="0123abc").result()
    [begun] = project.runs.all()
    assert (begun.id, begun.status, begun.ended, begun.totals) == (run_id, "running", None, {})
    assert project.runs.finish(run_id, "complete", {"passed": 2, "wall_s": 0.5}).result() == 1
    [ended] = project.runs.all()
    assert replace(ended, status="running", ended=None, totals={}) == begun
    assert (ended.status, ended.totals, ended.config, ended.who, ended.git_commit) == (
        "complete",
        {"passed": 2, "wall_s": 0.5},
        config,
        "somebody",
        "0123abc",
    )
    assert ended.ended and ended.started <= ended.ended


def test_runs_stand_in_the_order_they_began(project: Project) -> None:
    made = [project.runs.start({}, who="", git_commit=None).result() for _ in range(5)]
    assert [run.id for run in project.runs.all()] == made


def test_evaluations_are_recorded_with_all_that_was_found(project: Project, path: Path, make_task: MakeTask) -> None:
    run_id = project.runs.start({}, who="", git_commit=None).result()
    task = make_task()
    completion = Completion(Outcome.COMPLETE, "out of scope")
    stored = project.responses.add(task, completion).result()
    checks = (
        CheckResult("label", False, 0.0, "found ü", label="ü", expected_label="a"),
        CheckResult.abstain("contains", "can't"),
    )
    judged = Evaluation(task, replace(completion, stored=stored, cached=True), checks, False, 0.25)
    failed = Evaluation(replace(task, repeat=1), Completion(Outcome.TIMED_OUT, error="no answer within 5 s"))
    assert project.runs.add(run_id, [judged, failed]).result() == 2
    rows = evaluations(path)
    assert [
        {key: row[key] for key in ("repeat", "response_pk", "passed", "score", "label", "outcome", "error", "cached")}
        for row in rows
    ] == [
        {
            "repeat": 0,
            "response_pk": stored,
            "passed": 0,
            "score": 0.25,
            "label": "ü",
            "outcome": "complete",
            "error": None,
            "cached": 1,
        },
        {
            "repeat": 1,
            "response_pk": None,
            "passed": None,
            "score": None,
            "label": None,
            "outcome": "timed out",
            "error": "no answer within 5 s",
            "cached": 0,
        },
    ]
    assert {(row["run_id"], row["case_id"], row["content_id"], row["body_id"], row["model_name"]) for row in rows} == {
        (run_id, task.case.id, task.case.content_id, task.variant.body.id, "stub")
    }
    found = [CheckResult(**check) for check in json.loads(rows[0]["checks"])]
    assert tuple(found) == checks


def test_an_evaluation_that_is_recorded_again_is_replaced(project: Project, path: Path, make_task: MakeTask) -> None:
    run_id = project.runs.start({}, who="", git_commit=None).result()
    first = Evaluation(make_task(), Completion(Outcome.TIMED_OUT, error="no answer"))
    again = replace(first, completion=Completion(Outcome.COMPLETE, "text"), passed=True, score=1.0)
    project.runs.add(run_id, [first]).result()
    project.runs.add(run_id, [again]).result()
    assert [(row["passed"], row["outcome"]) for row in evaluations(path)] == [(1, "complete")]


def test_half_a_surrogate_pair_costs_no_evaluation(project: Project, path: Path, make_task: MakeTask) -> None:
    run_id = project.runs.start({}, who="", git_commit=None).result()
    found = CheckResult("plugin", None, None, "a\ud800", error="b\ud800", label="c\udfff")
    project.runs.add(run_id, [Evaluation(make_task(), Completion(Outcome.COMPLETE, "x"), (found,))]).result()
    [row] = evaluations(path)
    assert (row["error"], row["label"]) == ("b\ufffd", "c\ufffd")
    assert json.loads(row["checks"])[0]["reason"] == "a\ufffd"


def test_an_evaluation_belongs_to_a_run(project: Project, make_task: MakeTask) -> None:
    with pytest.raises(ProjectError, match="does not have"):
        project.runs.add("no run", [Evaluation(make_task(), Completion(Outcome.COMPLETE, "x"))]).result()
