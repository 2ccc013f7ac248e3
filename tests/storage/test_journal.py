"""Where a write-ahead log is safe, and what happens where it is not."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import wait
from pathlib import Path

import pytest

from synterm.core.model import ModelSpec
from synterm.storage import connect
from synterm.storage.journal import is_local, safe_for_log
from synterm.storage.project import Project
from tests.storage.conftest import Files

MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /proc rw - proc proc rw
24 22 0:40 / /home rw,relatime shared:9 - nfs4 server:/home rw,vers=4.2
25 24 254:1 / /home/me/local rw,relatime - xfs /dev/vdb rw
26 22 0:41 / /mnt/a\\040b rw - cifs //server/share rw
27 22 0:42 / /mnt/c rw,noatime - 9p C:\\134 rw
28 22 0:43 / /mnt/ssh rw - fuse.sshfs me@host: rw
29 22 0:44 / /mnt/usb rw - fuseblk /dev/sdb1 rw
30 22 0:45 / /data rw - ext4 /dev/vdc rw
31 30 0:46 / /data rw master:1 propagate_from:2 - ceph 10.0.0.1:/ rw
32 22 0:47 / /tmp rw - tmpfs tmpfs rw
33 22 0:48 / /mnt/new\\134line rw - smb3 //server/other rw
cut off
"""


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 44, 9), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_versions_that_keep_a_log_whole_are_known(version: tuple[int, int, int], safe: bool) -> None:
    assert safe_for_log(version) is safe


def test_the_sqlite_that_synterm_brings_is_safe(project: Project) -> None:
    (version,) = project._db.execute("SELECT sqlite_version()").fetchone()
    major, minor, patch = map(int, version.split("."))
    assert safe_for_log((major, minor, patch))


@pytest.mark.parametrize(
    ("path", "local"),
    [
        ("/project.db", True),
        ("/homes/project.db", True),
        ("/home/me/project.db", False),
        ("/home/me/local/project.db", True),
        ("/home/me/localhost/project.db", False),
        ("/mnt/project.db", True),
        ("/mnt/a b/project.db", False),
        ("/mnt/a/project.db", True),
        ("/mnt/c/Users/project.db", False),
        ("/mnt/ssh/project.db", False),
        ("/mnt/usb/project.db", True),
        ("/data/project.db", False),
        ("/tmp/project.db", True),
        ("/mnt/new\\line/project.db", False),
        ("\\\\server\\share\\project.db", False),
    ],
)
def test_disks_of_this_machine_are_told_from_others(path: str, local: bool) -> None:
    assert is_local(Path(path), MOUNTS) is local


def test_without_a_list_of_mounts_all_but_a_share_is_local() -> None:
    assert is_local("/home/me/project.db", "")
    assert is_local("C:\\me\\project.db", "")
    assert not is_local("\\\\server\\share\\project.db", "")


def test_here_a_log_is_used(project: Project, files: Files) -> None:
    assert [name.removeprefix("project.db") for name in files()] == ["", "-shm", "-wal"]


class TestWithoutALog:
    @pytest.fixture(autouse=True)
    def without(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connect, "log_is_safe", lambda *_: False)  # pyright: ignore[reportUnknownLambdaType]

    def test_one_file_stays_and_another_connection_sees_what_is_acknowledged(self, path: Path, files: Files) -> None:
        with Project.create(path, "a project") as project, Project.open(path) as another:
            for number in range(20):
                project.models.put(ModelSpec(name=str(number), model="openai/stub")).result()
                assert len(another.models.all()) == number + 1
                another.models.put(ModelSpec(name=str(number), model="openai/other")).result()
                assert project.models.get(str(number)).model == "openai/other"
            assert path.with_name("project.db-wal") not in path.parent.iterdir()
        assert files() == [path.name]

    def test_reading_goes_on_while_much_is_written(self, path: Path) -> None:
        with Project.create(path, "a project") as project:
            written = threading.Event()

            def write() -> None:
                for number in range(0, 300, 3):
                    specs = [ModelSpec(name=str(number + more), model="openai/stub") for more in range(3)]
                    wait([project.models.put(spec) for spec in specs])
                written.set()

            thread = threading.Thread(target=write)
            thread.start()
            counts: list[int] = []
            while not written.is_set():
                counts.append(len(project.models.all()))
            thread.join()
            assert counts == sorted(counts)
            assert len(project.models.all()) == 300

    def test_a_file_that_has_a_log_is_folded(self, path: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        Project.create(path, "a project").close()
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
        with Project.open(path) as project:
            project.models.put(ModelSpec(name="stub", model="openai/stub")).result()
            assert set(files()) <= {path.name, f"{path.name}-journal"}
            assert len(project.models.all()) == 1
