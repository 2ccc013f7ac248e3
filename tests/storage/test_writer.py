from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from synterm.errors import InputError, ProjectError
from synterm.storage import writer as writer_module
from synterm.storage.connect import connect
from synterm.storage.project import Project
from synterm.storage.writer import Writer


@pytest.fixture
def file(path: Path) -> Path:
    """A project file with a table of numbers."""
    Project.create(path, "a project").close()
    db = connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY)")
    db.close()
    return path


@pytest.fixture
def writer(file: Path) -> Iterator[Writer]:
    made = Writer(file)
    yield made
    made.close()


def add(number: int) -> Any:
    """Work that adds a number and gives it."""

    def work(db: Database) -> int:
        db.conn.execute("INSERT INTO numbers VALUES (?)", (number,))
        return number

    return work


def numbers(file: Path) -> list[int]:
    db = connect(file, read_only=True)
    found = [number for (number,) in db.execute("SELECT number FROM numbers ORDER BY number").fetchall()]
    db.close()
    return found


class Held:
    """Keeps the writer busy until it is let go, so that what is submitted meanwhile makes one batch."""

    def __init__(self, writer: Writer) -> None:
        self._go = threading.Event()
        begun = threading.Event()

        def work(_db: Database) -> None:
            begun.set()
            self._go.wait()

        self.done = writer.submit(work)
        begun.wait()

    def go(self) -> None:
        self._go.set()
        self.done.result()


def test_a_result_is_on_disk_when_it_is_given(writer: Writer, file: Path) -> None:
    for number in range(20):
        assert writer.submit(add(number)).result() == number
        assert numbers(file)[-1] == number


def test_a_result_is_on_disk_when_those_who_wait_are_told(writer: Writer, file: Path) -> None:
    seen: list[list[int]] = []
    held = Held(writer)
    futures = [writer.submit(add(number)) for number in range(3)]
    futures[0].add_done_callback(lambda _: seen.append(numbers(file)))
    held.go()
    wait(futures)
    assert seen == [[0, 1, 2]]


def test_work_that_raises_changes_nothing_and_its_neighbours_are_kept(writer: Writer, file: Path) -> None:
    def half(db: Database) -> None:
        db.conn.execute("INSERT INTO numbers VALUES (100)")
        raise InputError("no good")

    held = Held(writer)
    before, bad, after = writer.submit(add(1)), writer.submit(half), writer.submit(add(2))
    held.go()
    with pytest.raises(InputError, match="no good"):
        bad.result()
    assert (before.result(), after.result(), numbers(file)) == (1, 2, [1, 2])


def test_what_the_database_refuses_is_a_project_error(writer: Writer, file: Path) -> None:
    writer.submit(add(1)).result()
    with pytest.raises(ProjectError, match="UNIQUE") as refusal:
        writer.submit(add(1)).result()
    assert refusal.value.where == str(file)
    assert writer.submit(add(2)).result() == 2


def test_a_transaction_that_is_lost_fails_all_who_shared_it(writer: Writer, file: Path) -> None:
    def lose(db: Database) -> None:
        db.conn.execute("INSERT INTO numbers VALUES (100)")
        db.conn.execute("INSERT OR ROLLBACK INTO numbers VALUES (100)")

    held = Held(writer)
    futures: list[Future[Any]] = [writer.submit(add(1)), writer.submit(lose), writer.submit(add(2))]
    held._go.set()
    for future in futures:
        with pytest.raises(ProjectError):
            future.result()
    assert numbers(file) == []
    assert writer.submit(add(3)).result() == 3


def test_work_that_ends_the_transaction_fails_and_the_writer_goes_on(writer: Writer, file: Path) -> None:
    with pytest.raises(ProjectError):
        writer.submit(lambda db: db.conn.execute("ROLLBACK")).result()
    assert writer.submit(add(1)).result() == 1
    assert numbers(file) == [1]


def test_work_that_nobody_waits_for_any_more_is_not_done(writer: Writer, file: Path) -> None:
    held = Held(writer)
    first, second = writer.submit(add(1)), writer.submit(add(2))
    assert first.cancel()
    held.go()
    second.result()
    assert numbers(file) == [2]


def test_closing_writes_what_waits(file: Path) -> None:
    writer = Writer(file)
    held = Held(writer)
    futures = [writer.submit(add(number)) for number in range(50)]
    closing = threading.Thread(target=writer.close)
    closing.start()
    held.go()
    closing.join()
    assert all(future.done() for future in futures)
    assert numbers(file) == list(range(50))


def test_more_than_one_transaction_takes_is_written_in_order(
    writer: Writer, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "_MOST", 7)
    order: list[int] = []
    held = Held(writer)
    futures = [writer.submit(add(number)) for number in range(40)]
    for future in futures:
        future.add_done_callback(lambda done: order.append(done.result()))
    held.go()
    wait(futures)
    assert order == list(range(40))


def test_nothing_is_taken_after_close(file: Path) -> None:
    writer = Writer(file)
    writer.close()
    writer.close()
    with pytest.raises(ProjectError, match="closed") as refusal:
        writer.submit(add(1))
    assert refusal.value.where == str(file)


def test_a_file_that_can_not_be_opened_fails_each_who_waits(path: Path) -> None:
    writer = Writer(path)
    first, second = writer.submit(add(1)), writer.submit(add(2))
    for future in (first, second):
        with pytest.raises(ProjectError, match="no such project file"):
            future.result()
    writer.close()


def test_many_threads_may_submit(writer: Writer, file: Path) -> None:
    def submit(start: int) -> None:
        wait([writer.submit(add(number)) for number in range(start, start + 100)])

    threads = [threading.Thread(target=submit, args=(start,)) for start in range(0, 400, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers(file) == list(range(400))


def test_a_full_disk_is_told_in_words_and_nothing_that_was_there_is_lost(writer: Writer, file: Path) -> None:
    def limit(pages: int) -> Any:
        def work(db: Database) -> None:
            # SQLite takes this for the size of the disk.
            db.conn.execute(f"PRAGMA max_page_count = {pages}")

        return work

    def fill(db: Database) -> None:
        db.conn.execute("CREATE TABLE large AS SELECT zeroblob(10000000) AS zeros")

    writer.submit(add(1)).result()
    writer.submit(limit(1)).result()
    with pytest.raises(ProjectError, match="disk is full") as refusal:
        writer.submit(fill).result()
    assert refusal.value.hint
    assert numbers(file) == [1]
    writer.submit(limit(1_000_000)).result()
    writer.submit(fill).result()
    assert writer.submit(add(2)).result() == 2


def test_what_is_not_on_disk_yet_is_counted(writer: Writer) -> None:
    assert writer.pending == 0
    held = Held(writer)
    futures = [writer.submit(add(number)) for number in range(5)]
    assert writer.pending == 6
    held.go()
    wait(futures)
    # The writer is through with a batch once it has taken the next.
    Held(writer).go()
    assert writer.pending <= 1
