"""What a person calls a side of a comparison."""

from __future__ import annotations

from pathlib import Path

import pytest

from synterm.errors import NotFoundError, ProjectError, UsageError
from synterm.evaluate.compare.names import resolve
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.recording import record_run


@pytest.fixture
def path(make_project: MakeProject) -> Path:
    """A project with three complete runs: of version 1, of version 2, and of both."""
    made = make_project()
    for versions in (("@v1",), ("@v2",), ("@v1", "@v2")):
        record_run(made, *(word for version in versions for word in ("--prompt", f"router{version}")))
    return made


def runs_of(path: Path) -> list[str]:
    with Project.look(path) as project:
        return [run.id for run in project.runs.all()]


def found(path: Path, text: str) -> tuple[list[str], int | None]:
    """The ids of the runs, and how many variants."""
    with Project.look(path) as project, resolve(project, text) as side:
        assert side.name == text
        return [run.id for run in side.each], None if side.variants is None else len(side.variants)


def test_runs_by_id_by_their_end_and_counted_back(path: Path) -> None:
    first, second, third = runs_of(path)
    for text in (first, first[-8:], first[-6:].lower(), "last-2"):
        assert found(path, text) == ([first], None)
    assert found(path, "last") == ([third], None)
    assert found(path, "last-1") == ([second], None)


def test_versions_and_models_in_the_newest_run_that_has_them(path: Path) -> None:
    _, _, third = runs_of(path)
    for text in ("router@v1", "router@1", "@v2"):
        assert found(path, text) == ([third], 1)
    assert found(path, "rules") == ([third], 2)
    record_run(path, "--prompt", "router@v2")
    *_, newest = runs_of(path)
    assert found(path, "router@v2") == ([newest], 1)
    assert found(path, "@v1") == ([third], 1)


def test_a_draft_that_was_kept_since_is_the_version_that_says_the_same(make_project: MakeProject) -> None:
    path = make_project()
    with Project.open(path) as project:
        prompt = project.prompts.get("router")
        body = prompt.draft.model_copy(update={"params": {"max_tokens": 7}})
        project.prompts.save_draft(prompt.id, body).result()
    record_run(path, "--prompt", "router@draft")
    with Project.open(path) as project:
        number = project.prompts.keep(prompt.id, body).result()
    record_run(path, "--prompt", "router@v1")
    first, _ = runs_of(path)
    assert found(path, "router@draft") == ([first], 1)
    assert found(path, f"router@v{number}") == ([first], 1)


def test_a_baseline_comes_before_all_else_and_may_have_several_runs(path: Path) -> None:
    first, second, _ = runs_of(path)
    with Project.open(path) as project:
        scenario = project.nodes.tree().scenarios()[0].id
        project.baselines.set("rules", first, who="").result()
        project.baselines.set("rules", second, [scenario], who="").result()
        with resolve(project, "rules") as side:
            assert {key: run.id for key, run in side.runs.items()} == {"": first, scenario: second}
            assert side.variants is None and side.main and side.main.id == first


def test_only_complete_runs_are_counted_but_any_can_be_named(path: Path) -> None:
    *_, third = runs_of(path)
    with Project.open(path) as project:
        cut = project.runs.start({}, who="", git_commit=None).result()
    assert found(path, "last") == ([third], None)
    assert found(path, cut) == ([cut], None)


def test_another_file_is_opened_to_read_and_closed_again(path: Path, make_project: MakeProject) -> None:
    empty = make_project(name="empty.db")
    with Project.look(empty) as project:
        side = resolve(project, str(path))
        assert side.main and side.main.id == runs_of(path)[-1]
        assert side.project.read_only
        side.close()
        with pytest.raises(ProjectError):
            side.project.runs.all()
        with pytest.raises(NotFoundError, match="no complete run"):
            resolve(project, str(empty))
        with pytest.raises(ProjectError, match="no such project file"):
            resolve(project, "gone.db")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("mian", "nothing to compare with is called 'mian'", "did you mean main?"),
        ("router@v9", "no complete run has router@v9", "did you mean router@v"),
        ("rotuer@v1", "nothing to compare with is called 'rotuer@v1'", "did you mean router@v1"),
        ("@v9", "no complete run has @v9", "did you mean @v"),
        ("last-9", "there are not so many complete runs", "synterm run"),
        ("router@", "nothing to compare with", "did you mean router@v"),
        ("ABCDEF", "nothing to compare with", "known:"),
        ("%%%%%%", "nothing to compare with", "known:"),
    ],
)
def test_what_is_not_there_is_told_with_what_is_near(path: Path, text: str, message: str, hint: str) -> None:
    with Project.open(path) as project:
        project.baselines.set("main", runs_of(path)[0], who="").result()
        with pytest.raises(NotFoundError, match=message) as refusal:
            resolve(project, text)
    assert hint in (refusal.value.hint or "")


def test_an_end_that_two_runs_have_is_none(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = iter(["01KA0B5T7XW4ZQ9Y8V6CABCDEF", "01KA0B5T7XW4ZQ9Y8V7CABCDEF"])
    monkeypatch.setattr("synterm.storage.runs.new_id", lambda: next(ids))
    with Project.open(path) as project:
        for _ in range(2):
            project.runs.start({}, who="", git_commit=None).result()
        with pytest.raises(UsageError, match="several runs"):
            resolve(project, "ABCDEF")


def test_a_model_that_no_run_has_says_so(path: Path) -> None:
    with Project.open(path) as project:
        spec = project.models.get("rules")
        project.models.put(spec.model_copy(update={"name": "fresh"})).result()
        with pytest.raises(NotFoundError, match="no complete run has the model fresh"):
            resolve(project, "fresh")
