"""One project file and several processes."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from synterm.storage.connect import connect
from synterm.storage.project import Project
from tests.storage.conftest import Files, Start


@pytest.mark.parametrize("journal", ["WAL", "TRUNCATE"])
def test_four_processes_write_at_the_same_time_and_all_of_it_is_there(
    path: Path, files: Files, start: Start, journal: str
) -> None:
    Project.create(path, "a project").close()
    names = ("a", "b", "c", "d")
    go([start("write", path, name, "1000", journal) for name in names])
    _assert_sound(path)
    db = connect(path, read_only=True)
    counts = db.execute("SELECT text, count(*), count(DISTINCT key) FROM responses GROUP BY text").fetchall()
    db.close()
    assert counts == [(name, 1000, 1000) for name in names]
    assert files() == [path.name]


def test_processes_that_reserve_at_once_never_pass_the_cap_together(path: Path, start: Start) -> None:
    Project.create(path, "a project").close()
    granted = go([start("reserve", path, "2026-01-31", "60") for _ in range(4)])
    assert sum(int(said) for said in granted) == 100
    with Project.open(path) as project:
        assert project.spending.on("2026-01-31").reserved_usd == pytest.approx(1.0)


def test_opening_at_the_same_moment_is_no_collision(path: Path, start: Start) -> None:
    Project.create(path, "a project").close()
    processes = [start("open_when_told", path) for _ in range(4)]
    for _ in range(20):
        for process in processes:
            assert process.stdin
            process.stdin.write("now\n")
            process.stdin.flush()
        assert [process.stdout and process.stdout.readline() for process in processes] == ["closed\n"] * 4


def test_processes_that_come_and_go_do_not_disturb_each_other(path: Path, files: Files, start: Start) -> None:
    Project.create(path, "a project").close()
    processes = [start("come_and_go", path, name, "40") for name in ("a", "b", "c")]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert files() == [path.name]
    with Project.open(path) as project:
        assert len(project.models.all()) == 120


def test_a_kill_loses_nothing_that_was_acknowledged(path: Path, files: Files, start: Start) -> None:
    for trial in range(20):
        file = path.with_name(f"{trial:02}.db")
        Project.create(file, "a project").close()
        process = start("write_until_killed", file)
        assert process.stdout
        told = [process.stdout.readline() for _ in range(1 + 17 * trial)]
        process.send_signal(signal.SIGKILL)
        told += [line for line in process.stdout if line.endswith("\n")]
        process.wait()
        rows = {key: int(pk) for pk, key in (line.split() for line in told)}
        with Project.open(file) as project:
            answers = project.responses.lookup(list(rows))
            assert {key: answer.stored for key, answer in answers.items()} == rows
            assert {answer.text.split()[0] for answer in answers.values()} == {"answer"}
        _assert_sound(file)
    assert files() == [f"{trial:02}.db" for trial in range(20)]


def test_closing_while_another_has_it_open_leaves_the_folding_to_the_last(path: Path, files: Files) -> None:
    first = Project.create(path, "a project")
    second = Project.open(path)
    first.close()
    assert len(files()) == 3
    second.close()
    assert files() == [path.name]


def go(processes: list[subprocess.Popen[str]]) -> list[str]:
    """Let processes that are ready begin at one moment; what each says until it ends."""
    for process in processes:
        assert process.stdout and process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return said


def _assert_sound(path: Path) -> None:
    db = connect(path, read_only=True)
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
