from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from synterm.core.completion import Completion, Outcome, Usage, failed_call
from synterm.core.evaluation import CheckResult, Evaluation
from synterm.errors import ProjectError
from synterm.storage.connect import connect
from synterm.storage.project import Project
from synterm.storage.recorded import Recorded
from tests.storage.conftest import MakeCase, MakeTask, put


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


def test_evaluations_come_back_with_all_that_was_found(
    project: Project, make_case: MakeCase, make_task: MakeTask
) -> None:
    run_id = project.runs.start({}, who="", git_commit=None).result()
    case = make_case("good", expected={"route": "a"}, root_id="another")
    project.cases.put([case]).result()
    task = replace(make_task(), case=case)
    completion = Completion(Outcome.COMPLETE, "out of scope", usage=Usage(12, None), cost_usd=0.25, latency_ms=412.5)
    stored = put(project, task, completion)
    checks = (
        CheckResult("label", False, 0.0, "found ü", label="ü", expected_label="a"),
        CheckResult.abstain("contains", "can't"),
    )
    judged = Evaluation(task, replace(completion, stored=stored, cached=True, hint="none"), checks, False, 0.25)
    failed = Evaluation(replace(task, repeat=1), failed_call(Outcome.TIMED_OUT, "no answer within 5 s", "wait longer"))
    assert project.runs.add(run_id, [judged, failed]).result() == 2
    shared: dict[str, Any] = {
        "case_id": case.id,
        "root_id": "another",
        "scenario_id": case.scenario_id,
        "input": {"message": "good"},
        "expected": {"route": "a"},
        "prompt": "prompt",
        "version": "draft",
        "body_id": task.variant.body.id,
        "model_name": "stub",
    }
    first, second = project.runs.recorded(run_id)
    assert first == Recorded(
        **shared,
        repeat=0,
        outcome=Outcome.COMPLETE,
        text="out of scope",
        checks=checks,
        passed=False,
        score=0.25,
        label="ü",
        error=None,
        hint=None,
        cached=True,
        latency_ms=412.5,
        cost_usd=0.25,
        usage=Usage(12, None),
        stored=first.stored,
    )
    assert first.stored is not None
    assert project.responses.texts([first.stored]) == {first.stored: "out of scope"}
    assert second == Recorded(
        **shared,
        repeat=1,
        outcome=Outcome.TIMED_OUT,
        text="",
        checks=(),
        passed=None,
        score=None,
        label=None,
        error="no answer within 5 s",
        hint="wait longer",
        cached=False,
        latency_ms=None,
        cost_usd=None,
        usage=Usage(),
    )


def test_an_evaluation_that_is_recorded_again_is_replaced(project: Project, make_task: MakeTask) -> None:
    run_id = project.runs.start({}, who="", git_commit=None).result()
    first = Evaluation(make_task(), Completion(Outcome.TIMED_OUT, error="no answer"))
    again = replace(first, completion=Completion(Outcome.COMPLETE, "text"), passed=True, score=1.0)
    project.runs.add(run_id, [first]).result()
    project.runs.add(run_id, [again]).result()
    assert [(done.passed, done.outcome) for done in project.runs.recorded(run_id)] == [(True, Outcome.COMPLETE)]


def test_half_a_surrogate_pair_costs_no_evaluation(project: Project, make_task: MakeTask) -> None:
    run_id = project.runs.start({}, who="", git_commit=None).result()
    found = CheckResult("plugin", None, None, "a\ud800", error="b\ud800", label="c\udfff")
    project.runs.add(run_id, [Evaluation(make_task(), Completion(Outcome.COMPLETE, "x"), (found,))]).result()
    [done] = project.runs.recorded(run_id)
    assert (done.error, done.label, done.checks[0].reason) == ("b\ufffd", "c\ufffd", "a\ufffd")


def test_evaluations_come_by_column_case_and_repeat_however_they_were_made(
    project: Project, make_task: MakeTask
) -> None:
    run_id = project.runs.start({}, who="", git_commit=None).result()
    columns = [make_task(model=model) for model in ("z", "a")]
    made = [
        Evaluation(
            replace(task, repeat=repeat, case=task.case.model_copy(update={"id": f"{number:04}"})),
            Completion(Outcome.COMPLETE, "x"),
        )
        for number in range(700)
        for task in columns
        for repeat in (1, 0)
    ]
    for start in range(0, len(made), 900):
        project.runs.add(run_id, made[start : start + 900]).result()
    found = [(done.model_name, done.case_id, done.repeat) for done in project.runs.recorded(run_id)]
    assert found == [
        (model, f"{number:04}", repeat) for model in ("z", "a") for number in range(700) for repeat in (0, 1)
    ]
    assert list(project.runs.recorded("another run")) == []


def test_equal_results_of_checks_are_kept_once(project: Project, path: Path, make_task: MakeTask) -> None:
    run_id = project.runs.start({}, who="", git_commit=None).result()
    found = [CheckResult("label", True, 1.0, f"reason {number}") for number in range(5)]
    task = make_task()
    made = [
        Evaluation(replace(task, repeat=repeat), Completion(Outcome.COMPLETE, "x"), (found[repeat % 5], found[0]))
        for repeat in range(100)
    ]
    with Project.open(path) as another:
        # Two processes that do not know what the other has written.
        another.runs.add(run_id, made[:50]).result()
        project.runs.add(run_id, made[50:]).result()
    assert [done.checks for done in project.runs.recorded(run_id)] == [done.checks for done in made]
    db = connect(path, read_only=True)
    assert db.execute("SELECT count(*) FROM grades").fetchone() == (5,)
    db.close()


def test_results_that_were_taken_back_are_written_again(project: Project, make_task: MakeTask) -> None:
    found = CheckResult("label", True, 1.0, "a reason")
    done = Evaluation(make_task(), Completion(Outcome.COMPLETE, "x"), (found,))
    unstorable = Evaluation(make_task(), Completion(Outcome.COMPLETE, "x", stored=2**70), (found,))
    run_id = project.runs.start({}, who="", git_commit=None).result()
    with pytest.raises(TypeError):
        project.runs.add(run_id, [done, unstorable]).result()
    assert list(project.runs.recorded(run_id)) == []
    project.runs.add(run_id, [done]).result()
    assert [again.checks for again in project.runs.recorded(run_id)] == [(found,)]


def test_the_last_run_of_a_plan_is_found(project: Project) -> None:
    runs = [
        project.runs.start(config, who="", git_commit=None).result() for config in ({"plan": "a"}, {"plan": "b"}, {})
    ]
    again = project.runs.start({"plan": "a", "cases": 3}, who="", git_commit=None).result()
    found = project.runs.last_like("a")
    assert found and (found.id, found.config) == (again, {"plan": "a", "cases": 3})
    other = project.runs.last_like("b")
    assert other and other.id == runs[1]
    assert project.runs.last_like("c") is None


def test_an_evaluation_belongs_to_a_run(project: Project, make_task: MakeTask) -> None:
    with pytest.raises(ProjectError, match="does not have"):
        project.runs.add("no run", [Evaluation(make_task(), Completion(Outcome.COMPLETE, "x"))]).result()
