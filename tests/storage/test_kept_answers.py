"""Which answers are served."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.completion import Completion, Outcome
from synterm.core.recipe import Recipe
from synterm.errors import ProjectError
from synterm.storage.connect import connect
from synterm.storage.project import Project
from synterm.storage.received import Received
from synterm.storage.responses import Kept
from tests.storage.conftest import MakeTask, put, rendered_task

ANSWER = Completion(Outcome.COMPLETE, "text")
EXAMPLES = itertools.count()
"""Each example has keys of its own, so that those before it do not count."""
KEPT = st.builds(Kept, st.booleans(), st.integers(0, 12), st.none() | st.integers(0, 12))


@pytest.fixture(scope="module")
def kept_project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with Project.create(tmp_path_factory.mktemp("kept") / "project.db", "a project") as project:
        yield project


def may_be_served(kept: Kept, outcome: Outcome, pk: int) -> bool:
    """The rule in plain words of Python."""
    if kept.resume_after is not None and pk > kept.resume_after and outcome.answered:
        return True
    good = outcome is Outcome.COMPLETE or (outcome is Outcome.TRUNCATED and kept.truncated)
    return good and pk > kept.newer_than


@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(Outcome), st.booleans()), max_size=12),
    kept=KEPT,
)
def test_lookups_serve_the_last_answer_that_is_kept(
    kept_project: Project, rows: list[tuple[int, Outcome, bool]], kept: Kept
) -> None:
    salt = next(EXAMPLES)
    recipe = Recipe({"example": salt})
    tasks = [replace(rendered_task(f"{salt} {number}"), recipe=recipe) for number in range(4)]
    start = kept_project.responses.last_pk()
    later = None if kept.resume_after is None else kept.resume_after + start
    kept = replace(kept, newer_than=kept.newer_than + start if kept.newer_than else 0, resume_after=later)
    received = [
        Received(tasks[number] if known else replace(tasks[number], recipe=None), Completion(outcome, str(place)))
        for place, (number, outcome, known) in enumerate(rows)
    ]
    pks = kept_project.responses.add_all(received).result()
    assert pks == list(range(start + 1, start + 1 + len(rows)))
    by_key: dict[int, tuple[int, str]] = {}
    by_shortcut: dict[int, tuple[int, str]] = {}
    for place, (number, outcome, known) in enumerate(rows):
        pk = start + 1 + place
        if may_be_served(kept, outcome, pk):
            by_key[number] = (pk, str(place))
            if known:
                by_shortcut[number] = (pk, str(place))
    keys = [task.request.key for task in tasks if task.request]
    shortcuts = [task.shortcut for task in tasks if task.shortcut]
    found = kept_project.responses.lookup(keys, kept)
    assert {keys.index(key): (one.stored, one.text) for key, one in found.items()} == by_key
    short = kept_project.responses.lookup_shortcuts(shortcuts, kept)
    assert {shortcuts.index(key): (one.stored, one.text) for key, one in short.items()} == by_shortcut


def test_how_often_it_was_tried_is_kept(project: Project, make_task: MakeTask) -> None:
    task = replace(make_task(), recipe=Recipe({}))
    put(project, task, replace(ANSWER, attempts=3))
    assert task.shortcut
    assert project.responses.lookup_shortcuts([task.shortcut])[task.shortcut].attempts == 3
    assert project.responses.lookup_shortcuts([]) == project.responses.lookup([]) == {}


def test_one_answer_that_can_not_be_kept_does_not_cost_the_others(project: Project, make_task: MakeTask) -> None:
    recipe = Recipe({"prompt": "p"})
    tasks = [replace(make_task(str(number)), recipe=recipe) for number in range(5)]
    received = [
        Received(task, replace(ANSWER, attempts=2**70 if place == 2 else 1)) for place, task in enumerate(tasks)
    ]
    kept = project.responses.add_all(received).result()
    assert [place for place, pk in enumerate(kept) if isinstance(pk, int)] == [0, 1, 3, 4]
    error = kept[2]
    assert isinstance(error, ProjectError)
    assert (error.where, bool(error.hint)) == (str(project.path), True)
    shortcuts = [task.shortcut for task in tasks if task.shortcut]
    assert set(project.responses.lookup_shortcuts(shortcuts)) == {*shortcuts[:2], *shortcuts[3:]}
    assert project.responses.asked_with(recipe.id) == 4


def test_a_recipe_is_kept_once_also_after_it_was_taken_back(project: Project, make_task: MakeTask) -> None:
    recipe = Recipe({"prompt": "p", "params": {"temperature": 0}})
    task = replace(make_task(), recipe=recipe)
    [error] = project.responses.add_all([Received(task, replace(ANSWER, attempts=2**70))]).result()
    assert isinstance(error, ProjectError)
    for _ in range(3):
        put(project, task, ANSWER)
    db = connect(project.path, read_only=True)
    assert db.execute("SELECT id, body FROM recipes").fetchall() == [(recipe.id, recipe.json.decode())]
    db.close()


def test_how_a_case_was_asked_before_is_known(project: Project, make_task: MakeTask) -> None:
    recipes = [Recipe({"params": {"temperature": number}}) for number in range(3)]
    task, other = make_task("hello"), make_task("another")
    first = put(project, replace(task, recipe=recipes[0]), Completion(Outcome.TIMED_OUT))
    second = put(project, replace(task, recipe=recipes[1]), replace(ANSWER, attempts=2))
    put(project, replace(other, recipe=recipes[1]), ANSWER)
    put(project, replace(task, recipe=None), ANSWER)
    asked = project.responses.recipes_for(task.case.content_id)
    assert [(one.recipe, one.outcome, one.pk, one.attempts) for one in asked] == [
        (recipes[1].body, Outcome.COMPLETE, second, 2),
        (recipes[0].body, Outcome.TIMED_OUT, first, 1),
    ]
    assert project.responses.recipes_for(task.case.content_id, limit=1) == asked[:1]
    assert [project.responses.asked_with(recipe.id) for recipe in recipes] == [1, 2, 0]
    assert project.responses.recipes_for("00" * 32) == []
