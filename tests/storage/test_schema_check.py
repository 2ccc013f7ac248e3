"""Project files that hold more, less or other than synterm puts there."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from synterm.errors import ProjectError
from synterm.storage import connect
from synterm.storage.migrations import SCHEMA_VERSION, migrations
from synterm.storage.project import Project
from synterm.storage.schema_check import KNOWN, digest, schema_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed project file."""
    path = tmp_path_factory.mktemp("made") / "made.db"
    Project.create(path, "a project").close()
    return path


def change(path: Path, *statements: str) -> None:
    with closing(connect.connect(path).conn) as db:
        db.set_authorizer(None)
        for statement in statements:
            db.execute(statement)


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT p.* FROM prompts_ p, n"
NEVER = "that synterm never made"
OTHER = "that is not as synterm makes it"
STRANGE: dict[str, tuple[tuple[str, ...], str]] = {
    "a view in place of a table": (
        ("ALTER TABLE prompts RENAME TO prompts_", f"CREATE VIEW prompts AS {ENDLESS}"),
        f"a view {NEVER} (prompts)",
    ),
    "a view": (("CREATE VIEW evil AS SELECT 1",), f"a view {NEVER} (evil)"),
    "a trigger": (
        ("CREATE TRIGGER evil AFTER INSERT ON runs BEGIN UPDATE models SET spec = ''; END",),
        f"a trigger {NEVER} (evil)",
    ),
    "a trigger on the table of steps": (
        ("CREATE TRIGGER evil AFTER INSERT ON _sqlite_migrations BEGIN DELETE FROM models; END",),
        f"a trigger {NEVER} (evil)",
    ),
    "a table": (("CREATE TABLE evil (x)",), f"a table {NEVER} (evil)"),
    "a virtual table": (("CREATE VIRTUAL TABLE evil USING fts5(x)",), f"a table {NEVER} (evil)"),
    "a table without a column": (("ALTER TABLE prompts DROP COLUMN draft_params",), f"a table {OTHER} (prompts)"),
    "a column more": (("ALTER TABLE models ADD COLUMN evil TEXT",), f"a table {OTHER} (models)"),
    "a generated column": (
        ("ALTER TABLE models ADD COLUMN evil TEXT GENERATED ALWAYS AS (hex(zeroblob(1000000000)))",),
        f"a table {OTHER} (models)",
    ),
    "a generated column in the table of steps": (
        ("ALTER TABLE _sqlite_migrations ADD COLUMN text TEXT GENERATED ALWAYS AS (hex(name))",),
        f"a table {OTHER} (_sqlite_migrations)",
    ),
    "an index over an expression": (
        ("CREATE INDEX evil ON models (hex(spec))",),
        f"an index {NEVER} (evil)",
    ),
    "an index over an expression of steps": (
        ("CREATE INDEX evil ON _sqlite_migrations (hex(name))",),
        f"an index {NEVER} (evil)",
    ),
    "an index less": (("DROP INDEX cases_by_split",), "the index cases_by_split in the file is damaged"),
    "a table less": (("DROP TABLE batches",), "the table batches in the file is damaged"),
    "the table of another version": (("PRAGMA user_version = 3",), NEVER),
    "words that would act on a terminal": (('CREATE TABLE "a\x1b[2J\nb" (x)',), NEVER),
}


@pytest.mark.parametrize("name", STRANGE)
def test_nothing_is_read_of_a_file_that_holds_what_no_synterm_makes(made: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "strange.db"
    shutil.copy(made, path)
    statements, words = STRANGE[name]
    change(path, *statements)
    before = path.read_bytes()
    for opening in (Project.open, Project.look):
        with pytest.raises(ProjectError) as refused:
            opening(path)
        if opening is Project.open or "version" not in name:
            assert words in refused.value.message
            assert refused.value.hint
            assert ("synterm dump" in refused.value.hint) == ("damaged" not in words)
        assert "\n" not in refused.value.message
    assert (path.read_bytes(), [file.name for file in tmp_path.iterdir()]) == (before, ["strange.db"])


STEPS = (
    "0001_first",
    "0002_engine",
    "0003_workbench",
    "0004_reviews",
    "0005_feedback",
    "0006_documents",
    "0007_baselines",
    "0008_batches",
    "0009_generations",
    "0010_findings",
    "0011_tunings",
    "0012_traffic",
)


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_files_of_every_version_pass_and_are_brought_up_to_date(tmp_path: Path, version: int) -> None:
    path = tmp_path / "older.db"
    with closing(connect.connect(path, create=True)) as db:
        migrations.apply(db, stop_before=STEPS[version:])
        db.execute("INSERT INTO meta (key, value) VALUES ('id', 'x'), ('name', 'older')")
        db.execute(f"PRAGMA application_id = {connect.APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {version}")
    for _ in range(2):
        with Project.open(path) as project:
            assert project.name == "older"
    with Project.look(path) as project:
        assert project.name == "older"


def test_a_trigger_in_a_file_of_an_older_version_is_found_before_a_step_sets_it_off(tmp_path: Path) -> None:
    path = tmp_path / "older.db"
    with closing(connect.connect(path, create=True)) as db:
        migrations.apply(db, stop_before=STEPS[1:])
        db.conn.set_authorizer(None)
        db.execute(f"PRAGMA application_id = {connect.APPLICATION_ID}")
        db.execute("PRAGMA user_version = 1")
        db.execute("CREATE TRIGGER evil AFTER INSERT ON _sqlite_migrations BEGIN DELETE FROM nodes; END")
    with pytest.raises(ProjectError, match=r"a trigger that synterm never made \(evil\)"):
        Project.open(path)


def test_the_hashes_are_those_of_what_the_steps_make() -> None:
    assert {version: digest(schema_of(version)) for version in range(1, SCHEMA_VERSION + 1)} == KNOWN
