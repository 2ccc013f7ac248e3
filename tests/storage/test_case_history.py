"""What recorded runs found about one case."""

from __future__ import annotations

from dataclasses import replace

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import Evaluation
from synterm.storage.project import Project
from synterm.storage.runs import _OF_CASE  # pyright: ignore[reportPrivateUsage]
from tests.storage.conftest import MakeCase, MakeTask, put


def test_the_newest_run_comes_first_with_its_answer(project: Project, make_case: MakeCase, make_task: MakeTask) -> None:
    case, other = make_case("one"), make_case("two")
    task = replace(make_task(), case=case)
    stored = put(project, task, Completion(Outcome.COMPLETE, "x" * 1000))
    answered = Evaluation(task, Completion(Outcome.COMPLETE, "x" * 1000, stored=stored), passed=True)
    failed = Evaluation(task, failed_call(Outcome.TIMED_OUT, "no answer within 5 s"))
    runs: list[str] = []
    for evaluation in (answered, failed):
        runs.append(project.runs.start({}, who="", git_commit=None).result())
        project.runs.add(runs[-1], [evaluation, Evaluation(replace(task, case=other), evaluation.completion)]).result()
    newest, oldest = project.runs.of_case(case.id)
    assert (newest.run_id, newest.passed, newest.answer, newest.error) == (runs[1], None, "", "no answer within 5 s")
    assert (oldest.run_id, oldest.passed, oldest.answer) == (runs[0], True, "x" * 400)
    assert (oldest.prompt, oldest.version, oldest.model_name, oldest.repeat) == ("prompt", "draft", "stub", 0)
    assert [past.run_id for past in project.runs.of_case(case.id, limit=1)] == runs[1:]
    assert project.runs.of_case("nobody") == []


def test_the_history_of_a_case_is_found_by_index(project: Project) -> None:
    plan = project._db.conn.execute(f"EXPLAIN QUERY PLAN {_OF_CASE}", ("c", 50)).fetchall()
    steps = [detail for *_, detail in plan]
    assert any("SEARCH done USING PRIMARY KEY (column_pk=? AND case_id=?)" in step for step in steps)
    assert not any(step.startswith("SCAN done") for step in steps)


def test_keys_and_ids_come_together_in_the_order_asked_for(project: Project, make_case: MakeCase) -> None:
    cases = [make_case("b", expected="x"), make_case("c", expected="w"), make_case("a", expected="x")]
    project.cases.put(cases).result()
    first, second, third = (case.id for case in cases)
    assert [key for key, _ in project.cases.keyed()] == project.cases.keys()
    assert [case_id for _, case_id in project.cases.keyed()] == [first, second, third]
    assert [case_id for _, case_id in project.cases.keyed(order="input")] == [third, first, second]
    assert [case_id for _, case_id in project.cases.keyed(order="expected")] == [second, first, third]
