"""What may stand where a project file is named, and beside it: SQLite would follow links and play any log into it."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.errors import ProjectError
from synterm.storage.foreign import read_only
from synterm.storage.merge.source import inspect
from synterm.storage.project import Project

SPEC = ModelSpec(name="stub", model="openai/stub")
Make = Callable[[Path], object]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed project file."""
    path = tmp_path_factory.mktemp("made") / "made.db"
    with Project.create(path, "a project") as project:
        project.models.put(SPEC).result()
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    """A copy of it, alone in a folder."""
    folder = tmp_path / "folder"
    folder.mkdir()
    return Path(shutil.copy(made, folder / "project.db"))


def _looked(path: Path) -> None:
    with read_only(path):
        pass


DOORS: tuple[Callable[[Path], object], ...] = (Project.open, Project.look, _looked, lambda path: inspect(1, path))


def states(folder: Path) -> dict[str, tuple[int, ...]]:
    """What is in a folder, and when it was changed; looking at a link counts as reading it."""
    found = {file.name: file.lstat() for file in folder.iterdir()}
    return {name: (stat.st_ino, stat.st_size, stat.st_mode, stat.st_ctime_ns) for name, stat in found.items()}


def refusals(path: Path) -> set[tuple[str, str | None]]:
    """What all ways to open a file say of it, and what they tell to do."""
    said: set[tuple[str, str | None]] = set()
    for door in DOORS:
        with pytest.raises(ProjectError) as refused:
            door(path)
        assert "\n" not in refused.value.message
        said.add((refused.value.message, refused.value.hint))
    return said


def _linked(path: Path) -> None:
    path.rename(path.with_name("real.db"))
    path.symlink_to("real.db")


def _to_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("gone.db")


def _twice(path: Path) -> None:
    path.with_name("other.db").hardlink_to(path)


def _piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _a_socket(path: Path) -> None:
    path.unlink()
    with closing(socket.socket(socket.AF_UNIX)) as made:
        before = Path.cwd()
        os.chdir(path.parent)  # the name of a socket may only be short
        made.bind(path.name)
        os.chdir(before)


def _a_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_linked, "a symbolic link, not the file itself"),
        (_to_nowhere, "a symbolic link that leads nowhere"),
        (_a_device, "a symbolic link, not the file itself"),
        (_twice, "the file has 2 names (hard links)"),
        (_piped, "not a file but a pipe"),
        (_a_folder, "not a file but a folder"),
        (_a_socket, "not a file but a socket"),
    ],
)
def test_what_is_no_file_of_its_own_is_refused(path: Path, make: Make, says: str) -> None:
    make(path)
    before = states(path.parent)
    [(message, hint)] = refusals(path)
    assert says in message
    assert hint
    assert states(path.parent) == before


def test_the_hint_of_a_link_is_the_file_that_opens(path: Path) -> None:
    _linked(path)
    [(_, hint)] = refusals(path)
    assert hint
    with Project.open(Path(hint.rpartition(": ")[2])) as project:
        assert project.name == "a project"


