"""Human verdicts in the project file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from synterm.core.ids import content_id
from synterm.core.review import Review, output_id
from synterm.storage import connect
from synterm.storage.migrations import migrations
from synterm.storage.project import Project


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
    with Project.create(path, "old"):
        pass
    db = connect.connect(path)
    db.conn.execute("DROP TABLE reviews")
    db.conn.execute(f"DELETE FROM {migrations.migrations_table} WHERE name = '0004_reviews'")
    db.conn.execute("PRAGMA user_version = 2")
    db.conn.close()
    with Project.open(path) as project:
        project.reviews.put(review()).result()
        assert project.reviews.counts() == {"ann": (1, 0)}
