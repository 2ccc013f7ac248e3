"""One project file and several processes."""

from __future__ import annotations

import signal
from pathlib import Path

from synterm.storage.connect import connect
from synterm.storage.project import Project
from tests.storage.conftest import Files, Start


def test_two_processes_write_at_the_same_time_and_all_of_it_is_there(path: Path, files: Files, start: Start) -> None:
    Project.create(path, "a project").close()
    processes = [start("write", path, name, "500") for name in ("a", "b")]
    for process in processes:
        assert process.stdout and process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate() and process.returncode for process in processes] == [0, 0]
    db = connect(path, read_only=True)
    counts = db.execute("SELECT text, count(*), count(DISTINCT key) FROM responses GROUP BY text").fetchall()
    db.close()
    assert counts == [("a", 500, 500), ("b", 500, 500)]
    assert files() == [path.name]


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
    for trial in range(3):
        file = path.with_name(f"{trial}.db")
        Project.create(file, "a project").close()
        process = start("write_until_killed", file)
        assert process.stdout
        told = [process.stdout.readline().strip() for _ in range(40 + 37 * trial)]
        process.send_signal(signal.SIGKILL)
        told += [line.strip() for line in process.stdout if line.endswith("\n")]
        process.wait()
        with Project.open(file) as project:
            answers = project.responses.lookup(told)
            assert set(answers) == set(told)
            assert {answer.text.split()[0] for answer in answers.values()} == {"answer"}
        _assert_sound(file)
    assert files() == ["0.db", "1.db", "2.db"]


def test_closing_while_another_has_it_open_leaves_the_folding_to_the_last(path: Path, files: Files) -> None:
    first = Project.create(path, "a project")
    second = Project.open(path)
    first.close()
    assert len(files()) == 3
    second.close()
    assert files() == [path.name]


def _assert_sound(path: Path) -> None:
    db = connect(path, read_only=True)
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
