"""Human verdicts in the project file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from synterm.core.completion import Completion, Outcome
from synterm.core.ids import content_id
from synterm.core.review import Review, output_id
from synterm.errors import ProjectError
from synterm.storage import connect
from synterm.storage.project import Project
from synterm.storage.received import Received
from tests.storage.conftest import MakeTask
from tests.support.older import older_file


def review(text: str = "clarify", passed: bool = True, who: str = "ann", note: str = "") -> Review:
    return Review(content_id("case", "some case"), output_id(text), passed, who, note)


def test_a_verdict_is_found_by_what_it_is_about(path: Path) -> None:
    given = replace(review(), note="fine ü", response_pk=7)
    with Project.create(path, "reviews") as project:
        project.reviews.put(given, review("schedule", passed=False)).result()
    with Project.open(path) as project:
        [[found]] = project.reviews.for_outputs([given.subject, ("00" * 32, "11" * 32)]).values()
        assert replace(found, created="", updated="") == given
        assert found.created == found.updated != ""
        assert project.reviews.counts() == {"ann": (1, 1)}


def test_the_same_person_says_something_else_and_the_first_date_stays(project: Project) -> None:
    first = review()
    project.reviews.put(first).result()
    [[kept]] = project.reviews.for_outputs([first.subject]).values()
    project.reviews.put(review(passed=False, note="no")).result()
    [[found]] = project.reviews.for_outputs([first.subject]).values()
    assert (found.passed, found.note, found.id, found.created) == (False, "no", first.id, kept.created)


def test_two_people_have_a_verdict_each(project: Project) -> None:
    ann, bob = review(), review(passed=False, who="bob")
    project.reviews.put(ann, bob).result()
    [found] = project.reviews.for_outputs([ann.subject]).values()
    assert {one.who: one.passed for one in found} == {"ann": True, "bob": False}


def test_a_verdict_is_taken_away(project: Project) -> None:
    given = review()
    project.reviews.put(given).result()
    assert project.reviews.remove(given.id).result() == 1
    assert project.reviews.for_outputs([given.subject]) == {}


def test_verdicts_are_read_page_by_page(project: Project) -> None:
    given = [review(f"answer {number}") for number in range(5)]
    project.reviews.put(*given).result()
    pages, after = list[str](), ""
    while page := project.reviews.page(after, limit=2):
        assert len(page) <= 2
        pages += [one.id for one in page]
        after = page[-1].id
    assert pages == [one.id for one in given]


def test_more_outputs_than_one_page_are_looked_up(project: Project) -> None:
    given = [review(f"answer {number}") for number in range(1200)]
    project.reviews.put(*given).result()
    assert len(project.reviews.for_outputs(one.subject for one in given)) == 1200


def test_a_file_from_before_there_were_reviews_gets_their_table(path: Path) -> None:
    older_file(path, 3).conn.close()
    with Project.open(path) as project:
        project.reviews.put(review()).result()
        assert project.reviews.counts() == {"ann": (1, 0)}


def test_verdicts_from_before_there_was_feedback_are_reviews(path: Path) -> None:
    given = review(note="kept")
    row = (given.id, *map(bytes.fromhex, given.subject), 7, 1, "kept", "ann", "2026-01-01", "2026-01-02")
    db = older_file(path, 4)
    db.conn.execute("INSERT INTO reviews VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    db.conn.close()
    with Project.open(path) as project:
        [found] = project.reviews.page()
    assert found == replace(given, response_pk=7, created="2026-01-01", updated="2026-01-02")
    assert (found.source, found.rating, found.answer) == ("review", None, None)


def test_what_a_user_says_is_not_mixed_up_with_what_the_same_person_says_as_reviewer(project: Project) -> None:
    mine = review()
    thumb = replace(review(passed=False), source="feedback", rating=2.0, answer="clarify")
    project.reviews.put(mine, thumb).result()
    assert [one.passed for one in project.reviews.for_outputs([mine.subject])[mine.subject]] == [True]
    [found] = project.reviews.for_outputs([mine.subject], "feedback")[mine.subject]
    assert (found.passed, found.rating, found.answer) == (False, 2.0, "clarify")
    assert (project.reviews.counts(), project.reviews.counts("feedback")) == ({"ann": (1, 0)}, {"ann": (0, 1)})


def test_verdicts_on_one_case_come_with_the_texts_that_they_are_about(project: Project) -> None:
    known, gone = replace(review("schedule"), answer="schedule"), review("clarify")
    project.reviews.put(known, gone).result()
    [(found, text)] = project.reviews.for_contents([known.content_id])
    assert (found.id, text) == (known.id, "schedule")


def test_a_verdict_finds_its_answer_when_the_answer_is_there(project: Project, make_task: MakeTask) -> None:
    task = make_task()
    early = Review(task.content_id, output_id("yes"), True, "ann", answer="yes ")
    late = Review(task.content_id, output_id("no"), True, "ann", answer="no")
    project.reviews.put(early, late).result()
    assert project.reviews.settle() == 2
    [pk] = project.responses.add_all([Received(task, Completion(Outcome.COMPLETE, "yes\n"))]).result()
    assert project.reviews.settle() == 1
    found = {one.output_id: one for one in project.reviews.all()}
    assert (found[early.output_id].response_pk, found[early.output_id].answer) == (pk, None)
    assert [one.output_id for one in project.reviews.unsettled()] == [late.output_id]


def test_a_source_that_synterm_never_wrote_is_damage(project: Project, path: Path) -> None:
    project.reviews.put(review()).result()
    db = connect.connect(path)
    db.conn.execute("PRAGMA ignore_check_constraints = ON")
    db.conn.execute("UPDATE reviews SET source = 'rumour'")
    db.conn.close()
    with pytest.raises(ProjectError, match="a review in the file is damaged"):
        project.reviews.page()
