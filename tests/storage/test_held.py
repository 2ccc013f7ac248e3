"""Files that are open: their locks stay, and they are not looked through again."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from synterm.errors import ProjectError
from synterm.storage import held
from synterm.storage.connect import connect
from synterm.storage.foreign import read_only
from synterm.storage.held import Place, is_held, place_of, see
from synterm.storage.project import Project
from tests.storage.conftest import Start


@pytest.fixture
def closed(path: Path) -> Path:
    """A closed project file."""
    Project.create(path, "a project").close()
    return path


def test_looking_at_a_file_that_is_open_keeps_its_locks(closed: Path, start: Start) -> None:
    def others_may_lock() -> bool:
        process = start("try_lock", closed)
        return process.communicate()[0] == "locked\n"

    with Project.open(closed) as project:
        assert is_held(place_of(closed).file)
        assert see(closed).in_use
        with read_only(closed) as beside, Project.look(closed):
            assert beside.name == project.name
        with pytest.raises(ProjectError):
            Project.create(closed, "again")
        assert not others_may_lock()
        # A handle that comes and goes is all it takes, and why nothing here opens a project file that way.
        closed.read_bytes()
        assert others_may_lock()
    assert not is_held(place_of(closed).file)


def test_what_another_process_has_open_is_not_looked_through_again(closed: Path, start: Start) -> None:
    process = start("hold_open", closed)
    assert process.stdout and process.stdout.readline() == "open\n"
    assert see(closed).in_use
    with Project.open(closed) as project:
        assert project.name == "a project"
    process.communicate()
    assert not see(closed).in_use


def test_connections_that_nobody_closed_are_let_go(closed: Path) -> None:
    db = connect(closed, read_only=True)
    file = place_of(closed).file
    assert is_held(file)
    del db
    assert not is_held(file)


@pytest.mark.parametrize("act", [see, connect])
def test_a_connection_may_be_let_go_at_any_moment(
    closed: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], Any]
) -> None:
    """Python collects garbage whenever it makes something, so also in the middle of opening or looking at a file."""
    lost = [connect(closed, read_only=True)]
    lost.append(lost)  # pyright: ignore[reportArgumentType] - so that only the collector finds it
    file, look = place_of(closed).file, held.place_of

    def look_and_collect(path: Path) -> Place:
        gc.collect()
        return look(path)

    del lost
    monkeypatch.setattr(held, "place_of", look_and_collect)
    done = Thread(target=lambda: act(closed), daemon=True)
    done.start()
    done.join(20)
    assert not done.is_alive(), "it waits for itself"
    monkeypatch.undo()
    gc.collect()
    assert not is_held(file)
