"""`synterm doctor`: what it finds in an installation and in project files, and what it repairs."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import time
from pathlib import Path
from socket import gethostname
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]

from synterm.core.completion import Completion, Outcome
from synterm.settings import load_settings
from synterm.storage.project import Project
from synterm.storage.received import Received
from tests.care.conftest import Done, Synterm
from tests.conftest import MakeProject
from tests.storage.conftest import rendered_task
from tests.support.older import older_file

GONE = 2**22 + 1
"""A process number that no machine gives."""


def found(done: Done) -> dict[str, dict[str, Any]]:
    """What was found, by part; the worst where there are several."""
    rank = ["well", "note", "warning", "broken"]
    by_part: dict[str, dict[str, Any]] = {}
    for one in sorted(done.json["findings"], key=lambda one: rank.index(one["state"])):
        by_part[one["part"]] = one
    return by_part


def states(done: Done) -> dict[str, str]:
    return {part: one["state"] for part, one in found(done).items() if one["state"] in ("warning", "broken")}


def change(path: Path, *statements: tuple[str, tuple[Any, ...]] | str) -> None:
    db = sqlite3.connect(str(path), isolation_level=None)
    for statement in statements:
        sql, values = (statement, ()) if isinstance(statement, str) else statement
        db.execute(sql, values)
    db.close()


def running(name: str, host: str, pid: int) -> tuple[str, tuple[Any, ...]]:
    config = f'{{"host": "{host}", "pid": {pid}}}'
    return "INSERT INTO runs VALUES (?, '2026-01-01T00:00:00.000Z', NULL, 'running', 'ada', NULL, ?, '{}')", (
        name,
        config,
    )


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_installation_is_told_part_by_part_and_no_key_is_ever_said(
    synterm: Synterm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-8f3k2qw9x7z1")
    done = synterm("doctor", "--json", "-")
    Draft202012Validator(synterm("schema", "doctor").json).validate(done.json)
    by_part = found(done)
    assert {"Python", "SQLite", "terminal", "packages", "extra analysis", "embedded", "settings", "disk"} <= set(
        by_part
    )
    assert by_part["SQLite"]["state"] == by_part["packages"]["state"] == "well"
    assert "OPENAI_API_KEY" in by_part["keys"]["said"]
    assert "canary" not in done.out + done.err + synterm("doctor").out


def test_settings_that_can_not_be_read_are_told_with_their_line(synterm: Synterm, own_config: Path) -> None:
    (own_config / "settings.toml").write_text("theme = 'x'\ndebounce_ms = 'soon'\n")
    load_settings.cache_clear()
    done = synterm("doctor", "--json", "-")
    assert (done.code, found(done)["settings"]["state"]) == (1, "broken")
    assert "line 2" in found(done)["settings"]["said"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_what_others_can_read_of_what_is_yours_is_closed_when_asked(
    synterm: Synterm, own_config: Path, own_state: Path
) -> None:
    settings, remembered = own_config / "settings.toml", own_state / "workbench.json"
    settings.write_text("")
    for path in (settings, remembered):
        path.chmod(0o644)
    outside = own_state.parent / "outside"
    outside.write_text("not ours")
    outside.chmod(0o644)
    (own_state / "link").symlink_to(outside)
    first = synterm("doctor", "--json", "-")
    assert (first.code, states(first)) == (1, {"config": "warning", "state": "warning"})
    fixed = synterm("doctor", "--fix", "--json", "-")
    assert (fixed.code, found(fixed)["config"]["mended"]) == (0, "closed to others: 1 of the files and folders there")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (settings, remembered, outside)] == [0o600, 0o600, 0o644]
    assert states(synterm("doctor", "--json", "-")) == {}


def test_a_whole_project_is_told_to_be_well_and_nothing_is_written(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    synterm("run", path, "--quiet")
    before, files = digest(path), sorted(path.parent.iterdir())
    done = synterm("doctor", path)
    assert done.code == 0, done.out
    assert "small router: 2 scenarios, 5 cases, 1 prompt, 1 model, 1 run, 4 answers" in done.out
    assert (digest(path), sorted(path.parent.iterdir())) == (before, files)


def test_what_is_half_done_is_repaired_and_a_copy_from_before_comes_back(
    synterm: Synterm, make_project: MakeProject
) -> None:
    path = make_project()
    case = synterm("ls", path, "cases", "--json").json["cases"][0]["id"]
    synterm("rm", path, "case", case, "--yes")
    change(
        path,
        running("01M8J4RWBMADC4G0FSGAYRAZB0", gethostname(), GONE),
        running("01M8J4RWBMADC4G0FSGAYRAZB1", gethostname(), os.getpid()),
        running("01M8J4RWBMADC4G0FSGAYRAZB2", "elsewhere", 1),
        "INSERT INTO spending VALUES ('2026-01-01', 0.25, 0.5)",
    )
    left = path.with_name(f".{path.name}.01M8J4RWBMADC4G0FSGAYRAZB0")
    others = path.with_name(".other.db.01M8J4RWBMADC4G0FSGAYRAZB0")
    for file in (left, others):
        file.write_bytes(b"")
        os.utime(file, (time.time() - 200_000, time.time() - 200_000))
    first = synterm("doctor", path, "--json", "-")
    assert (first.code, states(first)) == (1, {"runs": "warning"})
    fixed = synterm("doctor", path, "--fix", "--json", "-")
    mended = {part for part, one in found(fixed).items() if one["mended"]}
    assert (fixed.code, mended) == (0, {"runs", "spending", "removed", "temporary"})
    with Project.look(path) as project:
        assert [run.status for run in project.runs.all()] == ["interrupted", "running", "running"]
        spent = project.spending.on("2026-01-01")
        assert (spent.spent_usd, spent.reserved_usd) == (0.25, 0.0)
    assert (left.exists(), others.exists()) == (False, True)
    assert synterm("doctor", path).code == 0
    [name] = [line.split("\t")[0] for line in synterm("doctor", path, "--backups").out.splitlines()]
    assert name in fixed.err
    back = synterm("doctor", path, "--restore")
    assert back.code == 0
    with Project.look(path) as project:
        assert [run.status for run in project.runs.all()] == ["running"] * 3
    assert len(synterm("doctor", path, "--backups").out.splitlines()) == 2


def test_money_of_a_program_that_has_the_file_open_stays_set_aside(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    change(path, "INSERT INTO spending VALUES ('2026-01-01', 0.25, 0.5)")
    with Project.open(path) as project:
        done = synterm("doctor", path, "--fix", "--json", "-")
        assert "open in another program" in found(done)["spending"]["refused"]
        assert project.spending.on("2026-01-01").reserved_usd == 0.5


def test_rows_that_something_else_changed_are_told(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    synterm("run", path, "--quiet")
    change(
        path,
        'UPDATE contents SET input = \'{"message":"other"}\' WHERE rowid = 1',
        "UPDATE runs SET totals = '{'",
        "DELETE FROM responses WHERE pk = 1",
        "PRAGMA foreign_keys = OFF",
        "DELETE FROM prompt_bodies",
    )
    done = synterm("doctor", path, "--json", "-")
    assert done.code == 1
    said = found(done)["rows"]["said"]
    assert "2 rows of prompt_versions: refer to what is not there" in said
    assert "1 row of runs.totals: can't be read" in said
    assert "1 row of contents: not what their names" in said
    assert "1 evaluations of answers that are not there" in found(done)["references"]["said"]


@pytest.mark.parametrize(
    "kind", ["no database", "another database", "strange", "cut", "scribbled", "half a character", "empty"]
)
def test_a_file_that_is_none_or_damaged_is_told_and_left_alone(
    synterm: Synterm, make_project: MakeProject, kind: str
) -> None:
    path = make_project()
    whole = path.read_bytes()
    match kind:
        case "no database":
            path.write_bytes(b"hello\n" * 1000)
        case "another database":
            change(path, "PRAGMA application_id = 7")
        case "strange":
            change(path, "CREATE TRIGGER evil AFTER INSERT ON runs BEGIN DELETE FROM models; END")
        case "cut":
            path.write_bytes(whole[: len(whole) // 2])
        case "half a character":
            path.write_bytes(whole.replace(b"CREATE TABLE nodes", b"CREATE TABL\x98 nodes"))
        case "scribbled":
            path.write_bytes(whole[:8192] + b"\xa5" * 20_000 + whole[28_192:])
        case _:
            path.write_bytes(b"")
    before = digest(path)
    done = synterm("doctor", path, "--fix", "--json", "-")
    assert done.code == 1
    assert "broken" in states(done).values()
    assert all(one["hint"] for one in found(done).values() if one["state"] == "broken")
    assert digest(path) == before
    assert "Traceback" not in done.err


def test_a_damaged_file_is_replaced_by_a_copy_and_kept_itself(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    change(path, running("01M8J4RWBMADC4G0FSGAYRAZB0", gethostname(), GONE))
    synterm("doctor", path, "--fix")
    path.write_bytes(b"gone" * 5000)
    path.with_name(path.name + "-wal").write_bytes(b"of another file")
    done = synterm("doctor", path, "--restore")
    assert done.code == 0, done.err
    assert synterm("doctor", path).code == 1  # the run of then
    [kept, _] = [line.split("\t")[0] for line in synterm("doctor", path, "--backups").out.splitlines()]
    assert kept.endswith("-damaged")
    path.unlink()
    assert synterm("doctor", path, "--restore").code == 0
    assert synterm("ls", path, "cases").code == 0


def test_a_file_of_an_older_version_is_read_through_a_copy(synterm: Synterm, tmp_path: Path) -> None:
    path = tmp_path / "older.db"
    older_file(path, 2).conn.close()
    before = digest(path)
    done = synterm("doctor", path, "--json", "-")
    assert (done.code, found(done)["version"]["state"]) == (0, "note")
    assert "older: 0 scenarios" in found(done)["content"]["said"]
    assert digest(path) == before


def test_a_file_of_a_newer_version_is_looked_at_only(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    change(path, "PRAGMA user_version = 9999")
    before = digest(path)
    done = synterm("doctor", path, "--fix", "--json", "-")
    assert (done.code, found(done)["version"]["state"]) == (0, "note")
    assert "5 cases" in found(done)["content"]["said"]
    assert synterm("share", path, "-o", path.with_name("out.db")).code == 2
    assert digest(path) == before
    assert not path.with_name("out.db").exists()


def test_a_file_that_was_copied_without_its_log_is_read_and_no_log_is_made(
    synterm: Synterm, make_project: MakeProject, tmp_path: Path
) -> None:
    path, copy = make_project(), tmp_path / "alone" / "copy.db"
    copy.parent.mkdir()
    with Project.open(path):
        shutil.copy(path, copy)
    assert synterm("doctor", copy).code == 0
    assert synterm("share", copy, "-o", tmp_path / "out.db").code == 0
    assert [*copy.parent.iterdir()] == [copy]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_who_may_change_the_file_and_where_it_lies_is_told(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project(name="shared.db")
    path.chmod(0o666)
    synced = path.parent / "Dropbox"
    synced.mkdir()
    moved = path.rename(synced / "shared.db")
    done = synterm("doctor", moved, "--fix", "--json", "-")
    assert states(done) == {"permissions": "warning", "place": "warning"}
    assert stat.S_IMODE(moved.stat().st_mode) == 0o644
    os.link(moved, synced / "second.db")
    named = found(synterm("doctor", moved, "--json", "-"))["file"]
    assert (named["state"], "2 names" in named["said"]) == ("broken", True)
    assert synterm("doctor", path).code == 2


def test_an_id_of_a_stranger_is_no_path(synterm: Synterm, make_project: MakeProject, own_state: Path) -> None:
    path = make_project()
    change(path, ("UPDATE meta SET value = ? WHERE key = 'id'", ("../../../../tmp/evil",)))
    change(path, running("01M8J4RWBMADC4G0FSGAYRAZB0", gethostname(), GONE))
    assert synterm("doctor", path, "--fix").code == 0
    [folder] = (own_state / "backups").iterdir()
    assert len(folder.name) == 26
    assert len(synterm("doctor", path, "--backups").out.splitlines()) == 1


def test_answers_that_wait_for_a_project_are_told_and_taken_in(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    task = rendered_task("message")
    with Project.open(path) as project:
        project.responses.spill.keep([Received(task, Completion(Outcome.COMPLETE, text="paid for"))])
    assert "1 answer" in found(synterm("doctor", "--json", "-"))["waiting"]["said"]
    out = path.with_name("out.db")
    assert "not in it: 1 answer" in synterm("share", path, "-o", out).out
    assert states(synterm("doctor", path, "--json", "-")) == {"waiting": "warning"}
    fixed = synterm("doctor", path, "--fix", "--json", "-")
    assert (fixed.code, "are in it now" in found(fixed)["waiting"]["mended"]) == (0, True)
    with Project.look(path) as project:
        assert project.responses.count() == 1
    assert states(synterm("doctor", path, "--json", "-")) == {}
