"""What checks found about judged answers; and results of checks with and without a judge."""

from __future__ import annotations

from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult, Evaluation
from synterm.core.review import Review, output_id
from synterm.storage.grades import grade_text, read_grade
from synterm.storage.project import Project
from synterm.storage.received import Received
from tests.storage.conftest import MakeTask

BEFORE = '{"type":"label","passed":true,"score":1.0,"reason":"found a","error":null,"label":"a","expected_label":"a"}'


def test_a_result_from_before_there_were_judges_is_read_and_written_as_ever() -> None:
    found = read_grade(BEFORE)
    assert found == CheckResult("label", True, 1.0, "found a", label="a", expected_label="a", judge=None)
    assert grade_text(found) == BEFORE, "another text would be another row for the same result"


def test_a_result_keeps_its_judge() -> None:
    found = CheckResult("rubric", False, 0.25, "too curt", judge="gpt-4o@2024-08-06 · 3f2a")
    assert read_grade(grade_text(found)) == found


def test_a_result_keeps_how_far_judgements_agreed_also_in_a_set() -> None:
    part = CheckResult("rubric", True, 0.75, "fine", judge="a", metric="polite", agreed=2 / 3)
    found = CheckResult("assert-set", True, 0.75, "1 check passed", parts=(part,))
    assert read_grade(grade_text(found)) == found
    assert found.agreements == (2 / 3,)


def test_what_checks_found_comes_with_the_answer_it_is_about(project: Project, make_task: MakeTask) -> None:
    judged, other = make_task("judged"), make_task("never judged")
    checks = (CheckResult("rubric", False, 0.0, "no", judge="a"),)
    received = [Received(task, Completion(Outcome.COMPLETE, "yes ")) for task in (judged, other)]
    pks = project.responses.add_all(received).result()
    run_id = project.runs.start({}, who="", git_commit=None).result()
    for task, pk in zip((judged, other), pks, strict=True):
        assert isinstance(pk, int)
        completion = Completion(Outcome.COMPLETE, "yes ", stored=pk)
        project.runs.add(run_id, [Evaluation(task, completion, checks, False, 0.0)]).result()
    project.reviews.put(Review(judged.content_id, output_id("yes"), True, "ann")).result()
    [found] = project.graded.of_reviewed()
    assert (found.subject, found.root_id) == ((judged.content_id, output_id("yes")), judged.case.root_id)
    assert (found.checks, found.passed) == (checks, False)
    assert list(project.graded.of_reviewed("feedback")) == []
