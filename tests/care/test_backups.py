"""Copies of a project that are kept before much of it is destroyed."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from synterm.errors import FileNotice, ProjectError
from synterm.storage import backups
from synterm.storage.backups import backups_of, keep_backup
from synterm.storage.migrations import SCHEMA_VERSION
from synterm.storage.project import Project
from synterm.storage.restoring import restore
from tests.care.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.older import older_file

SCENARIO = "Routing/Ambiguous/borderline"


@pytest.fixture
def many(synterm: Synterm, make_project: MakeProject) -> Path:
    """A project with twelve imported cases more."""
    path = make_project()
    rows = path.with_name("rows.jsonl")
    rows.write_text("".join(json.dumps({"input": f"imported {number}"}) + "\n" for number in range(12)))
    done = synterm("import", path, rows, "--into", SCENARIO)
    assert done.code == 0, done.err
    return path


def count(path: Path) -> int:
    with Project.look(path) as project:
        return project.cases.count()


def reasons(path: Path) -> list[str]:
    return [one.reason for one in backups_of(path)]


def test_what_removes_much_keeps_a_copy_first_and_says_how_it_comes_back(synterm: Synterm, many: Path) -> None:
    for words, left in (
        (("import", many, "--undo"), 5),
        (("rm", many, "case", "--where", "imported", "--yes"), 5),
        (("rm", many, "behavior", "Routing/Ambiguous", "--yes"), 2),
        (("rm", many, "prompt", "router", "--yes"), 17),
    ):
        done = synterm(*words)
        assert done.code == 0, done.err
        assert count(many) == left
        [line] = [line for line in done.err.splitlines() if line.startswith("a copy from before is kept: ")]
        back = line.partition(": ")[2].split()[1:]
        assert synterm(*back).code == 0
        assert count(many) == 17
        with Project.look(many) as project:
            assert [prompt.name for prompt in project.prompts.all()] == ["router"]
    assert set(reasons(many)) == {"undo", "rm", "restore"}


def test_runs_that_are_pruned_come_back(synterm: Synterm, make_project: MakeProject) -> None:
    path = make_project()
    for _ in range(2):
        synterm("run", path, "--quiet")
    synterm("history", path, "prune", "--keep", "0", "--answers", "--yes")
    assert synterm("history", path, "--json", "-").json["runs"] == []
    synterm("doctor", path, "--restore")
    assert len(synterm("history", path, "--json", "-").json["runs"]) == 2


def test_little_is_removed_without_a_copy_and_so_is_much_when_that_is_asked_for(synterm: Synterm, many: Path) -> None:
    one = synterm("ls", many, "cases", "--json").json["cases"][0]["id"]
    synterm("rm", many, "case", one, "--yes")
    synterm("rm", many, "model", "rules", "--yes")
    synterm("import", many, "--undo", "--no-backup")
    assert (count(many), reasons(many)) == (4, [])


def test_without_room_for_a_copy_nothing_is_removed(
    synterm: Synterm, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def usage(_: Path) -> SimpleNamespace:
        return SimpleNamespace(free=1000)

    monkeypatch.setattr(backups.shutil, "disk_usage", usage)
    done = synterm("import", many, "--undo")
    assert (done.code, count(many)) == (2, 17)
    assert "a copy of it can't be kept first" in done.err
    assert "nothing was changed" in done.err
    assert not list(backups.backups_dir().rglob(".*"))


def test_the_newest_copies_stay_and_all_are_the_users_own(
    make_project: MakeProject, own_state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = make_project(), make_project(name="other.db")
    keep_backup(other, "rm")
    kept = [keep_backup(path, "rm").name for _ in range(backups.MOST + 3)]
    assert [one.name for one in backups_of(path)] == kept[::-1][: backups.MOST]
    assert len(backups_of(other)) == 1
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (own_state / "backups").rglob("*")}
    assert modes == {0o700, 0o600}
    monkeypatch.setattr(backups, "MOST_BYTES", 1)
    newest = keep_backup(path, "rm")
    assert [one.name for one in backups_of(path)] == [newest.name]


def test_copies_are_found_when_the_file_was_renamed_or_is_gone(make_project: MakeProject, tmp_path: Path) -> None:
    path = make_project()
    kept = keep_backup(path, "rm")
    moved = path.rename(tmp_path / "moved.db")
    assert [one.name for one in backups_of(moved)] == [kept.name]
    assert [one.name for one in backups_of(path)] == [kept.name]
    assert restore(kept, path) is None
    assert count(path) == 5


def test_a_file_in_use_is_not_replaced_and_a_damaged_copy_is_not_put_anywhere(make_project: MakeProject) -> None:
    path = make_project()
    kept = keep_backup(path, "rm")
    with Project.open(path) as project:
        with pytest.raises(ProjectError, match="open in another program"):
            restore(kept, path)
        project.cases.remove([case.id for case in project.cases.select()]).result()
    content = kept.path.read_bytes()
    kept.path.write_bytes(content[:8192] + b"\xa5" * 20_000 + content[28_192:])
    with pytest.raises(ProjectError, match="damaged"):
        restore(kept, path)
    assert count(path) == 0
    assert not [file for file in path.parent.iterdir() if file.name.startswith(".small.db")]


def test_what_is_no_note_of_ours_is_left_alone(make_project: MakeProject) -> None:
    path = make_project()
    kept = keep_backup(path, "rm")
    note = kept.path.with_suffix(".json")
    elsewhere = kept.path.parent.with_name("elsewhere")
    elsewhere.mkdir()
    shutil.copy(note, elsewhere / note.name)
    (kept.path.parent / "broken.json").write_text("{")
    assert [one.name for one in backups_of(path)] == [kept.name]


def test_an_older_file_is_kept_as_it_was_before_it_is_brought_up_to_date(synterm: Synterm, tmp_path: Path) -> None:
    path = tmp_path / "older.db"
    older_file(path, 2).conn.close()
    assert synterm("ls", path, "tree").code == 0  # read through a copy, which is nobody's
    assert reasons(path) == []
    done = synterm("add", path, "feature", "Routing")
    assert (done.code, reasons(path)) == (0, ["migration"])
    assert "brought up to date (file version 2, now" in done.err
    assert version(path) == SCHEMA_VERSION
    assert "brought up" not in synterm("add", path, "feature", "Other").err
    assert version(backups_of(path)[0].path) == 2
    with pytest.warns(FileNotice, match="as it was: synterm doctor"):
        restore(backups_of(path)[0], path)
        Project.open(path).close()


def test_an_older_file_is_not_touched_when_it_can_not_be_kept(tmp_path: Path, own_state: Path) -> None:
    path = tmp_path / "older.db"
    older_file(path, 2).conn.close()
    before = path.read_bytes()
    (own_state / "backups").write_text("no folder")
    with pytest.raises(ProjectError, match="a copy of it can't be kept first") as failed:
        Project.open(path)
    assert "SYNTERM_STATE_DIR" in str(failed.value.hint)
    assert path.read_bytes() == before


def version(path: Path) -> int:
    return int.from_bytes(path.read_bytes()[60:64], "big")
