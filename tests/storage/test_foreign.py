"""Project files that are read and never changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from synterm.core.prompt import Message, PromptBody
from synterm.errors import FileNotice, ProjectError
from synterm.storage import connect
from synterm.storage.connect import APPLICATION_ID
from synterm.storage.foreign import read_only
from synterm.storage.migrations import SCHEMA_VERSION, migrations
from synterm.storage.project import Project
from tests.storage.conftest import Files

BODY = PromptBody(messages=(Message(role="user", content="hello"),))


def older(path: Path) -> None:
    """A file of the second version, with one prompt."""
    db = connect.connect(path, create=True)
    migrations.apply(db, stop_before="0003_workbench")
    for sql, values in (
        (f"PRAGMA application_id = {APPLICATION_ID}", ()),
        ("PRAGMA user_version = 2", ()),
        ("INSERT INTO meta VALUES ('name', 'old'), ('id', 'x')", ()),
        ("INSERT INTO prompts VALUES ('p', 'greeter', ?, NULL, '')", (BODY.model_dump_json(),)),
    ):
        db.conn.execute(sql, values)
    db.conn.close()


@pytest.mark.parametrize("kind", ["current", "older"])
def test_it_is_read_and_nothing_is_written(path: Path, files: Files, kind: str) -> None:
    if kind == "older":
        older(path)
    else:
        with Project.create(path, "old") as made:
            made.prompts.add("greeter", [("", BODY)]).result()
    before = path.read_bytes()
    with read_only(path) as project:
        assert (project.name, [prompt.draft for prompt in project.prompts.all()]) == ("old", [BODY])
    assert (path.read_bytes(), files()) == (before, [path.name])


def test_what_another_program_has_just_written_is_read(path: Path) -> None:
    with Project.create(path, "busy") as made:
        made.prompts.add("greeter", [("", BODY)]).result()
        with read_only(path) as project:
            assert [prompt.name for prompt in project.prompts.all()] == ["greeter"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "there is no such project file"),
        (b"", "not a synterm project"),
        (b"SQLite format 3\x00" + b"\xff" * 4000, ""),
        (b"prompts: []" * 100, "not a project file"),
    ],
)
def test_what_is_no_project_is_refused_by_its_own_name(path: Path, content: bytes | None, said: str) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProjectError) as refused, read_only(path):
        pass
    assert refused.value.where == str(path)
    assert said in refused.value.message


def test_an_older_file_that_is_damaged_is_refused_by_its_own_name(path: Path) -> None:
    older(path)
    db = connect.connect(path)
    db.conn.execute("DROP TABLE prompt_versions")
    db.conn.close()
    with pytest.raises(ProjectError) as refused, read_only(path):
        pass
    assert refused.value.where == str(path)


def test_a_newer_file_is_read_and_told_of(path: Path) -> None:
    Project.create(path, "new").close()
    db = connect.connect(path)
    db.conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.conn.close()
    with pytest.warns(FileNotice, match=r"project\.db: made by a newer synterm"), read_only(path) as project:
        assert project.name == "new"
