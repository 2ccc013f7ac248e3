"""Answers that the project file could not take: they wait in the user's state directory until it can.

One file for each refusal, whole or not there at all: a line that says whose answers they are, then a line for each.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
from sqlite_utils import Database

from synterm.errors import ProjectError
from synterm.paths import private_folder, state_dir
from synterm.storage.base import Store
from synterm.storage.clock import now
from synterm.storage.connect import is_read_only
from synterm.storage.received import Received, fields_of, put_back
from synterm.storage.spending import settle
from synterm.storage.writer import Writer
from synterm.text import plural

RESERVE_BYTES = 1_000_000
"""What is set aside for answers: those that are under way at a time take a few kilobytes each."""
_FORMAT = 1
_ENDING = ".jsonl"
_HEX = ("key", "recipe_id", "shortcut")
_MALFORMED = (AttributeError, KeyError, TypeError, ValueError)
"""What reading a line raises that was not written here."""
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_STRICT = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_USER: Callable[[], int] = getattr(os, "getuid", int)


@dataclass(frozen=True, slots=True)
class Spilled:
    """A file of answers that wait."""

    file: Path
    project: str
    """The project's ULID."""
    path: Path
    """Where the project file was."""
    count: int
    created: str
    """When its answers were refused: ISO 8601, UTC."""


def spill_dir() -> Path:
    """Where answers wait."""
    return state_dir() / "spill"


def spilled(project: str | None = None) -> list[Spilled]:
    """What waits (for one project, by its id), the oldest first; what is no such file is left out."""
    pattern = f"{'*' if project is None else _name_of(project)}-*{_ENDING}"
    found = [_head_of(file) for file in sorted(spill_dir().glob(pattern))]
    return [one for one in found if one and project in (None, one.project)]


class SpillStore(Store):
    """What waits for one project."""

    def __init__(self, db: Database, writer: Writer, project: str) -> None:
        """`project`: its ULID."""
        super().__init__(db, writer)
        self._project = project

    def reserve(self) -> None:
        """Set room aside: the state directory is often on the disk that the project file is on."""
        # Where that is not to be had, answers are kept as long as there is room all the same.
        with contextlib.suppress(OSError):
            private_folder(spill_dir())
            if not _reserved().exists():
                _set_aside(_reserved())

    def keep(self, received: Sequence[Received]) -> Path:
        """Put answers into a file of their own, on disk when this returns. Raises OSError."""
        folder, created = spill_dir(), now()
        private_folder(folder)
        head = {"spilled": _FORMAT, "project": self._project, "path": str(self._place), "created": created}
        lines = [orjson.dumps({**head, "count": len(received)}), *(_line(one, created) for one in received)]
        file = folder / f"{_name_of(self._project)}-{created.replace(':', '')}-{os.urandom(4).hex()}{_ENDING}"
        content = b"".join(line + b"\n" for line in lines)
        try:
            _write_whole(file, content)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            _reserved().unlink(missing_ok=True)
            _write_whole(file, content)
        return file

    def take_in(self) -> list[str]:
        """Put into the project file what waits for it, and say so; also why something has to wait on.

        A copy of the project takes nothing as long as the file is there that the answers were meant for.
        """
        mine = [one for one in spilled(self._project) if one.path == self._place or not one.path.exists()]
        return [self._taken(one) for one in mine]

    @property
    def _place(self) -> Path:
        return self._writer.path.resolve()

    def _taken(self, one: Spilled) -> str:
        what = f"{plural(one.count, 'answer')} that {self._writer.path.name} could not take at {one.created}"
        if is_read_only(self._writer.path):
            return f"{what} wait in {one.file}: it is read-only"
        try:
            self._writer.submit(lambda db: _put_back_all(db, one.file)).result()
        except ProjectError as error:
            return f"{what} wait in {one.file}: {error.message}"
        except (OSError, *_MALFORMED) as error:
            return f"{what} can't be taken in, {one.file} is damaged: {error}"
        one.file.unlink(missing_ok=True)
        return f"{what} are in it now"


def _put_back_all(db: Database, file: Path) -> None:
    """All or, where a line is damaged, none."""
    with _opened(file) as lines:
        left = int(orjson.loads(lines.readline())["count"])
        for line in lines:
            found = orjson.loads(line)
            row = {name: _value(name, value) for name, value in found["row"].items()}
            # Whoever took them in before, and died before the file was gone, has settled them too.
            if put_back(db, row, found["recipe"]):
                day, cost_usd, reserved_usd = found["bill"]
                settle(db, [(str(day), cost_usd, float(reserved_usd))])
            left -= 1
    if left:
        raise ValueError("lines are missing")


def _line(one: Received, created: str) -> bytes:
    row = {name: _text(name, value) for name, value in fields_of(one, created).items()}
    recipe = one.task.recipe
    bill = [one.day, one.completion.charged_usd, one.reserved_usd]
    return orjson.dumps({"row": row, "recipe": recipe.json.decode() if recipe else None, "bill": bill})


def _text(name: str, value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    # Latin-1 gives every byte a character, so that most responses can be read as they came.
    return value.hex() if name in _HEX else value.decode("latin-1")


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _HEX:
        return bytes.fromhex(value)
    return value.encode("latin-1") if name == "raw" else value


def _head_of(file: Path) -> Spilled | None:
    try:
        with _opened(file) as lines:
            head = orjson.loads(lines.readline(4096))
        if head["spilled"] != _FORMAT:
            return None
        return Spilled(file, str(head["project"]), Path(head["path"]), int(head["count"]), str(head["created"]))
    except (OSError, *_MALFORMED):
        return None


@contextlib.contextmanager
def _opened(file: Path) -> Generator[IO[bytes]]:
    """An ordinary file of this user's: nobody else gives a project answers."""
    with os.fdopen(os.open(file, os.O_RDONLY | _STRICT), "rb") as lines:
        found = os.fstat(lines.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_uid != _USER():
            raise PermissionError(f"{file} is not an ordinary file of yours")
        yield lines


def _reserved() -> Path:
    return spill_dir() / "reserve"


def _set_aside(place: Path) -> None:
    descriptor = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        else:
            os.write(descriptor, bytes(RESERVE_BYTES))
    except OSError:
        place.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def _write_whole(file: Path, content: bytes) -> None:
    part = file.with_suffix(".part")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.rename(file)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    _sync(file.parent)


def _sync(folder: Path) -> None:
    """Have the names in a folder on disk; a system that can't, does so by itself."""
    with contextlib.suppress(OSError):
        place = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)


def _name_of(project: str) -> str:
    """A part of a file's name: an id may say anything in a file from elsewhere."""
    return hashlib.sha256(project.encode()).hexdigest()[:20]
