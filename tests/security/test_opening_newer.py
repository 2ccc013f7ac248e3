"""Files of a newer synterm: they are looked at, and stay as they are to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]

from synterm.cli.main import main
from synterm.errors import FileNotice, ProjectError
from synterm.storage.foreign import read_only
from synterm.storage.migrations import SCHEMA_VERSION
from synterm.storage.project import Project

NEWER = (
    f"PRAGMA user_version = {SCHEMA_VERSION + 1}",
    "ALTER TABLE models ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'",
    "CREATE TABLE moods (id TEXT PRIMARY KEY, said TEXT) STRICT",
    "CREATE INDEX moods_by_said ON moods (said, id) WHERE said <> ''",
    "DROP INDEX cases_by_split",
)
"""What a next version may well do."""
SAID = f"made by a newer synterm (file version {SCHEMA_VERSION + 1}, this one knows {SCHEMA_VERSION})"


def change(path: Path, *statements: str) -> None:
    """As another program would."""
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


@pytest.fixture
def newer(make_project: Callable[..., Path]) -> Path:
    """A project file of the next version."""
    path = make_project()
    change(path, *NEWER)
    return path


def test_a_newer_file_is_looked_at_and_stays_bit_by_bit(newer: Path) -> None:
    before, around = newer.read_bytes(), sorted(newer.parent.iterdir())
    for door in (Project.open, Project.look, read_only):
        with pytest.warns(FileNotice, match=r"small\.db: made by a newer synterm"), door(newer) as project:
            assert project.read_only
            assert project.notice.startswith(SAID)
            assert [prompt.name for prompt in project.prompts.all()] == ["router"]
            assert len(list(project.cases.listing())) == 5
    assert (newer.read_bytes(), sorted(newer.parent.iterdir())) == (before, around)


def test_nothing_is_written_into_a_newer_file(newer: Path) -> None:
    before = newer.read_bytes()
    with pytest.warns(FileNotice), Project.open(newer) as project:
        [spec] = project.models.all()
        with pytest.raises(ProjectError, match="made by a newer synterm, so it can only be looked at") as refused:
            project.models.put(spec).result()
        assert refused.value.hint == "pip install --upgrade synterm"
    assert newer.read_bytes() == before


def test_commands_say_so_and_go_on_or_stop(newer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = newer.read_bytes()
    assert main(["ls", str(newer), "prompts"]) == 0
    shown = capsys.readouterr()
    assert "router" in shown.out
    assert f"synterm: small.db: {SAID}" in shown.err
    assert "pip install --upgrade synterm" in shown.err
    assert main(["run", str(newer)]) == 2
    shown = capsys.readouterr()
    assert "made by a newer synterm, so it can only be looked at" in shown.err
    assert main(["merge", "-o", str(newer.with_name("merged.db")), str(newer), str(newer)]) == 2
    assert SAID in capsys.readouterr().err
    assert newer.read_bytes() == before


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        (("ALTER TABLE models RENAME TO m", "CREATE VIEW models AS SELECT * FROM m"), "it holds view 'models'"),
        (("CREATE TRIGGER evil AFTER INSERT ON runs BEGIN DELETE FROM runs; END",), "it holds trigger 'evil'"),
        (("CREATE VIRTUAL TABLE evil USING fts5 (x)",), "it holds table 'evil'"),
        (("CREATE INDEX evil ON models (hex(spec))",), "it holds index 'evil'"),
        (("CREATE INDEX evil ON models (spec || spec)",), "it holds index 'evil'"),
        (
            ("ALTER TABLE models ADD COLUMN evil TEXT AS (hex(zeroblob(1000000)))",),
            "'models' computes a column",
        ),
        (("ALTER TABLE prompts DROP COLUMN draft_params",), "it has no draft_params in prompts any more"),
        (("DROP TABLE batch_requests",), "it has no "),
    ],
)
def test_what_this_version_can_not_vouch_for_is_refused(newer: Path, statements: tuple[str, ...], says: str) -> None:
    change(newer, *statements)
    before = newer.read_bytes()
    with pytest.raises(ProjectError, match="made by a newer synterm, and") as refused:
        Project.open(newer)
    assert says in refused.value.message
    assert refused.value.hint == "pip install --upgrade synterm"
    assert newer.read_bytes() == before
