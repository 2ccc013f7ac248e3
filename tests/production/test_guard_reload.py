"""A guard and its project file: read only, changed, replaced, broken, gone, and there again."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from synterm import Guard
from synterm.production import guard_source
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.guarded import DESK

OTHER = (
    DESK.replace("schedule, summarize, clarify", "book, cancel")
    .replace("expected: schedule", "expected: book")
    .replace("expected: clarify", "expected: cancel")
    .replace("name: help desk", "name: new desk")
)


def test_a_file_that_was_replaced_is_taken(make_project: MakeProject) -> None:
    path, other = make_project(DESK), make_project(OTHER, "other.db")
    with Guard(path, behavior="Routing") as guard:
        before = guard.check("book")
        other.replace(path)
        assert guard.reload()
        after = guard.check("book")
    assert (before.allowed, after.allowed) == (False, True)
    assert before.checks_id != after.checks_id
    assert (before.project, after.project) == ("help desk", "new desk")


def test_a_check_that_was_edited_in_the_file_is_taken(make_project: MakeProject) -> None:
    path = make_project(DESK)
    with Guard(path, behavior="Routing") as guard:
        with Project.open(path) as project:
            node = project.nodes.find("Desk/Routing")
            checks = ({"type": "icontains", "value": "please"},)
            project.nodes.put(node.model_copy(update={"checks": checks})).result()
        assert guard.reload()
        assert guard.check("please wait").allowed
        assert not guard.check("schedule").allowed


def test_a_change_in_the_log_of_a_file_that_is_open_elsewhere_is_taken(make_project: MakeProject) -> None:
    path = make_project(DESK)
    with Project.open(path) as project:
        node = project.nodes.find("Desk/Routing")
        with Guard(path, behavior="Routing") as guard:
            checks = ({"type": "icontains", "value": "please"},)
            project.nodes.put(node.model_copy(update={"checks": checks})).result()
            assert guard.reload()
            assert guard.check("please wait").allowed


def test_it_looks_by_itself_and_nobody_waits_for_it(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard_source, "_LOOK_S", 0.01)
    monkeypatch.setattr(guard_source, "_SHARE", 0)
    path, other = make_project(DESK), make_project(OTHER, "other.db")
    with Guard(path, behavior="Routing") as guard:
        other.replace(path)
        assert until(lambda: guard.check("book").allowed)


def test_it_looks_by_itself_whether_what_could_not_be_read_is_there_again(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_source, "_LOOK_S", 0.01)
    monkeypatch.setattr(guard_source, "_AGAIN_S", 0.01)
    monkeypatch.setattr(guard_source, "_SHARE", 0)
    path = make_project(DESK)
    away = path.rename(path.with_suffix(".away"))
    away.rename(path)
    with Guard(path, behavior="Routing") as guard:
        path.rename(away)
        assert until(lambda: guard.check("schedule").allowed and guard.stale is not None)
        away.rename(path)
        assert until(lambda: guard.check("schedule").allowed and guard.stale is None)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("gone", "there is no such project file"),
        ("no database", "not a project file"),
        ("cut off", "small.db: "),
        ("a folder", "not a file"),
        ("without the behavior", "nothing in the tree matches 'Routing'"),
        ("empty", "small.db: "),
    ],
)
def test_what_can_not_be_read_leaves_the_checks_as_they_were_and_is_said(
    make_project: MakeProject, tmp_path: Path, what: str, words: str
) -> None:
    path = make_project(DESK)
    whole = path.read_bytes()
    with Guard(path, behavior="Routing") as guard:
        assert guard.stale is None
        _break(path, what, make_project)
        assert not guard.reload()
        assert words in str(guard.stale)
        assert str(guard.stale).endswith("answers are judged by the checks that were read before")
        assert guard.check("schedule").allowed
        if path.is_dir():
            path.rmdir()
        (tmp_path / "again.db").write_bytes(whole)
        (tmp_path / "again.db").replace(path)
        assert guard.reload()
        assert guard.stale is None


def _break(path: Path, what: str, make_project: MakeProject) -> None:
    match what:
        case "gone":
            path.unlink()
        case "no database":
            path.write_bytes(b"what is this? " * 1000)
        case "cut off":
            path.write_bytes(path.read_bytes()[:5000])
        case "a folder":
            path.unlink()
            path.mkdir()
        case "without the behavior":
            make_project(DESK.replace("behavior: Routing", "behavior: Ways"), "other.db").replace(path)
        case _:
            path.write_bytes(b"")


def test_the_file_is_not_changed_and_nothing_is_left_beside_it(make_project: MakeProject) -> None:
    path = make_project(DESK)
    before, said = path.read_bytes(), set(path.parent.iterdir())
    with Guard(path, behavior="Routing") as guard:
        guard.check("schedule")
        guard.reload()
        assert set(path.parent.iterdir()) == said
    assert path.read_bytes() == before


def test_a_file_in_a_folder_that_is_shut_is_read(make_project: MakeProject, tmp_path: Path) -> None:
    folder = tmp_path / "shut"
    folder.mkdir()
    path = folder / "small.db"
    shutil.copy(make_project(DESK), path)
    path.chmod(0o400)
    folder.chmod(0o500)
    try:
        with Guard(path, behavior="Routing") as guard:
            assert guard.check("schedule").allowed
    finally:
        folder.chmod(0o700)


def test_the_file_can_be_taken_away_while_a_guard_uses_it(make_project: MakeProject) -> None:
    path = make_project(DESK)
    with Guard(path, behavior="Routing") as guard:
        assert path not in _open_files()
        path.unlink()
        assert guard.check("schedule").allowed


def _open_files() -> list[Path]:
    place = Path("/proc/self/fd")
    if not place.is_dir():
        pytest.skip("no /proc")
    return [file.readlink() for file in place.iterdir() if file.is_symlink()]


def until(fits: object, patience_s: float = 20) -> bool:
    """Whether something comes true in time."""
    assert callable(fits)
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if fits():
            return True
        time.sleep(0.005)
    return False
