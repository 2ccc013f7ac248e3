from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult, Evaluation, Task, Variant
from synterm.core.model import ModelSpec
from synterm.errors import ProjectError
from synterm.storage import connect
from synterm.storage.connect import APPLICATION_ID
from synterm.storage.migrations import SCHEMA_VERSION
from synterm.storage.project import Project
from tests.storage.conftest import Files, Start

SPEC = ModelSpec(name="stub", model="openai/stub")


def test_a_closed_project_is_one_file_for_its_owner_only(path: Path, files: Files) -> None:
    with Project.create(path, "a project") as project:
        project.models.put(SPEC).result()
    assert files() == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_stands_beside_an_open_project_is_for_its_owner_only(project: Project, path: Path) -> None:
    project.models.put(SPEC).result()
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


def test_everything_is_there_again(path: Path) -> None:
    with Project.create(path, "routing · Ü") as project:
        project.models.put(SPEC).result()
        made = project.id
    with Project.open(path) as again:
        assert (again.id, again.name, again.models.all()) == (made, "routing · Ü", [SPEC])


def test_closing_twice_is_closing_once(path: Path, files: Files) -> None:
    project = Project.create(path, "a project")
    project.close()
    project.close()
    assert files() == [path.name]


@pytest.mark.parametrize("name", ["with space.db", "100%.db", "what?.db", "a#b.db", "ünï.db", "file:x?mode=ro.db"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    Project.create(tmp_path / name, "a project").close()
    with Project.open(tmp_path / name) as project:
        assert project.name == "a project"
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_path_is_taken_from_where_one_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    Project.create(Path("project.db"), "a project").close()
    with Project.open(path) as project:
        assert project.name == "a project"


def test_an_existing_file_is_not_touched(path: Path) -> None:
    path.write_text("a diary")
    with pytest.raises(ProjectError, match="already") as refusal:
        Project.create(path, "a project")
    assert (refusal.value.where, path.read_text()) == (str(path), "a diary")
    assert refusal.value.hint


def test_a_link_that_leads_nowhere_is_not_followed(path: Path) -> None:
    path.symlink_to(path.with_name("elsewhere.db"))
    with pytest.raises(ProjectError, match="already"):
        Project.create(path, "a project")
    assert not path.exists()


def test_a_file_that_can_not_be_made_leaves_nothing(path: Path, files: Files) -> None:
    with pytest.raises(ProjectError, match="No such file") as refusal:
        Project.create(path.parent / "missing" / "project.db", "a project")
    assert refusal.value.hint
    assert files() == []


def test_what_fails_half_way_leaves_nothing(path: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synterm.storage.connect.APPLICATION_ID", 0)
    with pytest.raises(ProjectError, match="not a synterm project"):
        Project.create(path, "a project")
    assert files() == []


def test_a_log_that_a_removed_project_left_is_not_taken_for_its_own(path: Path, files: Files) -> None:
    for ending in ("-wal", "-journal"):
        path.with_name(path.name + ending).write_bytes(b"\x37\x7f\x06\x82" + bytes(5000))
    with Project.create(path, "a project") as project:
        project.models.put(SPEC).result()
    assert files() == [path.name]


def test_steps_of_the_schema_are_named_and_recorded(path: Path) -> None:
    Project.create(path, "a project").close()
    db = connect.connect(path, read_only=True)
    steps = db.execute("SELECT migration_set, name FROM _sqlite_migrations").fetchall()
    assert steps[0] == ("synterm", "0001_first")
    assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    db.close()


def _no_database(path: Path) -> None:
    path.write_text("name: meeting router\n" * 100)


def _empty(path: Path) -> None:
    path.touch()


def _foreign(path: Path) -> None:
    _change(path, "CREATE TABLE songs (title)")


def _folder(path: Path) -> None:
    path.mkdir()


def _missing(_path: Path) -> None:
    return


def _link_in_a_circle(path: Path) -> None:
    path.symlink_to(path)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_no_database, "not a project file"),
        (_empty, "not a synterm project"),
        (_foreign, "not a synterm project"),
        (_folder, "not a file"),
        (_missing, "no such project file"),
        (_link_in_a_circle, "symbolic links"),
        (_pipe, "not a file"),
    ],
)
def test_what_is_no_project_is_refused_in_words(
    path: Path, files: Files, make: Callable[[Path], None], says: str
) -> None:
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(ProjectError, match=says) as refusal:
        Project.open(path)
    assert refusal.value.where == str(path)
    assert refusal.value.hint
    assert before is None or path.read_bytes() == before
    assert len(files()) <= 1