def test_folders_on_the_way_may_be_links(path: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to("folder")
    with Project.open(tmp_path / "linked" / path.name) as project:
        assert project.name == "a project"


def log_of(path: Path, place: Path) -> Path:
    """A log that another project left, put in `place`."""
    other = path.with_name("other") / "other.db"
    other.parent.mkdir()
    with Project.create(other, "another") as project:
        for number in range(40):
            body = PromptBody(messages=(Message(role="user", content=f"{number} " * 2000),))
            project.prompts.add(f"prompt {number}", [("", body)]).result()
        shutil.copy(f"{other}-wal", place)
    shutil.rmtree(other.parent)
    return place


def _mark_as_logged(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(18)
        file.write(b"\2\2")


def _log_link(path: Path) -> None:
    path.with_name("diary.txt").write_text("dear diary\n" * 100)
    Path(f"{path}-wal").symlink_to("diary.txt")


def _journal_link(path: Path) -> None:
    path.with_name("diary.txt").write_text("dear diary\n" * 100)
    Path(f"{path}-journal").symlink_to("diary.txt")


def _journal_twice(path: Path) -> None:
    path.with_name("diary.txt").write_text("dear diary\n" * 100)
    Path(f"{path}-journal").hardlink_to(path.with_name("diary.txt"))


def _log_pipe(path: Path) -> None:
    os.mkfifo(f"{path}-wal")


def _index_pipe(path: Path) -> None:
    os.mkfifo(f"{path}-shm")


def _log_text(path: Path) -> None:
    Path(f"{path}-wal").write_text("dear diary\n" * 100)


def _journal_text(path: Path) -> None:
    Path(f"{path}-journal").write_text("dear diary\n" * 100)


def _log_of_another(path: Path) -> None:
    log_of(path, Path(f"{path}-wal"))


def _log_of_other_pages(path: Path) -> None:
    log = bytearray(log_of(path, Path(f"{path}-wal")).read_bytes())
    log[8:12] = (1024).to_bytes(4, "big")
    Path(f"{path}-wal").write_bytes(log)
    _mark_as_logged(path)


def _log_played_into_the_wrong_file(path: Path) -> None:
    """All that its first bytes say is right, and its pages lie where others lie here."""
    with Project.open(path) as project:
        for number in range(200):
            project.models.put(ModelSpec(name=f"{number}", model="openai/stub")).result()
    log_of(path, Path(f"{path}-wal"))
    _mark_as_logged(path)


def journal(path: Path, *, page_size: int = 4096, names: Path | None = None) -> bytes:
    """A journal that puts the first page back as it is (sqlite.org/fileformat.html, 3), and names another file."""
    page, nonce = path.read_bytes()[:4096], 7
    pages = path.stat().st_size // 4096
    numbers = (1, nonce, pages, 512, page_size)
    head = bytes.fromhex("d9d505f920a163d7") + b"".join(number.to_bytes(4, "big") for number in numbers)
    checksum = (nonce + sum(page[4096 - 200 : 0 : -200])) & 0xFFFFFFFF
    made = head.ljust(512, b"\0") + (1).to_bytes(4, "big") + page + checksum.to_bytes(4, "big")
    if names:
        name = os.fsencode(names.absolute())
        total = sum(byte if byte < 128 else byte - 256 for byte in name) & 0xFFFFFFFF
        made += (0x40000000 // 4096 + 1).to_bytes(4, "big") + name + len(name).to_bytes(4, "big")
        made += total.to_bytes(4, "big") + bytes.fromhex("d9d505f920a163d7")
    return made


def _journal_of_other_pages(path: Path) -> None:
    Path(f"{path}-journal").write_bytes(journal(path, page_size=1024))


def _journal_that_names_a_file(path: Path) -> None:
    diary = path.with_name("diary.txt")
    diary.write_text("dear diary\n" * 100)
    Path(f"{path}-journal").write_bytes(journal(path, names=diary))


def _journal_that_damages(path: Path) -> None:
    """Its page is one of another kind: played in, the file would be no project any more."""
    other = path.with_name("other.db")
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE t (x)")
    Path(f"{path}-journal").write_bytes(journal(other))
    other.unlink()


BESIDE: dict[str, tuple[Make, str]] = {
    "a log that is a link": (_log_link, "no ordinary file"),
    "a journal that is a link": (_journal_link, "no ordinary file"),
    "a journal with a name elsewhere": (_journal_twice, "has 2 names"),
    "a log that is a pipe": (_log_pipe, "no ordinary file"),
    "an index that is a pipe": (_index_pipe, "no ordinary file"),
    "a log that is none": (_log_text, "is none"),
    "a journal that is none": (_journal_text, "is none"),
    "another project's log": (_log_of_another, "another file's"),
    "a log of other pages": (_log_of_other_pages, "another file's"),
    "another project's log, and a header that fits": (
        _log_played_into_the_wrong_file,
        "with what waits in project.db-wal, ",
    ),
    "a journal of other pages": (_journal_of_other_pages, "its pages have another size"),
    "a journal that names a file": (_journal_that_names_a_file, "names another file, which would be removed"),
    "a journal of another file": (_journal_that_damages, "waits in project.db-journal, "),
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_lies_beside_and_is_not_its_own_is_refused_and_nothing_is_written(path: Path, name: str) -> None:
    make, says = BESIDE[name]
    make(path)
    before = {file.name: file.read_bytes() for file in path.parent.iterdir() if file.is_file()}
    said = refusals(path)
    assert all(says in message and hint for message, hint in said), said
    after = {file.name: file.read_bytes() for file in path.parent.iterdir() if file.is_file()}
    after.pop("project.db-shm", None)  # SQLite's index of a log, which holds nothing of its own
    assert after == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can give files to others")
def test_a_log_of_another_user_is_refused(path: Path) -> None:
    log_of(path, Path(f"{path}-wal"))
    os.chown(f"{path}-wal", 12345, -1)
    for message, hint in refusals(path):
        assert "another user (number 12345)" in message
        assert hint and "move it away" in hint


def test_a_log_and_a_journal_of_its_own_are_played_in(made: Path, tmp_path: Path) -> None:
    logged, journaled = tmp_path / "logged.db", tmp_path / "journaled.db"
    with Project.open(Path(shutil.copy(made, tmp_path / "open.db"))) as writing:
        writing.models.put(ModelSpec(name="in the log", model="openai/stub")).result()
        for ending in ("", "-wal"):
            shutil.copy(f"{writing.path}{ending}", f"{logged}{ending}")
    with Project.open(logged) as project:
        assert [spec.name for spec in project.models.all()] == ["stub", "in the log"]

    shutil.copy(made, journaled)
    Path(f"{journaled}-journal").write_bytes(journal(made))
    with journaled.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 500)  # what was written when the power went
    with Project.open(journaled) as project:
        assert [spec.name for spec in project.models.all()] == ["stub"]
    assert journaled.read_bytes()[100:600] == made.read_bytes()[100:600]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["journaled.db", "logged.db", "open.db"]
