"""Project files that can only be looked at."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from synterm.core.completion import Completion, Outcome
from synterm.core.model import ModelSpec
from synterm.errors import ProjectError
from synterm.storage import connect
from synterm.storage.project import Project
from synterm.storage.received import Received
from tests.storage.conftest import Files, MakeTask

SPEC = ModelSpec(name="stub", model="openai/stub")
Shut = Callable[[Path], None]


@pytest.fixture
def closed(path: Path) -> Path:
    """A project file with a model."""
    with Project.create(path, "a project") as project:
        project.models.put(SPEC).result()
    return path


@pytest.fixture
def shut(monkeypatch: pytest.MonkeyPatch) -> Shut:
    """Makes a file or folder one that may not be written, also for the superuser, as far as synterm asks."""

    def make(place: Path) -> None:
        def may_write(asked: Path) -> bool:
            return asked != place.resolve() and os.access(asked, os.W_OK)

        monkeypatch.setattr(connect, "may_write", may_write)

    return make


@pytest.fixture(params=["file", "folder"])
def viewed(request: pytest.FixtureRequest, closed: Path, shut: Shut) -> Path:
    """A project file that is read-only, or stands in a folder that is."""
    shut(closed if request.param == "file" else closed.parent)
    return closed


def test_what_can_not_be_written_can_be_looked_at(viewed: Path, files: Files) -> None:
    before = viewed.read_bytes()
    with Project.open(viewed) as project:
        assert project.read_only
        assert (project.name, project.models.all()) == ("a project", [SPEC])
        assert project.cases.input_names().result() == frozenset()
        assert files() == [viewed.name]
    assert (viewed.read_bytes(), files()) == (before, [viewed.name])


def test_writing_to_what_is_read_only_fails_in_words(viewed: Path, make_task: MakeTask) -> None:
    with Project.open(viewed) as project:
        refused = [
            project.models.put(SPEC),
            project.responses.add_all([Received(make_task(), Completion(Outcome.COMPLETE, "text"))]),
            project.runs.start({}, who="", git_commit=None),
            project.spending.reserve("2026-01-31", 0.5, None),
        ]
        for future in refused:
            with pytest.raises(ProjectError, match="read-only") as refusal:
                future.result()
            assert refusal.value.where == str(viewed)
            assert refusal.value.hint and "copy" in refusal.value.hint
        assert project.models.all() == [SPEC]


def test_a_file_that_another_process_writes_can_be_looked_at(closed: Path, shut: Shut) -> None:
    with Project.open(closed) as writing:
        shut(closed)
        with Project.open(closed) as viewing:
            other = ModelSpec(name="other", model="openai/stub")
            writing.models.put(other).result()
            assert viewing.models.all() == [SPEC, other]
            assert (viewing.read_only, writing.read_only) == (True, False)


def test_a_file_in_a_shut_folder_that_was_left_with_a_log_is_read_with_it(closed: Path, shut: Shut) -> None:
    left = closed.with_name("left.db")
    with Project.open(closed) as writing:
        writing.models.put(ModelSpec(name="in the log", model="openai/stub")).result()
        for ending in ("", "-wal"):
            left.with_name(left.name + ending).write_bytes(closed.with_name(closed.name + ending).read_bytes())
    shut(left.parent)
    with Project.open(left) as project:
        assert [spec.name for spec in project.models.all()] == ["stub", "in the log"]


def test_a_file_that_was_closed_by_another_program_needs_no_log_to_be_read(closed: Path, shut: Shut) -> None:
    connection = sqlite3.connect(closed)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    shut(closed.parent)
    with Project.open(closed) as project:
        assert project.models.all() == [SPEC]
    assert [file.name for file in closed.parent.iterdir()] == [closed.name]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_the_permissions_of_a_file_are_obeyed(closed: Path) -> None:
    closed.chmod(0o400)
    with Project.open(closed) as project:
        assert project.read_only
        assert project.models.all() == [SPEC]