@pytest.mark.parametrize("change", ["DELETE FROM meta", "DROP TABLE meta"])
def test_a_project_without_its_name_is_damaged(path: Path, change: str) -> None:
    Project.create(path, "a project").close()
    _change(path, change)
    with pytest.raises(ProjectError, match="damaged") as refusal, Project.open(path) as project:
        assert project.name
    assert (refusal.value.where, bool(refusal.value.hint)) == (str(path), True)


def test_a_file_that_was_cut_off_is_damaged(path: Path) -> None:
    Project.create(path, "a project").close()
    os.truncate(path, 8192)
    with pytest.raises(ProjectError, match="damaged") as refusal, Project.open(path) as project:
        project.cases.keys()
    assert refusal.value.hint


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE models SET spec = '{'", "a model"),
        ("UPDATE prompts SET draft = '{}'", "a prompt"),
        ("UPDATE nodes SET gates = '[{\"min_pass_rate\": 7}]'", "a node"),
        ("UPDATE nodes SET parent_id = (SELECT id FROM nodes WHERE level = 'scenario')", "the tree"),
        ("UPDATE nodes SET parent_id = NULL", "the tree"),
        ("UPDATE nodes SET parent_id = 'nowhere' WHERE level = 'feature'", "the tree"),
        ("UPDATE cases SET tags = 'x'", "a case"),
        ("UPDATE contents SET input = '[]'", "a case"),
        ("UPDATE cases SET tags = '\"ab\"'", "a case"),
        ("UPDATE cases SET origin = '[]'", "a case"),
        ("UPDATE contents SET expected = ''", "a case"),
        ("UPDATE runs SET config = ''", "a run"),
        ("UPDATE evaluations SET outcome = 'fine'", "an evaluation"),
        ("UPDATE evaluations SET grades = '[7]'", "an evaluation"),
        ("UPDATE evaluations SET grades = '7'", "an evaluation"),
        ("UPDATE grades SET body = '{}'", "an evaluation"),
    ],
)
def test_a_row_that_synterm_never_wrote_is_named(make_project: Callable[..., Path], change: str, says: str) -> None:
    file = make_project()
    with Project.open(file) as project:
        _record_one(project)
    _change(file, change)
    with Project.open(file) as project, pytest.raises(ProjectError, match=f"{says}.* damaged") as refusal:
        _read_all(project)
    assert refusal.value.where == str(file)


def test_a_content_that_synterm_never_wrote_damages_its_evaluations_too(make_project: Callable[..., Path]) -> None:
    file = make_project()
    with Project.open(file) as project:
        _record_one(project)
    _change(file, "UPDATE contents SET input = '[]'")
    with Project.open(file) as project, pytest.raises(ProjectError, match="an evaluation in the file is damaged"):
        list(project.runs.recorded(project.runs.all()[0].id))


def test_a_file_that_another_program_locks_is_waited_for_and_then_refused(
    path: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    Project.create(path, "a project").close()
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.05)
    process = start("lock", path, "EXCLUSIVE")
    assert process.stdout and process.stdout.readline() == "locked\n"
    with pytest.raises(ProjectError, match="another program keeps the file locked") as refusal:
        Project.open(path)
    assert refusal.value.where == str(path)
    assert refusal.value.hint == "close the other program, then try again"
    process.communicate()
    with Project.open(path) as project:
        assert project.name == "a project"


def test_writing_waits_for_another_program_and_then_fails_in_words(
    path: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.05)
    with Project.create(path, "a project") as project:
        process = start("lock", path, "IMMEDIATE")
        assert process.stdout and process.stdout.readline() == "locked\n"
        with pytest.raises(ProjectError, match="locked"):
            project.models.put(SPEC).result()
        assert project.models.all() == []
        process.communicate()
        project.models.put(SPEC).result()
        assert project.models.all() == [SPEC]


def test_reading_a_closed_project_is_refused_in_words(path: Path) -> None:
    project = Project.create(path, "a project")
    cases = project.cases
    project.close()
    with pytest.raises(ProjectError, match="the project is closed"):
        cases.keys()
    with pytest.raises(ProjectError, match="the project is closed"):
        cases.put([])


def _change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute(statement)
    connection.commit()
    connection.close()


def _record_one(project: Project) -> None:
    case = next(iter(project.cases.listing()))
    [version, *_] = project.prompts.all()[0].versions
    task = Task(case, Variant("router", "v1", version.body, project.models.all()[0]))
    done = Evaluation(task, Completion(Outcome.COMPLETE, "x"), (CheckResult("label", True, 1.0, "fine"),), True, 1.0)
    project.runs.add(project.runs.start({}, who="somebody", git_commit=None).result(), [done]).result()


def _read_all(project: Project) -> None:
    project.models.all()
    project.prompts.all()
    project.nodes.tree()
    list(project.cases.listing())
    for run in project.runs.all():
        list(project.runs.recorded(run.id))
