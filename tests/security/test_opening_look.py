"""The first look at a project file: what a process of its own may do, and what becomes of damaged files."""

from __future__ import annotations

import os
import random
import shutil
import signal
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]

from synterm.core.model import ModelSpec
from synterm.errors import ProjectError
from synterm.storage import look
from synterm.storage.connect import DatabaseError, connect
from synterm.storage.look import Cage, looking
from synterm.storage.project import Project

MODELS = [ModelSpec(name=f"stub {number}", model="openai/stub") for number in range(60)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed project file of some size."""
    path = tmp_path_factory.mktemp("made") / "made.db"
    with Project.create(path, "a project") as project:
        for spec in MODELS:
            project.models.put(spec).result()
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    """A copy of it, alone in a folder."""
    folder = tmp_path / "folder"
    folder.mkdir()
    return Path(shutil.copy(made, folder / "project.db"))


@pytest.fixture
def cage(path: Path) -> Iterator[Cage]:
    """A process that looks at it."""
    with looking(path, path.stat().st_size, log=False, journal=False) as found:
        yield found


def process_of(cage: Cage) -> int:
    """Its number."""
    cage.rows("SELECT 1")
    return cage._process.pid  # pyright: ignore[reportPrivateUsage]


NEVER = (
    "ATTACH '/etc/passwd' AS other",
    "CREATE TABLE evil (x)",
    "CREATE TEMP TABLE evil (x)",
    "DELETE FROM models",
    "UPDATE meta SET value = ''",
    "PRAGMA writable_schema = ON",
    "PRAGMA query_only = OFF",
    "SELECT load_extension('evil')",
    "SELECT randomblob(1000000000)",
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
    "VACUUM INTO 'evil.db'",
)


@pytest.mark.parametrize("statement", NEVER)
def test_statements_may_only_read(cage: Cage, path: Path, statement: str) -> None:
    before = path.read_bytes()
    with pytest.raises(ProjectError, match=r"not authorized|authorization denied") as refused:
        cage.rows(statement)
    assert refused.value.where == str(path)
    assert (path.read_bytes(), list(path.parent.iterdir())) == (before, [path])


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="tells by /proc")
def test_the_process_has_limits_and_nothing_of_the_environment(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    with looking(path, 1000, log=False, journal=False) as cage:
        place = Path("/proc") / str(process_of(cage))
        kept = (place / "environ").read_bytes()
        limits = {line[:26].strip(): line[26:].split()[0] for line in (place / "limits").read_text().splitlines()}
    assert b"canary" not in kept
    assert b"PATH=" not in kept.replace(b"LIBRARY_PATH=", b"")
    assert (limits["Max file size"], limits["Max core file size"], limits["Max open files"]) == ("0", "0", "32")
    assert (limits["Max address space"], limits["Max cpu time"]) == (str(2**30), "31")


def test_what_takes_too_long_is_ended_and_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "_SECONDS", 0.5)
    long = "SELECT count(*) FROM models a, models b, models c, models d, models e, models f, models g"
    with looking(path, 0, log=False, journal=False) as cage, pytest.raises(ProjectError, match="took more than 0 s"):
        cage.rows(long)


def test_what_takes_too_much_memory_is_ended_and_told(cage: Cage) -> None:
    much = "SELECT a.spec || b.spec || c.spec FROM models a, models b, models c, models d, models e ORDER BY 1"
    with pytest.raises(ProjectError, match="took more memory") as refused:
        cage.rows(much)
    assert refused.value.hint and "synterm dump" in refused.value.hint


def test_an_answer_without_end_is_not_read_to_its_end(cage: Cage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "_ANSWER_BYTES", 10_000)
    with pytest.raises(ProjectError, match="more than any project file has to say"):
        cage.rows("SELECT a.spec, b.spec FROM models a, models b")


def test_a_crash_is_told_and_harms_nobody(cage: Cage, path: Path) -> None:
    os.kill(process_of(cage), signal.SIGSEGV)
    with pytest.raises(ProjectError, match=r"SQLite crashed over it \(signal 11\)") as refused:
        cage.rows("PRAGMA quick_check")
    assert (refused.value.where, bool(refused.value.hint)) == (str(path), True)


def test_a_process_that_does_not_start_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.utime(path)
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(ProjectError, match="can't be looked through: /bin/false ended with 1"):
        Project.open(path)
    monkeypatch.setattr("sys.executable", str(path.with_name("no-python")))
    with pytest.raises(ProjectError, match="can't be looked through: No such file"):
        Project.open(path)


def test_only_what_is_not_known_is_looked_through(path: Path, own_state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Path] = []
    start = look._process  # pyright: ignore[reportPrivateUsage]

    def started(place: Path) -> object:
        looks.append(place)
        return start(place)

    monkeypatch.setattr(look, "_process", started)

    def open_it() -> int:
        looks.clear()
        with Project.open(path) as project:
            project.models.put(MODELS[0]).result()
            with Project.look(path):
                assert project.name == "a project"
        return len(looks)

    assert [open_it(), open_it(), open_it()] == [1, 0, 0]
    os.utime(path)
    assert [open_it(), open_it()] == [1, 0]
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    os.utime(path, (0, 0))
    assert [open_it(), open_it()] == [1, 0]

    notes = list((own_state / "known").iterdir())
    assert {stat.S_IMODE(file.stat().st_mode) for file in [*notes, own_state / "known"]} == {0o600, 0o700}
    assert not [note for note in notes if "project" in note.name]
    for note in notes:
        note.write_bytes(b"\xff\xff")
    assert open_it() == 0  # this process knows
    monkeypatch.setenv("SYNTERM_STATE_DIR", "/dev/null/nowhere")
    os.utime(path)
    assert [open_it(), open_it()] == [1, 0]


def test_a_damaged_file_opens_or_is_refused_in_words_and_stays_as_it_is(made: Path, tmp_path: Path) -> None:
    chance, path, outcomes = random.Random(7), tmp_path / "damaged.db", {"opened": 0, "refused": 0}
    content = made.read_bytes()
    for number in range(20):
        damaged = bytearray(content)
        if number % 4 == 0:
            del damaged[chance.randrange(len(damaged)) :]
        elif number % 4 == 1:
            start = chance.randrange(100, len(damaged) - 600)
            damaged[start : start + 512] = chance.randbytes(512)
        elif number % 4 == 2:
            page = 4096 * chance.randrange(len(damaged) // 4096)
            damaged[page : page + 12] = chance.randbytes(12)
        else:
            damaged[chance.randrange(100)] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        try:
            with Project.open(path) as project:
                project.models.all()
                outcomes["opened"] += 1
        except ProjectError as error:
            outcomes["refused"] += 1
            assert error.hint, error
            assert (path.read_bytes(), list(tmp_path.iterdir())) == (damaged, [path]), error
        path.unlink(missing_ok=True)
    assert outcomes["refused"] > outcomes["opened"]


def test_what_is_cut_off_says_by_how_much(path: Path) -> None:
    size = path.stat().st_size
    os.truncate(path, size - 5000)
    with pytest.raises(ProjectError, match=f"it is cut off \\({size - 5000:,} of {size:,} bytes are there"):
        Project.open(path)


def test_a_trigger_that_comes_after_the_opening_writes_nothing(path: Path) -> None:
    with Project.open(path) as project:
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("CREATE TRIGGER evil AFTER INSERT ON models BEGIN UPDATE models SET spec = ''; END")
        with pytest.raises(ProjectError, match="another program put a trigger into the file"):
            project.models.put(ModelSpec(name="new", model="openai/stub")).result()
        assert len(project.models.all()) == len(MODELS)
    with pytest.raises(ProjectError, match=r"a trigger that synterm never made \(evil\)"):
        Project.open(path)


def test_every_connection_is_set_up_the_safe_way(path: Path) -> None:
    wanted = {
        "trusted_schema": 0,
        "cell_size_check": 1,
        "mmap_size": 0,
        "foreign_keys": 1,
        "recursive_triggers": 0,
        "secure_delete": 1,
        "synchronous": 2,
    }
    for read_only in (False, True):
        with closing(connect(path, read_only=read_only).conn) as db:
            assert {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted} == wanted
            for statement in (
                "CREATE TRIGGER evil AFTER INSERT ON models BEGIN DELETE FROM models; END",
                "CREATE TEMP TRIGGER evil AFTER INSERT ON models BEGIN DELETE FROM models; END",
                "CREATE VIEW evil AS SELECT 1",
                "CREATE VIRTUAL TABLE evil USING fts5 (x)",
                "SELECT load_extension('evil')",
                "PRAGMA writable_schema = ON",
            ):
                with pytest.raises(DatabaseError, match="not authorized"):
                    db.execute(statement)
    assert path.stat().st_nlink == len(list(path.parent.iterdir())) == 1
