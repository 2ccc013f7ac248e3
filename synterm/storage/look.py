"""The first look at a project file: by a process of its own, under limits, before this one opens it.

A crafted file can make SQLite itself fail. What it reaches there is a program without keys, which may write no file and
gets little memory and time (see `cage`).
"""

from __future__ import annotations

import math
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]

from synterm.errors import ProjectError
from synterm.storage.connect import DatabaseError, project_error
from synterm.storage.header import RESTORE

if TYPE_CHECKING:
    import subprocess

_HEAP_BYTES = 256 * 2**20
_MEMORY_BYTES = 2**30
_HANDLES = 32
_LOG_INDEX_BYTES = 64 * 2**20
"""The index of a log, which SQLite makes beside the file: 64 MiB are enough for a log of 32 GB."""
_SECONDS = 30.0
_BYTES_A_SECOND = 5_000_000
"""Slower than any disk that one works on."""
_ANSWER_BYTES = 16_000_000
"""No answer is longer: what makes all that synterm's files are made of is a thousandth of it."""
_PRAGMAS = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA query_only = ON",
    "PRAGMA cache_size = -8000",
    f"PRAGMA hard_heap_limit = {_HEAP_BYTES}",
)
_FUNCTIONS = ("coalesce", "substr", "length", "count", "max", "typeof")
_ASKED = ("quick_check", "user_version", "application_id", "table_xinfo")
_NOT_THE_FILE = ("unable to open", "locked", "disk", "readonly")
"""What SQLite says where the file itself is not to blame."""
_KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
"""All that a Python needs of the environment to start."""

HINT = (
    "open no files of strangers: ask for the text that `synterm dump` writes, and `synterm load` makes a project of it"
)


class Cage:
    """A process that reads one database. Raises ProjectError, naming `path`, for whatever goes wrong in it."""

    def __init__(self, process: subprocess.Popen[bytes], path: Path, seconds: float) -> None:
        self._process = process
        self._path = path
        self._seconds = seconds
        self._late = False
        self._clock = threading.Timer(seconds, self._end_late)
        self._clock.daemon = True
        self._clock.start()

    def rows(self, statement: str) -> Sequence[Sequence[Any]]:
        """What a statement gives: integers, floats and texts; bytes as Python writes them."""
        self._tell(orjson.dumps(statement))
        assert self._process.stdout is not None
        line = self._process.stdout.readline(_ANSWER_BYTES)
        if not line.endswith(b"\n"):
            raise self._failed(len(line) >= _ANSWER_BYTES)
        answer = orjson.loads(line)
        if "rows" not in answer:
            raise _error(answer["error"], self._path)
        return answer["rows"]

    def _tell(self, line: bytes) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended; why, its answer tells
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()

    def start(self, job: dict[str, Any]) -> None:
        """Give it its job."""
        self._tell(orjson.dumps(job))

    def close(self) -> None:
        """End it."""
        self._clock.cancel()
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _end_late(self) -> None:
        self._late = True
        self._process.kill()

    def _failed(self, too_much: bool) -> ProjectError:
        self._process.kill() if too_much else None
        code = self._process.wait()
        if too_much:
            what = "it says more than any project file has to say"
        elif self._late or code == -getattr(signal, "SIGXCPU", 0):
            what = f"that took more than {self._seconds:.0f} s"
        elif code < 0:
            what = f"SQLite crashed over it (signal {-code})"
        else:
            return self._not_started(code)
        return ProjectError(f"the file was looked through, and {what}", where=str(self._path), hint=HINT)

    def _not_started(self, code: int) -> ProjectError:
        assert self._process.stderr is not None
        said = self._process.stderr.read(10_000).decode("utf-8", "replace").strip().splitlines()
        words = f"{sys.executable} ended with {code}" + (f": {said[-1]}" if said else "")
        return ProjectError(f"the file can't be looked through: {words}", where=str(self._path))


@contextmanager
def looking(path: Path, size: int, *, log: bool, journal: bool) -> Generator[Cage]:
    """A cage for a project file of `size` bytes. Nothing is written into it.

    What waits in a log is read with it, and what waits in a journal is played into a copy. Raises ProjectError when the
    process can't be started or the copy be made.
    """
    if not journal:
        # SQLite makes an index beside a log to read it, and removes it when somebody opens and closes the file.
        with _started(
            path, path, size, "mode=ro" if log else "mode=ro&immutable=1", _LOG_INDEX_BYTES if log else 0
        ) as cage:
            yield cage
        return
    with _copied(path) as copy, _started(path, copy, size, "mode=rw", 2 * size + _LOG_INDEX_BYTES) as cage:
        yield cage


@contextmanager
def _started(path: Path, file: Path, size: int, mode: str, most_bytes: int) -> Generator[Cage]:
    seconds = _SECONDS + size / _BYTES_A_SECOND
    cage = Cage(_process(path), path, seconds)
    try:
        cage.start(_job(file, mode, most_bytes, math.ceil(seconds)))
        yield cage
    finally:
        cage.close()


def _process(path: Path) -> subprocess.Popen[bytes]:
    import subprocess  # heavy, and most files need no look

    program = Path(__file__).with_name("cage.py")
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        return subprocess.Popen(  # noqa: S603 - a program of ours, and no shell
            [sys.executable, "-I", "-S", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=program.anchor,
        )
    except OSError as error:
        words = f"the file can't be looked through: {error.strerror or error}"
        raise ProjectError(words, where=str(path), hint="end other programs, then try again") from error


def _job(file: Path, mode: str, most_bytes: int, seconds: int) -> dict[str, Any]:
    limits = {
        "RLIMIT_AS": _MEMORY_BYTES,
        "RLIMIT_CPU": seconds,
        "RLIMIT_FSIZE": most_bytes,
        "RLIMIT_NOFILE": _HANDLES,
        "RLIMIT_CORE": 0,
    }
    return {
        "uri": f"{file.absolute().as_uri()}?{mode}",
        "limits": limits,
        "pragmas": _PRAGMAS,
        "functions": _FUNCTIONS,
        "pragmas_asked": _ASKED,
        "library": sqlite3.__name__,
        "places": [place for place in sys.path if place],
    }


@contextmanager
def _copied(path: Path) -> Generator[Path]:
    """A copy with its journal, in a folder that only its owner can read."""
    folder = Path(tempfile.mkdtemp(prefix="synterm-"))
    try:
        for ending in ("", "-journal"):
            shutil.copyfile(path.with_name(path.name + ending), folder / f"copy.db{ending}")
        yield folder / "copy.db"
    except OSError as error:
        words = f"a copy of it to look through can't be made: {error.strerror or error}"
        raise ProjectError(words, where=str(path), hint=f"free some space in {folder.parent}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _error(text: str, path: Path) -> ProjectError:
    if "out of memory" in text or text == "MemoryError":
        words = "the file was looked through, and that took more memory than any project file needs"
        return ProjectError(words, where=str(path), hint=HINT)
    if any(sign in text for sign in _NOT_THE_FILE):
        return project_error(DatabaseError(text), path)
    return ProjectError(f"the file is damaged: {text[:200]}", where=str(path), hint=RESTORE)
